/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry point that the firmware calls. */
#include "efi/efi.h"

#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/console/log.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/image.h"
#include "efi/firmware/load_options.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"
#include "efi/manager/manager.h"

#include <string.h>

#define NOTICE_SIZE 300

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

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
    switch (error->code) {
    case ERROR_FILE_MISSING:
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
static bool are_foreign(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded,
                        const struct options *options, struct error *error)
{
    return options->starts_with_kernel && !load_options_are_from_shell(image) &&
           !is_file(&options->request.kernel, error) && !image_has_parent_program(loaded);
}

/*
 * Boots by entries instead. In case the options are the user's, with a mistake in them, they are
 * mentioned in a notice, and when there is no entry to boot, `mistake` is the error.
 */
static bool ignore_options(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded,
                           const struct error *mistake, struct volume *volume, uint64_t start,
                           struct measurements *measurements, struct arena *arena,
                           struct error *error)
{
    const struct options none = {.request = {.command_line = ""}};
    TEXT_ON_STACK(notice, NOTICE_SIZE);

    text_append_short(&notice, mistake->name, NAME_SHOWN);
    text_append(&notice, ": not a file; ignoring the load options and reading the entries");
    if (manager_run(image, loaded, volume, &none, notice.data, start, measurements, arena, error))
        return true;
    if (error->code == ERROR_NO_ENTRIES_DIRECTORY || error->code == ERROR_NO_BOOTABLE_ENTRY)
        *error = *mistake;
    return false;
}

/* Boots the kernel named on the command line, or an entry. */
static bool boot(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct options *options,
                 uint64_t start, struct measurements *measurements, struct arena *arena,
                 struct error *error)
{
    CLEANUP(volume_close) struct volume volume = {.kind = VOLUME_NONE};
    struct error mistake = {.code = ERROR_NONE};

    if (!volume_open(loaded->DeviceHandle, &volume, error))
        return false;
    if (!options->request.kernel.path)
        return manager_run(image, loaded, &volume, options, NULL, start, measurements, arena,
                           error);
    boot_request_set_volume(&options->request, &volume);
    if (are_foreign(image, loaded, options, &mistake))
        return ignore_options(image, loaded, &mistake, &volume, start, measurements, arena, error);
    return boot_run(image, options, &options->request, measurements, arena, error);
}

static bool read_options(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                         struct options *ret_options, struct error *error)
{
    enum load_options kind;

    if (!load_options_collect(image, loaded, arena, ret_options, &kind, error))
        return false;
    console_set_verbose(ret_options->verbose);
    if (kind == LOAD_OPTIONS_JUNK)
        console_verbose("the load options (%u bytes) are not text and are ignored",
                        loaded->LoadOptionsSize);
    return true;
}

static void end_log(struct arena *arena)
{
    log_end();
    arena_release(arena);
}

static EFI_STATUS run(EFI_HANDLE image, uint64_t start)
{
    CLEANUP(end_log) struct arena arena;
    struct error error = {.code = ERROR_NONE};
    const EFI_LOADED_IMAGE *loaded = NULL;
    struct measurements measurements = {.failure = EFI_SUCCESS};
    struct options options;

    pages_init_arena(&arena);
    log_start(&arena);
    if (!image_find_loaded(image, &loaded, &error) ||
        !read_options(image, loaded, &arena, &options, &error))
        return console_print_error(&error, NULL);
    if (options.version || options.help) {
        console_print("pvhboot %s\n%s", PVHBOOT_VERSION, options.help ? options_help : "");
        return EFI_SUCCESS;
    }
    if (!options.dry_run)
        measure_start(&measurements);
    if (!boot(image, loaded, &options, start, &measurements, &arena, &error)) {
        measure_tell_spent(&measurements, NULL);
        return console_print_error(&error, NULL);
    }
    return EFI_SUCCESS;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    uint64_t start = clock_now();
    EFI_STATUS status;

    (void)timing_enter(TIMING_START);
    ST = system_table;
    BS = system_table->BootServices;
    RT = system_table->RuntimeServices;
    /* The boot manager's five minutes are too short for slow media. A reset explains nothing. */
    watchdog_disarm();
    status = run(image, start);
    if (EFI_ERROR(status) && !load_options_are_from_shell(image))
        clock_wait(CONSOLE_READING_TIME); /* the boot manager may clear the screen */
    /* Returning through crt0 would clobber registers that the caller's convention preserves. */
    (void)BS->Exit(image, status, 0, NULL);
    return status;
}
