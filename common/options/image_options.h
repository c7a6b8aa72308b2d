/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of an image that contains its kernel (common/uki/uki.h), as systemd-stub reads
 * it, with our own options in front:
 *
 *   [@PROFILE] [OPTION]... [COMMAND LINE...]
 */
#pragma once

#include "common/options/options.h"

/*
 * Parses it, without the program's own name. The kernel's command line starts with the first word
 * that is neither a profile nor a flag, or after "--"; options.request.command_line is NULL if
 * there is none. Options that name files are refused, since the image contains them. `line` must
 * outlive the result. On failure *error holds one line.
 */
bool image_options_parse(const char *line, struct arena *arena, unsigned *ret_profile,
                         struct options *ret_options, struct text *error);
