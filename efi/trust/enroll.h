/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling a set of Secure Boot keys that lies on a volume. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "efi/firmware/volume.h"

/* True if the directory `path` has a platform key, without which no set can be enrolled. */
bool enroll_is_key_set(const struct volume *volume, const char *path);

/*
 * Reads dbx.auth, which may be missing, db.auth, KEK.auth and PK.auth of the directory `path`, all
 * of them before anything is written, then sets the variables in this order: with the last one, the
 * platform key, Secure Boot is on. Stops at the first failure; the error names the file, by a
 * string in the arena, as are the files.
 */
bool enroll_keys(const struct volume *volume, const char *path, struct arena *arena,
                 struct error *error);
