/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search for an ACPI table: which root table counts, and what is made of the table that is
 * found. Tables are anything that keeps what prove_root_table.c proves of them.
 * Bounds: root tables of any size; an MCFG of up to two entries.
 *
 * cbmc: --unwind 5
 */
#include "common/acpi/mcfg.c"
#include "common/acpi/root_table.h"
#include "common/acpi/rsdp.h"
#include "tests/proof/nondet.h"
#include "tests/proof/stubs.h"

#include <stdlib.h>

#define acpi_check_table(memory, address, signature, ret_length)                                   \
    CALLEE(acpi_check_table, memory)(memory, address, signature, ret_length)
#define search_root(memory, ...)                 CALLEE(search_root, memory)(memory, __VA_ARGS__)
#define acpi_find_table(memory, rsdp, signature) real_acpi_find_table(memory, rsdp, signature)

struct acpi_table;
static const uint8_t *stub_acpi_check_table(struct acpi_memory *memory, uint64_t address,
                                            const char *signature, uint32_t *ret_length);
static void stub_search_root(struct acpi_memory *memory, const uint8_t *root, uint32_t root_length,
                             uint32_t width, const char *signature, struct acpi_table *table);

#include "common/acpi/root_table.c"

#undef acpi_find_table

static struct acpi_memory memory;
static struct acpi_roots roots;
static bool is_xsdt_read, is_rsdt_read; /* it is looked at */
static const uint8_t *xsdt, *rsdt;      /* where it is valid */
static uint32_t root_length;
static unsigned searches;
static struct acpi_table found;

bool acpi_read_rsdp(struct acpi_memory *from, uint64_t address, struct acpi_roots *ret_roots)
{
    (void)from;
    (void)address;
    roots = (struct acpi_roots){nondet_u32(), nondet_u64(), nondet_u32()};
    *ret_roots = roots;
    return nondet_bool();
}

static const uint8_t *stub_acpi_check_table(struct acpi_memory *from, uint64_t address,
                                            const char *signature, uint32_t *ret_length)
{
    static uint8_t anything;
    const uint8_t *root = nondet_bool() ? &anything : NULL;

    PROVE(from == &memory && searches == 0, "a search is the last that is done");
    root_length = *ret_length = nondet_u32();
    if (signature[0] == 'X') {
        PROVE(address == roots.xsdt && address != 0, "an XSDT is one that the RSDP names");
        is_xsdt_read = true;
        xsdt = root;
    } else {
        PROVE(address == roots.rsdt, "an RSDT is the one that the RSDP names");
        PROVE(!xsdt, "an RSDT counts only without a valid XSDT");
        PROVE(!is_xsdt_read || address != 0, "what is missing beside an XSDT is not damaged");
        is_rsdt_read = true;
        rsdt = root;
    }
    return root;
}

static void stub_search_root(struct acpi_memory *from, const uint8_t *root, uint32_t length,
                             uint32_t width, const char *signature, struct acpi_table *table)
{
    PROVE(from == &memory && root && length == root_length, "a valid table is searched");
    PROVE(width == (root == xsdt && xsdt ? 8 : 4), "its pointers have its width");
    PROVE(signature[0] == 'M', "it is searched for what was asked for");
    searches++;
    table->bytes = nondet_bool() ? malloc(ACPI_HEADER_SIZE) : NULL;
    table->length = nondet_u32();
    table->damaged |= nondet_bool() ? ACPI_DAMAGED_TABLE : 0;
    found = *table;
}

static void prove_find(uint64_t rsdp)
{
    struct acpi_table table = real_acpi_find_table(&memory, rsdp, "MCFG");

    PROVE(!table.bytes ||
              (searches == 1 && table.bytes == found.bytes && table.length == found.length),
          "what is found is in a root table");
    PROVE(searches == (xsdt || rsdt), "a valid root table is searched");
    PROVE(!(table.damaged & ACPI_DAMAGED_XSDT) == !(is_xsdt_read && !xsdt),
          "damage of the XSDT is told");
    PROVE(!(table.damaged & ACPI_DAMAGED_RSDT) == !(is_rsdt_read && !rsdt),
          "damage of the RSDT is told");
}

/* ------------------------------------------------------------------------------------------------
 * The windows of PCI
 */

struct acpi_table acpi_find_table(struct acpi_memory *from, uint64_t rsdp, const char *signature)
{
    (void)rsdp;
    PROVE(from == &memory && signature[0] == 'M', "an MCFG is looked for");
    found.length = nondet_u32();
    found.damaged = nondet_u32();
    ASSUME(found.length >= ACPI_HEADER_SIZE && found.length < FIRST_ENTRY + 3 * ENTRY_SIZE);
    found.bytes = nondet_bool() ? malloc(found.length) : NULL;
    return found;
}

static void prove_ecam(uint64_t rsdp)
{
    struct acpi_windows windows;
    size_t at = nondet_size();

    acpi_find_ecam(&memory, rsdp, &windows);
    PROVE(windows.count <= (found.bytes ? 2 : 0), "a window is an entry of the table");
    PROVE((windows.damaged & found.damaged) == found.damaged, "damage is told");
    if (at >= windows.count)
        return;
    PROVE(windows.windows[at].start < windows.windows[at].end, "no window is empty");
    PROVE(windows.windows[at].end <= UINT64_C(1) << 52, "a window is where memory can be");
}
