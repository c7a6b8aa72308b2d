/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/map_oracle.h"

#include <stdlib.h>
#include <string.h>

#define LAST_PAGE UINT64_C(0xfffffffffffff000)

static uint64_t get_number(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;

    for (size_t i = width; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static enum memory_class plain_class(uint32_t type)
{
    switch (type) {
    case EFI_LOADER_CODE:
        return MEMORY_LOADER_CODE;
    case EFI_LOADER_DATA:
        return MEMORY_LOADER_DATA;
    case EFI_BOOT_CODE:
        return MEMORY_BOOT_SERVICES_CODE;
    case EFI_BOOT_DATA:
        return MEMORY_BOOT_SERVICES_DATA;
    case EFI_CONVENTIONAL:
        return MEMORY_CONVENTIONAL;
    case EFI_RUNTIME_CODE:
        return MEMORY_RUNTIME_CODE;
    case EFI_RUNTIME_DATA:
        return MEMORY_RUNTIME_DATA;
    case EFI_UNUSABLE:
        return MEMORY_UNUSABLE;
    case EFI_ACPI_RECLAIM:
        return MEMORY_ACPI;
    case EFI_ACPI_NVS:
        return MEMORY_NVS;
    case EFI_MMIO:
        return MEMORY_MMIO;
    case EFI_MMIO_PORT:
        return MEMORY_MMIO_PORT;
    case EFI_PAL_CODE:
        return MEMORY_PAL_CODE;
    case EFI_PERSISTENT:
        return MEMORY_PERSISTENT;
    case EFI_UNACCEPTED:
        return MEMORY_UNACCEPTED;
    case EFI_RESERVED:
        return MEMORY_RESERVED;
    default:
        return MEMORY_UNKNOWN;
    }
}

static bool is_ram(enum memory_class class)
{
    return class == MEMORY_CONVENTIONAL || class == MEMORY_LOADER_CODE ||
           class == MEMORY_LOADER_DATA || class == MEMORY_BOOT_SERVICES_CODE ||
           class == MEMORY_BOOT_SERVICES_DATA;
}

/* Rounds to whole pages: RAM shrinks, everything else grows. */
static void add_claim(struct oracle *oracle, uint64_t start, uint64_t end, enum memory_class class)
{
    uint64_t offset = start % PAGE_SIZE, rest = end % PAGE_SIZE;

    if (end > LAST_PAGE) {
        end = LAST_PAGE;
        rest = 0;
    }
    if (start >= end)
        return;
    if (is_ram(class)) {
        start += offset ? PAGE_SIZE - offset : 0;
        end -= rest;
    } else {
        start -= offset;
        end += rest ? PAGE_SIZE - rest : 0;
    }
    if (start >= end)
        return;
    oracle->claims[oracle->claim_count++] = (struct claim){{start, end}, class};
    oracle_add_edge(oracle, start);
    oracle_add_edge(oracle, end);
}

static void add_descriptor(struct oracle *oracle, const uint8_t *bytes)
{
    uint32_t type = (uint32_t)get_number(bytes, 4);
    uint64_t start = get_number(bytes + 8, 8);
    uint64_t pages = get_number(bytes + 24, 8);
    enum memory_class class = plain_class(type);
    uint64_t end = UINT64_MAX;

    if (pages <= (UINT64_MAX - start) / PAGE_SIZE)
        end = start + pages * PAGE_SIZE;
    if (is_ram(class) && get_number(bytes + 32, 8) & EFI_ATTRIBUTE_SP)
        class = MEMORY_SPECIFIC_PURPOSE;
    if (class == MEMORY_MMIO && min_u64(end, LAST_PAGE) - min_u64(start, LAST_PAGE) >= 256 * KIB)
        class = MEMORY_LARGE_MMIO;
    add_claim(oracle, start, end, class);
}

void oracle_start(struct oracle *oracle, const struct firmware_map *firmware,
                  const struct map_overlays *overlays)
{
    size_t count = firmware->size / firmware->stride;

    *oracle =
        (struct oracle){.claims = malloc((count + overlays->ecam_count + overlays->table_count +
                                          overlays->override_count + 1) *
                                         sizeof(*oracle->claims))};
    assert_non_null(oracle->claims);
    for (size_t i = 0; i < count; i++)
        add_descriptor(oracle, firmware->descriptors + i * firmware->stride);
    for (size_t i = 0; i < overlays->ecam_count; i++)
        add_claim(oracle, overlays->ecam[i].start, overlays->ecam[i].end, MEMORY_ECAM);
    add_claim(oracle, 0xa0000, 0x100000, MEMORY_ISA_HOLE);
    for (size_t i = 0; i < overlays->table_count; i++)
        add_claim(oracle, overlays->tables[i].start, overlays->tables[i].end, MEMORY_TABLES);
    for (size_t i = 0; i < overlays->override_count; i++)
        add_claim(oracle, overlays->override[i].start, overlays->override[i].end,
                  MEMORY_OVERRIDDEN);
    oracle_sort(oracle);
}

void oracle_free(struct oracle *oracle)
{
    free(oracle->claims);
    free(oracle->edges);
}

void oracle_add_edge(struct oracle *oracle, uint64_t address)
{
    if (oracle->edge_count == oracle->edge_capacity) {
        oracle->edge_capacity = oracle->edge_capacity ? 2 * oracle->edge_capacity : 64;
        oracle->edges = realloc(oracle->edges, oracle->edge_capacity * sizeof(*oracle->edges));
        assert_non_null(oracle->edges);
    }
    oracle->edges[oracle->edge_count++] = address;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

void oracle_sort(struct oracle *oracle)
{
    size_t kept = 0;

    qsort(oracle->edges, oracle->edge_count, sizeof(*oracle->edges), compare_addresses);
    for (size_t i = 0; i < oracle->edge_count; i++) {
        if (kept == 0 || oracle->edges[kept - 1] != oracle->edges[i])
            oracle->edges[kept++] = oracle->edges[i];
    }
    oracle->edge_count = kept;
}

enum memory_class oracle_class(const struct oracle *oracle, uint64_t address)
{
    enum memory_class class = MEMORY_NONE;
    bool overridden = false, tables = false;

    for (size_t i = 0; i < oracle->claim_count; i++) {
        const struct claim *claim = &oracle->claims[i];

        if (address < claim->range.start || address >= claim->range.end)
            continue;
        if (claim->class == MEMORY_OVERRIDDEN)
            overridden = true;
        else if (claim->class == MEMORY_TABLES)
            tables = true;
        else if (claim->class > class)
            class = claim->class;
    }
    if (tables && is_ram(class))
        return MEMORY_ACPI;
    return overridden && class == MEMORY_NVS ? MEMORY_OVERRIDDEN : class;
}

uint32_t oracle_type(const struct oracle *oracle, uint64_t address)
{
    enum memory_class class = oracle_class(oracle, address);

    if (is_ram(class) || class == MEMORY_OVERRIDDEN)
        return 1;
    if (class == MEMORY_NONE || class == MEMORY_LARGE_MMIO || class == MEMORY_ISA_HOLE)
        return 0;
    if (class == MEMORY_ACPI)
        return 3;
    if (class == MEMORY_NVS)
        return 4;
    if (class == MEMORY_UNUSABLE)
        return 5;
    return class == MEMORY_PERSISTENT ? 7 : 2;
}

uint32_t table_type(const struct e820_table *table, uint64_t address)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        if (address >= entry->addr && address - entry->addr < entry->size)
            return entry->type;
    }
    return 0;
}
