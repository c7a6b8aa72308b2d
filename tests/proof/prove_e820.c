/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From classes of memory to the E820 table: RAM only where the map says RAM, whatever has to be
 * left out; what must stay RAM stays. Each step of it, of any table and with any limits: what
 * e820_build() makes of them in a row follows.
 * Bounds: RANGES ranges or entries at any addresses.
 *
 * with: common/base/error.c
 * cbmc: -DRANGES=2 --unwind 4
 * full: -DRANGES=3 --unwind 5
 */
#include "pvh/e820.c"
#include "tests/proof/proof.h"

static struct hvm_memmap_entry entries[RANGES];
static struct e820_table table = {.entries = entries, .capacity = RANGES};

static uint32_t type_at(uint64_t address)
{
    uint32_t type = E820_DROPPED;

    for (size_t i = 0; i < table.count; i++) {
        if (range_contains(entry_range(&entries[i]), address))
            type = entries[i].type;
    }
    return type;
}

/* Any table whose entries are sorted and disjoint. */
static void any_table(void)
{
    table.count = nondet_size();
    ASSUME(table.count <= RANGES);
    for (size_t i = 0; i < table.count; i++) {
        entries[i] = (struct hvm_memmap_entry){
            .addr = nondet_u64(), .size = nondet_u64(), .type = nondet_u8()};
        ASSUME(entries[i].size > 0 && entries[i].addr <= MEMMAP_END);
        ASSUME(entries[i].size <= MEMMAP_END - entries[i].addr);
        ASSUME(entries[i].type != E820_DROPPED);
        ASSUME(i == 0 || entry_end(&entries[i - 1]) <= entries[i].addr);
    }
}

static void check_form(void)
{
    for (size_t i = 0; i < table.count; i++) {
        PROVE(entries[i].size > 0 && entries[i].type != E820_DROPPED, "no entry is empty");
        PROVE(i == 0 || entry_end(&entries[i - 1]) <= entries[i].addr,
              "entries are sorted and disjoint");
    }
}

static void prove_conversion(uint64_t address)
{
    struct memory_range ranges[RANGES];
    struct memory_map map = {.ranges = ranges, .count = nondet_size()};
    enum memory_class class = MEMORY_NONE;

    ASSUME(map.count <= RANGES);
    for (size_t i = 0; i < map.count; i++) {
        ranges[i] = (struct memory_range){{nondet_u64(), nondet_u64()}, nondet_u8()};
        ASSUME(ranges[i].range.start < ranges[i].range.end && ranges[i].range.end <= MEMMAP_END);
        ASSUME(ranges[i].class > MEMORY_NONE && ranges[i].class < MEMORY_TABLES);
        ASSUME(i == 0 || ranges[i - 1].range.end <= ranges[i].range.start);
        if (range_contains(ranges[i].range, address))
            class = ranges[i].class;
    }
    convert_ranges(&table, &map);
    check_form();
    PROVE(type_at(address) == (class == MEMORY_NONE ? E820_DROPPED : e820_type(class)),
          "each address has the type of its class");
    PROVE(type_at(address) != HVM_MEMMAP_RAM || memory_is_ram(class) || class == MEMORY_OVERRIDDEN,
          "RAM is what the map says is RAM");
}

static void prove_drop(struct range needed, uint64_t smallest, uint64_t largest, size_t most,
                       uint64_t address)
{
    struct needed_cursor cursor = {&needed, 1, 0};
    uint32_t before, after;

    any_table();
    before = type_at(address);
    table.lost = 0;
    (void)drop_sizes(&table, cursor, smallest, largest, most);
    merge_entries(&table);
    check_form();
    after = type_at(address);
    PROVE(after != HVM_MEMMAP_RAM || before == HVM_MEMMAP_RAM, "nothing becomes RAM");
    PROVE(before == HVM_MEMMAP_RAM || after == before, "what is not RAM keeps its type");
    PROVE(before != HVM_MEMMAP_RAM || after == HVM_MEMMAP_RAM || !range_contains(needed, address),
          "what is needed as RAM stays RAM");
    PROVE(before == after || table.lost > 0, "what is left out is counted");
}

static void prove_join(uint64_t limit, size_t most, uint64_t address)
{
    uint32_t before, after;

    any_table();
    ASSUME(table.count > 0);
    before = type_at(address);
    join_gaps(&table, limit, most);
    merge_entries(&table);
    check_form();
    after = type_at(address);
    PROVE((after == HVM_MEMMAP_RAM) == (before == HVM_MEMMAP_RAM),
          "RAM stays what it was, and nothing becomes RAM");
    PROVE(after == before || after == HVM_MEMMAP_RESERVED, "what is joined is reserved");
}
