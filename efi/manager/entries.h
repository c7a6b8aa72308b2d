/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalog of the volume that pvhboot was started from. */
#pragma once

#include "efi/efi.h"

#include "common/bls/catalog.h"

/*
 * Reads loader.conf and all entries. What cannot be read but the entries' directory costs a
 * message. Prints its own error.
 */
EFI_STATUS entries_read(EFI_FILE_HANDLE root, struct arena *arena, struct catalog *ret_catalog);
