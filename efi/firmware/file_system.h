/* SPDX-License-Identifier: BSD-2-Clause */
/* Volumes that are file systems, by EFI_SIMPLE_FILE_SYSTEM_PROTOCOL. */
#pragma once

#include "efi/firmware/volume.h"

/*
 * Opens the file system on `device`, from which pvhboot was started. ERROR_VOLUME_NO_FILE_SYSTEM
 * when there is none.
 */
bool file_system_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);

/*
 * Opens the file system on another partition; `name`, which is not copied, is for messages.
 * ERROR_VOLUME_NO_FILE_SYSTEM when there is none that the firmware can read.
 */
bool file_system_open_other(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                            struct error *error);

/* Opens the first file system that is accepted, of those on other devices. False if there is none.
 */
bool file_system_search(EFI_HANDLE except, bool (*accepts)(const struct volume *volume),
                        struct volume *ret_volume);
