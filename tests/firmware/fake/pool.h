/* SPDX-License-Identifier: BSD-2-Clause */
/* AllocatePool and FreePool: each piece is a malloc() of its exact size, for the sanitizer to
 * watch. */
#pragma once

#include "efi/efi.h"

/* For the firmware, when it hands a piece to the loader, who is to free it. */
void *pool_take(size_t size);

/* Bytes of a piece that has not been given back; 0 for none. */
size_t pool_find_leak(void);

void pool_fill(EFI_BOOT_SERVICES *services);
