/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the catalog of a volume through the firmware. */
#pragma once

#include "common/bls/catalog.h"
#include "efi/firmware/volume.h"

/*
 * Reads loader.conf and all entries of the volume into the arena, with the entries of another one,
 * unless that is not open. A file or a directory that cannot be read is left out, and the error is
 * printed. Fails when out of memory. The volumes must live as long as the catalog. Entries of
 * `settings` are added.
 */
bool entries_read(struct volume *volume, struct volume *other,
                  const struct smbios_settings *settings, struct arena *arena,
                  struct catalog *ret_catalog, struct error *error);
