/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about trust before anything is booted: Secure Boot's state, what our own image
 * vouches for, and the TPM. efi/boot/trust.h makes use of it.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/bls/boot_request.h"
#include "common/image/pe.h"
#include "common/trust/policy.h"
#include "common/uki/pins.h"
#include "common/uki/uki.h"
#include "efi/boot/measure.h"

/*
 * What files beside our own image add to what is in it; all of it is measured. Parts of the initrd
 * are for Linux.
 */
struct additions {
    const char *options;       /* appended to the command line by addons; NULL: nothing */
    const char *outer_options; /* the same from outside of a virtual machine, by SMBIOS */
    struct boot_files ucode;   /* of addons, in the order in which they were found; */
    struct boot_files initrds; /* named as the addon's file, without directory */
    struct boot_file archives[MEASURED_ARCHIVES]; /* of size 0: there is none */
};

/* One for each run of the loader. */
struct trust {
    struct arena *arena; /* of the whole run: of what errors say, too */
    enum secure_boot state;
    bool may_be_in_setup;     /* Secure Boot is there and off */
    struct error why_unknown; /* SECURE_BOOT_UNKNOWN: why the state cannot be read */
    const uint8_t *own_bytes; /* our own image in memory, */
    struct pe_sections own;   /* its sections, */
    struct pins pins;         /* its .pins, */
    const char *command_line; /* and its .cmdline, cleaned; NULL: it has none */
    bool is_unsigned;         /* it has no certificates; false also where that cannot be told */
    bool embedded;            /* the kernel that is started is in our own image: */
    struct uki uki;           /* the sections that apply, */
    unsigned profile;         /* with this profile, */
    struct additions added;   /* and what was found beside it */
    bool attended;            /* someone has chosen what is started, and can be asked */
    struct measurements measurements;
};

/*
 * Reads the state and the sections of our own image. What is allocated is in the arena. The TPM is
 * looked for by measure_start(), once it is known that this is no dry run.
 */
bool trust_start(const EFI_LOADED_IMAGE *loaded, struct arena *arena, struct trust *ret_trust,
                 struct error *error);
