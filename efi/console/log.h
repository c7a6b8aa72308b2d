/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log of what is written to the console, but for transient lines and menus, and of the verbose
 * lines even when they are not shown. The kernel gets it in the ACPI overlay. What is longer than
 * BOOT_LOG_SIZE loses its oldest lines.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/text.h"
#include "common/base/writer.h"

/* Starts the log in the arena; without memory there is none. It must be ended before the arena. */
void log_start(struct arena *arena);
void log_end(void);

/* Appends text, which ends with a new line. */
void log_append(const char *string);

/* The log; "" when there is none. */
const struct text *log_text(void);

/* Writes to the log only. */
extern struct writer log_writer;
