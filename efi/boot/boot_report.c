/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot_report.h"

#include "common/base/text.h"
#include "efi/arch/cpu.h"
#include "efi/boot/overlay.h"
#include "efi/console/console.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/system_table.h"
#include "efi/firmware/timing.h"
#include "pvh/platform/mtrr.h"
#include "pvh/platform/mtrr_warning.h"
#include "pvh/print_boot.h"
#include "pvh/warnings.h"

/* For %llu and %llx: uint64_t is unsigned long on some targets. */
#define U(number) ((unsigned long long)(number))

#define NAMES_SHOWN 4
#define LINE_SIZE   1000

static void append_name(struct text *text, const char *path)
{
    text_append_short(text, path_base_name(path), NAME_SHOWN);
}

static bool is_empty(const struct module *module, size_t part)
{
    return !module->is_offered && module->parts[part].file.source.size == 0;
}

static void append_files(struct text *text, const struct boot *boot)
{
    size_t shown = 0;
    size_t all = 0;

    append_name(text, boot->kernel.file.path);
    for (size_t i = 0; i < boot->modules.count; i++) {
        const struct module *module = &boot->modules.items[i];

        for (size_t part = 0; part < module->part_count; part++) {
            if (is_empty(module, part) || all++ >= NAMES_SHOWN)
                continue;
            text_append(text, " + ");
            append_name(text, module->parts[part].file.path);
            shown++;
        }
    }
    if (all > shown)
        text_format(text, " + %llu more", U(all - shown));
}

/* "ttyS0 and tty0": the devices of all console= options, as Linux and other kernels have them. */
static bool append_consoles(struct text *text, const char *command_line)
{
    static const char option[] = "console=";
    const char *word;
    bool any = false;

    for (size_t from = 0; (word = find_parameter(command_line, from, option));) {
        size_t length = 0;

        word += sizeof(option) - 1;
        while (word[length] && word[length] != ',' && !is_space(word[length]))
            length++;
        if (length > 0) {
            text_format(text, "%s%.*s", any ? " and " : "", (int)length, word);
            any = true;
        }
        from = (size_t)(word - command_line);
    }
    return any;
}

/* The console that the firmware has, for those who look at it and see nothing come. */
static void append_serial(struct text *text, const struct acpi_serial *serial)
{
    if (!serial->present)
        return;
    text_format(text, "; add console=ttyS%u", serial->number);
    if (serial->baud)
        text_format(text, ",%u", serial->baud);
    text_append(text, " for the serial port");
}

static void append_screen(struct text *text, const struct boot *boot)
{
    if (!overlay_has_screen(boot))
        text_append(text, "this screen stays until the kernel has a driver for it");
    else
        text_format(text, "it goes on %s if it has a framebuffer driver",
                    boot->graphics.is_console ? "here" : "on the screen");
}

void report_boot(const struct boot *boot, bool dry_run)
{
    const struct load_plan *plan = &boot->map.preparation.plan;
    const char *system = boot->kernel.image.notes.system;
    TEXT_ON_STACK(text, LINE_SIZE);
    TEXT_ON_STACK(clean, LINE_SIZE);
    TEXT_ON_STACK(consoles, 200);

    if (!*system)
        system = boot->request->title ? boot->request->title : "PVH kernel";
    text_append_short(&text, system, NAME_SHOWN);
    text_append(&text, ": ");
    append_files(&text, boot);
    text_format(&text, ", PVH entry 0x%x", plan->entry_point);
    if (plan->relocated)
        text_format(&text, " (moved from 0x%x)", boot->kernel.image.entry_point);
    text_format(&text, ", %llu RAM ranges; ", U(boot->map.preparation.e820.ram_count));
    if (dry_run)
        text_append(&text, "not started: dry run");
    else if (append_consoles(&consoles, boot->map.preparation.info.command_line))
        text_format(&text, "console continues on %s", consoles.data);
    else {
        text_append(&text, "no console= was given: ");
        append_screen(&text, boot);
        append_serial(&text, &boot->acpi.serial);
    }
    text_append_clean(&clean,
                      text.data); /* files and devices have the names that users gave them */
    console_print("%s\n", clean.data);
}

static void write_message(struct writer *writer, const char *text)
{
    (void)writer;
    console_message("%s", text);
}

/* An initrd that GRUB's and Fedora's tools leave empty is no mistake beside others. */
static void report_empty_parts(const struct module_list *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        const struct module *module = &modules->items[i];

        for (size_t part = 0; part < module->part_count; part++) {
            struct error error = {.code = ERROR_NONE};

            if (!is_empty(module, part))
                continue;
            (void)error_set_for(&error, module->parts[part].file.path, ERROR_INITRD_EMPTY);
            (void)console_print_error(&error, NULL);
        }
    }
}

void report_warnings(const struct boot *boot)
{
    const struct processor processor = cpu_processor();
    const struct e820_table *table = &boot->map.preparation.e820;
    struct mtrr_finding mtrrs = mtrr_check(&processor, table);
    const char *command_line = boot->map.preparation.info.command_line;
    struct writer messages = {write_message};

    report_empty_parts(&boot->modules);
    print_warnings(&messages, command_line, &boot->map.preparation.plan, table);
    print_mtrr_warning(&messages, command_line, &mtrrs);
}

void report_append_machine(struct text *text)
{
    const struct smbios_walk tables = system_table_smbios();
    const char *manufacturer = smbios_system_name(&tables, SMBIOS_MANUFACTURER);
    const char *product = smbios_system_name(&tables, SMBIOS_PRODUCT);

    text_append(text, "loader: pvhboot " PVHBOOT_VERSION "\nfirmware: ");
    system_table_append_firmware(text);
    text_append(text, ", ");
    system_table_append_specification(text);
    if (*manufacturer || *product) {
        text_append(text, "\nmachine: ");
        text_append_clean(text, manufacturer);
        text_append(text, *manufacturer && *product ? " " : "");
        text_append_clean(text, product);
    }
    text_append(text, "\n");
}

void report_machine(void)
{
    TEXT_ON_STACK(text, LINE_SIZE);
    TEXT_ON_STACK(date, 30);

    report_append_machine(&text);
    if (clock_append_date(&date))
        text_format(&text, "date: %s\n", date.data);
    console_write(text.data);
}

void report_plan(const struct boot *boot, struct writer *to)
{
    print_kernel(to, boot->kernel.file.path, &boot->kernel.image, &boot->map.preparation.plan);
    for (size_t i = 0; i < boot->modules.count; i++) {
        const struct module *module = &boot->modules.items[i];

        print_module(to, i, boot->map.preparation.plan.modules[i].range, module_name(module),
                     module->part_count - 1);
    }
    print_plan(to, &boot->map.preparation.plan, &boot->map.preparation.map,
               &boot->map.preparation.e820);
}

void report_firmware_map(const struct boot *boot)
{
    const struct firmware_map firmware = map_buffer_get(&boot->map.buffer);
    struct writer *to = &console_writer;

    print_firmware_map(to, &firmware, boot->acpi.ecam.windows, boot->acpi.ecam.count);
    print_tables(to, boot->acpi.occupied.items, boot->acpi.occupied.count);
    print_overlay_size(to, boot->overlay.size);
    print_reclaimable(to, &boot->reservation.reclaimable);
}

void report_e820(const struct boot *boot, struct writer *to)
{
    print_e820(to, &boot->map.preparation.e820);
}

void report_start_info(const struct boot *boot)
{
    uint64_t address = boot->map.preparation.plan.boot_info.start;

    print_start_info(&console_writer, (const void *)(uintptr_t)address, address);
    report_e820(boot, &console_writer);
}

void report_acpi(const struct boot *boot)
{
    static const char names[][5] = {"XSDT", "RSDT", "MCFG"}; /* by the bits of enum acpi_table */
    static const char versions[ACPI_VERSIONS][4] = {"1.0", "2.0"};

    for (int version = ACPI_VERSIONS - 1; version >= 0; version--) {
        if (boot->acpi.damaged_rsdp[version])
            console_message("warning: the ACPI %s root pointer at 0x%llx is damaged and is ignored",
                            versions[version], U(boot->acpi.damaged_rsdp[version]));
    }
    for (int version = ACPI_VERSIONS - 1; version >= 0; version--) {
        if (boot->acpi.unsafe_rsdp[version])
            console_message("warning: the ACPI %s tables of the root pointer at 0x%llx cannot be "
                            "kept and are ignored: they lie in free memory, or are too large",
                            versions[version], U(boot->acpi.unsafe_rsdp[version]));
    }
    if (!boot->acpi.rsdp)
        console_message(
            "warning: the firmware has no ACPI tables; the kernel will find few devices");
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (boot->acpi.ecam.damaged & 1U << i)
            console_message("warning: the ACPI table %s is damaged and is ignored; a firmware "
                            "update may fix it",
                            names[i]);
    }
}

void report_timing(struct writer *to)
{
    TEXT_ON_STACK(text, 300);

    timing_append(&text);
    writer_print(to, "time in ms: %s\n", text.data);
}
