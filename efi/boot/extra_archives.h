/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archives of credentials and extensions that Linux finds in /.extra, as systemd-stub makes
 * them of what lies beside an image, and as systemd-boot does of an entry's `extra` lines. The
 * files are not verified: what they are signed or encrypted with is the system's to check, and they
 * can put nothing outside their directories.
 */
#pragma once

#include "common/uki/cpio.h"
#include "efi/boot/trust_state.h"

/*
 * Makes the archive of files with these names and bytes, which are copied; it is in the arena, and
 * *ret_archive is named after its directory. ERROR_FILE_NO_MEMORY, too, for a file of 4 GiB.
 */
bool extra_archive_make(enum measured_archive which, const struct cpio_file *files, size_t count,
                        struct arena *arena, struct boot_file *ret_archive, struct error *error);

/*
 * Reads the files that an entry names, and makes an archive of each kind. With Secure Boot on and
 * `need_pins`, each has to be pinned; one with a pin has to match it.
 */
bool extra_archives_read(struct trust *trust, const struct boot_files *extras, bool need_pins,
                         struct arena *arena, struct boot_file archives[MEASURED_ARCHIVES],
                         struct error *error);

/* Measures those that are not empty. */
bool extra_archives_measure(struct measurements *measurements,
                            const struct boot_file archives[MEASURED_ARCHIVES],
                            struct error *error);

/* Appends them to an initrd, for Linux only. False when out of memory. */
bool extra_archives_append(const struct boot_file archives[MEASURED_ARCHIVES], struct arena *arena,
                           struct boot_files *initrds);
