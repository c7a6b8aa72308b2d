/* SPDX-License-Identifier: BSD-2-Clause */
/* What the console shows its text with. */
#pragma once

#include "efi/efi.h"

/* The number of the current text mode; negative when there is none. */
INT32 text_mode_current(void);

/* The mode to come back to: the current one, or 0, which all consoles have, where there is none. */
INT32 text_mode_usual(void);

/*
 * Sets a text mode, which clears the screen. False when it cannot be set or is the current one; the
 * previous mode is then set again.
 */
bool text_mode_set(INT32 mode);

/*
 * Sets the next text mode that the console can show; after the last one comes the first. False when
 * it has no other; the screen may be clear then, too.
 */
bool text_mode_set_next(void);

/* The size of the current text mode; 80x25, which all consoles have, when that is unknown. */
void text_mode_size(UINTN *ret_columns, UINTN *ret_rows);

/* The graphics mode; NULL when the machine has no screen. */
const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *text_mode_graphics(void);
