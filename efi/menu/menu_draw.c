/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *   message of the last boot, wrapped
 *
 *      (3 more above)
 *   => entry, the default
 *      entry
 *      (170 more below)
 *
 *   status or problem, up to four rows
 *   countdown or hint
 */
#include "efi/menu/menu_draw.h"

#include "common/base/overflow.h"
#include "common/ui/columns.h"

#include <string.h>

#define STATUS_ROWS  4
#define LIST_ROWS    6 /* rows that a message always leaves to the list */
#define MARK         "=>"
#define MARK_COLUMNS UINT64_C(3) /* with a space */
#define PROBLEM_MARK " (cannot boot)"

/* Boot counting passes over such an entry; the user may still choose it. */
#define EXHAUSTED_MARK " (no tries left)"

static size_t centred(size_t columns, size_t width)
{
    return width < columns ? (columns - width) / 2 : 0;
}

static void write_centred(struct screen *screen, size_t row, const char *text)
{
    size_t length = strlen(text);
    size_t column = centred(screen->columns, columns_of_text(text, length));

    (void)screen_write(screen, column, row, SCREEN_NORMAL, text, length);
}

/* The number of lines of a wrapped text; *ret_width is the width of the longest. */
static size_t measure(const char *text, size_t columns, size_t *ret_width)
{
    const char *line;
    size_t length, count = 0;

    *ret_width = 0;
    while ((line = columns_next_line(&text, columns, &length))) {
        *ret_width = max_u64(*ret_width, columns_of_text(line, length));
        count++;
    }
    return count;
}

/* Writes a text in at most `columns` columns, cut off and with dots appended if it is wider. */
static size_t write_cut(struct screen *screen, size_t column, size_t row, enum screen_style style,
                        const char *text, size_t columns)
{
    size_t dots;
    size_t length = columns_cut(text, strlen(text), columns, &dots);

    column = screen_write(screen, column, row, style, text, length);
    return screen_write(screen, column, row, style, COLUMNS_DOTS, dots);
}

/* Writes a text as a centred block of at most `rows` rows; the last one may be cut off. */
static void write_block(struct screen *screen, size_t row, size_t rows, const char *text)
{
    size_t width, length;
    size_t column;

    (void)measure(text, screen->columns, &width);
    column = centred(screen->columns, width);
    for (; rows > 0; rows--, row++) {
        const char *line = columns_next_line(&text, screen->columns, &length);
        size_t end;

        if (!line)
            break;
        if (rows == 1 && *text)
            length = columns_fit(line, length, screen->columns - column - strlen(COLUMNS_DOTS));
        end = screen_write(screen, column, row, SCREEN_BRIGHT, line, length);
        if (rows == 1 && *text)
            (void)screen_write(screen, end, row, SCREEN_BRIGHT, COLUMNS_DOTS, strlen(COLUMNS_DOTS));
    }
}

static const char *label_of(const struct menu *menu, size_t index)
{
    const struct boot_entry *entry = &menu->entries[index];

    return entry->label ? entry->label : entry->id;
}

/* The width of the bar: the widest label, with room for the mark on both sides. */
static size_t bar_width(const struct menu_state *state)
{
    size_t width = 0;

    for (size_t i = 0; i < state->list.count; i++) {
        const char *label = label_of(state->menu, i);

        width = max_u64(width, columns_of_text(label, strlen(label)));
    }
    return min_u64(width + 2 * MARK_COLUMNS, state->screen.columns);
}

static const char *suffix_of(const struct boot_entry *entry)
{
    if (entry->problem)
        return PROBLEM_MARK;
    return entry_is_exhausted(entry) ? EXHAUSTED_MARK : "";
}

/*
 * The mark of a problem may extend beyond the bar: problems are found while the menu is shown, and
 * nothing else should move then.
 */
static void draw_entry(struct menu_state *state, size_t index, size_t column, size_t width,
                       size_t row)
{
    const struct menu *menu = state->menu;
    bool selected = index == state->list.selected;
    enum screen_style style = selected ? SCREEN_SELECTED : SCREEN_NORMAL;
    const char *suffix = suffix_of(&menu->entries[index]);
    struct screen *screen = &state->screen;
    size_t room = screen->columns - column - MARK_COLUMNS - 1 - strlen(suffix);
    size_t end = column + MARK_COLUMNS;

    screen_fill(screen, column, column + width, row, style);
    if (index == menu->default_entry)
        (void)screen_write(screen, column, row, style, MARK, strlen(MARK));
    end = write_cut(screen, end, row, style, label_of(menu, index), room);
    end = screen_write(screen, end, row, style, suffix, strlen(suffix));
    screen_fill(screen, end, end + 1, row, style);
    if (selected)
        screen_place_cursor(screen, column, row, false);
}

static void draw_more(struct menu_state *state, size_t count, const char *where, size_t column,
                      size_t row)
{
    TEXT_ON_STACK(line, 40);

    if (count == 0)
        return;
    text_format(&line, "(%llu more %s)", (unsigned long long)count, where);
    (void)screen_write(&state->screen, column + MARK_COLUMNS, row, SCREEN_NORMAL, line.data,
                       line.length);
}

/* Draws the list in rows [top, bottom), vertically centred on the screen if there is room. */
static void draw_entries(struct menu_state *state, size_t top, size_t bottom)
{
    struct list_view *list = &state->list;
    bool scrolls = list->count > bottom - top;
    size_t width = bar_width(state);
    size_t column = centred(state->screen.columns, width);
    size_t visible, row;

    list_view_resize(list, bottom - top - (scrolls ? 2 : 0));
    visible = list_view_visible(list);
    row = scrolls ? top + 1 : max_u64(top, centred(bottom, visible));
    if (scrolls) {
        draw_more(state, list->first, "above", column, top);
        draw_more(state, list->count - list->first - visible, "below", column, row + visible);
    }
    for (size_t i = 0; i < visible; i++)
        draw_entry(state, list->first + i, column, width, row + i);
}

void menu_draw_list(struct menu_state *state)
{
    static const char nothing[] = "There is no entry to boot.";
    struct screen *screen = &state->screen;
    const char *message = state->menu->message;
    size_t bottom = screen->rows - 1 - STATUS_ROWS;
    size_t top = 0;

    screen_erase(screen);
    if (message) {
        size_t width;
        size_t rows = min_u64(measure(message, screen->columns, &width),
                              bottom > LIST_ROWS + 1 ? bottom - LIST_ROWS - 1 : 1);

        write_block(screen, 0, rows, message);
        top = rows + 1;
    }
    if (state->list.count > 0)
        draw_entries(state, top, bottom);
    else
        write_centred(screen, max_u64(top, bottom / 2), nothing);
}

void menu_draw_footer(struct menu_state *state, const char *text, const char *hint)
{
    struct screen *screen = &state->screen;
    size_t width;
    size_t rows = min_u64(measure(text, screen->columns, &width), STATUS_ROWS);

    /* a blank row above the hint, if there is room for one */
    write_block(screen, screen->rows - 1 - rows - (rows < STATUS_ROWS), rows, text);
    write_centred(screen, screen->rows - 1, hint);
}

/*
 * The text below the list: the answer to the last key, or else the problem of the selected entry,
 * unless the message above the list says it.
 */
static const char *status_text(const struct menu_state *state)
{
    const struct boot_entry *entry = menu_selected_entry(state);
    const char *message = state->menu->message;

    if (state->status.length > 0 || !entry || !entry->problem ||
        (message && strstr(message, entry->problem)))
        return state->status.data;
    return entry->problem;
}

void menu_draw(struct menu_state *state)
{
    TEXT_ON_STACK(hint, 100);

    menu_draw_list(state);
    if (state->seconds_left > 0)
        text_format(&hint,
                    state->menu->timeout_exits ? "Back to the firmware in %u s.   any key: stay"
                                               : "Boot in %u s.   Enter: now   any other key: stop",
                    state->seconds_left);
    else
        text_append(&hint, state->menu->count > 0 ? "Enter: boot   e: edit   h: all keys"
                                                  : "Q: back to the firmware   h: all keys");
    menu_draw_footer(state, status_text(state), hint.data);
    screen_show(&state->screen);
}
