/* SPDX-License-Identifier: BSD-2-Clause */
/* AllocatePool and FreePool. Each allocation has its exact size, for the address sanitizer. */
#pragma once

#include "efi/efi.h"

/* For the firmware, to allocate what the loader must free. */
void *pool_take(size_t size);

/* The size of an allocation that has not been freed; 0 for none. */
size_t pool_find_leak(void);

void pool_fill(EFI_BOOT_SERVICES *services);
