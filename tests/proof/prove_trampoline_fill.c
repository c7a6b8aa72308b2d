/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline's data: what the processor reads is where it is said to be, inside the memory that
 * the plan has for it. What is in lists and tables is proven by prove_trampoline.c.
 * Bounds: any address below 4 GiB; up to ITEMS copies and as many ranges to clear.
 *
 * with: pvh/trampoline_layout.c
 * cbmc: -DITEMS=200 --unwind 6
 */
#include "pvh/trampoline.h"
#include "tests/proof/nondet.h"
#include "tests/proof/stubs.h"

#include <stdlib.h>

#define fill_copies(list, copies)    CALLEE(fill_copies, list)(list, copies)
#define fill_zeros(list, zeros)      CALLEE(fill_zeros, list)(list, zeros)
#define fill_tables(tables, address) CALLEE(fill_tables, address)(tables, address)

struct page_table;
static void stub_fill_copies(struct trampoline_copy *list, const struct plan_copies *copies);
static void stub_fill_zeros(struct trampoline_zero *list, const struct plan_ranges *zeros);
static void stub_fill_tables(struct page_table *tables, uint64_t address);

#include "pvh/trampoline.c"

static struct load_plan plan;
static uint8_t *memory;
static uint64_t copies_at, zeros_at, tables_at; /* offsets of what was filled; 0 for nothing */

static uint64_t offset_of(const void *part)
{
    PROVE(__CPROVER_same_object(part, memory), "a part is in the memory that there is");
    return (uint64_t)((const uint8_t *)part - memory);
}

static void stub_fill_copies(struct trampoline_copy *list, const struct plan_copies *copies)
{
    PROVE(copies == &plan.copies && __CPROVER_w_ok(list, copies->count * 12),
          "there is room for the copies");
    copies_at = offset_of(list);
}

static void stub_fill_zeros(struct trampoline_zero *list, const struct plan_ranges *zeros)
{
    PROVE(zeros == &plan.zero_after_exit && __CPROVER_w_ok(list, zeros->count * 8),
          "there is room for what is cleared");
    zeros_at = offset_of(list);
}

static void stub_fill_tables(struct page_table *tables, uint64_t address)
{
    PROVE(__CPROVER_w_ok(tables, 7 * 4096), "there is room for the page tables");
    tables_at = offset_of(tables);
    PROVE(address == plan.trampoline_data.start + tables_at && address % 4096 == 0,
          "tables are filled for where they will be");
}

static void prove_fill(uint32_t page, uint32_t boot_info)
{
    const uint64_t start = (uint64_t)page << 12;
    const struct trampoline_data *data;
    uint64_t size;

    plan.copies.count = nondet_u8();
    plan.zero_after_exit.count = nondet_u8();
    ASSUME(plan.copies.count <= ITEMS && plan.zero_after_exit.count <= ITEMS);
    size = trampoline_data_size(plan.copies.count, plan.zero_after_exit.count);
    ASSUME(start < 4 * GIB - size);
    plan.trampoline_data = (struct range){start, start + size};
    plan.boot_info.start = boot_info;
    plan.entry_point = nondet_u32();
    memory = malloc(size);
    ASSUME(memory);
    trampoline_fill(memory, &plan);
    data = (const struct trampoline_data *)memory;
    PROVE(data->gdtr.base == start && data->gdtr.limit == 39 && data->gdt[0] == 0,
          "the GDT is where the data is");
    PROVE(data->idtr.limit == 0, "there is no interrupt table");
    PROVE(data->start_info == boot_info && data->entry_point == plan.entry_point,
          "the kernel gets what is planned");
    PROVE(data->copies == start + copies_at && data->copy_count == plan.copies.count &&
              data->zeros == start + zeros_at && data->zero_count == plan.zero_after_exit.count &&
              data->tables == start + tables_at,
          "lists and tables are where they are said to be");
    PROVE(copies_at >= sizeof(*data) && zeros_at >= copies_at + plan.copies.count * 12 &&
              tables_at >= zeros_at + plan.zero_after_exit.count * 8,
          "one behind the other");
}
