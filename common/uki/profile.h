/* SPDX-License-Identifier: BSD-2-Clause */
/* The .profile section of a unified kernel image: what one of its profiles is called (UAPI.5). */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

/* Strings are in the arena; missing ones are "". */
struct uki_profile {
    const char *id;    /* ID= */
    const char *title; /* TITLE= */
};

/* Parses up to `length` bytes; what is not understood is skipped. False when out of memory. */
bool uki_profile_parse(const char *text, size_t length, struct arena *arena,
                       struct uki_profile *ret_profile);
