/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers as volumes, by HTTP. */
#pragma once

#include "efi/efi.h"

#include "efi/firmware/volume.h"

/*
 * Opens the directory of the URL that pvhboot was started from, where `device` was booted from by
 * HTTP. For another device it returns false and leaves *error as it is.
 */
bool http_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);

/* Lets paths that are URLs be opened, whatever volume they are asked of. Calls nothing. */
void http_volume_take_urls(EFI_HANDLE device);

/*
 * Ends all transfers and leaves the network card as it was found. To be called before another
 * program is started, before boot services end, and at the end; does nothing if no URL was opened.
 */
void http_volume_stop(void);
