/* SPDX-License-Identifier: BSD-2-Clause */
/* Files whose SHA-256 stands in the .pins section of our own image (common/uki/pins.h). */
#pragma once

#include "efi/boot/boot_state.h"

/* The path of the first file without a pin, or NULL. */
const char *files_find_unpinned(const struct pins *pins, const struct boot_files *files);

/*
 * Compares the bytes of a file with its pin, if there is one. ERROR_PIN_MISMATCH where Secure Boot
 * is on, or if the answer to a question is no; without someone to ask, it is a warning.
 */
bool pinned_check_bytes(const struct trust *trust, const char *path, const uint8_t *bytes,
                        uint64_t size, struct error *error);

/*
 * The same for the files of modules: they are hashed while they are read to their places, and
 * compared afterwards.
 */
bool pinned_watch_modules(struct boot *boot, struct error *error);
bool pinned_check_modules(struct boot *boot, struct error *error);
