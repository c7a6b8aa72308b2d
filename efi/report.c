/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/report.h"

#include "common/text.h"
#include "efi/console.h"

#include <string.h>

/* As the printer wants them, whatever the width of uint64_t's type is here. */
#define U(number) ((unsigned long long)(number))

#define LINUX_COMMAND_LINE 2047
#define NAMES_SHOWN        4

static void append_files(struct text *text, const struct boot *boot)
{
    size_t shown = 0;
    size_t all = 0;

    text_append(text, path_base_name(boot->kernel.file.path));
    for (size_t i = 0; i < boot->modules.count; i++) {
        const struct module *module = &boot->modules.items[i];

        for (size_t part = 0; part < module->part_count; part++, all++) {
            if (shown == NAMES_SHOWN)
                continue;
            text_format(text, " + %s", path_base_name(module->parts[part].file.path));
            shown++;
        }
    }
    if (all > shown)
        text_format(text, " + %llu more", U(all - shown));
}

/* "ttyS0 and tty0": the devices of all console= options, as Linux and others name them. */
static bool append_consoles(struct text *text, const char *command_line)
{
    static const char option[] = "console=";
    bool any = false;

    for (const char *word = command_line; *word; word++) {
        size_t length = 0;

        if ((word > command_line && !is_space(word[-1])) ||
            strncmp(word, option, sizeof(option) - 1) != 0)
            continue;
        word += sizeof(option) - 1;
        while (word[length] && word[length] != ',' && !is_space(word[length]))
            length++;
        if (length > 0) {
            text_format(text, "%s%.*s", any ? " and " : "", (int)length, word);
            any = true;
        }
        word--; /* the loop goes on behind the '=' */
    }
    return any;
}

void report_boot(const struct boot *boot, bool dry_run)
{
    const struct load_plan *plan = &boot->plan;
    const char *system = boot->kernel.image.notes.system;
    TEXT_ON_STACK(text, 900);
    TEXT_ON_STACK(consoles, 200);

    if (!*system)
        system = boot->request->title ? boot->request->title : "PVH kernel";
    text_format(&text, "%s: ", system);
    append_files(&text, boot);
    text_format(&text, ", PVH entry 0x%x", plan->entry);
    if (plan->relocated)
        text_format(&text, " (moved from 0x%x)", boot->kernel.image.entry);
    text_format(&text, ", %llu RAM ranges; ", U(boot->memory.e820.ram_count));
    if (dry_run)
        text_append(&text, "not started: dry run");
    else if (append_consoles(&consoles, boot->request->command_line))
        text_format(&text, "console goes on at %s", consoles.data);
    else
        text_append(&text, "no console= was named: this screen stays until the kernel has a driver "
                           "for it");
    console_print("%s\n", text.data);
}

void report_warnings(const struct boot *boot)
{
    const struct e820_table *table = &boot->memory.e820;
    size_t length = strlen(boot->request->command_line);

    if (length > LINUX_COMMAND_LINE)
        console_message("warning: the command line has %llu bytes; Linux takes the first %d",
                        U(length), LINUX_COMMAND_LINE);
    if (table->lost_pieces)
        console_message(
            "warning: the memory map has more than %d entries; %llu small pieces of RAM "
            "(%llu KiB) are kept from the kernel",
            E820_MAX_ENTRIES, U(table->lost_pieces), U(table->lost / KIB));
    if (boot->plan.overwrites_nvs)
        console_message("warning: the kernel overwrites ACPI NVS: the machine must not sleep (S3)");
}

static void print_range(const char *what, struct range range)
{
    console_print("  %-12s 0x%llx-0x%llx\n", what, U(range.start), U(range.end - 1));
}

static void print_kernel(const struct boot *boot)
{
    const struct pvh_image *image = &boot->kernel.image;
    const struct load_plan *plan = &boot->plan;

    console_print("%s: ELF%u, %llu segments, PVH entry 0x%x%s\n", boot->kernel.file.path,
                  image->bits, U(image->segment_count), plan->entry,
                  plan->relocated ? ", moved" : "");
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct pvh_segment *segment = &image->segments[i];
        uint64_t start = segment->paddr - plan->link + plan->span.start;

        console_print("  segment %-4u 0x%llx-0x%llx, 0x%llx bytes from offset 0x%llx\n",
                      segment->header, U(start), U(start + segment->memsz - 1), U(segment->filesz),
                      U(segment->offset));
    }
    print_range("span", plan->span);
}

static void print_modules(const struct boot *boot)
{
    for (size_t i = 0; i < boot->modules.count; i++) {
        const struct module *module = &boot->modules.items[i];
        struct range range = boot->plan.modules[i].range;

        console_print("  module %-5llu 0x%llx-0x%llx %s", U(i), U(range.start), U(range.end - 1),
                      module_name(module));
        if (module->part_count > 1)
            console_print(" and %llu more", U(module->part_count - 1));
        console_print("\n");
    }
}

void report_plan(const struct boot *boot)
{
    const struct load_plan *plan = &boot->plan;

    print_kernel(boot);
    print_modules(boot);
    print_range("boot info", plan->boot_info);
    print_range("hand-over", (struct range){plan->handover_code.start, plan->handover_data.end});
    console_print("  staged       %llu bytes in %llu copies, %llu ranges to clear after exit\n",
                  U(plan->staged), U(plan->copies.count), U(plan->zero_later.count));
    console_print("  memory map   %llu descriptors, %llu entries, %llu of them RAM\n",
                  U(boot->memory.map.descriptors), U(boot->memory.e820.count),
                  U(boot->memory.e820.ram_count));
}

void report_maps(const struct boot *boot)
{
    const struct firmware_map firmware = memory_firmware_map(&boot->memory);
    const struct e820_table *table = &boot->memory.e820;

    for (size_t i = 0; i < boot->memory.map.descriptors; i++) {
        struct memory_descriptor descriptor = memory_map_descriptor(&firmware, i);

        console_print("efi %u %llx %llx %llx\n", descriptor.type, U(descriptor.attributes),
                      U(descriptor.start), U(descriptor.start + descriptor.pages * PAGE_SIZE));
    }
    for (size_t i = 0; i < boot->memory.ecam.count; i++)
        console_print("mcfg %llx %llx\n", U(boot->memory.ecam.windows[i].start),
                      U(boot->memory.ecam.windows[i].end));
    for (size_t i = 0; i < table->count; i++)
        console_print("e820 %u %llx %llx\n", table->entries[i].type, U(table->entries[i].addr),
                      U(table->entries[i].addr + table->entries[i].size));
}

void report_start_info(const struct boot *boot)
{
    uint64_t address = boot->plan.boot_info.start;
    const struct hvm_start_info *info = (const struct hvm_start_info *)(uintptr_t)address;
    const struct hvm_modlist_entry *modules =
        (const struct hvm_modlist_entry *)(uintptr_t)info->modlist_paddr;

    console_print("start_info at 0x%llx: magic 0x%x version %u flags %u nr_modules %u\n"
                  "  modlist_paddr 0x%llx cmdline_paddr 0x%llx rsdp_paddr 0x%llx\n"
                  "  memmap_paddr 0x%llx memmap_entries %u\n",
                  U(address), info->magic, info->version, info->flags, info->nr_modules,
                  U(info->modlist_paddr), U(info->cmdline_paddr), U(info->rsdp_paddr),
                  U(info->memmap_paddr), info->memmap_entries);
    console_write("  cmdline \"");
    console_write((const char *)(uintptr_t)info->cmdline_paddr);
    console_write("\"\n");
    for (uint32_t i = 0; i < info->nr_modules; i++) {
        console_print("  module %u: paddr 0x%llx size %llu cmdline_paddr 0x%llx", i,
                      U(modules[i].paddr), U(modules[i].size), U(modules[i].cmdline_paddr));
        if (modules[i].cmdline_paddr)
            console_print(" \"%s\"", (const char *)(uintptr_t)modules[i].cmdline_paddr);
        console_print("\n");
    }
}
