/* SPDX-License-Identifier: BSD-2-Clause */
/* Key codes, and decoding what terminals send. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A key is a character or one of these, optionally with KEY_CTRL or KEY_ALT. KEY_UP to KEY_F10
 * are in the order of the firmware's scan codes (UEFI 2.10, table 12-4).
 */
enum {
    KEY_NONE = 0,
    KEY_BACKSPACE = 8,
    KEY_ENTER = '\r',
    KEY_ESCAPE = 27,
    KEY_UP = 0x110000, /* above the last code point of Unicode */
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
    KEY_F2,
    KEY_F10 = KEY_F1 + 9,
    KEY_OTHER, /* which means nothing, but has been pressed */
    KEY_TICK,  /* not a key: time has passed */

    KEY_CTRL = 1 << 24,
    KEY_ALT = 1 << 25,
};

/* The most characters of a sequence after its ESC: "[1;5D", and what terminals say of themselves.
 */
#define KEY_SEQUENCE_MAX 16

/*
 * Decodes the characters after an ESC: cursor and editing keys of xterm, VT220, the Linux console
 * and PuTTY, and ESC + character for Alt + character. *ret_key is KEY_OTHER for other keys, and
 * KEY_NONE for what is no key: what a terminal says of itself. Returns false while more characters
 * are needed.
 */
bool key_from_sequence(const uint16_t *characters, size_t count, uint32_t *ret_key);

/* The key for a single character: control characters become KEY_CTRL + letter. */
uint32_t key_from_character(uint16_t character);
