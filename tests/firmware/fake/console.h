/* SPDX-License-Identifier: BSD-2-Clause */
/* The console that the loader writes to, and what it shows. */
#pragma once

#include "efi/efi.h"

extern SIMPLE_TEXT_OUTPUT_INTERFACE fake_output;

/* True if the console has been cleared, and with it all that it writes to. */
bool console_is_cleared(void);

/* The current text mode: 0 is of 80x25 characters and 2 of 100x31; 1 is listed and cannot be set.
 */
INT32 console_mode(void);

/*
 * The console must show this when the loader reads the next key that is pressed after this call; or
 * must not. Each row ends with a newline and begins with '>' if a part of it is highlighted, else
 * with a blank. Behind the last row it is told where the cursor is, counted from 0, and whether it
 * is hidden; and which columns are highlighted of each row that has such. Only in runs in which no
 * call fails. `text` must stay valid.
 */
void console_expect(const char *text);
void console_expect_none(const char *text);

/* What was expected at a key that the loader has not read; NULL for nothing. */
const char *console_find_unseen(void);

/* For the keyboard: the loader reads key number `key`. */
void console_see_key(size_t key);
