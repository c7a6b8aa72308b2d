/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/handover.h"

#include "pvh/handover_offsets.h"

#include <string.h>

static_assert(offsetof(struct handover_data, gdtr) == HANDOVER_GDTR, "handover.S");
static_assert(offsetof(struct handover_data, idtr) == HANDOVER_IDTR, "handover.S");
static_assert(offsetof(struct handover_data, start_info) == HANDOVER_START_INFO, "handover.S");
static_assert(offsetof(struct handover_data, entry) == HANDOVER_ENTRY, "handover.S");
static_assert(offsetof(struct handover_data, copies) == HANDOVER_COPIES, "handover.S");
static_assert(offsetof(struct handover_data, copy_count) == HANDOVER_COPY_COUNT, "handover.S");
static_assert(offsetof(struct handover_data, zeros) == HANDOVER_ZEROS, "handover.S");
static_assert(offsetof(struct handover_data, zero_count) == HANDOVER_ZERO_COUNT, "handover.S");
static_assert(offsetof(struct handover_data, stack) + 64 == HANDOVER_STACK_TOP, "handover.S");
static_assert(sizeof(struct handover_data) == HANDOVER_DATA_SIZE, "handover.S");
static_assert(sizeof(struct handover_copy) == HANDOVER_COPY_SIZE, "handover.S");
static_assert(sizeof(struct handover_zero) == HANDOVER_ZERO_SIZE, "handover.S");

/*
 * Segment descriptors (Intel SDM volume 3, section 3.4.5), present, with the accessed bit set so
 * that loading them writes nothing. The TSS has base 0 and limit 0x67; LTR marks it busy.
 */
#define GDT_CODE_32  UINT64_C(0x00cf9b000000ffff)
#define GDT_DATA     UINT64_C(0x00cf93000000ffff)
#define GDT_TSS_FREE UINT64_C(0x0000890000000067)

uint64_t handover_data_size(uint64_t copies, uint64_t zeros)
{
    return sizeof(struct handover_data) + copies * sizeof(struct handover_copy) +
           zeros * sizeof(struct handover_zero);
}

static void fill_copies(struct handover_copy *list, const struct plan_copies *copies)
{
    for (size_t i = 0; i < copies->count; i++) {
        list[i] = (struct handover_copy){
            .destination = (uint32_t)copies->items[i].destination,
            .source = (uint32_t)copies->items[i].source,
            .size = (uint32_t)copies->items[i].size,
        };
    }
}

static void fill_zeros(struct handover_zero *list, const struct plan_ranges *zeros)
{
    for (size_t i = 0; i < zeros->count; i++) {
        list[i] = (struct handover_zero){
            .start = (uint32_t)zeros->items[i].start,
            .size = (uint32_t)range_size(zeros->items[i]),
        };
    }
}

void handover_fill(void *memory, const struct load_plan *plan)
{
    struct handover_data *data = memory;
    struct handover_copy *copies = (struct handover_copy *)(data + 1);
    struct handover_zero *zeros = (struct handover_zero *)(copies + plan->copies.count);
    uint32_t address = (uint32_t)plan->handover_data.start;

    *data = (struct handover_data){
        .gdt = {0, GDT_CODE_32, GDT_DATA, GDT_TSS_FREE, 0},
        .gdtr = {sizeof(data->gdt) - 1, address},
        .start_info = (uint32_t)plan->boot_info.start,
        .entry = plan->entry,
        .copies = address + (uint32_t)sizeof(*data),
        .copy_count = (uint32_t)plan->copies.count,
        .zeros = address + (uint32_t)((uint8_t *)zeros - (uint8_t *)data),
        .zero_count = (uint32_t)plan->zero_later.count,
    };
    fill_copies(copies, &plan->copies);
    fill_zeros(zeros, &plan->zero_later);
}
