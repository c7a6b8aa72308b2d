/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/image.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"

#include <string.h>

static void unload(EFI_HANDLE *program)
{
    if (*program)
        (void)BS->UnloadImage(*program);
}

static bool load(EFI_HANDLE image, EFI_HANDLE device, const char *path, struct arena *arena,
                 EFI_HANDLE *ret_program, struct error *error)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_DEVICE_PATH *device_path;
    EFI_STATUS status;

    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, path, ERROR_PATH_TOO_LONG);
    device_path = device_path_make_file(device, ucs2, arena);
    if (!device_path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    status = BS->LoadImage(FALSE, image, device_path, NULL, 0, ret_program);
    if (status == EFI_NOT_FOUND)
        return error_set_for(error, path, ERROR_PROGRAM_MISSING);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, path, status, ERROR_PROGRAM_LOAD);
    return true;
}

/* A driver stays loaded after it has started successfully, and may still use its load options. */
static bool is_driver(const EFI_LOADED_IMAGE *loaded)
{
    return loaded->ImageCodeType == EfiBootServicesCode ||
           loaded->ImageCodeType == EfiRuntimeServicesCode;
}

static bool set_options(EFI_HANDLE program, const char *path, const char *options,
                        struct arena *arena, bool *ret_driver, struct error *error)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    size_t count = strlen(options) + 1;
    CHAR16 *ucs2 = arena_alloc(arena, count, sizeof(*ucs2));
    EFI_STATUS status;

    if (!ucs2)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    status = BS->HandleProtocol(program, &guid, (void **)&loaded);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, path, status, ERROR_PROGRAM_OPTIONS);
    loaded->LoadOptionsSize = (UINT32)((utf8_to_utf16(options, ucs2, count) + 1) * sizeof(*ucs2));
    loaded->LoadOptions = ucs2;
    *ret_driver = is_driver(loaded);
    return true;
}

static bool start(EFI_HANDLE program, const char *path, struct error *error)
{
    CHAR16 *data = NULL;
    UINTN size = 0;
    EFI_STATUS status;

    watchdog_arm(); /* as the boot manager does for each boot option */
    status = BS->StartImage(program, &size, &data);
    watchdog_disarm();
    if (data)
        (void)BS->FreePool(data);
    if (!EFI_ERROR(status))
        return true;
    /* An image that could not be started is still loaded. For one that has exited, this fails. */
    (void)BS->UnloadImage(program);
    return error_set_efi_for(error, path, status, ERROR_PROGRAM_FAILED);
}

bool chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options,
               struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(unload) EFI_HANDLE program = NULL;
    EFI_HANDLE started;
    bool driver = false;

    pages_init_arena(&arena);
    if (!load(image, device, path, &arena, &program, error))
        return false;
    if (*options && !set_options(program, path, options, &arena, &driver, error))
        return false;
    started = program;
    program = NULL; /* the firmware unloads an application when it exits */
    if (!start(started, path, error))
        return false;
    if (driver)
        pages_init_arena(&arena); /* leaks the load options on purpose */
    return true;
}

bool image_find_loaded(EFI_HANDLE image, const EFI_LOADED_IMAGE **ret_loaded, struct error *error)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    EFI_STATUS status = BS->HandleProtocol(image, &guid, (void **)&loaded);

    *ret_loaded = loaded;
    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_NO_LOADED_IMAGE);
}

bool image_has_parent_program(const EFI_LOADED_IMAGE *loaded)
{
    EFI_GUID image_guid = LOADED_IMAGE_PROTOCOL;
    EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_LOADED_IMAGE *parent = NULL;
    void *file_system = NULL;

    if (!loaded->ParentHandle ||
        EFI_ERROR(BS->HandleProtocol(loaded->ParentHandle, &image_guid, (void **)&parent)))
        return false;
    return parent->DeviceHandle &&
           !EFI_ERROR(BS->HandleProtocol(parent->DeviceHandle, &volume_guid, &file_system));
}
