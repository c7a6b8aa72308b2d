/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/console is all input and output: text, errors, progress, a screen of cells, and the keyboard.
 * It knows nothing of kernels, entries and menus, and decides nothing.
 *
 * This header writes text to the firmware's console. Text is UTF-8, with \n for a new line.
 */
#pragma once

#include "efi/efi.h"

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

/* Writes text of any length as it is. For reports: pvhinfo reads their lines back. */
void console_write(const char *text);

/* Writes with console_write(). */
extern struct writer console_writer;

/*
 * Writes formatted lines, and breaks them between words where they are too long for the console.
 * What is longer than 1000 bytes is cut off. The last new line may be missing.
 */
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

/*
 * Writes one line in the same way: "pvhboot: ", the entry's name, the text. Control characters
 * become '?'.
 */
__attribute__((format(printf, 1, 2))) void console_message(const char *format, ...);

/* True if a message or an error has been shown. */
bool console_has_warned(void);

/* The same, but without --verbose only to the log. */
__attribute__((format(printf, 1, 2))) void console_verbose(const char *format, ...);
void console_set_verbose(bool verbose);

/*
 * The only place that prints errors: writes the sentence of error_append() as a message, unless
 * that error has been printed already. Appends the sentence to `copy` as well, for the menu to
 * show; `copy` may be NULL. Returns the EFI_STATUS to exit with.
 */
EFI_STATUS console_print_error(struct error *error, struct text *copy);

/*
 * From now on appends messages, and errors without a `copy` of their own, to this one, for a menu
 * that will clear the screen; NULL: no longer.
 */
void console_copy_messages(struct text *copy);

/* While `held`, messages are only logged, and transient lines are not shown. */
void console_hold(bool held);

/* Prints the sentence of an error that keeps nothing from going on, and has no numbers. */
void console_warn(enum error_code code, const char *name);
