/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/trampoline_layout.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <assert.h>
#include <stddef.h>

static_assert(offsetof(struct trampoline_data, gdtr) == TRAMPOLINE_GDTR, "trampoline.S");
static_assert(offsetof(struct trampoline_data, idtr) == TRAMPOLINE_IDTR, "trampoline.S");
static_assert(offsetof(struct trampoline_data, start_info) == TRAMPOLINE_START_INFO,
              "trampoline.S");
static_assert(offsetof(struct trampoline_data, entry_point) == TRAMPOLINE_ENTRY, "trampoline.S");
static_assert(offsetof(struct trampoline_data, copies) == TRAMPOLINE_COPIES, "trampoline.S");
static_assert(offsetof(struct trampoline_data, copy_count) == TRAMPOLINE_COPY_COUNT,
              "trampoline.S");
static_assert(offsetof(struct trampoline_data, zeros) == TRAMPOLINE_ZEROS, "trampoline.S");
static_assert(offsetof(struct trampoline_data, zero_count) == TRAMPOLINE_ZERO_COUNT,
              "trampoline.S");
static_assert(offsetof(struct trampoline_data, tables) == TRAMPOLINE_TABLES, "trampoline.S");
static_assert(TRAMPOLINE_TABLE_SIZE == PAGE_SIZE, "trampoline.S");
static_assert(offsetof(struct trampoline_data, stack) + 64 == TRAMPOLINE_STACK_TOP, "trampoline.S");
static_assert(sizeof(struct trampoline_data) == TRAMPOLINE_DATA_SIZE, "trampoline.S");
static_assert(sizeof(struct trampoline_copy) == TRAMPOLINE_COPY_SIZE, "trampoline.S");
static_assert(sizeof(struct trampoline_zero) == TRAMPOLINE_ZERO_SIZE, "trampoline.S");

uint64_t trampoline_tables_offset(uint64_t copies, uint64_t zeros)
{
    return align_up(sizeof(struct trampoline_data) + copies * sizeof(struct trampoline_copy) +
                        zeros * sizeof(struct trampoline_zero),
                    PAGE_SIZE);
}

uint64_t trampoline_data_size(uint64_t copies, uint64_t zeros)
{
    return trampoline_tables_offset(copies, zeros) +
           TRAMPOLINE_TABLE_COUNT * (uint64_t)TRAMPOLINE_TABLE_SIZE;
}
