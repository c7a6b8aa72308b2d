/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/ui/list_view.h"

#include "common/base/overflow.h"

/* The window's first line when it is scrolled all the way down. */
static size_t max_first(const struct list_view *list)
{
    return list->count > list->rows ? list->count - list->rows : 0;
}

static size_t move_within(size_t position, long lines, size_t limit)
{
    /* -lines would overflow for LONG_MIN */
    size_t distance = lines < 0 ? 0 - (size_t)lines : (size_t)lines;

    if (lines < 0)
        return position > distance ? position - distance : 0;
    return limit > position && distance < limit - position ? position + distance : limit;
}

void list_view_select(struct list_view *list, size_t index)
{
    list->selected = list->count > 0 ? min_u64(index, list->count - 1) : 0;
    if (list->selected < list->first)
        list->first = list->selected;
    if (list->selected - list->first >= list->rows)
        list->first = list->selected - list->rows + 1;
    list->first = min_u64(list->first, max_first(list));
}

void list_view_move(struct list_view *list, long lines)
{
    list_view_select(list, move_within(list->selected, lines, list->count));
}

void list_view_resize(struct list_view *list, size_t rows)
{
    list->rows = max_u64(rows, 1);
    list_view_select(list, list->selected);
}

void list_view_scroll(struct list_view *list, long lines)
{
    list->first = move_within(list->first, lines, max_first(list));
    list->selected = list->first;
}

size_t list_view_visible(const struct list_view *list)
{
    return min_u64(list->count - list->first, list->rows);
}
