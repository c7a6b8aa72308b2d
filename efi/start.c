/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry point that the firmware calls. */
#include "efi/efi.h"

#include "efi/arch/vector_registers.h"
#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/console/log.h"
#include "efi/console/usage.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/image.h"
#include "efi/firmware/load_options.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"
#include "efi/manager/drivers.h"
#include "efi/manager/manager.h"
#include "efi/network/boot_volume.h"
#include "efi/network/http_volume.h"
#include "efi/stub/stub.h"

#include <string.h>

#define NOTICE_SIZE 300

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

/* One run of the loader. */
struct run {
    EFI_HANDLE image;
    const EFI_LOADED_IMAGE *loaded;
    uint64_t start; /* clock_now() when efi_main() was entered */
    struct arena *arena;
    struct trust trust;
    struct options options;
};

/* "fs0:/x" is a path of the UEFI shell; "UEFI: ..." is a description from a boot menu. */
static bool has_drive(const char *path)
{
    const char *colon = strchr(path, ':');

    return colon && (colon[1] == '/' || colon[1] == '\\');
}

/*
 * Whether the path names a file. False with *error when there is none; when that is unknown, true:
 * booting it then reports why.
 */
static bool is_file(const struct boot_file *kernel, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = kernel->path};

    if (file_open(kernel->volume, kernel->path, &file, error))
        return true;
    if (file_is_missing(&file))
        return false;
    switch (error->code) {
    case ERROR_FILE_IS_DIRECTORY:
    case ERROR_PATH_TOO_LONG:
        return false;
    case ERROR_PATH_WITH_DRIVE:
        return has_drive(kernel->path);
    case ERROR_FILE_OPEN: /* a name that the file system cannot have */
        return error->status != efi_status_number(EFI_INVALID_PARAMETER);
    default:
        return true;
    }
}

/*
 * LoadOptions may not be meant for us: network boots pass a description ("Onboard NIC (IPv4)"), and
 * U-Boot its bootargs. Options that a user wrote start with an option or with the path of a file.
 * Options of another program, an entry of ours among them, are meant: to read the entries instead
 * could start us over and over. True with *error, what is wrong with the path.
 */
static bool are_foreign(const struct run *run, struct error *error)
{
    return run->options.starts_with_kernel && !load_options_are_from_shell(run->image) &&
           !is_file(&run->options.request.kernel, error) && !image_has_parent_program(run->loaded);
}

static bool boot_entries(struct run *run, struct volume *volume, const struct options *options,
                         const char *notice, struct error *error)
{
    return manager_run(run->image, run->loaded, volume, options, &run->trust, notice, run->start,
                       run->arena, error);
}

/* Where the text is may hold another one by the time that the error is printed. */
static bool keep_text(const char **text, struct arena *arena)
{
    if (!*text)
        return true;
    *text = arena_strndup(arena, *text, strlen(*text));
    return *text;
}

/*
 * Boots by entries instead. In case the options are the user's, with a mistake in them, they are
 * mentioned in a notice, and when there is no entry to boot, `mistake` is the error, unless entries
 * could not be read.
 */
static bool ignore_options(struct run *run, struct error *mistake, struct volume *volume,
                           struct error *error)
{
    const struct options none = {.request = {.command_line = ""}};
    TEXT_ON_STACK(notice, NOTICE_SIZE);

    if (!keep_text(&mistake->name, run->arena) || !keep_text(&mistake->reason, run->arena))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    text_append_short(&notice, mistake->name, NAME_SHOWN);
    text_append(&notice, ": not a file; ignoring the load options and reading the entries");
    if (boot_entries(run, volume, &none, notice.data, error))
        return true;
    if (error->code == ERROR_NO_ENTRIES_DIRECTORY || error->code == ERROR_NO_BOOTABLE_ENTRY)
        *error = *mistake;
    return false;
}

/* Boots the kernel named on the command line, or an entry. */
static bool boot(struct run *run, struct error *error)
{
    CLEANUP(volume_close) struct volume volume = {.kind = VOLUME_NONE};
    struct boot_request *request = &run->options.request;
    struct error mistake = {.code = ERROR_NONE};

    if (!boot_volume_open(run->loaded->DeviceHandle, &volume, error))
        return false;
    drivers_start(run->image, &volume);
    if (!request->kernel.path)
        return boot_entries(run, &volume, &run->options, NULL, error);
    boot_request_set_volume(request, &volume);
    if (are_foreign(run, &mistake))
        return ignore_options(run, &mistake, &volume, error);
    return boot_run(run->image, &run->options, request, &run->trust, run->arena, error);
}

static bool read_options(struct run *run, struct error *error)
{
    enum load_options kind;

    if (!load_options_collect(run->image, run->loaded, run->arena, &run->options, &kind, error))
        return false;
    console_set_verbose(run->options.verbose);
    if (kind == LOAD_OPTIONS_JUNK)
        console_verbose("the load options (%u bytes) are not text and are ignored",
                        run->loaded->LoadOptionsSize);
    return true;
}

/* The kernel in our own image, or the one that the options or the entries name. */
static bool boot_any(struct run *run, struct error *error)
{
    if (!trust_start(run->loaded, run->arena, &run->trust, error))
        return false;
    if (stub_is_due(&run->trust))
        return stub_run(run->image, run->loaded, &run->trust, run->arena, error);
    if (!read_options(run, error))
        return false;
    if (usage_print(&run->options))
        return true;
    if (!run->options.dry_run)
        measure_start(&run->trust.measurements);
    return boot(run, error);
}

static void end_log(struct arena *arena)
{
    log_end();
    arena_release(arena);
}

static EFI_STATUS run_loader(EFI_HANDLE image, uint64_t start)
{
    CLEANUP(end_log) struct arena arena;
    struct error error = {.code = ERROR_NONE};
    struct run run = {.image = image, .start = start, .arena = &arena};
    bool done = false;

    pages_init_arena(&arena);
    log_start(&arena);
    if (image_find_loaded(image, &run.loaded, &error)) {
        http_volume_take_urls(run.loaded->DeviceHandle);
        done = boot_any(&run, &error);
        http_volume_stop();
    }
    if (done)
        return EFI_SUCCESS;
    measure_tell_spent(&run.trust.measurements, NULL);
    return console_print_error(&error, NULL);
}

/* The firmware's registers that decoders change are saved here, and given back. */
VECTOR_REGISTERS_ALLOWED static EFI_STATUS EFIAPI run_saving_registers(EFI_HANDLE image,
                                                                       uint64_t start)
{
    SAVE_VECTOR_REGISTERS();
    return run_loader(image, start);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    const uint64_t start = clock_now();
    const struct vector_state before = vector_registers_enable();
    EFI_STATUS status;

    (void)timing_enter(TIMING_START);
    ST = system_table;
    BS = system_table->BootServices;
    RT = system_table->RuntimeServices;
    /* The boot manager's five minutes are too short for slow media. A reset explains nothing. */
    watchdog_disarm();
    status = run_saving_registers(image, start);
    if (EFI_ERROR(status) && !load_options_are_from_shell(image))
        clock_wait(CONSOLE_READING_TIME); /* the boot manager may clear the screen */
    vector_registers_restore(before);
    return status;
}
