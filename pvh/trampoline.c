/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/trampoline.h"

#include "common/base/range.h"
#include "common/base/units.h"

#include <assert.h>
#include <string.h>

/*
 * Segment descriptors (Intel SDM volume 3, section 3.4.5), present, with the accessed bit set so
 * that loading them writes nothing. The TSS has base 0 and limit 0x67; LTR marks it busy.
 */
#define GDT_CODE_32  UINT64_C(0x00cf9b000000ffff)
#define GDT_DATA     UINT64_C(0x00cf93000000ffff)
#define GDT_TSS_FREE UINT64_C(0x0000890000000067)

/*
 * Page tables for the copies: an identity mapping of the first 4 GiB with pages of 2 MiB, which
 * every processor supports (Intel SDM volume 3, section 4.5). With LA57 there is one more level.
 *
 *     table 0     level 4, for CR3
 *     table 1     level 5, for CR3 with LA57: points to table 0
 *     table 2     level 3
 *     tables 3-6  level 2, one for each GiB
 */
#define TABLE_ENTRIES UINT64_C(512)
#define LARGE_PAGE    (2 * MIB)
#define ENTRY_TABLE   UINT64_C(0x03) /* present, writable */
#define ENTRY_PAGE    UINT64_C(0xe3) /* present, writable, accessed, dirty, large */

struct page_table {
    uint64_t entries[TABLE_ENTRIES];
};

static_assert(sizeof(struct page_table) == PAGE_SIZE, "Intel SDM");

/* `address` is the physical address of `tables`. */
static void fill_tables(struct page_table *tables, uint64_t address)
{
    memset(tables, 0, 3 * sizeof(*tables));
    tables[0].entries[0] = (address + 2 * PAGE_SIZE) | ENTRY_TABLE;
    tables[1].entries[0] = address | ENTRY_TABLE;
    for (size_t i = 0; i < 4; i++)
        tables[2].entries[i] = (address + (3 + i) * PAGE_SIZE) | ENTRY_TABLE;
    for (size_t i = 0; i < 4 * TABLE_ENTRIES; i++)
        tables[3 + i / TABLE_ENTRIES].entries[i % TABLE_ENTRIES] = i * LARGE_PAGE | ENTRY_PAGE;
}

static void fill_copies(struct trampoline_copy *list, const struct plan_copies *copies)
{
    for (size_t i = 0; i < copies->count; i++) {
        list[i] = (struct trampoline_copy){
            .destination = (uint32_t)copies->items[i].destination,
            .source = (uint32_t)copies->items[i].source,
            .size = (uint32_t)copies->items[i].size,
        };
    }
}

static void fill_zeros(struct trampoline_zero *list, const struct plan_ranges *zeros)
{
    for (size_t i = 0; i < zeros->count; i++) {
        list[i] = (struct trampoline_zero){
            .start = (uint32_t)zeros->items[i].start,
            .size = (uint32_t)range_size(zeros->items[i]),
        };
    }
}

void trampoline_fill(void *memory, const struct load_plan *plan)
{
    struct trampoline_data *data = memory;
    struct trampoline_copy *copies = (struct trampoline_copy *)(data + 1);
    struct trampoline_zero *zeros = (struct trampoline_zero *)(copies + plan->copies.count);
    uint32_t address = (uint32_t)plan->trampoline_data.start;
    uint64_t tables = trampoline_tables_offset(plan->copies.count, plan->zero_after_exit.count);

    *data = (struct trampoline_data){
        .gdt = {0, GDT_CODE_32, GDT_DATA, GDT_TSS_FREE, 0},
        .gdtr = {sizeof(data->gdt) - 1, address},
        .start_info = (uint32_t)plan->boot_info.start,
        .entry_point = plan->entry_point,
        .copies = address + (uint32_t)sizeof(*data),
        .copy_count = (uint32_t)plan->copies.count,
        .zeros = address + (uint32_t)((uint8_t *)zeros - (uint8_t *)data),
        .zero_count = (uint32_t)plan->zero_after_exit.count,
        .tables = address + (uint32_t)tables,
    };
    fill_copies(copies, &plan->copies);
    fill_zeros(zeros, &plan->zero_after_exit);
    fill_tables((struct page_table *)((uint8_t *)memory + tables), address + tables);
}
