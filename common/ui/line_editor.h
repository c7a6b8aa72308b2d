/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing one line of UTF-8. The cursor stands between characters; words are what white space
 * separates. Bytes that are no UTF-8 stay as they are, each sequence of them one character.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct line_editor {
    struct arena *arena;
    char *text; /* with a NUL behind it */
    size_t length;
    size_t capacity; /* of `text`, with the NUL */
    size_t cursor;   /* the byte that it stands in front of */
    size_t first;    /* the first byte that is shown */
    bool deleting;   /* the last change took a character from behind the cursor */
};

enum line_motion {
    LINE_LEFT,
    LINE_RIGHT,
    LINE_WORD_LEFT,
    LINE_WORD_RIGHT,
    LINE_START,
    LINE_END,
};

/* Replaces the text by a copy and puts the cursor behind it. False when memory is short. */
bool line_editor_set(struct line_editor *editor, const char *text);

/* Puts a character in front of the cursor. False when memory is short: nothing has changed. */
bool line_editor_insert(struct line_editor *editor, uint32_t code_point);

void line_editor_move(struct line_editor *editor, enum line_motion motion);

/* Deletes what lies between the cursor and where the motion would take it. */
void line_editor_delete(struct line_editor *editor, enum line_motion motion);

/*
 * What the Delete key does: it deletes the character behind the cursor. At the line's end, where
 * there is none, it deletes the one in front, unless the key took the line's tail just before:
 * from a serial line, firmware reports most terminals' Backspace as Delete.
 */
void line_editor_delete_key(struct line_editor *editor);

/*
 * Chooses which part to show so that the cursor is in it: `first`, for a window of so many columns
 * (at least 4), of which the cursor needs one. Returns the cursor's column in the window.
 */
size_t line_editor_scroll(struct line_editor *editor, size_t columns);
