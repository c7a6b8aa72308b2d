/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/image.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/file.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/watchdog.h"

#include <string.h>

static void unload(EFI_HANDLE *program)
{
    if (*program)
        (void)BS->UnloadImage(*program);
}

static EFI_STATUS load(EFI_HANDLE image, EFI_HANDLE device, const char *path, struct arena *arena,
                       EFI_HANDLE *ret_program)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_DEVICE_PATH *device_path;
    EFI_STATUS status;

    if (!path_to_ucs2(path, ucs2))
        return console_error(EFI_INVALID_PARAMETER, "%s: the path is too long; shorten it", path);
    device_path = device_path_make_file(device, ucs2, arena);
    if (!device_path)
        return console_no_memory();
    status = BS->LoadImage(FALSE, image, device_path, NULL, 0, ret_program);
    if (status == EFI_NOT_FOUND)
        return console_error(
            status, "%s: no such file; paths start at the root of pvhboot's own volume", path);
    if (EFI_ERROR(status))
        return console_error_status(status, "%s: cannot be started", path);
    return EFI_SUCCESS;
}

/* What has started well and is no application is still there, and so must be what it was given. */
static bool is_driver(const EFI_LOADED_IMAGE *loaded)
{
    return loaded->ImageCodeType == EfiBootServicesCode ||
           loaded->ImageCodeType == EfiRuntimeServicesCode;
}

static EFI_STATUS set_options(EFI_HANDLE program, const char *path, const char *options,
                              struct arena *arena, bool *ret_driver)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    size_t count = strlen(options) + 1;
    CHAR16 *ucs2 = arena_alloc(arena, count, sizeof(*ucs2));
    EFI_STATUS status;

    if (!ucs2)
        return console_no_memory();
    status = BS->HandleProtocol(program, &guid, (void **)&loaded);
    if (EFI_ERROR(status))
        return console_error_status(status, "%s: the firmware takes no options for it", path);
    loaded->LoadOptionsSize = (UINT32)((utf8_to_utf16(options, ucs2, count) + 1) * sizeof(*ucs2));
    loaded->LoadOptions = ucs2;
    *ret_driver = is_driver(loaded);
    return EFI_SUCCESS;
}

static EFI_STATUS start(EFI_HANDLE program, const char *path)
{
    CHAR16 *data = NULL;
    UINTN size = 0;
    EFI_STATUS status;

    watchdog_arm(); /* as the boot manager does for its options */
    status = BS->StartImage(program, &size, &data);
    watchdog_disarm();
    if (data)
        (void)BS->FreePool(data);
    if (EFI_ERROR(status)) {
        /* What was not started is still loaded; of what has ended the firmware knows no more. */
        (void)BS->UnloadImage(program);
        return console_error_status(status, "%s: this EFI program ended with an error", path);
    }
    return EFI_SUCCESS;
}

EFI_STATUS chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(unload) EFI_HANDLE program = NULL;
    EFI_HANDLE started;
    bool driver = false;
    EFI_STATUS status;

    pages_init_arena(&arena);
    status = load(image, device, path, &arena, &program);
    if (!EFI_ERROR(status) && *options)
        status = set_options(program, path, options, &arena, &driver);
    if (EFI_ERROR(status))
        return status;
    started = program;
    program = NULL; /* the firmware unloads an application when it ends */
    status = start(started, path);
    if (driver && !EFI_ERROR(status))
        pages_init_arena(&arena); /* with nothing in it to release */
    return status;
}
