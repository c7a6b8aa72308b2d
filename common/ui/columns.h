/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on a grid of equal columns, as consoles have it: Chinese, Japanese and Korean characters
 * take two, marks that stand on another character none. All text is UTF-8 and is only ever cut
 * between characters.
 */
#pragma once

#include "common/base/text.h"

/* 0, 1 or 2. */
unsigned columns_of_character(uint32_t code_point);

/* The columns of `length` bytes. */
size_t columns_of_text(const char *text, size_t length);

/* How many bytes from the start of `text`, of `length` bytes, fit into so many columns. */
size_t columns_fit(const char *text, size_t length, size_t columns);

#define COLUMNS_DOTS "..."

/*
 * How many bytes to show of a text that may be wider than `columns`: all, or as many as leave room
 * for the start of COLUMNS_DOTS, *ret_dots bytes of which are to be shown behind them.
 */
size_t columns_cut(const char *text, size_t length, size_t columns, size_t *ret_dots);

/*
 * The next line of a text that is broken between words, and within those that are wider than a
 * line, and ends at each \n. Moves *text behind it, over the white space that it was broken at.
 * Returns the line's start and its bytes; NULL at the end of the text.
 */
const char *columns_next_line(const char **text, size_t columns, size_t *ret_length);
