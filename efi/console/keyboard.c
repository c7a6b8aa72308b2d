/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/keyboard.h"

#include "common/base/text.h"

#define MILLISECOND       10000 /* in 100 ns, as SetTimer() counts */
#define NAP               10000 /* microseconds, as Stall() counts */
#define NAPS_PER_SECOND   100
#define SEQUENCE_PATIENCE 5 /* naps between two characters of one key; nobody types that fast */

/* Scan codes that GNU-EFI does not name (UEFI 2.10, table 12-4). */
#define SCAN_SUSPEND 0x108

/* True when the event has been signalled; false too when it is no event. */
static bool is_signalled(EFI_EVENT event)
{
    return BS->CheckEvent(event) == EFI_SUCCESS;
}

/* Firmware exists that has the protocol but not its event. */
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *if_usable(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input)
{
    return input && BS->CheckEvent(input->WaitForKeyEx) != EFI_INVALID_PARAMETER ? input : NULL;
}

/*
 * The console's own SimpleTextInputEx, which knows Ctrl and Alt. Some firmware has it, reports
 * keys, and never delivers them, while the first keyboard there is does: hence `other`.
 */
static void find_inputs(struct keyboard *keyboard)
{
    EFI_GUID guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

    if (ST->ConsoleInHandle &&
        EFI_ERROR(BS->HandleProtocol(ST->ConsoleInHandle, &guid, (void **)&keyboard->main)))
        keyboard->main = NULL;
    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&keyboard->other)))
        keyboard->other = NULL;
    keyboard->main = if_usable(keyboard->main);
    keyboard->other = if_usable(keyboard->other);
    if (keyboard->other == keyboard->main)
        keyboard->other = NULL;
    /* Never both of the console's protocols: on some firmware each would deliver every key. */
    if (!keyboard->main)
        keyboard->plain = ST->ConIn;
}

static void start_timer(struct keyboard *keyboard, unsigned tick)
{
    keyboard->naps_per_tick = tick * NAPS_PER_SECOND / 1000;
    if (EFI_ERROR(BS->CreateEvent(EVT_TIMER, 0, NULL, NULL, &keyboard->timer)))
        keyboard->timer = NULL;
    else if (EFI_ERROR(BS->SetTimer(keyboard->timer, TimerPeriodic, tick * MILLISECOND)))
        keyboard_close(keyboard);
}

EFI_STATUS keyboard_open(struct keyboard *ret_keyboard, unsigned tick)
{
    *ret_keyboard = (struct keyboard){0};
    find_inputs(ret_keyboard);
    if (!ret_keyboard->main && !ret_keyboard->other && !ret_keyboard->plain)
        return EFI_NOT_FOUND;
    start_timer(ret_keyboard, tick);
    return EFI_SUCCESS;
}

void keyboard_close(struct keyboard *keyboard)
{
    if (keyboard->timer)
        (void)BS->CloseEvent(keyboard->timer);
    keyboard->timer = NULL;
}

static bool read_plain(SIMPLE_INPUT_INTERFACE *input, struct input_key *ret_key)
{
    EFI_INPUT_KEY key = {0, 0};

    if (input->ReadKeyStroke(input, &key) != EFI_SUCCESS)
        return false;
    *ret_key = (struct input_key){key.ScanCode, key.UnicodeChar, 0};
    return true;
}

static bool read_extended(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input, struct input_key *ret_key)
{
    EFI_KEY_DATA data = {0};
    uint32_t state, modifiers = 0;

    if (input->ReadKeyStrokeEx(input, &data) != EFI_SUCCESS)
        return false;
    state = data.KeyState.KeyShiftState;
    if (state & EFI_SHIFT_STATE_VALID) {
        if (state & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED))
            modifiers |= KEY_CTRL;
        if (state & EFI_LEFT_ALT_PRESSED) /* the right one is AltGr, part of a character */
            modifiers |= KEY_ALT;
    }
    *ret_key = (struct input_key){data.Key.ScanCode, data.Key.UnicodeChar, modifiers};
    return true;
}

/* Reads a key from whatever has one. `ready` is an event that is known to be signalled, or NULL. */
static bool read_input(struct keyboard *keyboard, EFI_EVENT ready, struct input_key *ret_key)
{
    struct keyboard *k = keyboard;

    if (k->has_unread) {
        k->has_unread = false;
        *ret_key = k->unread;
        return true;
    }
    if (k->other && (ready == k->other->WaitForKeyEx || is_signalled(k->other->WaitForKeyEx))) {
        k->main = k->other; /* for good: the console may be the one that never delivers */
        k->other = NULL;
        return read_extended(k->main, ret_key);
    }
    if (k->main && (ready == k->main->WaitForKeyEx || is_signalled(k->main->WaitForKeyEx)))
        return read_extended(k->main, ret_key);
    if (k->plain && (ready == k->plain->WaitForKey || is_signalled(k->plain->WaitForKey)))
        return read_plain(k->plain, ret_key);
    return false;
}

/* Reads a key that arrives within the patience that pieces of one key deserve. */
static bool read_soon(struct keyboard *keyboard, struct input_key *ret_key)
{
    for (int nap = 0; nap < SEQUENCE_PATIENCE; nap++) {
        if (read_input(keyboard, NULL, ret_key) && (ret_key->scan || ret_key->character))
            return true;
        (void)BS->Stall(NAP);
    }
    return false;
}

/*
 * The key that starts with ESC, which has been read. Firmware puts together what terminals send
 * only for the terminal that it was set to, and lets the pieces of all else through.
 */
static uint32_t read_sequence(struct keyboard *keyboard)
{
    uint16_t characters[KEY_SEQUENCE_MAX];
    size_t count = 0;
    struct input_key key;
    uint32_t result;

    while (!key_from_sequence(characters, count, &result)) {
        if (!read_soon(keyboard, &key))
            return count > 0 ? KEY_NONE : KEY_ESCAPE;
        if (key.scan || key.character < ' ') { /* another key: that was Escape itself */
            keyboard->unread = key;
            keyboard->has_unread = true;
            return KEY_ESCAPE;
        }
        characters[count++] = key.character;
    }
    return result;
}

static uint32_t key_from_scan(const struct input_key *input)
{
    if (input->scan >= SCAN_UP && input->scan <= SCAN_F1)
        return ((uint32_t)KEY_UP + input->scan - SCAN_UP) | input->modifiers;
    /* Tablets report Enter with its character as scan code; some have no key but the power key. */
    if (input->scan == KEY_ENTER || input->scan == SCAN_SUSPEND)
        return KEY_ENTER;
    return KEY_NONE;
}

static uint32_t decode(struct keyboard *keyboard, const struct input_key *input)
{
    uint32_t key;

    if (input->scan == SCAN_ESC || (!input->scan && input->character == KEY_ESCAPE))
        return read_sequence(keyboard);
    if (input->scan)
        return key_from_scan(input);
    key = key_from_character(input->character);
    if (key <= ' ') /* Enter and its kin are themselves, whatever is held down */
        return key;
    if (input->modifiers && key < 0x80)
        key = (uint32_t)to_lower((char)key);
    return key | input->modifiers;
}

static uint32_t nap(struct keyboard *keyboard)
{
    (void)BS->Stall(NAP);
    if (keyboard->timer || ++keyboard->naps < keyboard->naps_per_tick)
        return KEY_NONE;
    keyboard->naps = 0;
    return KEY_TICK;
}

/* Waits for anything; the event that ended it, or NULL when the firmware cannot wait. */
static EFI_EVENT wait_for_event(struct keyboard *keyboard)
{
    EFI_EVENT events[3];
    UINTN count = 0, index = 0;

    events[count++] = keyboard->timer; /* the first: no broken keyboard can stop the time */
    if (keyboard->main)
        events[count++] = keyboard->main->WaitForKeyEx;
    else if (keyboard->plain)
        events[count++] = keyboard->plain->WaitForKey;
    if (keyboard->other)
        events[count++] = keyboard->other->WaitForKeyEx;
    if (EFI_ERROR(BS->WaitForEvent(count, events, &index)) || index >= count)
        return NULL;
    return events[index];
}

uint32_t keyboard_poll(struct keyboard *keyboard)
{
    struct input_key input;

    if (keyboard->timer && is_signalled(keyboard->timer))
        return KEY_TICK;
    return read_input(keyboard, NULL, &input) ? decode(keyboard, &input) : KEY_NONE;
}

uint32_t keyboard_wait(struct keyboard *keyboard)
{
    for (;;) {
        uint32_t key = keyboard_poll(keyboard);
        struct input_key input;
        EFI_EVENT ready;

        if (key != KEY_NONE)
            return key;
        ready = keyboard->timer ? wait_for_event(keyboard) : NULL;
        if (ready && ready == keyboard->timer)
            return KEY_TICK;
        if (ready && read_input(keyboard, ready, &input))
            key = decode(keyboard, &input);
        else
            key = nap(keyboard);
        if (key != KEY_NONE)
            return key;
    }
}
