/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the firmware enters. */
#include "efi/efi.h"

#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/image.h"
#include "efi/firmware/load_options.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"
#include "efi/manager/manager.h"

/* How long a message stays before whoever started us clears the screen; enough for a line. */
#define READING_TIME 3000000 /* microseconds */

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

/* Boots what the options name, or an entry. */
static bool boot(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct options *options,
                 uint64_t start, struct arena *arena, struct error *error)
{
    CLEANUP(volume_close) struct volume volume = {.kind = VOLUME_NONE};

    if (!volume_open(loaded->DeviceHandle, &volume, error))
        return false;
    if (!options->request.kernel.path)
        return manager_run(image, loaded, &volume, options, start, arena, error);
    boot_request_set_volume(&options->request, &volume);
    return boot_run(image, options, &options->request, arena, error);
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

static EFI_STATUS run(EFI_HANDLE image, uint64_t start)
{
    CLEANUP(arena_release) struct arena arena;
    struct error error = {.code = ERROR_NONE};
    const EFI_LOADED_IMAGE *loaded = NULL;
    struct options options;

    pages_init_arena(&arena);
    if (!image_find_loaded(image, &loaded, &error) ||
        !read_options(image, loaded, &arena, &options, &error))
        return console_print_error(&error, NULL);
    if (options.version || options.help) {
        console_print("pvhboot %s\n%s", PVHBOOT_VERSION, options.help ? options_help : "");
        return EFI_SUCCESS;
    }
    if (!boot(image, loaded, &options, start, &arena, &error))
        return console_print_error(&error, NULL);
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
    /* The boot manager's five minutes are not enough for slow media, and a reset says nothing. */
    watchdog_disarm();
    status = run(image, start);
    if (EFI_ERROR(status) && !load_options_are_from_shell(image))
        (void)BS->Stall(READING_TIME);
    /* crt0's return would lose registers that the firmware's calling convention keeps. */
    (void)BS->Exit(image, status, 0, NULL);
    return status;
}
