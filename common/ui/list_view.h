/* SPDX-License-Identifier: BSD-2-Clause */
/* A list with one selected line, in a window that scrolls as little as possible. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_view {
    size_t count;    /* number of lines */
    size_t selected; /* index below `count`; 0 for an empty list */
    size_t first;    /* index of the first line in the window */
    size_t rows;     /* the window's height in lines, at least 1 */
};

/* Selects line `index`, or the last line if there are fewer, and scrolls it into the window. */
void list_view_select(struct list_view *list, size_t index);

/* Moves the selection down by `lines` (up if negative), at most to the last (first) line. */
void list_view_move(struct list_view *list, long lines);

/* Sets the window's height. The selected line stays visible; no row stays empty without need. */
void list_view_resize(struct list_view *list, size_t rows);

/* Scrolls the window by `lines` and selects its first line; for text without a selection. */
void list_view_scroll(struct list_view *list, long lines);

/* The number of visible lines. */
size_t list_view_visible(const struct list_view *list);
