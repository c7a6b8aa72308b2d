/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys as numbers, and what terminals send for them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A key is its character, or one of these, maybe with KEY_CTRL or KEY_ALT. From KEY_UP to KEY_F1
 * they are in the order of the firmware's scan codes (UEFI 2.10, table 12-4).
 */
enum {
    KEY_NONE = 0,
    KEY_BACKSPACE = 8,
    KEY_ENTER = '\r',
    KEY_ESCAPE = 27,
    KEY_UP = 0x110000, /* behind the last character of Unicode */
    KEY_DOWN,
    KEY_RIGHT,
    KEY_LEFT,
    KEY_HOME,
    KEY_END,
    KEY_INSERT,
    KEY_DELETE,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_F1,
    KEY_TICK, /* no key: time has passed */

    KEY_CTRL = 1 << 24,
    KEY_ALT = 1 << 25,
};

/* Characters behind an ESC that are ever looked at: "[1;5D" and a bit more. */
#define KEY_SEQUENCE_MAX 8

/*
 * The key that the characters behind an ESC stand for: cursor and editing keys of xterm, VT220, the
 * Linux console and PuTTY, and ESC + character for Alt + character. KEY_NONE for sequences that
 * mean nothing here. False while more characters are needed.
 */
bool key_from_sequence(const uint16_t *characters, size_t count, uint32_t *ret_key);

/* The key for a character alone: control characters become KEY_CTRL + letter. */
uint32_t key_from_character(uint16_t character);
