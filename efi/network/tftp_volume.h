/* SPDX-License-Identifier: BSD-2-Clause */
/* The server that pvhboot came from by PXE, as a volume: the directory of its boot file is the
 * root. */
#pragma once

#include "efi/firmware/volume.h"

/*
 * Opens it. False, without setting an error, when `device` was not booted from by PXE; *ret_volume
 * is then unchanged.
 */
bool tftp_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);
