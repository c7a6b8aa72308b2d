/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot.h"

#include "common/base/text.h"
#include "efi/boot/boot_report.h"
#include "efi/boot/place.h"
#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/console/timing.h"
#include "efi/firmware/acpi.h"
#include "efi/firmware/exit.h"
#include "efi/firmware/machine.h"
#include "pvh/messages.h"
#include "pvh/plan_check.h"

#include <string.h>

/* What the firmware's boot manager is told. */
static EFI_STATUS status_of(enum error_code code)
{
    if (code == ERROR_READ)
        return EFI_DEVICE_ERROR;
    if (code == ERROR_OUT_OF_MEMORY || code == ERROR_UNPACK_MEMORY ||
        (code >= ERROR_MAP_STRIDE && code <= ERROR_NO_ROOM_FOR_STAGING))
        return EFI_OUT_OF_RESOURCES;
    return EFI_LOAD_ERROR;
}

/*
 * How much the boot takes and how much there is, behind what unpacking takes. All that it holds is
 * given back first: then what is free is what a user can count on.
 */
static void add_memory_figures(struct boot *boot, struct error *error)
{
    uint64_t kernel = kernel_memory(&boot->kernel);

    place_release(boot);
    kernel_release(&boot->kernel);
    error->number[2] = error->number[1] + kernel;
    if (!EFI_ERROR(memory_update(&boot->memory, boot->arena)))
        memory_count_free(&boot->memory, &error->number[3], &error->number[4]);
}

EFI_STATUS boot_error(struct boot *boot, const struct error *original)
{
    const char *name = boot->kernel.file.path;
    struct error copy = *original;
    const struct error *error = &copy;
    TEXT_ON_STACK(text, 800);
    uint64_t module;

    if (copy.code == ERROR_UNPACK_MEMORY)
        add_memory_figures(boot, &copy);
    if (error_module(error, &module) && module < boot->modules.count)
        name = module_name(&boot->modules.items[module]);
    error_append(&text, error);
    if (text.length == 0) /* it has been reported where it happened */
        return status_of(error->code);
    if (error_is_of_machine(error))
        return console_error(status_of(error->code), "%s", text.data);
    return console_error(status_of(error->code), "%s: %s", name, text.data);
}

static EFI_STATUS open_files(struct boot *boot, EFI_FILE_HANDLE root)
{
    EFI_STATUS status;

    (void)timing_enter(TIMING_OPENING);
    status = kernel_open(root, boot->request->kernel, &boot->kernel);
    if (EFI_ERROR(status))
        return boot->kernel.error.code == ERROR_READ ? status
                                                     : boot_error(boot, &boot->kernel.error);
    status = modules_open(root, boot->request, boot->arena, &boot->modules);
    boot->info = (struct boot_info_request){
        .command_line = boot->request->command_line,
        .module_commands = boot->modules.commands,
        .module_count = boot->modules.count,
    };
    return status;
}

/* The memory map tells which ACPI tables can be read; what they say is added to it. */
static EFI_STATUS collect_machine(struct boot *boot, bool overwrite_nvs)
{
    struct error error;
    EFI_STATUS status;

    (void)timing_enter(TIMING_MAP);
    status = memory_update(&boot->memory, boot->arena);
    if (EFI_ERROR(status))
        return status;
    acpi_collect(&boot->memory, &boot->rsdp);
    boot->overwrite_nvs = overwrite_nvs;
    return memory_build(&boot->memory, &error) ? EFI_SUCCESS : boot_error(boot, &error);
}

/* Writes all that the kernel is told, with the map as it is now; the final one follows. */
static EFI_STATUS write_boot_info(struct boot *boot)
{
    void *block = (void *)(uintptr_t)boot->plan.boot_info.start;
    struct error error;
    EFI_STATUS status;

    if (!plan_needed_ranges(&boot->plan, boot->arena, &boot->needed))
        return console_no_memory();
    memset(block, 0, range_size(boot->plan.boot_info));
    boot_info_write(block, &boot->info, &boot->plan, boot->rsdp);
    (void)timing_enter(TIMING_MAP);
    status = memory_update(&boot->memory, boot->arena);
    if (EFI_ERROR(status))
        return status;
    return write_final_map(boot, &error) ? EFI_SUCCESS : boot_error(boot, &error);
}

static EFI_STATUS load(struct boot *boot, EFI_FILE_HANDLE root, const struct options *options)
{
    EFI_STATUS status = open_files(boot, root);

    if (!EFI_ERROR(status))
        status = collect_machine(boot, options->overwrite_acpi_nvs);
    if (!EFI_ERROR(status))
        status = place_take_reclaimable(boot);
    if (!EFI_ERROR(status) && options->dry_run)
        report_firmware_map(boot);
    if (!EFI_ERROR(status))
        status = place_all(boot);
    if (!EFI_ERROR(status))
        status = write_boot_info(boot);
    return status;
}

static void show(const struct boot *boot, const struct options *options)
{
    if (options->verbose)
        timing_report();
    if (options->verbose || options->dry_run)
        report_plan(boot);
    if (options->dry_run)
        report_start_info(boot);
    report_warnings(boot);
    report_boot(boot, options->dry_run);
}

static void boot_release(struct boot *boot)
{
    progress_end();
    place_release(boot);
    modules_close(&boot->modules);
    kernel_close(&boot->kernel);
}

EFI_STATUS boot_run(EFI_HANDLE image, EFI_FILE_HANDLE root, const struct options *options,
                    const struct boot_request *request, struct arena *arena)
{
    CLEANUP(boot_release)
    struct boot boot = {.image = image, .request = request, .arena = arena};
    EFI_STATUS status = machine_check_platform();

    if (!EFI_ERROR(status))
        status = load(&boot, root, options);
    if (EFI_ERROR(status))
        return status;
    show(&boot, options);
    return options->dry_run ? EFI_SUCCESS : leave(&boot);
}
