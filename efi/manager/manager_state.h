/* SPDX-License-Identifier: BSD-2-Clause */
/* The state that the parts of the boot manager share. */
#pragma once

#include "efi/efi.h"

#include "common/bls/catalog.h"
#include "common/options/options.h"
#include "efi/boot/trust_state.h"
#include "efi/firmware/volume.h"

/* Sets of Secure Boot keys on the volume: efi/manager/key_sets.h. */
struct key_sets {
    const struct volume *volume;
    const char **labels, **paths; /* of the menu, and of their directories; in the arena */
    size_t count, capacity;
};

struct manager {
    EFI_HANDLE image;
    const struct options *options;
    struct trust *trust;
    struct arena *arena;

    struct smbios_settings settings; /* from outside of a virtual machine */
    struct catalog catalog;          /* catalog.config.timeout is the saved one, for later boots */
    struct key_sets key_sets;
    uint32_t timeout; /* of this boot */
    struct default_selection selection;
    size_t default_entry; /* an index, or the number of entries for none */
    struct text messages; /* errors and diagnostics, shown above the menu */
    bool is_fallback;     /* the entry is not the default, whose boot has failed */
    bool has_notice;      /* `messages` has a notice, to be shown before a boot without a menu */
};
