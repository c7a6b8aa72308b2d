/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules: their list, addresses and contents. */
#include "crc32.h"
#include "handover.h"
#include "report.h"

#define PAGE 4096u

/* mkmodule.py ends its files with this mark and the checksum of what precedes it. */
static const char sum_mark[12] = "PVHMODSUM:\0";
#define SUM_SIZE (sizeof sum_mark + sizeof(uint32_t))

static struct extent extent_of(const struct module_entry *module)
{
    return (struct extent){module->paddr, module->paddr + module->size};
}

static bool is_module_reachable(const struct module_entry *module)
{
    return module->size != 0 && is_reachable(module->paddr, module->size);
}

static bool has_checksum(const uint8_t *mark)
{
    for (uint32_t i = 0; i < sizeof sum_mark; i++)
        if (mark[i] != (uint8_t)sum_mark[i])
            return false;
    return true;
}

/* Reports the module with its checksum, and verifies that if the module contains it. */
static void check_contents(const struct module_entry *module, uint32_t number, const char *cmdline)
{
    const uint8_t *start = at_physical(module->paddr);
    uint32_t size = (uint32_t)module->size;
    bool carries_sum = size >= SUM_SIZE && has_checksum(start + size - SUM_SIZE);
    uint32_t body = carries_sum ? size - SUM_SIZE : size;
    uint32_t crc = crc32_continue(0, start, body);

    report_module(number, module->paddr, module->size,
                  crc32_continue(crc, start + body, size - body), cmdline);
    if (carries_sum) {
        uint32_t expected;
        __builtin_memcpy(&expected, start + size - sizeof expected, sizeof expected);
        check(crc == expected, numbered("module", number, "checksum"),
              "crc32 0x%08x, in the file 0x%08x", crc, expected);
    }
}

/* A module's command line is a non-empty string, or absent, for which "" is returned. */
static const char *check_module_cmdline(const struct module_entry *module, uint32_t number)
{
    uint32_t length = 0;
    const char *cmdline = "";

    if (module->cmdline_paddr == 0)
        return cmdline;
    cmdline = string_at(module->cmdline_paddr, &length);
    check(cmdline && length != 0, numbered("module", number, "cmdline"),
          "at 0x%llx: no end, or no text", module->cmdline_paddr);
    return cmdline ? cmdline : "";
}

static void check_module(const struct handover *handover, uint32_t number)
{
    const struct module_entry *module = &handover->modules[number];
    const char *cmdline = check_module_cmdline(module, number);

    if (check(is_module_reachable(module), numbered("module", number, "bounds"), "0x%llx+0x%llx",
              module->paddr, module->size))
        check_contents(module, number, cmdline);
}

typedef bool module_rule(const struct handover *handover, const struct module_entry *module);

static bool is_page_aligned(const struct handover *handover, const struct module_entry *module)
{
    (void)handover;
    return module->paddr % PAGE == 0;
}

static bool is_reserved_zero(const struct handover *handover, const struct module_entry *module)
{
    (void)handover;
    return module->reserved == 0;
}

static bool is_in_ram(const struct handover *handover, const struct module_entry *module)
{
    return memmap_covers(handover, MEMMAP_RAM, extent_of(module));
}

static bool is_outside_scratch(const struct handover *handover, const struct module_entry *module)
{
    (void)handover;
    return !extent_is_scratch(extent_of(module));
}

static bool is_away_from_image(const struct handover *handover, const struct module_entry *module)
{
    struct extent kept = {handover->image.start, handover->image.end + KEPT_FREE_AFTER_IMAGE};
    return !extent_overlaps(extent_of(module), kept);
}

static bool is_away_from_boot_info(const struct handover *handover,
                                   const struct module_entry *module)
{
    static struct piece pieces[BOOT_INFO_PIECES];
    uint32_t count = boot_info_pieces(handover, pieces);

    for (uint32_t i = 0; i < count; i++)
        if (extent_overlaps(extent_of(module), pieces[i].extent))
            return false;
    return true;
}

/* Linux frees the rest of a module's last page together with the module. */
static bool is_alone_in_its_pages(const struct handover *handover,
                                  const struct module_entry *module)
{
    struct extent pages = {module->paddr / PAGE * PAGE,
                           (module->paddr + module->size + PAGE - 1) / PAGE * PAGE};

    for (uint32_t i = 0; i < handover->nr_modules; i++)
        if (&handover->modules[i] != module &&
            extent_overlaps(pages, extent_of(&handover->modules[i])))
            return false;
    return true;
}

static void check_all(const struct handover *handover, const char *name, module_rule *rule)
{
    for (uint32_t i = 0; i < handover->nr_modules; i++) {
        const struct module_entry *module = &handover->modules[i];
        if (!rule(handover, module)) {
            check_failed(name, "module %u: 0x%llx+0x%llx", i, module->paddr, module->size);
            return;
        }
    }
    check_passed(name);
}

static void check_number(const struct handover *handover, const struct options *options)
{
    uint32_t announced = handover->info->nr_modules;

    check(announced == handover->nr_modules, "modules-readable", "%u of %u", handover->nr_modules,
          announced);
    if (options->expects_modules)
        check(announced == options->modules, "modules-number", "%u, expected %u", announced,
              options->modules);
}

void check_modules(const struct handover *handover, const struct options *options)
{
    if (!handover->info)
        return;
    check_number(handover, options);
    for (uint32_t number = 0; number < handover->nr_modules; number++)
        check_module(handover, number);
    if (handover->nr_modules == 0)
        return;
    check_all(handover, "modules-reserved", is_reserved_zero);
    check_all(handover, "modules-page-aligned", is_page_aligned);
    check_all(handover, "modules-in-ram", is_in_ram);
    check_all(handover, "modules-outside-scratch", is_outside_scratch);
    check_all(handover, "modules-away-from-image", is_away_from_image);
    check_all(handover, "modules-away-from-boot-info", is_away_from_boot_info);
    check_all(handover, "modules-alone-in-their-pages", is_alone_in_its_pages);
}
