/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

/*
 * Editors on Windows save text as UTF-16 ("Unicode"), with or without a byte order mark. Replaces
 * such a text by the same in UTF-8, in the arena; *ret_converted tells whether it did. Any other
 * text is left as it is. False when out of memory.
 */
bool config_encoding_convert(const char **text, size_t *length, struct arena *arena,
                             bool *ret_converted);
