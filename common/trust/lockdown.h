/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's lockdown, which a kernel entered through PVH does not turn on by itself. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"

/*
 * Puts lockdown=integrity in front of a command line, where nothing can undo it: the level only
 * rises. A command line that is `is_signed` and has a lockdown= that Linux reads stays as it is.
 * Linux reads `limit` bytes, without the NUL. *ret is `command_line`, or in the arena.
 * ERROR_LOCKDOWN_TOO_LONG if the end of the command line would be cut off.
 */
bool lockdown_add(const char *command_line, bool is_signed, size_t limit, struct arena *arena,
                  const char **ret, struct error *error);
