/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to the firmware's console: UTF-8, \n for a new line. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/base/text.h"

/*
 * What is said goes to `record` as well (until NULL is given), for whoever shows it later; with
 * `quiet` nothing goes to the screen.
 */
void console_set_capture(struct text *new_capture, bool quiet);

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

/* Prints "pvhboot: " and the text and returns `status`, for `return console_error(...)`. */
__attribute__((format(printf, 2, 3))) EFI_STATUS console_error(EFI_STATUS status,
                                                               const char *format, ...);

/* The same, with ": " and the status in words behind the text. */
__attribute__((format(printf, 2, 3))) EFI_STATUS console_error_status(EFI_STATUS status,
                                                                      const char *format, ...);

/* Prints what pvh/messages.h says of an error without numbers, behind "PATH: ". */
EFI_STATUS console_error_code(EFI_STATUS status, const char *path, enum error_code code);

/* Prints that the firmware has no memory left for the loader's own tables. */
EFI_STATUS console_no_memory(void);

/* "Not Found" */
const char *status_name(EFI_STATUS status);
