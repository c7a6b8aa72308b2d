/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that keeps its newest lines. */
#pragma once

#include "common/base/text.h"

/*
 * Appends to a text of lines. When there is no room, the oldest lines are dropped, so that an
 * eighth of it is free again; of a string that is longer than the text, the end is kept.
 */
void rolling_text_append(struct text *text, const char *string);
