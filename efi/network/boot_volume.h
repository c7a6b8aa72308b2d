/* SPDX-License-Identifier: BSD-2-Clause */
/* The volume that pvhboot was started from, whatever it is. */
#pragma once

#include "efi/firmware/volume.h"

/*
 * Opens the volume that `device` stands for. ERROR_VOLUME_NO_FILE_SYSTEM when no files can be read
 * from there.
 */
bool boot_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);
