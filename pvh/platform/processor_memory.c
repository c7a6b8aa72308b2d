/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/platform/processor_memory.h"

/*
 * The stack that UEFI promises (2.10, section 2.3.4). Above the stack pointer are the callers'
 * frames, and how much is below it is not known: both sides get as much as the whole.
 */
#define STACK_SIZE (UINT64_C(128) * 1024)

/* Intel SDM volume 3, section 4.3 and 4.5. */
#define ENTRY_PRESENT UINT64_C(0x1)
#define ENTRY_LARGE   UINT64_C(0x80)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

#define POINTERS_BELOW_4_GIB UINT64_C(4)                /* of level 3, 1 GiB each */
#define POINTERS_ALIGNMENT   (POINTERS_BELOW_4_GIB * 8) /* 32-bit firmware has no more */

struct finder {
    const struct memory_map *map;
    uint64_t (*read)(uint64_t address);
    struct processor_memory *memory;
};

static bool is_free(const struct memory_map *map, struct range range)
{
    for (size_t i = 0; i < map->count && map->ranges[i].range.start < range.end; i++) {
        if (map->ranges[i].class == MEMORY_CONVENTIONAL &&
            range_overlaps(map->ranges[i].range, range))
            return true;
    }
    return false;
}

/* Adds a range if some of it is free. True if it is. */
static bool add(const struct finder *finder, struct range range)
{
    struct processor_memory *memory = finder->memory;
    struct range pages = range_to_pages(range);
    struct range *last = memory->count > 0 ? &memory->ranges[memory->count - 1] : NULL;

    if (range_size(range) == 0 || !is_free(finder->map, pages))
        return false;
    if (last && last->end == pages.start)
        last->end = pages.end;
    else if (memory->count < PROCESSOR_MEMORY_MAX)
        memory->ranges[memory->count++] = pages;
    return true;
}

static bool add_page(const struct finder *finder, uint64_t address)
{
    return add(finder, (struct range){address, address + 1});
}

/* The tables that a table of level 2 names. */
static void add_directory(const struct finder *finder, uint64_t table, unsigned entry_size)
{
    uint64_t mask = entry_size == sizeof(uint32_t) ? UINT32_MAX : UINT64_MAX;

    for (uint64_t at = 0; at < PAGE_SIZE; at += entry_size) {
        uint64_t entry = finder->read(table + at) & mask;

        if ((entry & (ENTRY_PRESENT | ENTRY_LARGE)) == ENTRY_PRESENT)
            (void)add_page(finder, entry & ENTRY_ADDRESS);
    }
}

static void add_page_tables(const struct finder *finder, uint64_t table, unsigned level)
{
    if (!add_page(finder, table))
        return;
    /* The first entry of these has more than 4 GiB. */
    for (; level > 3; level--) {
        uint64_t entry = finder->read(table);

        if (!(entry & ENTRY_PRESENT))
            return;
        table = entry & ENTRY_ADDRESS;
        (void)add_page(finder, table);
    }
    if (level < 3) {
        add_directory(finder, table, sizeof(uint32_t));
        return;
    }
    for (uint64_t i = 0; i < POINTERS_BELOW_4_GIB; i++) {
        uint64_t entry = finder->read(table + i * sizeof(entry));

        if ((entry & (ENTRY_PRESENT | ENTRY_LARGE)) == ENTRY_PRESENT) {
            (void)add_page(finder, entry & ENTRY_ADDRESS);
            add_directory(finder, entry & ENTRY_ADDRESS, sizeof(uint64_t));
        }
    }
}

void processor_memory_find(const struct processor_state *state, const struct memory_map *map,
                           uint64_t (*read)(uint64_t address), struct processor_memory *ret_memory)
{
    const struct finder finder = {map, read, ret_memory};
    uint64_t sp = state->stack_pointer;
    uint64_t alignment = state->page_levels == 3 ? POINTERS_ALIGNMENT : PAGE_SIZE;

    ret_memory->count = 0;
    /* Where the map knows the stack, what lies beside it is free indeed. */
    if (sp > 0 && is_free(map, range_to_pages((struct range){sp - 1, sp})))
        (void)add(&finder, (struct range){sp > STACK_SIZE ? sp - STACK_SIZE : 0, sp + STACK_SIZE});
    (void)add(&finder, state->gdt);
    (void)add(&finder, state->idt);
    if (state->page_levels > 0)
        add_page_tables(&finder, align_down(state->page_table, alignment), state->page_levels);
}
