/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory from the firmware: pages for the arena, pages at the places that a plan wants. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/range.h"

/* An arena on firmware pages. arena_release() gives them back. */
void pages_init_arena(struct arena *arena);

/* Allocates exactly these pages. EFI_NOT_FOUND when they are not free, with no message. */
EFI_STATUS pages_claim(struct range range, bool code);

void pages_release(struct range range);
