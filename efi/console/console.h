/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to the firmware's console: UTF-8, \n for a new line. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/base/text.h"

/* Puts "NAME: " before all messages, while the entry NAME is being booted; NULL for none. */
void console_set_entry(const char *name);

/*
 * Shows a line of at most so many bytes that any other text wipes, the next such line too. "" only
 * wipes.
 */
#define CONSOLE_TRANSIENT 79 /* in the last column some consoles wrap */
void console_show_transient(const char *line);

/* Any length. */
void console_write(const char *text);

/* Up to 1000 bytes; what is longer is cut off. */
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

/* Prints "pvhboot: ", the text and a new line. */
__attribute__((format(printf, 1, 2))) void console_message(const char *format, ...);

/* Only with --verbose. */
__attribute__((format(printf, 1, 2))) void console_verbose(const char *format, ...);
void console_set_verbose(bool verbose);

/*
 * The one printer of errors: "pvhboot: ", what error_append() makes of it, and a new line, once for
 * each error. Appends the same line to `copy`, for whoever shows it again; NULL for nobody. Returns
 * the status that the firmware's boot manager is told.
 */
EFI_STATUS console_print_error(struct error *error, struct text *copy);
