/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/writer.h"
#include "pvh/platform/mtrr.h"

/*
 * Warns of RAM that is not write-back: at most one write() without a line end, and none where it
 * makes no difference.
 */
void print_mtrr_warning(struct writer *writer, const char *command_line,
                        const struct mtrr_finding *finding);
