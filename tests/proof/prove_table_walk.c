/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The visit of all ACPI tables: each that a root table names is visited, in order and once, and no
 * other. A table is anything that keeps what prove_acpi.c proves of one.
 * Bounds: root tables of up to LARGEST bytes, 36 of which are the header, or of more than 1 MiB;
 * any FADT.
 *
 * cbmc: -DLARGEST=52 --unwind 7
 */
#include "common/acpi/root_table.h"
#include "common/acpi/rsdp.h"
#include "common/acpi/table_walk.h"
#include "tests/proof/nondet.h"
#include "tests/proof/stubs.h"

#include <stdlib.h>

#define visit(walk, address, ret_table)  CALLEE(visit, walk)(walk, address, ret_table)
#define visit_named(walk, address)       CALLEE(visit_named, walk)(walk, address)
#define visit_root(walk, address, width) CALLEE(visit_root, width)(walk, address, width)
#define acpi_sums_to_zero                sum_anything

struct walk;
struct visited;
static bool stub_visit(struct walk *walk, uint64_t address, struct visited *ret_table);
static bool stub_visit_named(struct walk *walk, uint64_t address);
static bool stub_visit_root(struct walk *walk, uint64_t address, uint32_t width);
static bool sum_anything(const uint8_t *bytes, uint64_t length);

#include "common/acpi/table_walk.c"

static struct acpi_memory memory;
static bool has_ended; /* the visitor has had enough */
static bool is_valid;  /* the root table */

static bool sum_anything(const uint8_t *bytes, uint64_t length)
{
    PROVE(__CPROVER_r_ok(bytes, length), "what is summed can be read");
    is_valid = nondet_bool();
    return is_valid;
}

/* ------------------------------------------------------------------------------------------------
 * A table, and the tables that it names
 */

static struct visited table; /* that was found */
static bool is_found;
static uint64_t fields[4]; /* what is visited of an FADT */
static uint32_t count;
static uint32_t entry_width; /* of a root table; 0 for another */

/* The first is any table; the rest are those that it names. */
static bool stub_visit(struct walk *walk, uint64_t address, struct visited *ret_table)
{
    PROVE(walk->memory == &memory && !has_ended, "nothing is visited behind the end");
    *ret_table = (struct visited){NULL, 0};
    has_ended = nondet_bool();
    if (is_found) {
        PROVE(count < 4, "an FADT names four tables");
        fields[count++] = address;
        return !has_ended;
    }
    is_found = true;
    table.length = nondet_u32();
    ASSUME(table.length >= ACPI_HEADER_SIZE && table.length <= 16 * MIB);
    ASSUME(entry_width == 0 || table.length <= LARGEST || table.length > MIB);
    table.bytes = nondet_bool() ? malloc(table.length) : NULL;
    *ret_table = table;
    return !has_ended;
}

static bool is_fadt(void)
{
    return table.bytes && table.bytes[0] == 'F' && table.bytes[1] == 'A' && table.bytes[2] == 'C' &&
           table.bytes[3] == 'P';
}

static void prove_named(uint64_t address)
{
    struct walk walk = {&memory, NULL};
    bool goes_on = real_visit_named(&walk, address);
    uint32_t fits;

    PROVE(goes_on == !has_ended, "the visitor says whether to go on");
    PROVE(count == 0 || is_fadt(), "only an FADT names tables");
    if (!goes_on || !is_fadt())
        return;
    fits =
        (table.length >= 40) + (table.length >= 44) + (table.length >= 140) + (table.length >= 148);
    PROVE(count == fits, "as many as it has fields for");
    PROVE(count < 1 || fields[0] == read_le32(table.bytes + 36), "FACS");
    PROVE(count < 2 || fields[1] == read_le32(table.bytes + 40), "DSDT");
    PROVE(count < 3 || fields[2] == read_le64(table.bytes + 132), "FACS above 4 GiB");
    PROVE(count < 4 || fields[3] == read_le64(table.bytes + 140), "DSDT above 4 GiB");
}

/* ------------------------------------------------------------------------------------------------
 * A root table
 */

static uint32_t entries;

static bool stub_visit_named(struct walk *walk, uint64_t address)
{
    uint32_t at = ACPI_HEADER_SIZE + entries * entry_width;

    PROVE(walk->memory == &memory && !has_ended, "nothing is visited behind the end");
    PROVE(is_valid && at + entry_width <= table.length, "entries are those of a valid table");
    PROVE(address == (entry_width == 8 ? read_le64(table.bytes + at) : read_le32(table.bytes + at)),
          "each entry is visited in its turn");
    entries++;
    has_ended = nondet_bool();
    return !has_ended;
}

static void prove_root(uint64_t address, bool is_wide)
{
    struct walk walk = {&memory, NULL};
    bool goes_on;

    entry_width = is_wide ? 8 : 4;
    goes_on = real_visit_root(&walk, address, entry_width);
    PROVE(goes_on == !has_ended, "the visitor says whether to go on");
    PROVE(!goes_on || !is_valid || entries == (table.length - ACPI_HEADER_SIZE) / entry_width,
          "all entries are visited");
    PROVE(!is_valid || (table.bytes[0] == (is_wide ? 'X' : 'R') && table.bytes[1] == 'S'),
          "a root table has its name");
}

/* ------------------------------------------------------------------------------------------------
 * All
 */

static struct acpi_roots roots;
static unsigned told, visited_roots;

bool acpi_read_rsdp(struct acpi_memory *from, uint64_t address, struct acpi_roots *ret_roots)
{
    (void)from;
    (void)address;
    roots = (struct acpi_roots){nondet_u32(), nondet_u64(), nondet_u32()};
    ASSUME(roots.rsdp_size <= 256);
    *ret_roots = roots;
    return nondet_bool();
}

static bool found_rsdp(struct acpi_visitor *visitor, struct range range)
{
    (void)visitor;
    PROVE(range_size(range) == roots.rsdp_size && visited_roots == 0, "the RSDP is told first");
    told++;
    has_ended = nondet_bool();
    return !has_ended;
}

static bool stub_visit_root(struct walk *walk, uint64_t address, uint32_t width)
{
    PROVE(walk->memory == &memory && told == 1 && !has_ended, "nothing is visited behind the end");
    PROVE(visited_roots == 0 ? width == 8 && address == roots.xsdt
                             : width == 4 && address == roots.rsdt,
          "XSDT, then RSDT");
    visited_roots++;
    has_ended = nondet_bool();
    return !has_ended;
}

static void prove_all(uint64_t rsdp)
{
    struct acpi_visitor visitor = {.found = found_rsdp};
    bool goes_on;

    ASSUME(rsdp < UINT64_C(1) << 52);
    goes_on = acpi_visit_tables(&memory, rsdp, &visitor);
    PROVE(goes_on == !has_ended, "the visitor says whether to go on");
    PROVE(!goes_on || told == 0 || visited_roots == 2, "both root tables are visited");
}
