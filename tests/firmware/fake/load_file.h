/* SPDX-License-Identifier: BSD-2-Clause */
/* An initrd that is offered to the loader, with Linux's LINUX_EFI_INITRD_MEDIA_GUID. */
#pragma once

#include "efi/efi.h"

/* How the protocol behaves; set by scenarios. */
struct offer_ways {
    EFI_STATUS size_query; /* returned when asked for the size; 0 for EFI_BUFFER_TOO_SMALL */
    long grows;            /* how much larger it is at the second call, in bytes */
    size_t cut;            /* how many bytes are missing; the returned size is correct */
};
extern struct offer_ways offer_ways;

/* Offers an initrd of random bytes, and expects it as a module. */
void offer_initrd(size_t size);

/* Offers one, and expects that it is not used; or then, as the next part of a module. */
void offer_elsewhere(size_t size);
void expect_offered_part(void);
