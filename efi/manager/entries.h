/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot entries: \loader\entries\*.conf of the volume that pvhboot was started from. */
#pragma once

#include "efi/efi.h"

#include "common/bls/entry.h"
#include "common/bls/loader_config.h"

#define ENTRIES_DIRECTORY  "\\loader\\entries"
#define LOADER_CONFIG_PATH "\\loader\\loader.conf"

struct entry_list {
    struct boot_entry *items;
    size_t count, capacity;
    bool no_directory;
};

/*
 * Reads all entries, in the menu's order and with labels. One that cannot be read costs a message,
 * a missing directory nothing. Prints its own error.
 */
EFI_STATUS entries_read(EFI_FILE_HANDLE root, struct arena *arena, struct entry_list *ret_list);

/* Reads loader.conf; one that cannot be read costs a message. */
EFI_STATUS entries_read_config(EFI_FILE_HANDLE root, struct arena *arena,
                               struct loader_config *ret_config);
