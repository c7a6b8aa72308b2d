/* SPDX-License-Identifier: BSD-2-Clause */
/* hvm_start_info: its fields, the command line, and the place of the boot info. */
#include "handover.h"
#include "report.h"

static void report_fields(const struct start_info *info)
{
    report("start_info.magic=0x%x", info->magic);
    report("start_info.version=%u", info->version);
    report("start_info.flags=0x%x", info->flags);
    report("start_info.nr_modules=%u", info->nr_modules);
    report("start_info.modlist_paddr=0x%llx", info->modlist_paddr);
    report("start_info.cmdline_paddr=0x%llx", info->cmdline_paddr);
    report("start_info.rsdp_paddr=0x%llx", info->rsdp_paddr);
    report("start_info.memmap_paddr=0x%llx", info->memmap_paddr);
    report("start_info.memmap_entries=%u", info->memmap_entries);
    report("start_info.reserved=0x%x", info->reserved);
}

/* Linux uses the first word as a stack for one call, and restores it. */
static bool is_writable(volatile uint32_t *word)
{
    uint32_t before = *word;
    *word = ~before;
    bool changed = *word == ~before;
    *word = before;
    return changed && *word == before;
}

static void check_list_pointers(const struct start_info *info)
{
    check(info->memmap_paddr != 0 && info->memmap_paddr % 8 == 0, "memmap-address", "0x%llx",
          info->memmap_paddr);
    if (info->nr_modules == 0)
        check(info->modlist_paddr == 0, "modlist-absent", "no module, but a list at 0x%llx",
              info->modlist_paddr);
    else
        check(info->modlist_paddr != 0 && info->modlist_paddr % 8 == 0, "modlist-address", "0x%llx",
              info->modlist_paddr);
}

static void check_cmdline(const struct handover *handover)
{
    uint64_t paddr = handover->info->cmdline_paddr;

    check(paddr != 0, "cmdline-address", "0");
    if (!check(handover->cmdline != NULL, "cmdline-terminated",
               "no end within 0x%x bytes from 0x%llx", CMDLINE_LIMIT, paddr))
        return;
    report_text("cmdline", handover->cmdline);

    uint32_t zeros = 0;
    while (zeros < CMDLINE_ZERO_BYTES && handover->cmdline[handover->cmdline_length + zeros] == 0)
        zeros++;
    check(zeros == CMDLINE_ZERO_BYTES, "cmdline-zero-bytes", "%u at the end", zeros);
    check(memmap_covers(handover, MEMMAP_RAM, (struct extent){paddr, paddr + CMDLINE_READABLE}),
          "cmdline-readable", "0x%llx+0x%x is not all RAM", paddr, CMDLINE_READABLE);
}

void check_start_info(const struct handover *handover)
{
    uint32_t address = handover->entry->ebx;
    struct start_info *info = handover->info;

    report("start_info=0x%x", address);
    check(address != 0 && address % 8 == 0, "start-info-address", "0x%x", address);
    if (!check(info != NULL, "start-info-magic", "none at 0x%x", address))
        return;
    report_fields(info);
    check(info->version == START_INFO_VERSION, "start-info-version", "%u", info->version);
    check(info->flags == 0, "start-info-flags", "0x%x", info->flags);
    check(info->reserved == 0, "start-info-reserved", "0x%x", info->reserved);
    check(is_writable(&info->magic), "start-info-writable", "0x%x keeps its value", address);
    check_list_pointers(info);
    check_cmdline(handover);
}

static void add_piece(struct piece *pieces, uint32_t *count, const char *name, uint64_t start,
                      uint64_t size)
{
    pieces[(*count)++] = (struct piece){name, {start, start + size}};
}

uint32_t boot_info_pieces(const struct handover *handover, struct piece *pieces)
{
    const struct start_info *info = handover->info;
    uint32_t count = 0;

    if (!info)
        return 0;
    add_piece(pieces, &count, "start_info", handover->entry->ebx, sizeof *info);
    add_piece(pieces, &count, "memmap", info->memmap_paddr,
              (uint64_t)info->memmap_entries * sizeof(struct memmap_entry));
    add_piece(pieces, &count, "command line", info->cmdline_paddr,
              handover->cmdline_length + CMDLINE_ZERO_BYTES);
    if (handover->nr_modules)
        add_piece(pieces, &count, "module list", info->modlist_paddr,
                  handover->nr_modules * sizeof(struct module_entry));
    for (uint32_t i = 0; i < handover->nr_modules; i++) {
        uint64_t paddr = handover->modules[i].cmdline_paddr;
        uint32_t length = 0;
        if (paddr && string_at(paddr, &length))
            add_piece(pieces, &count, "module's command line", paddr, (uint64_t)length + 1);
    }
    return count;
}

static bool touches_boot_info(const struct handover *handover, struct extent extent)
{
    static struct piece pieces[BOOT_INFO_PIECES];
    uint32_t count = boot_info_pieces(handover, pieces);

    for (uint32_t i = 0; i < count; i++)
        if (extent_overlaps(extent, pieces[i].extent))
            return true;
    return false;
}

static bool touches_modules(const struct handover *handover, struct extent extent)
{
    for (uint32_t i = 0; i < handover->nr_modules; i++) {
        const struct module_entry *module = &handover->modules[i];
        struct extent taken = {module->paddr, module->paddr + module->size};

        if (extent_overlaps(extent, taken))
            return true;
    }
    return false;
}

bool is_own_place(const struct handover *handover, struct extent extent)
{
    struct extent kept = {handover->image.start, handover->image.end + KEPT_FREE_AFTER_IMAGE};

    return extent.start >= OWN_TABLES_START && !extent_overlaps(extent, kept) &&
           !touches_boot_info(handover, extent) && !touches_modules(handover, extent);
}

typedef bool piece_rule(const struct handover *handover, struct extent piece);

static bool is_below_limit(const struct handover *handover, struct extent piece)
{
    (void)handover;
    return piece.end <= BOOT_INFO_LIMIT;
}

static bool is_in_same_large_page(const struct handover *handover, struct extent piece)
{
    uint64_t page = handover->entry->ebx / BOOT_INFO_PAGE * BOOT_INFO_PAGE;
    return extent_inside(piece, (struct extent){page, page + BOOT_INFO_PAGE});
}

static bool is_outside_image(const struct handover *handover, struct extent piece)
{
    return !extent_overlaps(piece, handover->image);
}

static bool is_not_after_image(const struct handover *handover, struct extent piece)
{
    uint64_t end = handover->image.end;
    return !extent_overlaps(piece, (struct extent){end, end + KEPT_FREE_AFTER_IMAGE});
}

static bool is_outside_scratch(const struct handover *handover, struct extent piece)
{
    (void)handover;
    return !extent_is_scratch(piece);
}

static bool is_in_ram(const struct handover *handover, struct extent piece)
{
    return memmap_covers(handover, MEMMAP_RAM, piece);
}

static void check_pieces(const struct handover *handover, const char *name, piece_rule *rule,
                         const struct piece *pieces, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!rule(handover, pieces[i].extent)) {
            check_failed(name, "%s at 0x%llx..0x%llx", pieces[i].name, pieces[i].extent.start,
                         pieces[i].extent.end);
            return;
        }
    }
    check_passed(name);
}

static void check_disjoint(const struct piece *pieces, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (extent_overlaps(pieces[i].extent, pieces[j].extent)) {
                check_failed("boot-info-disjoint", "%s at 0x%llx, %s at 0x%llx", pieces[j].name,
                             pieces[j].extent.start, pieces[i].name, pieces[i].extent.start);
                return;
            }
        }
    }
    check_passed("boot-info-disjoint");
}

void check_boot_info_place(const struct handover *handover)
{
    static struct piece pieces[BOOT_INFO_PIECES];
    uint32_t count = boot_info_pieces(handover, pieces);

    if (count == 0)
        return;
    check_pieces(handover, "boot-info-below-1g", is_below_limit, pieces, count);
    check_pieces(handover, "boot-info-one-page", is_in_same_large_page, pieces, count);
    check_pieces(handover, "boot-info-outside-image", is_outside_image, pieces, count);
    check_pieces(handover, "boot-info-not-after-image", is_not_after_image, pieces, count);
    check_pieces(handover, "boot-info-outside-scratch", is_outside_scratch, pieces, count);
    check_pieces(handover, "boot-info-in-ram", is_in_ram, pieces, count);
    check_disjoint(pieces, count);
}
