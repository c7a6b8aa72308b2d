/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalog of a volume, read through the firmware. */
#pragma once

#include "common/bls/catalog.h"
#include "efi/firmware/volume.h"

/*
 * Reads loader.conf and all entries of the volume. What cannot be read, but for the entries'
 * directory, is printed and appended to `messages`, and left out.
 */
bool entries_read(struct volume *volume, struct arena *arena, struct catalog *ret_catalog,
                  struct text *messages, struct error *error);
