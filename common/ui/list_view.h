/* SPDX-License-Identifier: BSD-2-Clause */
/* A list with one selected line, in a window that scrolls as little as it can. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct menu_list {
    size_t count;    /* lines */
    size_t selected; /* below `count`, or 0 when there are none */
    size_t first;    /* the window's first line */
    size_t rows;     /* the window's height, at least 1 */
};

/* Selects line `index`, the last one when it lies behind, and brings it into the window. */
void menu_list_select(struct menu_list *list, size_t index);

/* Selects the line so many below (above, when negative), at most the last (first) one. */
void menu_list_move(struct menu_list *list, long lines);

/* Gives the window another height. The selected line stays in it, and no row is wasted. */
void menu_list_resize(struct menu_list *list, size_t rows);

/* Moves the window itself; the selected line becomes its first one. For text to be read. */
void menu_list_scroll(struct menu_list *list, long lines);

/* How many lines can be seen. */
size_t menu_list_visible(const struct menu_list *list);
