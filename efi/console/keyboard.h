/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, from wherever the firmware has them: keyboards by way of SimpleTextInputEx or
 * SimpleTextInput, and terminals on serial lines, whose keys may arrive in pieces.
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
    SIMPLE_INPUT_INTERFACE *plain; /* only where there is no `main` */
    EFI_EVENT timer;               /* signalled at each tick; NULL: Stall() counts the time */
    unsigned naps;                 /* since the last tick, without a timer */
    unsigned naps_per_tick;
    struct input_key unread; /* what came behind an ESC and did not belong to it */
    bool has_unread;
};

/*
 * Ticks come every `tick` milliseconds, at least 10. EFI_NOT_FOUND when the machine has neither a
 * keyboard nor a terminal.
 */
EFI_STATUS keyboard_open(struct keyboard *ret_keyboard, unsigned tick);

void keyboard_close(struct keyboard *keyboard);

/* Waits for a key (see key.h) or the next tick, KEY_TICK. */
uint32_t keyboard_wait(struct keyboard *keyboard);

/* The same without waiting: KEY_NONE when there is nothing. */
uint32_t keyboard_poll(struct keyboard *keyboard);
