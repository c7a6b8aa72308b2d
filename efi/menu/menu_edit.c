/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu_edit.h"

#include "common/ui/columns.h"
#include "common/ui/line_editor.h"
#include "efi/menu/menu_draw.h"
#include "efi/menu/menu_wait.h"

#include <string.h>

#define ROWS_BELOW_LINE 2 /* a blank row and the hint */
#define EDGE            1 /* columns at each end for the mark that there is more text */

/*
 * Line 0 is the command line of the entry, followed by those that were typed for it before. The
 * last position is the line that is being typed.
 */
struct history {
    const struct menu_edits *edits;
    const struct boot_entry *entry;
    size_t count; /* of lines, including line 0 */
    size_t position;
    const char *draft; /* the line being typed, saved when the user moves up */
};

static const char *history_line(const struct history *history, size_t number)
{
    if (number == 0)
        return history->entry->request.command_line;
    for (size_t i = 0; i < history->edits->count; i++) {
        const struct menu_edit *edit = &history->edits->items[i];

        if (strcmp(edit->id, history->entry->id) == 0 && --number == 0)
            return edit->command_line;
    }
    return NULL;
}

static void history_open(struct history *history, const struct menu_edits *edits,
                         const struct boot_entry *entry)
{
    *history = (struct history){.edits = edits, .entry = entry};
    while (history_line(history, history->count))
        history->count++;
    history->position = history->count;
}

static void history_move(struct history *history, struct line_editor *editor, bool older)
{
    if (older ? history->position == 0 : history->position == history->count)
        return;
    if (history->position == history->count)
        history->draft = arena_strndup(editor->arena, editor->text, editor->length);
    history->position += older ? (size_t)-1 : 1;
    if (history->position < history->count)
        (void)line_editor_set(editor, history_line(history, history->position));
    else if (history->draft)
        (void)line_editor_set(editor, history->draft);
}

static void draw(struct menu_state *state, struct line_editor *editor)
{
    static const char hint[] = "Enter: boot with this command line   Esc: discard changes";
    struct screen *screen = &state->screen;
    size_t row = screen->rows - 1 - ROWS_BELOW_LINE;
    size_t columns = screen->columns - EDGE - EDGE;
    size_t cursor = line_editor_scroll(editor, columns);
    const char *shown = editor->text + editor->first;
    size_t left = editor->length - editor->first;
    size_t end;

    menu_draw_list(state);
    menu_draw_footer(state, "", hint);
    end = screen_write(screen, EDGE, row, SCREEN_BRIGHT, shown, columns_fit(shown, left, columns));
    screen_fill(screen, end, screen->columns, row, SCREEN_NORMAL);
    if (editor->first > 0)
        (void)screen_write(screen, 0, row, SCREEN_SELECTED, "<", 1);
    if (columns_fit(shown, left, columns) < left)
        (void)screen_write(screen, screen->columns - 1, row, SCREEN_SELECTED, ">", 1);
    screen_place_cursor(screen, EDGE + cursor, row, true);
    screen_show(screen);
}

/* Handles keys that move the cursor, or delete up to where it would move. True when it was one. */
static bool move_or_delete(struct line_editor *editor, uint32_t key)
{
    static const struct {
        uint32_t key;
        uint8_t motion;
        bool deletes;
    } keys[] = {
        {KEY_LEFT, LINE_LEFT, false},
        {KEY_CTRL | 'b', LINE_LEFT, false},
        {KEY_RIGHT, LINE_RIGHT, false},
        {KEY_CTRL | 'f', LINE_RIGHT, false},
        {KEY_CTRL | KEY_LEFT, LINE_WORD_LEFT, false},
        {KEY_ALT | KEY_LEFT, LINE_WORD_LEFT, false},
        {KEY_ALT | 'b', LINE_WORD_LEFT, false},
        {KEY_CTRL | KEY_RIGHT, LINE_WORD_RIGHT, false},
        {KEY_ALT | KEY_RIGHT, LINE_WORD_RIGHT, false},
        {KEY_ALT | 'f', LINE_WORD_RIGHT, false},
        {KEY_HOME, LINE_START, false},
        {KEY_CTRL | 'a', LINE_START, false},
        {KEY_END, LINE_END, false},
        {KEY_CTRL | 'e', LINE_END, false},
        {KEY_BACKSPACE, LINE_LEFT, true},
        {KEY_CTRL | 'h', LINE_LEFT, true},
        {KEY_CTRL | 'd', LINE_RIGHT, true},
        {KEY_CTRL | 'w', LINE_WORD_LEFT, true},
        {KEY_ALT | KEY_BACKSPACE, LINE_WORD_LEFT, true},
        {KEY_ALT | 'd', LINE_WORD_RIGHT, true},
        {KEY_CTRL | 'u', LINE_START, true},
        {KEY_CTRL | 'k', LINE_END, true},
    };

    for (size_t i = 0; i < ELEMENTS(keys); i++) {
        if (keys[i].key != key)
            continue;
        if (keys[i].deletes)
            line_editor_delete(editor, keys[i].motion);
        else
            line_editor_move(editor, keys[i].motion);
        return true;
    }
    return false;
}

static void edit(struct line_editor *editor, struct history *history, uint32_t key)
{
    if (key == KEY_UP || key == (KEY_CTRL | 'p'))
        history_move(history, editor, true);
    else if (key == KEY_DOWN || key == (KEY_CTRL | 'n'))
        history_move(history, editor, false);
    else if (key == KEY_DELETE)
        line_editor_delete_key(editor);
    else if (!move_or_delete(editor, key) && key >= ' ' && key < KEY_UP)
        (void)line_editor_insert(editor, key); /* when out of memory the line is unchanged */
}

/* Uses the line, if it differs from the entry's, and adds it to the history. */
static bool accept_line(struct menu_state *state, const struct boot_entry *entry, const char *line)
{
    struct menu_edits *edits = &state->menu->edits;
    struct menu_edit *edit;
    void *items = edits->items;

    state->menu->command_line = NULL;
    if (strcmp(line, entry->request.command_line) == 0)
        return true;
    edit = arena_push(state->arena, &items, &edits->capacity, edits->count, sizeof(*edit));
    if (!edit) {
        menu_answer(state, MENU_NO_MEMORY);
        return false;
    }
    edits->items = items;
    edits->count++;
    *edit = (struct menu_edit){entry->id, line};
    state->menu->command_line = line;
    return true;
}

bool menu_edit(struct menu_state *state)
{
    const struct boot_entry *entry = &state->menu->entries[state->list.selected];
    struct line_editor editor = {.arena = state->arena};
    struct history history;

    history_open(&history, &state->menu->edits, entry);
    if (!line_editor_set(&editor, entry->request.command_line)) {
        menu_answer(state, MENU_NO_MEMORY);
        return false;
    }
    for (;;) {
        uint32_t key;

        draw(state, &editor);
        key = menu_read_key(state);
        if (key == KEY_ENTER)
            return accept_line(state, entry, editor.text);
        if (key == KEY_ESCAPE)
            return false;
        if (key != KEY_TICK)
            edit(&editor, &history, key);
    }
}
