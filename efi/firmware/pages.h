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
 * Gives the firmware back what arenas that have been released keep for others: before memory is
 * looked for to place a boot in, and before the loader returns.
 */
void pages_release_spare(void);

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
