/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows rsdp_paddr to the ACPI tables that a kernel needs for PCI, and to those of the loader. */
#include "coreboot.h"
#include "handover.h"
#include "processors.h"
#include "report.h"

struct rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt_address;
    uint32_t length;
    uint64_t xsdt_address;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));
#define RSDP_V1_SIZE 20u
#define RSDP_V2_SIZE 36u

struct table_header {
    char signature[4];
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    uint8_t names[26];
} __attribute__((packed));

struct mcfg_window {
    uint64_t base; /* of bus 0, even if the window starts at another bus */
    uint16_t segment;
    uint8_t first_bus;
    uint8_t last_bus;
    uint32_t reserved;
} __attribute__((packed));
#define MCFG_WINDOWS_OFFSET 44u

static bool has_signature(const char *seen, const char *wanted, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (seen[i] != wanted[i])
            return false;
    return true;
}

static bool sums_to_zero(const void *data, uint32_t size)
{
    const uint8_t *bytes = data;
    uint8_t sum = 0;
    while (size--)
        sum = (uint8_t)(sum + *bytes++);
    return sum == 0;
}

static bool has_checksums(const struct rsdp *rsdp)
{
    if (!sums_to_zero(rsdp, RSDP_V1_SIZE))
        return false;
    return rsdp->revision < 2 ||
           (rsdp->length >= RSDP_V2_SIZE && is_reachable((uintptr_t)rsdp, rsdp->length) &&
            sums_to_zero(rsdp, rsdp->length));
}

/* The table, if it has this signature and a valid checksum, or NULL. */
static const struct table_header *table_at(uint64_t paddr, const char *signature)
{
    if (!is_reachable(paddr, sizeof(struct table_header)))
        return NULL;
    const struct table_header *table = at_physical(paddr);
    if (!has_signature(table->signature, signature, 4) || table->length < sizeof *table ||
        !is_reachable(paddr, table->length) || !sums_to_zero(table, table->length))
        return NULL;
    return table;
}

/* Whether the bytes of a text are anywhere in the table; "" is in all. */
static bool contains(const struct table_header *table, const char *text, uint32_t length)
{
    for (uint32_t at = 0; at + length <= table->length; at++)
        if (has_signature((const char *)table + at, text, length))
            return true;
    return false;
}

/*
 * Finds a table that contains a text through the XSDT (8-byte pointers) or the RSDT (4-byte
 * pointers), or NULL.
 */
static const struct table_header *find_table(const struct table_header *root, uint32_t pointer_size,
                                             const char *signature, const char *text,
                                             uint32_t length)
{
    const uint8_t *pointer = (const uint8_t *)(root + 1);
    uint32_t count = (root->length - sizeof *root) / pointer_size;

    for (uint32_t i = 0; i < count; i++, pointer += pointer_size) {
        uint64_t paddr = 0;
        __builtin_memcpy(&paddr, pointer, 4);
        if (pointer_size == 8)
            __builtin_memcpy(&paddr, pointer, 8);
        const struct table_header *table = table_at(paddr, signature);
        if (table && contains(table, text, length))
            return table;
    }
    return NULL;
}

static void check_mcfg(const struct handover *handover, const struct table_header *mcfg)
{
    const struct mcfg_window *window = at_physical((uintptr_t)mcfg + MCFG_WINDOWS_OFFSET);
    const uint8_t *end = (const uint8_t *)mcfg + mcfg->length;

    for (uint32_t i = 0; (const uint8_t *)(window + 1) <= end; i++, window++) {
        struct extent buses = {window->base + ((uint64_t)window->first_bus << 20),
                               window->base + (((uint64_t)window->last_bus + 1) << 20)};
        report("mcfg 0x%llx 0x%llx", buses.start, buses.end);
        check(memmap_covers(handover, MEMMAP_RESERVED, buses), numbered("mcfg", i, "reserved"),
              "0x%llx..0x%llx", buses.start, buses.end);
    }
}

static const struct table_header *find_device(const struct table_header *root,
                                              uint32_t pointer_size)
{
    return find_table(root, pointer_size, "SSDT", "BOOT0000", 8);
}

static struct extent extent_of(const void *table, uint32_t size)
{
    return (struct extent){(uintptr_t)table, (uint64_t)(uintptr_t)table + size};
}

static void check_own_tables(const struct handover *handover, const struct extent *tables,
                             uint32_t count)
{
    bool reserved = true, apart = true;

    for (uint32_t i = 0; i < count; i++) {
        reserved = reserved && memmap_covers(handover, MEMMAP_ACPI, tables[i]);
        apart = apart && (tables[i].start == 0 || is_own_place(handover, tables[i]));
    }
    check(reserved, "acpi-own-reserved", "the RSDP is at 0x%llx", tables[0].start);
    check(apart, "acpi-own-place", "the RSDP is at 0x%llx", tables[0].start);
}

/* RSDP and root tables are the loader's where the device is, and both root tables list it. */
static void check_device(const struct handover *handover, const struct options *options,
                         const struct rsdp *rsdp, const struct table_header *root,
                         const struct table_header *device)
{
    const struct table_header *rsdt = table_at(rsdp->rsdt_address, "RSDT");

    if (!device)
        return;
    const struct extent tables[] = {
        extent_of(rsdp, RSDP_V2_SIZE),
        extent_of(root, root->length),
        extent_of(device, device->length),
        extent_of(rsdt, rsdt ? rsdt->length : 0),
    };
    check_own_tables(handover, tables, sizeof tables / sizeof *tables);
    check(!rsdt || find_device(rsdt, 4) == device, "acpi-roots-agree", "not on BOOT0000");
    check_coreboot(handover, options, (const uint8_t *)device, device->length);
}

static void check_tables(const struct handover *handover, const struct options *options,
                         const struct rsdp *rsdp)
{
    bool extended = rsdp->revision >= 2 && rsdp->xsdt_address != 0;
    uint64_t paddr = extended ? rsdp->xsdt_address : rsdp->rsdt_address;
    const struct table_header *root = table_at(paddr, extended ? "XSDT" : "RSDT");

    if (!check(root != NULL, "acpi-root-table", "none at 0x%llx", paddr))
        return;
    const struct table_header *mcfg = find_table(root, extended ? 8 : 4, "MCFG", "", 0);
    const struct table_header *madt = find_table(root, extended ? 8 : 4, "APIC", "", 0);
    if (mcfg)
        check_mcfg(handover, mcfg);
    else
        report("mcfg none");
    check_device(handover, options, rsdp, root, find_device(root, extended ? 8 : 4));
    if (madt)
        check_processors(handover, (const uint8_t *)madt, madt->length);
}

void check_acpi(const struct handover *handover, const struct options *options)
{
    if (!handover->info)
        return;
    uint64_t paddr = handover->info->rsdp_paddr;
    if (!check(is_reachable(paddr, RSDP_V2_SIZE), "rsdp-address", "0x%llx", paddr))
        return;
    const struct rsdp *rsdp = at_physical(paddr);
    if (!check(has_signature(rsdp->signature, "RSD PTR ", 8), "rsdp-signature", "none at 0x%llx",
               paddr))
        return;
    report("rsdp revision=%u", rsdp->revision);
    check(!memmap_touches(handover, MEMMAP_RAM, (struct extent){paddr, paddr + RSDP_V1_SIZE}),
          "rsdp-not-in-ram", "0x%llx is called RAM", paddr);
    if (check(has_checksums(rsdp), "rsdp-checksum", "wrong, revision %u length 0x%x",
              rsdp->revision, rsdp->length))
        check_tables(handover, options, rsdp);
}
