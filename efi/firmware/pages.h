/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory from the firmware: pages for arenas, and pages at fixed addresses. All ranges are physical
 * addresses aligned to pages of 4 KiB.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"

/* Sets up an arena backed by pages of type EfiLoaderData. arena_release() frees them. */
void pages_init_arena(struct arena *arena);

/*
 * Keeps two chunks that arenas give back, for arenas that are used one after the other: EDK2 fills
 * what is freed, byte by byte (PcdDebugClearMemoryValue). Until pages_release_chunks(), which gives
 * them to the firmware: they would be in the way of a boot.
 */
void pages_keep_chunks(void);
void pages_release_chunks(void);

/*
 * Allocates exactly these pages, as EfiLoaderCode or EfiLoaderData. EFI_NOT_FOUND when they are not
 * all free. The caller gives them back with pages_release().
 */
EFI_STATUS pages_claim(struct range range, bool code);

void pages_release(struct range range);

/*
 * Makes pages executable, on firmware that enforces NX, and read-only if it can: such firmware may
 * allow no page to be writable and executable at once, so nothing may be written to them
 * afterwards.
 */
bool pages_make_executable(struct range range, struct error *error);

/* Makes them writable again, as FreePages() and the next owner expect. */
void pages_make_writable(struct range range);
