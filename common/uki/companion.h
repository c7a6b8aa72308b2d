/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files beside a unified kernel image that add to it, as systemd-stub(7) has them: what they are by
 * their names, and what an addon may contain.
 */
#pragma once

#include "common/uki/uki.h"

enum companion_kind {
    COMPANION_NONE,
    COMPANION_ADDON,      /* .addon.efi: a PE file with more of the command line or the initrd */
    COMPANION_CREDENTIAL, /* .cred */
    COMPANION_SYSEXT,     /* .raw: a system extension; tools name them .sysext.raw */
    COMPANION_CONFEXT,    /* .confext.raw: a configuration extension */
};

/*
 * What a file is by its name, without directory. Only names of printable ASCII are any; those that
 * begin with a dot are none. An archive can hold them as they are: there is no / in them.
 */
enum companion_kind companion_kind_of(const char *name);

/*
 * Finds the sections of an addon, a file in memory. Only what a signature of the file covers is
 * looked at: nothing of its certificates. `uname` is our own image's .uname as by
 * uki_command_line(), NULL if it has none.
 *
 * ERROR_ADDON_WITH_KERNEL if there is a kernel inside: that is an image of its own.
 * ERROR_ADDON_UNAME if it was made for another kernel: both have a .uname, and they differ.
 */
bool addon_read(const uint8_t *bytes, uint64_t size, const char *uname, struct arena *arena,
                struct uki *ret_addon, struct error *error);
