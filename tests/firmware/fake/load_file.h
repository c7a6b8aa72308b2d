/* SPDX-License-Identifier: BSD-2-Clause */
/* An initrd that whoever starts the loader offers, by the protocol that Linux has defined for it.
 */
#pragma once

#include "efi/efi.h"

/* How the protocol behaves. A scenario's to set. */
struct offer_ways {
    EFI_STATUS size_query; /* what asking for the size gives; 0 for the usual */
    long grows;            /* so many bytes more when it is asked for the second time */
    size_t cut;            /* so many bytes are missing, which it says */
};
extern struct offer_ways offer_ways;

/* Offers random bytes, and expects them as a module. */
void offer_initrd(size_t size);

/* Offers them, and expects that nobody takes them. */
void offer_elsewhere(size_t size);
