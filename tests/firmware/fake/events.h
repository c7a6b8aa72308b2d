/* SPDX-License-Identifier: BSD-2-Clause */
/* Events, timers and the keyboard, driven by the fake firmware's clock. */
#pragma once

#include "efi/efi.h"

#include <eficonex.h>

#define TICKS_PER_MICROSECOND 10
#define TICKS_PER_SECOND      UINT64_C(10000000)

/* A key press. */
struct fake_key {
    uint64_t time;
    UINT16 scan;
    CHAR16 unicode;
    EFI_KEY_STATE state; /* for the extended protocol */
};

/* Presses a key `time` ticks after the start; must be later than all keys so far. */
void keys_press(uint64_t time, UINT16 scan, CHAR16 unicode);
void keys_press_with(struct fake_key key);

/* How many have been pressed, or will be. */
size_t keys_so_far(void);

/* True when the loader has asked for a key. */
bool keys_were_asked_for(void);

/* So much time passes in which the loader waits for something else than a key: a server. */
void keys_excuse_wait(uint64_t ticks);

/*
 * The user does not wait forever: some time after the last key they return to the firmware, with
 * Escape and Q. True when they have.
 */
void keys_give_up(void);
bool keys_have_given_up(void);

/* Installs the console's input protocols on their handle. */
extern SIMPLE_INPUT_INTERFACE fake_input;
void input_install(void);

/* Removes one of the console's protocols. */
void input_remove_extended(void);
void input_remove_plain(void);
void input_remove_all(void);

/* The console's extended protocol never delivers keys; that of a keyboard found earlier does. */
void input_make_deaf(void);

/* The console's extended protocol has no event. */
void input_lose_event(void);

/* For the firmware: signals an event of the loader's. */
void event_signal(EFI_EVENT handle);

/* How many events the loader has created and not closed. */
size_t events_find_leak(void);

void events_fill(EFI_BOOT_SERVICES *services);
