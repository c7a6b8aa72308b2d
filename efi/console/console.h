/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/console is all input and output: text, errors, progress, a screen of cells, and the keyboard.
 * It knows nothing of kernels, entries and menus, and decides nothing.
 *
 * This header writes text to the firmware's console. Text is UTF-8, with \n for a new line.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/text.h"
#include "common/base/writer.h"

/*
 * Prefixes all messages with "NAME: ", while the entry NAME is being booted. NULL ends that. The
 * string is not copied.
 */
void console_set_entry(const char *name);

/*
 * Shows a line without a new line. The next output of any kind, a transient line too, overwrites
 * it; "" only erases it. What is longer than CONSOLE_TRANSIENT bytes is cut off.
 */
#define CONSOLE_TRANSIENT 79 /* some consoles wrap after a character in column 80 */
void console_show_transient(const char *line);

/* How long a line stays on the screen for someone to read it, in microseconds, for clock_wait(). */
#define CONSOLE_READING_TIME 3000000

/*
 * Starts the log, in the arena, of all that is written from now on, but for transient lines, and of
 * the verbose lines, even when they are not shown. What is longer than BOOT_LOG_SIZE
 * loses its oldest lines. Without memory there is no log. It ends with console_end_log(), before
 * the arena.
 */
void console_start_log(struct arena *arena);
void console_end_log(void);

/* The log; its text is "" when there is none. */
const struct text *console_log(void);

/* Write to the console and the log; to the log only. */
extern struct writer console_writer;
extern struct writer console_log_writer;

/* Writes text of any length. */
void console_write(const char *text);

/* Writes formatted text; what is longer than 1000 bytes is cut off. */
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

/* Writes one line: "pvhboot: ", the entry's name, the text. Control characters become '?'. */
__attribute__((format(printf, 1, 2))) void console_message(const char *format, ...);

/* The same, but without --verbose only to the log. */
__attribute__((format(printf, 1, 2))) void console_verbose(const char *format, ...);
void console_set_verbose(bool verbose);

/*
 * The only place that prints errors: writes the sentence of error_append() as a message, unless
 * that error has been printed already. Appends the sentence to `copy` as well, for the menu to
 * show; `copy` may be NULL. Returns the EFI_STATUS to exit with.
 */
EFI_STATUS console_print_error(struct error *error, struct text *copy);
