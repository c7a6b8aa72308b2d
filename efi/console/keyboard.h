/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys from keyboards, through SimpleTextInputEx or SimpleTextInput, and from serial terminals,
 * whose keys may arrive as escape sequences.
 */
#pragma once

#include "efi/efi.h"

#include "common/ui/terminal_key.h"

/* A key as the firmware reports it. */
struct input_key {
    uint16_t scan;
    uint16_t character;
    uint32_t modifiers; /* KEY_CTRL, KEY_ALT */
};

struct keyboard {
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *main, *other;
    SIMPLE_INPUT_INTERFACE *plain; /* only without `main` */
    EFI_EVENT timer;               /* periodic; NULL: ticks are counted with Stall() */
    unsigned polls;                /* since the last tick, without a timer */
    unsigned polls_per_tick;
    struct input_key unread; /* read after an ESC, but not part of a sequence */
    bool has_unread;
};

/*
 * Finds the inputs and starts the timer, with a period of `tick` milliseconds, at least 10.
 * EFI_NOT_FOUND when there is no input at all.
 */
EFI_STATUS keyboard_open(struct keyboard *ret_keyboard, unsigned tick);

/* For CLEANUP(). The keyboard may be all zero, never opened. */
void keyboard_close(struct keyboard *keyboard);

/* Waits for a key (common/ui/terminal_key.h) or for the next tick, KEY_TICK. */
uint32_t keyboard_wait(struct keyboard *keyboard);

/* The first key within so many ticks, at least 1; KEY_TICK when there is none. */
uint32_t keyboard_wait_ticks(struct keyboard *keyboard, unsigned ticks);

/* The same as keyboard_wait() without waiting: KEY_NONE when there is neither. */
uint32_t keyboard_poll(struct keyboard *keyboard);

/* True when a key waits to be read. */
bool keyboard_has_key(struct keyboard *keyboard);

/* Forgets the keys that wait to be read. True if there was one. */
bool keyboard_drain(struct keyboard *keyboard);

/*
 * True when the last character is the first one after an ESC, within a second or two: it may then
 * be what is left of a sequence.
 */
bool keyboard_follows_escape(void);
