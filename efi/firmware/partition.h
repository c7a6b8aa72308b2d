/* SPDX-License-Identifier: BSD-2-Clause */
/* Partitions other than the one that pvhboot was started from. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/disk/partition_id.h"
#include "efi/firmware/volume.h"

/*
 * Sets what partition_open() calls for a file system that the firmware cannot read: it loads
 * further drivers and returns whether there are any new ones.
 */
void partition_set_driver_loader(bool (*load)(void));

/*
 * Opens the file system on a partition, which `name` (not copied) tells in messages. Where there
 * is none, or none that the firmware can read, the error names what the partition has.
 */
bool partition_open(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                    struct error *error);

/*
 * Opens the volume that "PARTUUID=...:/path" names; *ret_path is the path on it, a part of `path`.
 */
bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error);

/*
 * The extended boot loader partition (XBOOTLDR) of the disk that `device`, a partition, is on: NULL
 * for none. `device` itself is not meant. Firmware before UEFI 2.7 does not tell the types of
 * partitions: there the disk's partition table is read. False when out of memory or when the
 * firmware cannot list its partitions.
 */
bool partition_find_xbootldr(EFI_HANDLE device, EFI_HANDLE *ret_partition, struct error *error);
