/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSDP, RSDT and XSDT, of any content, which may change while they are read: nothing outside what
 * acpi_memory.map() gave is read, and what is written of them is valid.
 * Bounds: tables of up to LARGEST bytes, 36 of which are the header; others cannot be mapped. What
 * sums are is for the unit tests.
 *
 * with: common/acpi/table_write.c tests/proof/proof_copies.c common/base/error.c
 * cbmc: -DLARGEST=60 --unwind 9 --unwindset acpi_checksum.0:54
 */
#include "common/acpi/memory.h"
#include "tests/proof/nondet.h"

static const uint8_t *summed; /* what sums to zero */

/* A sum is a hard equation for a solver: any result, once all of it can be read. */
static bool sum_anything(const uint8_t *bytes, uint64_t length)
{
    PROVE(__CPROVER_r_ok(bytes, length), "what is summed can be read");
    summed = nondet_bool() ? bytes : NULL;
    return summed;
}

#define acpi_sums_to_zero sum_anything

#include "common/acpi/root_copy.c"
#include "common/acpi/root_table.c"
#include "common/acpi/rsdp.c"

#include <stdlib.h>

#define ENTRIES ((LARGEST - ACPI_HEADER_SIZE) / 4)

static struct error error;
static uint64_t allocated[ENTRIES];

static const uint8_t *map_anything(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    (void)address;
    PROVE(length > 0 && length <= MIB, "what is mapped is bounded");
    return length <= LARGEST && nondet_bool() ? malloc(length) : NULL;
}

static struct acpi_memory memory = {.map = map_anything};

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    (void)arena;
    PROVE(count <= ENTRIES && size == sizeof(*allocated), "memory for entries is bounded");
    return nondet_bool() ? allocated : NULL;
}

static struct acpi_root any_root(uint64_t tables[ENTRIES])
{
    struct acpi_root root = {.tables = tables, .count = nondet_u32()};

    __CPROVER_havoc_object(tables);
    ASSUME(root.count <= ENTRIES);
    return root;
}

static void prove_check_rsdp(uint64_t address)
{
    (void)acpi_check_rsdp(&memory, address);
}

static void prove_read_rsdp(uint64_t address)
{
    struct acpi_roots roots;

    (void)acpi_read_rsdp(&memory, address, &roots);
}

static void prove_check_table(uint64_t address)
{
    uint32_t length;
    const uint8_t *table = acpi_check_table(&memory, address, "MCFG", &length);

    PROVE(!table || (length >= ACPI_HEADER_SIZE && length <= LARGEST), "it has a header");
    PROVE(!table || table == summed, "it sums to zero");
}

static void prove_search(uint32_t length, bool is_wide)
{
    struct acpi_table table = {.bytes = NULL};
    uint8_t *root;

    ASSUME(length >= ACPI_HEADER_SIZE && length <= LARGEST);
    root = malloc(length);
    ASSUME(root);
    search_root(&memory, root, length, is_wide ? 8 : 4, "MCFG", &table);
    PROVE(!table.bytes || table.length >= ACPI_HEADER_SIZE, "what is found has a header");
}

static void prove_copy(uint64_t address, bool is_wide)
{
    struct acpi_root root;
    uint32_t one = nondet_u32(), two = nondet_u32();

    if (!copy_root(&memory, address, is_wide ? ACPI_XSDT : ACPI_RSDT, NULL, &root, &error)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY || error.code == ERROR_ACPI_ROOT_DAMAGED,
              "only damage and a lack of memory end it");
        return;
    }
    PROVE(root.count <= (LARGEST - ACPI_HEADER_SIZE) / (is_wide ? 8 : 4), "no entry is made up");
    if (one < root.count)
        PROVE(root.tables[one] != 0, "no entry is none");
    if (one < two && two < root.count)
        PROVE(root.tables[one] != root.tables[two], "no table is there twice");
}

static void prove_leave_out(void)
{
    uint64_t tables[ENTRIES];
    struct acpi_root root = any_root(tables);
    uint32_t before = root.count;

    leave_out_of(&memory, &root, "TPM2");
    PROVE(root.count <= before, "none is added");
}

static void prove_write(bool is_wide, bool adds)
{
    const enum acpi_root_kind kind = is_wide ? ACPI_XSDT : ACPI_RSDT;
    uint64_t tables[ENTRIES], added = nondet_u64();
    struct acpi_root root = any_root(tables);
    uint8_t table[ACPI_HEADER_SIZE + 2 * ACPI_XSDT];
    uint32_t size = acpi_root_size(&root, kind, adds), at = nondet_u32();
    const uint8_t *entry = table + ACPI_HEADER_SIZE + (size_t)at * kind;
    uint64_t address = at < root.count ? tables[at] : added;

    ASSUME(root.count <= 1 && at < root.count + adds);
    acpi_write_root(table, &root, kind, &added, adds);
    PROVE(read_le32(table + ACPI_TABLE_LENGTH) == size, "it says its size");
    PROVE(kind == ACPI_XSDT ? read_le64(entry) == address : read_le32(entry) == (uint32_t)address,
          "it lists each table");
}

static void prove_write_rsdp(struct acpi_root_copy copy, uint64_t xsdt, uint32_t rsdt)
{
    uint8_t rsdp[RSDP_V2_SIZE];

    acpi_write_rsdp(rsdp, &copy, xsdt, rsdt);
    PROVE(read_le64(rsdp + RSDP_XSDT) == xsdt, "it names the XSDT");
    PROVE(!rsdt || read_le32(rsdp + RSDP_RSDT) == rsdt, "it names the RSDT");
}
