/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory from the firmware: pages for the arena, pages at the places that a plan wants. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"

/* An arena on firmware pages. arena_release() gives them back. */
void pages_init_arena(struct arena *arena);

/* Allocates exactly these pages. EFI_NOT_FOUND when they are not free, with no message. */
EFI_STATUS pages_claim(struct range range, bool code);

void pages_release(struct range range);

/*
 * Takes execution's prohibition from pages of code, where firmware enforces one. Writing ends here
 * if firmware has it so: no page is both written to and run.
 */
bool pages_make_executable(struct range range, struct error *error);

/* Back to what FreePages and the next owner of the pages expect. */
void pages_make_writable(struct range range);
