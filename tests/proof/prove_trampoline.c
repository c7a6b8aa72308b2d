/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline's page tables and lists, whatever address below 4 GiB they are at.
 * Bounds: none for the tables; ITEMS copies and ranges to clear.
 *
 * with: pvh/trampoline_layout.c
 * cbmc: --unwind 6 --unwindset fill_tables.1:2049
 */
#include "pvh/trampoline.c"
#include "tests/proof/nondet.h"

#define ITEMS   3
#define PRESENT UINT64_C(1)
#define LARGE   UINT64_C(0x80)
#define ADDRESS UINT64_C(0x000ffffffffff000)

static struct page_table pages[TRAMPOLINE_TABLE_COUNT];

/* The table that an entry points to, as the processor reads it. */
static const struct page_table *table_at(uint64_t entry, uint64_t address)
{
    uint64_t number = ((entry & ADDRESS) - address) / PAGE_SIZE;

    PROVE(entry & PRESENT && !(entry & LARGE), "the entry points to a table");
    PROVE(number < TRAMPOLINE_TABLE_COUNT, "the table is one of ours");
    return &pages[number];
}

/* Intel SDM volume 3, section 4.5: from level 4, which CR3 names, to a page of 2 MiB. */
static void prove_tables(uint32_t page, uint32_t virtual, bool five_levels)
{
    uint64_t address = (uint64_t)page * PAGE_SIZE;
    const struct page_table *table = &pages[five_levels ? 1 : 0];
    uint64_t entry;

    ASSUME(address < 4 * GIB - sizeof(pages));
    fill_tables(pages, address);
    if (five_levels)
        table = table_at(table->entries[0], address);
    table = table_at(table->entries[0], address);
    table = table_at(table->entries[virtual >> 30], address);
    entry = table->entries[virtual >> 21 & 0x1ff];
    PROVE(entry & PRESENT && entry & LARGE && entry & 2, "it is a writable page of 2 MiB");
    PROVE((entry & ADDRESS) == (virtual & ~UINT64_C(0x1fffff)),
          "each address below 4 GiB is its own");
}

static void prove_copies(size_t count, size_t which)
{
    struct trampoline_copy list[ITEMS];
    struct plan_copy items[ITEMS];
    struct plan_copies copies = {.items = items, .count = count};

    ASSUME(count <= ITEMS && which < count);
    __CPROVER_havoc_object(items);
    for (size_t i = 0; i < ITEMS; i++)
        ASSUME(items[i].destination < 4 * GIB && items[i].source < 4 * GIB &&
               items[i].size < 4 * GIB);
    fill_copies(list, &copies);
    PROVE(list[which].destination == items[which].destination &&
              list[which].source == items[which].source && list[which].size == items[which].size,
          "a copy is what was planned");
}

static void prove_zeros(size_t count, size_t which)
{
    struct trampoline_zero list[ITEMS];
    struct range items[ITEMS];
    struct plan_ranges zeros = {.items = items, .count = count};

    ASSUME(count <= ITEMS && which < count);
    __CPROVER_havoc_object(items);
    for (size_t i = 0; i < ITEMS; i++)
        ASSUME(items[i].start < items[i].end && items[i].end < 4 * GIB);
    fill_zeros(list, &zeros);
    PROVE(list[which].start == items[which].start &&
              (uint64_t)list[which].start + list[which].size == items[which].end,
          "a range to clear is what was planned");
}

static void prove_layout(uint32_t copies, uint32_t zeros)
{
    uint64_t tables = trampoline_tables_offset(copies, zeros);

    PROVE(tables % PAGE_SIZE == 0, "page tables are at a page");
    PROVE(tables >= sizeof(struct trampoline_data) +
                        (uint64_t)copies * sizeof(struct trampoline_copy) +
                        (uint64_t)zeros * sizeof(struct trampoline_zero),
          "behind the lists");
    PROVE(trampoline_data_size(copies, zeros) == tables + sizeof(pages),
          "and all of them are inside");
}
