/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's console as a grid of characters. All is written into a grid in memory;
 * screen_show() sends what differs from what is on the screen, so nothing flickers and slow serial
 * lines carry little.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

/* The attributes that SetAttribute() takes. */
enum screen_style {
    SCREEN_NORMAL = EFI_TEXT_ATTR(EFI_LIGHTGRAY, EFI_BLACK),
    SCREEN_BRIGHT = EFI_TEXT_ATTR(EFI_WHITE, EFI_BLACK),
    SCREEN_SELECTED = EFI_TEXT_ATTR(EFI_BLACK, EFI_LIGHTGRAY),
};

struct screen_cell {
    CHAR16 character; /* 0: covered by the wide one on its left */
    uint16_t style;
};

struct screen_cursor {
    size_t column, row;
    bool visible;
};

struct screen {
    size_t columns, rows; /* that may be used */
    struct screen_cursor cursor, shown_cursor;
    bool cursor_is_there; /* where shown_cursor says */

    struct screen_cell *wanted, *shown; /* rows * columns each */
    int attribute;                      /* that the firmware writes with now */
    int saved_attribute;
};

/*
 * Sets the text mode (as in struct loader_config) and clears the screen. Memory comes from
 * `arena`. EFI_UNSUPPORTED when there is no console.
 */
EFI_STATUS screen_open(struct screen *screen, int console_mode, struct arena *arena);

/* Clears the screen, with the colours and the cursor that were there before. */
void screen_close(struct screen *screen);

/* Makes the whole grid blank, and the cursor invisible. */
void screen_erase(struct screen *screen);

/*
 * Writes `length` bytes of UTF-8, cut at the end of the row, and returns the column behind them.
 * What the console cannot show becomes '?'. Rows outside the grid are left alone.
 */
size_t screen_write(struct screen *screen, size_t column, size_t row, enum screen_style style,
                    const char *text, size_t length);

/* Writes blanks from `column` up to `end`. */
void screen_fill(struct screen *screen, size_t column, size_t end, size_t row,
                 enum screen_style style);

/* Puts the cursor where the next screen_show() leaves it: a serial console always shows it. */
void screen_place_cursor(struct screen *screen, size_t column, size_t row, bool visible);

/* Sends what has changed. */
void screen_show(struct screen *screen);

/* Has everything sent anew: something else has written to the console. */
void screen_forget(struct screen *screen);
