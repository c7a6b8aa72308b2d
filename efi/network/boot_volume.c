/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/boot_volume.h"

#include "efi/firmware/file_system.h"
#include "efi/network/flat_volume.h"
#include "efi/network/http_volume.h"
#include "efi/network/tftp_volume.h"

static bool open_server(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    if (http_volume_open(device, ret_volume, error))
        return true;
    return error->code == ERROR_VOLUME_NO_FILE_SYSTEM &&
           tftp_volume_open(device, ret_volume, error);
}

bool boot_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    /* iPXE, and firmware that has loaded a disk's image, have both. */
    if (file_system_open(device, ret_volume, error)) {
        flat_volume_take(ret_volume);
        return true;
    }
    if (error->code != ERROR_VOLUME_NO_FILE_SYSTEM || !open_server(device, ret_volume, error))
        return false;
    error_clear(error);
    return true;
}
