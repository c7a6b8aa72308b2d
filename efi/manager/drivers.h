/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI drivers of the user's, from \EFI\pvhboot\drivers and \EFI\systemd\drivers. They are looked
 * for only when a partition that is to be read has a file system that the firmware cannot read.
 */
#pragma once

#include "efi/efi.h"

#include "efi/firmware/volume.h"

/*
 * From now on, partition_open() may load drivers from `volume`, which must live as long as that is
 * called. `image` is the loader's own.
 */
void drivers_start(EFI_HANDLE image, const struct volume *volume);
