/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/writer.h"
#include "pvh/e820.h"
#include "pvh/load_plan.h"

/* A warning if Linux would cut the command line off. */
void print_command_line_warning(struct writer *writer, const char *command_line);

/* Warnings about limits that affect the kernel; that one too. Each is one write() without a line
 * end. */
void print_warnings(struct writer *writer, const char *command_line, const struct load_plan *plan,
                    const struct e820_table *table);
