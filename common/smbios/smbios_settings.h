/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings that a virtual machine is given from outside, in SMBIOS OEM strings, as systemd-boot and
 * systemd-stub read them (smbios-type-11(7)):
 *
 *     io.systemd.boot.entries-extra:ID=TEXT       an entry, the text as in an entry file
 *     io.systemd.boot-entries.extra:ID=TEXT       the same
 *     io.systemd.boot.timeout=SETTING             as `timeout` in loader.conf
 *     io.systemd.boot.kernel-cmdline-extra=TEXT   appended to each kernel's command line
 *     io.systemd.stub.kernel-cmdline-extra=TEXT   the same for a unified kernel image
 */
#pragma once

#include "common/base/arena.h"
#include "common/smbios/smbios.h"

struct smbios_entry {
    const char *file_name; /* what its file would be called: "ID.conf" */
    const char *text;
};

/* Texts are those of the tables. All zero: none. */
struct smbios_settings {
    struct smbios_entry *entries;
    size_t entry_count, entry_capacity;
    const char *timeout; /* of each of these the first; NULL: there is none */
    const char *boot_options;
    const char *stub_options;
};

/* Reads all strings of the walk. False when out of memory. */
bool smbios_settings_read(struct smbios_walk *walk, struct arena *arena,
                          struct smbios_settings *ret_settings);
