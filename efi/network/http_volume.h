/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers as volumes, by HTTP. */
#pragma once

#include "efi/efi.h"

#include "efi/firmware/volume.h"

/* Lets paths that are URLs be opened, whatever volume they are asked of. Calls nothing. */
void http_volume_take_urls(EFI_HANDLE device);

/*
 * Ends all transfers and leaves the network card as it was found. To be called before another
 * program is started, before boot services end, and at the end; does nothing if no URL was opened.
 */
void http_volume_stop(void);
