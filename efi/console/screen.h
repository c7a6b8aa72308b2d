/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's console as a grid of cells. Drawing changes a grid in memory; screen_show() sends
 * only the cells that differ from what is shown. This avoids flicker and is fast on serial lines.
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
    CHAR16 character; /* 0: the right half of a wide character */
    uint16_t style;
};

struct screen_cursor {
    size_t column, row;
    bool visible;
};

struct screen {
    size_t columns, rows; /* the part of the text mode that is used */
    struct screen_cursor cursor, shown_cursor;
    bool cursor_is_there; /* the cursor is at shown_cursor */

    struct screen_cell *wanted, *shown; /* rows * columns each */
    size_t capacity;                    /* of each, in cells */
    int attribute;                      /* the current one of the console; -1: unknown */
    int saved_attribute;                /* from before screen_open() */
};

/*
 * Sets the text mode (console_mode of struct loader_config) and clears the screen. The grids are in
 * the arena. EFI_UNSUPPORTED when there is no console, EFI_OUT_OF_RESOURCES without memory.
 */
EFI_STATUS screen_open(struct screen *screen, int console_mode, struct arena *arena);

/* Sets the text mode: console_mode of struct loader_config. To be followed by the next one. */
void screen_set_mode(int console_mode);

/*
 * Makes the grids as large as the text mode, which has changed, and clears the screen. Of a mode
 * that the user has not named, i.e. console_mode < 0, a serial terminal shows the usual part.
 * EFI_OUT_OF_RESOURCES without memory: the mode from before must be set again, and be adopted.
 */
EFI_STATUS screen_adopt_mode(struct screen *screen, int console_mode, struct arena *arena);

/* For CLEANUP(). Clears the screen and restores attribute and cursor. */
void screen_close(struct screen *screen);

/* Makes the whole grid blank and hides the cursor. */
void screen_erase(struct screen *screen);

/*
 * Writes `length` bytes of UTF-8, cut off at the end of the row, and returns the column after them.
 * Characters that the console cannot show become '?'. Rows outside the grid are ignored.
 */
size_t screen_write(struct screen *screen, size_t column, size_t row, enum screen_style style,
                    const char *text, size_t length);

/* Writes blanks to the columns [column, end). */
void screen_fill(struct screen *screen, size_t column, size_t end, size_t row,
                 enum screen_style style);

/* Sets where screen_show() puts the cursor. Serial terminals show it even if not visible. */
void screen_place_cursor(struct screen *screen, size_t column, size_t row, bool visible);

/* Sends all changes to the console. */
void screen_show(struct screen *screen);

/* Clears the screen and sends all of it next time, after something else may have written to it. */
void screen_forget(struct screen *screen);
