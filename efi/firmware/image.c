/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/image.h"

#include "efi/firmware/efi_error.h"

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
