/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot.h"

#include "efi/boot/boot_report.h"
#include "efi/boot/boot_source.h"
#include "efi/boot/boot_state.h"
#include "efi/boot/exit_boot_services.h"
#include "efi/boot/extra_archives.h"
#include "efi/boot/load.h"
#include "efi/boot/overlay.h"
#include "efi/boot/policy.h"
#include "efi/boot/reserve.h"
#include "efi/boot/trust.h"
#include "efi/console/log.h"
#include "efi/console/progress.h"
#include "efi/firmware/acpi.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/timing.h"

#include <string.h>

/*
 * Archives of the entry's extras, for Linux. If they are all of the initrd, what the caller offers
 * comes in front of them.
 */
static bool add_extras(struct boot *boot, struct error *error)
{
    const struct boot_request *request = boot->request;
    struct trust *trust = boot->trust;
    struct boot_file *archives = trust->added.archives;

    boot->initrds = request->initrds;
    boot->initrds.capacity = boot->initrds.count; /* what is appended is not in the request's */
    if (trust->embedded)
        return true;
    memset(archives, 0, sizeof(trust->added.archives)); /* of a boot that has failed */
    if (request->extras.count == 0 || !kernel_is_linux(&boot->kernel))
        return true;
    if (!extra_archives_read(trust, &request->extras, true, boot->arena, archives, error))
        return false;
    if (boot->initrds.count == 0 &&
        !initrd_add_offered(trust->state, false, boot->arena, &boot->initrds, error))
        return false;
    return extra_archives_append(archives, boot->arena, &boot->initrds) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

static bool open_files(struct boot *boot, struct error *error)
{
    const struct boot_request *request = boot->request;
    struct kernel *kernel = &boot->kernel;

    (void)timing_enter(TIMING_OPENING);
    if (!trust_check_request(boot, error) || !trust_measure_image(boot, error) ||
        !kernel_open(&request->kernel, kernel, error) || !trust_check_kernel(boot, error) ||
        !kernel_read_headers(kernel, error) ||
        !policy_check_kernel(kernel->image.bits, request->kernel.path, error) ||
        !trust_choose_command_line(boot, error) || !add_extras(boot, error) ||
        !modules_open(&boot->initrds, &request->modules, kernel_is_linux(kernel), boot->arena,
                      &boot->modules, error) ||
        !trust_watch_modules(boot, error))
        return false;
    boot->map.preparation.info = (struct boot_info_request){
        .command_line = boot->command_line,
        .module_commands = boot->modules.commands,
        .module_count = boot->modules.count,
    };
    return true;
}

/* Reading ACPI tables needs the memory map, and their ECAM windows are then added to the map. */
static bool collect_machine(struct boot *boot, struct error *error)
{
    struct preparation *preparation = &boot->map.preparation;
    struct firmware_map firmware;

    (void)timing_enter(TIMING_MAP);
    if (!boot_map_update(&boot->map, error))
        return false;
    acpi_collect(&preparation->map, &boot->acpi);
    report_acpi(boot);
    preparation->ecam = boot->acpi.ecam.windows;
    preparation->ecam_count = boot->acpi.ecam.count;
    preparation->tables = boot->acpi.occupied.items;
    if (!prepare_reserve_more(preparation, boot->acpi.occupied.count, error))
        return false;
    preparation->table_count = boot->acpi.occupied.count;
    firmware = map_buffer_get(&boot->map.buffer);
    if (!prepare_map(preparation, &firmware, error))
        return false;
    overlay_collect(boot);
    return true;
}

static bool load(struct boot *boot, bool dry_run, struct error *error)
{
    if (!open_files(boot, error) || !collect_machine(boot, error) ||
        !reserve_take_reclaimable(boot, error))
        return false;
    if (dry_run)
        report_firmware_map(boot);
    if (!load_all(boot, error) || !trust_check_modules(boot, error))
        return false;
    (void)timing_enter(TIMING_MAP);
    return start_kernel_prepare(boot, dry_run, error);
}

/*
 * Adds to ERROR_UNPACK_MEMORY how much memory the boot needs and how much is free. Everything is
 * released first, so that the boot's own memory counts as free.
 */
static void add_memory_figures(struct boot *boot, struct error *error)
{
    uint64_t kernel = kernel_memory(&boot->kernel);
    struct error ignored = {.code = ERROR_NONE};

    reserve_release(boot);
    kernel_release(&boot->kernel);
    error->number[2] = error->number[1] + kernel;
    if (reserve_update_map(boot, &ignored))
        memory_map_count_free(&boot->map.preparation.map, &error->number[3], &error->number[4]);
}

/*
 * What is not shown is only in the log, which the kernel gets with the overlay. Times are in it
 * only if the clock has been measured for something else, as it is when loading takes long: that
 * costs more than a short load.
 */
static void log_details(const struct boot *boot, const struct options *options)
{
    if (!overlay_is_placed(boot))
        return;
    if (!options->verbose && clock_is_measured())
        report_timing(&log_writer);
    if (!options->verbose && !options->dry_run)
        report_plan(boot, &log_writer);
    if (!options->dry_run)
        report_e820(boot, &log_writer);
}

/*
 * The last line is the first one on the screen that the kernel takes over, unless something else is
 * there to be read.
 */
static bool wants_clear_screen(const struct boot *boot, const struct options *options)
{
    return !options->dry_run && !options->verbose && !console_has_warned() &&
           overlay_has_screen(boot);
}

static void show(const struct boot *boot, const struct options *options)
{
    if (options->verbose)
        report_timing(&console_writer);
    if (options->verbose || options->dry_run)
        report_plan(boot, &console_writer);
    if (options->dry_run)
        report_start_info(boot);
    log_details(boot, options);
    if (wants_clear_screen(boot, options))
        graphics_clear(&boot->graphics);
    report_warnings(boot);
    report_boot(boot, options->dry_run);
}

static void boot_release(struct boot *boot)
{
    progress_end();
    reserve_release(boot);
    modules_close(&boot->modules);
    kernel_close(&boot->kernel);
}

bool boot_run(EFI_HANDLE image, const struct options *options, const struct boot_request *request,
              struct trust *trust, struct arena *arena, struct error *error)
{
    CLEANUP(boot_release)
    struct boot boot = {
        .image = image,
        .request = request,
        .trust = trust,
        .arena = arena,
        .map = {.preparation = {.arena = arena}},
        .overwrite_nvs = options->overwrite_acpi_nvs || request->overwrite_nvs,
        .no_overlay = options->request.no_overlay || request->no_overlay,
        .pass_framebuffer = options->request.pass_framebuffer || request->pass_framebuffer,
    };

    if (!policy_check(error))
        return false;
    if (options->dry_run)
        report_machine();
    if (!load(&boot, options->dry_run, error)) {
        if (error->code == ERROR_UNPACK_MEMORY)
            add_memory_figures(&boot, error);
        return false;
    }
    show(&boot, options);
    if (options->dry_run)
        return true;
    overlay_update(&boot);
    return trust_measure(&boot, error) && start_kernel(&boot, error);
}
