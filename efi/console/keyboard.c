/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/keyboard.h"

#include "common/base/text.h"

#define MILLISECOND      UINT64_C(10000) /* in units of 100 ns, for SetTimer() */
#define POLL_INTERVAL    10000           /* microseconds, for Stall() */
#define POLLS_PER_SECOND 100
#define MOST_TYPED_AHEAD 256 /* keys; a keyboard that never stops is none */
#define SEQUENCE_POLLS   5   /* for the next character of a sequence; nobody types that fast */

/*
 * Ticks in which the rest of a sequence may still come: slow lines, and networks behind them, cut
 * sequences. A tick of the menu is a second. EDK2's terminals wait for two.
 */
#define SEQUENCE_TICKS 2

/* Scan codes that GNU-EFI does not define (UEFI 2.10, table 12.1.4). */
#define SCAN_VOLUME_UP   0x80
#define SCAN_VOLUME_DOWN 0x81
#define SCAN_SUSPEND     0x102

/* What came after an ESC. It outlives a keyboard: the rest may come to the next one. */
static struct {
    uint16_t characters[KEY_SEQUENCE_MAX];
    uint8_t count;
    uint8_t ticks;     /* in which the rest may come; 0: there is no sequence */
    bool comes_before; /* the last character was the first one after an ESC that stood alone */
} sequence;

/* True when the event has been signalled; false for anything else, an invalid event too. */
static bool is_signalled(EFI_EVENT event)
{
    return BS->CheckEvent(event) == EFI_SUCCESS;
}

/* Some firmware has the protocol without a valid event. NULL for such a protocol. */
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *check_input_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input)
{
    return input && BS->CheckEvent(input->WaitForKeyEx) != EFI_INVALID_PARAMETER ? input : NULL;
}

/*
 * Prefers the console's SimpleTextInputEx, which reports Ctrl and Alt. On some firmware it signals
 * keys but never delivers them, while the first other instance does: hence `other`.
 */
static void find_inputs(struct keyboard *keyboard)
{
    EFI_GUID guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

    if (ST->ConsoleInHandle &&
        EFI_ERROR(BS->HandleProtocol(ST->ConsoleInHandle, &guid, (void **)&keyboard->main)))
        keyboard->main = NULL;
    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&keyboard->other)))
        keyboard->other = NULL;
    keyboard->main = check_input_ex(keyboard->main);
    keyboard->other = check_input_ex(keyboard->other);
    if (keyboard->other == keyboard->main)
        keyboard->other = NULL;
    /* Never both protocols of the console: on some firmware each of them delivers every key. */
    if (!keyboard->main)
        keyboard->plain = ST->ConIn;
}

static void start_timer(struct keyboard *keyboard, unsigned tick)
{
    keyboard->polls_per_tick = tick * POLLS_PER_SECOND / 1000;
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
        if (state & EFI_LEFT_ALT_PRESSED) /* the right one is AltGr, which is part of a character */
            modifiers |= KEY_ALT;
    }
    *ret_key = (struct input_key){data.Key.ScanCode, data.Key.UnicodeChar, modifiers};
    return true;
}

/*
 * Reads a key from the first input that has one. `ready` is an event known to be signalled, or
 * NULL: CheckEvent() or WaitForEvent() has reset it, so it cannot be checked again.
 */
static bool read_input(struct keyboard *keyboard, EFI_EVENT ready, struct input_key *ret_key)
{
    struct keyboard *k = keyboard;

    if (k->has_unread) {
        k->has_unread = false;
        *ret_key = k->unread;
        return true;
    }
    if (k->other && (ready == k->other->WaitForKeyEx || is_signalled(k->other->WaitForKeyEx))) {
        k->main = k->other; /* permanently: the console's may be one that never delivers */
        k->other = NULL;
        return read_extended(k->main, ret_key);
    }
    if (k->main && (ready == k->main->WaitForKeyEx || is_signalled(k->main->WaitForKeyEx)))
        return read_extended(k->main, ret_key);
    if (k->plain && (ready == k->plain->WaitForKey || is_signalled(k->plain->WaitForKey)))
        return read_plain(k->plain, ret_key);
    return false;
}

bool keyboard_has_key(struct keyboard *keyboard)
{
    keyboard->has_unread = read_input(keyboard, NULL, &keyboard->unread);
    return keyboard->has_unread;
}

/* Reads the next character of a sequence. False when none arrives in time. */
static bool read_in_sequence(struct keyboard *keyboard, struct input_key *ret_key)
{
    for (int i = 0; i < SEQUENCE_POLLS; i++) {
        if (read_input(keyboard, NULL, ret_key) && (ret_key->scan || ret_key->character))
            return true;
        (void)BS->Stall(POLL_INTERVAL);
    }
    return false;
}

/* Alt+Backspace of a terminal is ESC and DEL, of which EDK2 makes SCAN_DELETE or a backspace. */
static bool is_alt_backspace(const struct input_key *key)
{
    return sequence.count == 0 &&
           (key->scan == SCAN_DELETE || (!key->scan && key->character == KEY_BACKSPACE));
}

/*
 * Decodes the escape sequence whose ESC has been read. Firmware decodes only the sequences of the
 * terminal type that it is set to, and passes all others through character by character.
 */
static uint32_t read_sequence(struct keyboard *keyboard)
{
    struct input_key key;
    uint32_t result;

    while (!key_from_sequence(sequence.characters, sequence.count, &result)) {
        if (!read_in_sequence(keyboard, &key))
            return sequence.count > 0 ? KEY_NONE : KEY_ESCAPE;
        if (is_alt_backspace(&key)) {
            sequence.ticks = 0;
            return (uint32_t)KEY_ALT | KEY_BACKSPACE;
        }
        if (key.scan || key.character < ' ') { /* another key, so it was the Escape key */
            keyboard->unread = key;
            keyboard->has_unread = true;
            return KEY_ESCAPE;
        }
        sequence.characters[sequence.count++] = key.character;
    }
    sequence.ticks = 0;
    return result;
}

static uint32_t start_sequence(struct keyboard *keyboard)
{
    sequence.count = 0;
    sequence.ticks = SEQUENCE_TICKS;
    return read_sequence(keyboard);
}

/* True when the character belongs to a sequence that was cut, maybe right behind its ESC. */
static bool continues_sequence(uint16_t character)
{
    if (sequence.ticks == 0 || character < ' ' ||
        (sequence.count == 0 && character != '[' && character != 'O'))
        return false;
    sequence.characters[sequence.count++] = character;
    return true;
}

bool keyboard_follows_escape(void)
{
    return sequence.comes_before;
}

/* Tells that time has passed. */
static uint32_t tick(void)
{
    if (sequence.ticks > 0)
        sequence.ticks--;
    return KEY_TICK;
}

static uint32_t key_from_scan(const struct input_key *input)
{
    /*
     * Some tablets report Enter's character as its scan code, F3's; some have only keys for the
     * power and the volume.
     */
    if (input->scan == SCAN_F3 || input->scan == SCAN_SUSPEND)
        return KEY_ENTER;
    if (input->scan == SCAN_VOLUME_UP || input->scan == SCAN_VOLUME_DOWN)
        return input->scan == SCAN_VOLUME_UP ? KEY_UP : KEY_DOWN;
    if (input->scan >= SCAN_UP && input->scan <= SCAN_F10)
        return ((uint32_t)KEY_UP + input->scan - SCAN_UP) | input->modifiers;
    return KEY_OTHER;
}

static uint32_t decode(struct keyboard *keyboard, const struct input_key *input)
{
    uint32_t key;

    if (input->scan == SCAN_ESC || (!input->scan && input->character == KEY_ESCAPE))
        return start_sequence(keyboard);
    if (input->scan)
        return key_from_scan(input);
    if (continues_sequence(input->character))
        return read_sequence(keyboard);
    sequence.comes_before = sequence.ticks > 0;
    sequence.ticks = 0;
    key = key_from_character(input->character);
    if (key == KEY_BACKSPACE) /* Ctrl+H may come as this */
        return key | (input->modifiers & KEY_ALT);
    if (key <= ' ') /* modifiers do not matter for Enter, Tab and the like */
        return key;
    if (input->modifiers && key < 0x80)
        key = (uint32_t)to_lower((char)key);
    return key | input->modifiers;
}

/* Waits for one interval, for firmware that cannot wait for events. */
static uint32_t stall(struct keyboard *keyboard)
{
    (void)BS->Stall(POLL_INTERVAL);
    if (keyboard->timer || ++keyboard->polls < keyboard->polls_per_tick)
        return KEY_NONE;
    keyboard->polls = 0;
    return tick();
}

/* Waits for a key or the timer and returns its event. NULL when the firmware cannot wait. */
static EFI_EVENT wait_for_event(struct keyboard *keyboard)
{
    EFI_EVENT events[3];
    UINTN count = 0, index = 0;

    events[count++] = keyboard->timer; /* first, so that a broken keyboard cannot starve it */
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

bool keyboard_drain(struct keyboard *keyboard)
{
    struct input_key input;
    bool drained = false;

    for (unsigned i = 0; i < MOST_TYPED_AHEAD && read_input(keyboard, NULL, &input); i++)
        drained |= decode(keyboard, &input) != KEY_NONE;
    return drained;
}

uint32_t keyboard_poll(struct keyboard *keyboard)
{
    struct input_key input;

    if (keyboard->timer && is_signalled(keyboard->timer))
        return tick();
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
            return tick();
        if (ready && read_input(keyboard, ready, &input))
            key = decode(keyboard, &input);
        else
            key = stall(keyboard);
        if (key != KEY_NONE)
            return key;
    }
}

uint32_t keyboard_wait_ticks(struct keyboard *keyboard, unsigned ticks)
{
    uint32_t key = KEY_TICK;

    for (; ticks > 0 && key == KEY_TICK; ticks--)
        key = keyboard_wait(keyboard);
    return key;
}
