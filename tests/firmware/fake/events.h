/* SPDX-License-Identifier: BSD-2-Clause */
/* Events, timers and the keyboard, all by the fake firmware's clock. */
#pragma once

#include "efi/efi.h"

#include <eficonex.h>

#define TICKS_PER_MICROSECOND 10
#define TICKS_PER_SECOND      UINT64_C(10000000)

/* A key that is pressed at a time. */
struct fake_key {
    uint64_t time;
    UINT16 scan;
    CHAR16 unicode;
    EFI_KEY_STATE state; /* for the extended protocol */
};

/* Presses a key so many ticks after the start, which is after all keys so far. */
void keys_press(uint64_t time, UINT16 scan, CHAR16 unicode);
void keys_press_with(struct fake_key key);

/* True when the loader has asked for a key. */
bool keys_were_asked_for(void);

/*
 * Whoever has pressed keys does not wait for ever: some time after the last one they leave for the
 * firmware, by Escape and Q. True when they have.
 */
void keys_give_up(void);
bool keys_have_given_up(void);

/* Puts the console's input protocols onto their handle. */
extern SIMPLE_INPUT_INTERFACE fake_input;
void input_install(void);

/* Takes one of the console's protocols away again. */
void input_remove_extended(void);
void input_remove_plain(void);

/* The console's extended protocol never has a key; that of a keyboard found before it does. */
void input_make_deaf(void);

/* The console's extended protocol has no event. */
void input_lose_event(void);

/* How many events the loader has created and not closed. */
size_t events_find_leak(void);

void events_fill(EFI_BOOT_SERVICES *services);
