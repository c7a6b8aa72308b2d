/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/writer.h"
#include "pvh/e820.h"
#include "pvh/load_plan.h"
#include "pvh/mtrr.h"

/* Warnings about limits that affect the kernel; each is one write() without a line end. */
void print_warnings(struct writer *writer, const char *command_line, const struct load_plan *plan,
                    const struct e820_table *table);

/* The same about RAM that is not write-back: at most one. */
void print_mtrr_warning(struct writer *writer, const char *command_line,
                        const struct mtrr_finding *finding);
