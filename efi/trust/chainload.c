/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/chainload.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/variables.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"
#include "efi/trust/image_services.h"
#include "efi/trust/shim.h"

#include <string.h>

/* A program, and the services by which it was loaded. */
struct program {
    struct image_services services;
    EFI_HANDLE handle; /* NULL for none */
    const char *path;
};

static void unload(struct program *program)
{
    if (program->handle)
        (void)program->services.unload(program->handle);
}

static bool fail_to_load(const struct program *program, EFI_STATUS status, struct error *error)
{
    if (status == EFI_NOT_FOUND)
        return error_set_for(error, program->path, ERROR_PROGRAM_MISSING);
    if (image_was_refused(status))
        return image_set_refused(program->services.by_shim, program->path, status, error);
    return error_set_efi_for(error, program->path, status, ERROR_PROGRAM_LOAD);
}

/* With `bytes`, which are those of the file, the firmware takes the path for a name. */
static bool load_as(EFI_HANDLE image, EFI_DEVICE_PATH *path, const struct program_request *request,
                    struct program *program, struct error *error)
{
    EFI_STATUS status =
        program->services.load(FALSE, image, path, (void *)(uintptr_t)request->bytes,
                               (UINTN)request->size, &program->handle);

    return !EFI_ERROR(status) || fail_to_load(program, status, error);
}

static bool load(EFI_HANDLE image, const struct program_request *request, struct program *program,
                 struct arena *arena, struct error *error)
{
    CLEANUP(volume_close) struct volume named = {.kind = VOLUME_NONE};
    EFI_HANDLE device = request->device;
    const char *path = program->path;
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_DEVICE_PATH *device_path;

    if (path_names_partition(path)) { /* opened, so that its file system is there */
        if (!partition_open_named(path, &named, &path, error))
            return false;
        device = named.device;
    }
    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, program->path, ERROR_PATH_TOO_LONG);
    device_path = device_path_make_file(device, ucs2, arena);
    if (!device_path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return load_as(image, device_path, request, program, error);
}

/* A driver stays loaded after it has started successfully, and may still use its load options. */
static bool is_driver(const EFI_LOADED_IMAGE *loaded)
{
    return loaded->ImageCodeType == EfiBootServicesCode ||
           loaded->ImageCodeType == EfiRuntimeServicesCode;
}

static bool set_options(const struct program *program, const char *options, struct arena *arena,
                        bool *ret_driver, struct error *error)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    size_t count = strlen(options) + 1;
    CHAR16 *ucs2 = arena_alloc(arena, count, sizeof(*ucs2));
    EFI_STATUS status;

    if (!ucs2)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    status = BS->HandleProtocol(program->handle, &guid, (void **)&loaded);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, program->path, status, ERROR_PROGRAM_OPTIONS);
    loaded->LoadOptionsSize = (UINT32)((utf8_to_utf16(options, ucs2, count) + 1) * sizeof(*ucs2));
    loaded->LoadOptions = ucs2;
    *ret_driver = is_driver(loaded);
    return true;
}

/*
 * shim has programs before 16.0 verified by its own protocol, which it removes when it sees another
 * program start, unless it is told to keep it (15.8 and later). Without the variable, a loader that
 * is started here could not ask shim.
 */
static void keep_shim_lock(void)
{
    static const uint8_t keep = 1;

    if (shim_find_lock())
        (void)variable_set_for_boot(&shim_guid, "ShimRetainProtocol", &keep, sizeof(keep));
}

/*
 * An image that the firmware could not start is still loaded; for one that has exited, unloading it
 * again fails. shim has freed what it started, and must not be asked to do so again.
 */
static bool start(struct program *program, struct error *error)
{
    EFI_HANDLE handle = program->handle;
    CHAR16 *data = NULL;
    UINTN size = 0;
    EFI_STATUS status;

    program->handle = NULL; /* an application is unloaded when it exits */
    watchdog_arm();         /* as the boot manager does for each boot option */
    status = program->services.start(handle, &size, &data);
    watchdog_disarm();
    if (data)
        (void)BS->FreePool(data);
    if (!EFI_ERROR(status))
        return true;
    if (!program->services.by_shim)
        (void)program->services.unload(handle);
    return error_set_efi_for(error, program->path, status, ERROR_PROGRAM_FAILED);
}

bool chainload(EFI_HANDLE image, const struct program_request *request, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(unload) struct program program = {image_services_find(), NULL, request->path};
    bool driver = false;

    pages_init_arena(&arena);
    keep_shim_lock();
    if (!load(image, request, &program, &arena, error))
        return false;
    if (*request->options && !set_options(&program, request->options, &arena, &driver, error))
        return false;
    if (request->on_loaded && !request->on_loaded(request->context, error))
        return false;
    if (!start(&program, error))
        return false;
    if (driver)
        pages_init_arena(&arena); /* leaks the load options on purpose */
    return true;
}

static bool check_driver(const struct program *program, struct error *error)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    EFI_STATUS status = BS->HandleProtocol(program->handle, &guid, (void **)&loaded);

    if (EFI_ERROR(status))
        return error_set_efi_for(error, program->path, status, ERROR_PROGRAM_LOAD);
    return is_driver(loaded) || error_set_for(error, program->path, ERROR_NO_DRIVER);
}

bool chainload_driver(EFI_HANDLE image, EFI_HANDLE device, const char *path, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(unload) struct program program = {image_services_find(), NULL, path};
    const struct program_request request = {.device = device, .path = path};

    pages_init_arena(&arena);
    if (program.services.by_shim || shim_find_lock())
        return error_set_for(error, path, ERROR_DRIVER_UNDER_SHIM);
    if (!load(image, &request, &program, &arena, error) || !check_driver(&program, error))
        return false;
    if (start(&program, error))
        return true;
    if (error->status == efi_status_number(EFI_ABORTED)) /* "unload me": it has done its work */
        error_clear(error);
    return false;
}
