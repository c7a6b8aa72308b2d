/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/image_services.h"

#include "efi/firmware/efi_error.h"
#include "efi/trust/shim.h"

/* A device path without a node: the end node alone. */
static const EFI_DEVICE_PATH empty_path = {0x7f, 0xff, {sizeof(empty_path), 0}};

struct image_services image_services_find(void)
{
    const struct shim_image_loader_protocol *shim = shim_find_image_loader();

    if (!shim)
        return (struct image_services){false, BS->LoadImage, BS->StartImage, BS->UnloadImage};
    return (struct image_services){true, shim->load_image, shim->start_image, shim->unload_image};
}

/*
 * The firmware is given no path. That EDK2 checks by its strictest policy, while with a path it
 * asks what its setup allows to be started from such a device. shim has one policy, and copies the
 * path without looking whether there is one.
 *
 * With EFI_SECURITY_VIOLATION there may be a program that can only be unloaded (UEFI 2.10, section
 * 7.4.1), and some firmware may leave one with other errors.
 */
EFI_STATUS image_services_try(const struct image_services *services, const struct image_file *file)
{
    EFI_DEVICE_PATH *path = services->by_shim ? (EFI_DEVICE_PATH *)(uintptr_t)&empty_path : NULL;
    EFI_HANDLE program = NULL;
    EFI_STATUS status = services->load(FALSE, file->parent, path, (void *)(uintptr_t)file->bytes,
                                       file->size, &program);

    if (program)
        (void)services->unload(program);
    return status;
}

bool image_was_refused(EFI_STATUS status)
{
    return status == EFI_ACCESS_DENIED || status == EFI_SECURITY_VIOLATION;
}

bool image_set_refused(bool by_shim, const char *path, EFI_STATUS status, struct error *error)
{
    return error_set_efi_for(error, path, status,
                             by_shim ? ERROR_REFUSED_BY_SHIM : ERROR_REFUSED_BY_FIRMWARE);
}
