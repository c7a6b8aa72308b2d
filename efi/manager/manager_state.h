/* SPDX-License-Identifier: BSD-2-Clause */
/* The state that the parts of the boot manager share. */
#pragma once

#include "efi/efi.h"

#include "common/bls/catalog.h"
#include "common/options/options.h"
#include "efi/boot/trust_state.h"
#include "efi/firmware/volume.h"

struct manager {
    EFI_HANDLE image;
    const EFI_LOADED_IMAGE *loaded;
    struct volume *volume; /* that we were started from */
    struct volume *macos;  /* with macOS's loader; open once that is an entry */
    const struct options *options;
    struct trust *trust;
    struct arena *arena;

    struct smbios_settings settings; /* from outside of a virtual machine */
    struct catalog catalog;          /* catalog.config.timeout is the saved one, for later boots */
    uint32_t timeout;                /* of this boot */
    struct default_selection selection;
    size_t default_entry; /* an index, or the number of entries for none */
    struct text messages; /* errors and diagnostics, shown above the menu */
    bool has_looked;      /* for automatic entries */
    bool can_enter_setup; /* the firmware's setup; once we have looked */
    bool is_fallback;     /* the entry is not the default, whose boot has failed */
    bool has_notice;      /* `messages` has a notice, to be shown before a boot without a menu */
};
