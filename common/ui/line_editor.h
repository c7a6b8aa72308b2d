/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing one line of UTF-8. The cursor is between characters; words are separated by white space.
 * Malformed UTF-8 is kept; each malformed sequence counts as one character.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct line_editor {
    struct arena *arena;
    char *text;      /* NUL-terminated */
    size_t length;   /* in bytes, without the NUL */
    size_t capacity; /* of `text` in bytes, with the NUL */
    size_t cursor;   /* offset of the byte after the cursor */
    size_t first;    /* offset of the first byte shown */
    bool deleting;   /* the last key was Delete, and it deleted forward */
};

enum line_motion {
    LINE_LEFT,
    LINE_RIGHT,
    LINE_WORD_LEFT,
    LINE_WORD_RIGHT,
    LINE_START,
    LINE_END,
};

/* Replaces the text by a copy and puts the cursor at its end. False when out of memory. */
bool line_editor_set(struct line_editor *editor, const char *text);

/* Inserts a character before the cursor. False when out of memory; nothing has changed then. */
bool line_editor_insert(struct line_editor *editor, uint32_t code_point);

void line_editor_move(struct line_editor *editor, enum line_motion motion);

/* Deletes the text between the cursor and the place that the motion would take it to. */
void line_editor_delete(struct line_editor *editor, enum line_motion motion);

/*
 * Handles the Delete key: deletes the character after the cursor. At the end of the line it acts as
 * Backspace, because firmware reports the Backspace of most serial terminals as Delete; but not if
 * repeated Delete keys have just deleted everything up to the end.
 */
void line_editor_delete_key(struct line_editor *editor);

/*
 * Sets `first` so that the cursor is visible in a window of `columns` (at least 4), one of which
 * the cursor needs. Returns the cursor's column in the window.
 */
size_t line_editor_scroll(struct line_editor *editor, size_t columns);
