/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover.h"

/* The first byte of the body, by body.lds. */
extern const uint8_t image_start[] __attribute__((visibility("hidden")));
/* Not const, since mkelf.py fills it in after compilation. */
extern struct image_table image_table __attribute__((visibility("hidden")));

const char *string_at(uint64_t paddr, uint32_t *length)
{
    if (!is_reachable(paddr, 1))
        return NULL;
    const char *string = at_physical(paddr);
    for (*length = 0; *length < CMDLINE_LIMIT && is_reachable(paddr, *length + 1); ++*length)
        if (string[*length] == '\0')
            return string;
    return NULL;
}

static void read_lists(struct handover *handover)
{
    const struct start_info *info = handover->info;

    if (info->version >= 1 && info->memmap_entries <= MEMMAP_LIMIT &&
        is_reachable(info->memmap_paddr, info->memmap_entries * sizeof(struct memmap_entry))) {
        handover->memmap = at_physical(info->memmap_paddr);
        handover->memmap_entries = info->memmap_entries;
    }
    if (info->nr_modules != 0 && info->nr_modules <= MODULES_LIMIT &&
        is_reachable(info->modlist_paddr, info->nr_modules * sizeof(struct module_entry))) {
        handover->modules = at_physical(info->modlist_paddr);
        handover->nr_modules = info->nr_modules;
    }
    handover->cmdline = string_at(info->cmdline_paddr, &handover->cmdline_length);
}

void handover_read(struct handover *handover, const struct entry_state *entry)
{
    uint32_t image = (uint32_t)(uintptr_t)image_start - image_table.body_offset;

    handover->entry = entry;
    handover->table = &image_table;
    handover->image = (struct extent){image, (uint64_t)image + image_table.span};

    struct start_info *info = at_physical(entry->ebx);
    if (is_reachable(entry->ebx, sizeof *info) && info->magic == START_INFO_MAGIC) {
        handover->info = info;
        read_lists(handover);
    }
}
