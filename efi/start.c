/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the firmware enters. */
#include "efi/efi.h"

#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/console/timing.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/load_options.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/watchdog.h"
#include "efi/manager/manager.h"

/* How long a message stays before whoever started us clears the screen; enough for a line. */
#define READING_TIME 3000000 /* microseconds */

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

/* Boots what the options name, or an entry. */
static EFI_STATUS boot(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded,
                       const struct options *options, uint64_t start, struct arena *arena)
{
    CLEANUP(efi_file_close) EFI_FILE_HANDLE root = NULL;
    EFI_STATUS status = volume_open(loaded->DeviceHandle, &root);

    if (EFI_ERROR(status))
        return status;
    if (!options->request.kernel.path)
        return manager_run(image, loaded, root, options, start, arena);
    return boot_run(image, root, options, &options->request, arena);
}

static EFI_STATUS run(EFI_HANDLE image, uint64_t start)
{
    CLEANUP(arena_release) struct arena arena;
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    struct options options;
    EFI_STATUS status;

    pages_init_arena(&arena);
    status = BS->HandleProtocol(image, &guid, (void **)&loaded);
    if (EFI_ERROR(status))
        return console_error_status(status, "the firmware does not say where pvhboot comes from");
    status = load_options_collect(image, loaded, &arena, &options);
    if (EFI_ERROR(status))
        return status;
    if (options.version || options.help) {
        console_print("pvhboot %s\n%s", PVHBOOT_VERSION, options.help ? options_help : "");
        return EFI_SUCCESS;
    }
    return boot(image, loaded, &options, start, &arena);
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
