/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/boot_volume.h"

#include "efi/firmware/file_system.h"

bool boot_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    return file_system_open(device, ret_volume, error);
}
