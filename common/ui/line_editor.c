/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/ui/line_editor.h"

#include "common/base/overflow.h"
#include "common/base/utf.h"
#include "common/ui/columns.h"

#include <string.h>

#define FIRST_CAPACITY 256 /* enough for an ordinary kernel command line */

static bool reserve(struct line_editor *editor, size_t length)
{
    size_t capacity = max_u64(max_u64(length + 1, FIRST_CAPACITY), editor->capacity * 2);
    char *text;

    if (length < editor->capacity)
        return true;
    text = arena_alloc(editor->arena, capacity, 1);
    if (!text)
        return false;
    if (editor->length > 0)
        memcpy(text, editor->text, editor->length);
    editor->text = text;
    editor->capacity = capacity;
    return true;
}

bool line_editor_set(struct line_editor *editor, const char *text)
{
    size_t length = strlen(text);

    if (!reserve(editor, length))
        return false;
    memcpy(editor->text, text, length + 1);
    editor->length = length;
    editor->cursor = length;
    editor->first = 0;
    editor->deleting = false;
    return true;
}

static size_t next_character(const struct line_editor *editor, size_t position)
{
    const char *next = editor->text + position;

    if (position < editor->length)
        (void)utf8_next(&next);
    return (size_t)(next - editor->text);
}

/* Scans from the start, because scanning backwards is ambiguous in malformed UTF-8. */
static size_t previous_character(const struct line_editor *editor, size_t position)
{
    size_t previous = 0;

    for (size_t i = 0; i < position; i = next_character(editor, i))
        previous = i;
    return previous;
}

static size_t word_left(const struct line_editor *editor, size_t position)
{
    while (position > 0 && is_space(editor->text[position - 1]))
        position--;
    while (position > 0 && !is_space(editor->text[position - 1]))
        position--;
    return position;
}

static size_t word_right(const struct line_editor *editor, size_t position)
{
    while (position < editor->length && is_space(editor->text[position]))
        position++;
    while (position < editor->length && !is_space(editor->text[position]))
        position++;
    return position;
}

static size_t motion_target(const struct line_editor *editor, enum line_motion motion)
{
    switch (motion) {
    case LINE_LEFT:
        return previous_character(editor, editor->cursor);
    case LINE_RIGHT:
        return next_character(editor, editor->cursor);
    case LINE_WORD_LEFT:
        return word_left(editor, editor->cursor);
    case LINE_WORD_RIGHT:
        return word_right(editor, editor->cursor);
    case LINE_START:
        return 0;
    default:
        return editor->length;
    }
}

bool line_editor_insert(struct line_editor *editor, uint32_t code_point)
{
    char bytes[4];
    size_t count = utf8_encode(code_point, bytes);
    char *here;

    if (!reserve(editor, editor->length + count))
        return false;
    here = editor->text + editor->cursor;
    memmove(here + count, here, editor->length - editor->cursor);
    memcpy(here, bytes, count);
    editor->length += count;
    editor->text[editor->length] = '\0';
    editor->cursor += count;
    editor->deleting = false;
    return true;
}

void line_editor_move(struct line_editor *editor, enum line_motion motion)
{
    editor->cursor = motion_target(editor, motion);
    editor->deleting = false;
}

void line_editor_delete(struct line_editor *editor, enum line_motion motion)
{
    size_t target = motion_target(editor, motion);
    size_t start = min_u64(target, editor->cursor);
    size_t end = max_u64(target, editor->cursor);

    memmove(editor->text + start, editor->text + end, editor->length - end + 1);
    editor->length -= end - start;
    editor->cursor = start;
    editor->deleting = false;
}

void line_editor_delete_key(struct line_editor *editor)
{
    bool at_end = editor->cursor == editor->length;
    bool deleting = !at_end || editor->deleting;

    if (!at_end)
        line_editor_delete(editor, LINE_RIGHT);
    else if (!editor->deleting)
        line_editor_delete(editor, LINE_LEFT);
    editor->deleting = deleting;
}

/* Scrolls so that as much of the text before the cursor is shown as fits into `columns`. */
static void show_before_cursor(struct line_editor *editor, size_t columns)
{
    editor->first = editor->cursor;
    while (editor->first > 0) {
        size_t previous = previous_character(editor, editor->first);
        size_t width = columns_of_text(editor->text + previous, editor->cursor - previous);

        if (width > columns)
            break;
        editor->first = previous;
    }
}

size_t line_editor_scroll(struct line_editor *editor, size_t columns)
{
    size_t jump = columns / 4; /* keeps some text visible ahead of the cursor */
    size_t before;

    if (columns_of_text(editor->text, editor->length) < columns)
        editor->first = 0;
    else if (editor->cursor <= editor->first)
        show_before_cursor(editor, jump);
    before = columns_of_text(editor->text + editor->first, editor->cursor - editor->first);
    if (before >= columns) {
        show_before_cursor(editor, columns - jump);
        before = columns_of_text(editor->text + editor->first, editor->cursor - editor->first);
    }
    return before;
}
