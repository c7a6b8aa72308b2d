/* SPDX-License-Identifier: BSD-2-Clause */
/* A list with one selected line, in a window that scrolls as little as it can. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_view {
    size_t count;    /* lines */
    size_t selected; /* below `count`, or 0 when there are none */
    size_t first;    /* the window's first line */
    size_t rows;     /* the window's height, at least 1 */
};

/* Selects line `index`, the last one when it lies behind, and brings it into the window. */
void list_view_select(struct list_view *list, size_t index);

/* Selects the line so many below (above, when negative), at most the last (first) one. */
void list_view_move(struct list_view *list, long lines);

/* Gives the window another height. The selected line stays in it, and no row is wasted. */
void list_view_resize(struct list_view *list, size_t rows);

/* Moves the window itself; the selected line becomes its first one. For text to be read. */
void list_view_scroll(struct list_view *list, long lines);

/* How many lines can be seen. */
size_t list_view_visible(const struct list_view *list);
