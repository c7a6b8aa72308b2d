/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/ui: text user interface without a screen, such as column widths, key sequences, a
 * line editor and a scrolling list. It must not know how keys arrive or text is displayed, or what
 * is being edited or listed.
 */
/*
 * Text on a console's grid of columns: Chinese, Japanese and Korean characters take two, combining
 * marks none. All text is UTF-8 and is cut only between characters. Lengths are in bytes, widths in
 * columns.
 */
#pragma once

#include "common/base/text.h"

/* The width of a character: 0, 1 or 2. */
unsigned columns_of_character(uint32_t code_point);

/* The width of `length` bytes of text. */
size_t columns_of_text(const char *text, size_t length);

/* How many of the `length` bytes of `text` fit into `columns`. */
size_t columns_fit(const char *text, size_t length, size_t columns);

#define COLUMNS_DOTS "..."

/*
 * How many bytes to show of a text that may be wider than `columns`: all with *ret_dots 0, or fewer
 * followed by the first *ret_dots bytes of COLUMNS_DOTS.
 */
size_t columns_cut(const char *text, size_t length, size_t columns, size_t *ret_dots);

/*
 * Returns the next line of a text, wrapped between words, or within words wider than a line, and at
 * each \n; NULL at the end. *ret_length is the line's length. Advances *text past the line and the
 * white space at the break.
 */
const char *columns_next_line(const char **text, size_t columns, size_t *ret_length);
