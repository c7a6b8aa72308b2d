/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the boot manager share. */
#pragma once

#include "efi/efi.h"

#include "common/bls/catalog.h"
#include "common/bls/options.h"
#include "efi/firmware/volume.h"

struct manager {
    EFI_HANDLE image;
    const struct options *options;
    struct arena *arena;

    struct catalog catalog; /* its timeout is that of later boots */
    uint32_t timeout;       /* of this boot */
    struct default_selection selection;
    size_t default_entry; /* index, or the count for none */
    struct text messages; /* what has been said, for the menu to show */
    bool has_notice;      /* among them, to be read before a boot without a menu */
};
