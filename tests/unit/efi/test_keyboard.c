/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/console/keyboard.c: time, inputs of which some are broken, keys, sequences of terminals. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "efi/console/keyboard.h"

#include <string.h>

#define MILLISECOND UINT64_C(10000) /* in units of 100 ns */
#define MOST_KEYS   300
#define END         UINT32_MAX /* of a list of keys */

#define CONTROL    (EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED)
#define RIGHT_CTRL (EFI_SHIFT_STATE_VALID | EFI_RIGHT_CONTROL_PRESSED)
#define ALT        (EFI_SHIFT_STATE_VALID | EFI_LEFT_ALT_PRESSED)
#define SHIFT      (EFI_SHIFT_STATE_VALID | EFI_LEFT_SHIFT_PRESSED)

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

enum input { MAIN, OTHER, PLAIN, INPUTS };

struct timed_key {
    uint64_t time; /* milliseconds */
    uint16_t scan, character;
    uint32_t state;
    enum input input;
};

/* What does not work. */
enum trouble { NONE, NO_EVENT, NO_TIMER, NO_WAIT, WRONG_INDEX, TROUBLES };

static struct {
    enum trouble trouble;
    bool is_deaf; /* MAIN signals keys and never delivers them */
    uint64_t now, period, due;
    unsigned created, closed, stalls;
    struct timed_key keys[MOST_KEYS];
    size_t count, next;
    bool waited_for[INPUTS]; /* its event has been reset by WaitForEvent() */
} machine;

static char timer, events[INPUTS]; /* their addresses are the events */

static bool has_key(enum input input)
{
    return machine.next < machine.count && machine.keys[machine.next].input == input &&
           machine.keys[machine.next].time * MILLISECOND <= machine.now;
}

static bool is_signalled(EFI_EVENT event)
{
    if (event == &timer) {
        bool is_due = machine.due <= machine.now;

        machine.due += is_due ? machine.period : 0;
        return is_due;
    }
    return has_key((enum input)((char *)event - events)) ||
           (machine.is_deaf && event == &events[MAIN]);
}

static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify,
                                      void *context, EFI_EVENT *ret_event)
{
    (void)tpl;
    assert_int_equal(type, EVT_TIMER);
    assert_true(!notify && !context);
    *ret_event = &machine; /* no event */
    if (machine.trouble == NO_EVENT)
        return EFI_OUT_OF_RESOURCES;
    machine.created++;
    machine.due = UINT64_MAX;
    *ret_event = &timer;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_timer(EFI_EVENT event, EFI_TIMER_DELAY type, UINT64 time)
{
    assert_ptr_equal(event, &timer);
    assert_int_equal(type, TimerPeriodic);
    if (machine.trouble == NO_TIMER)
        return EFI_UNSUPPORTED;
    machine.period = time;
    machine.due = machine.now + time;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
    assert_ptr_equal(event, &timer);
    machine.closed++;
    return EFI_SUCCESS;
}

/* One that WaitForEvent() has reported is reset until its key is read. */
static EFI_STATUS EFIAPI check_event(EFI_EVENT event)
{
    if (!event)
        return EFI_INVALID_PARAMETER;
    if (event != &timer && machine.waited_for[(char *)event - events])
        return EFI_NOT_READY;
    return is_signalled(event) ? EFI_SUCCESS : EFI_NOT_READY;
}

/* True, with its index, if one of them has happened. */
static bool find_signalled(UINTN count, EFI_EVENT *list, UINTN *ret_index)
{
    for (*ret_index = 0; *ret_index < count; ++*ret_index) {
        if (!is_signalled(list[*ret_index]))
            continue;
        if (*ret_index > 0)
            machine.waited_for[(char *)list[*ret_index] - events] = true;
        return true;
    }
    return false; /* the index is one too many */
}

static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *list, UINTN *ret_index)
{
    uint64_t key =
        machine.next < machine.count ? machine.keys[machine.next].time * MILLISECOND : UINT64_MAX;

    assert_in_range(count, 1, 3);
    assert_ptr_equal(list[0], &timer);
    *ret_index = count;
    if (machine.trouble == NO_WAIT || machine.trouble == WRONG_INDEX)
        return machine.trouble == NO_WAIT ? EFI_UNSUPPORTED : EFI_SUCCESS;
    machine.now = max_u64(machine.now, min_u64(machine.due, key));
    if (find_signalled(count, list, ret_index))
        return EFI_SUCCESS;
    machine.now = machine.due; /* it is the key of an input that is not read */
    assert_true(find_signalled(count, list, ret_index));
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
    machine.now += microseconds * 10;
    machine.stalls++;
    return EFI_SUCCESS;
}

static EFI_STATUS read_key(enum input input, struct timed_key *ret_key)
{
    if (!has_key(input) || (machine.is_deaf && input == MAIN))
        return EFI_NOT_READY;
    machine.waited_for[input] = false;
    *ret_key = machine.keys[machine.next++];
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_plain(SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *ret_key)
{
    struct timed_key key = {0};
    EFI_STATUS status = read_key(PLAIN, &key);

    assert_ptr_equal(this->WaitForKey, &events[PLAIN]);
    *ret_key = (EFI_INPUT_KEY){key.scan, key.character};
    return status;
}

static EFI_STATUS EFIAPI read_extended(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *this,
                                       EFI_KEY_DATA *ret_data)
{
    struct timed_key key = {0};
    EFI_STATUS status = read_key((enum input)((char *)this->WaitForKeyEx - events), &key);

    *ret_data = (EFI_KEY_DATA){{key.scan, key.character}, {key.state, 0}};
    return status;
}

static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL extended[2]; /* MAIN, OTHER */
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *of_console, *located;

/* What failed calls leave behind is no input. */
static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    (void)guid;
    assert_ptr_equal(handle, &machine);
    *ret_interface = of_console ? (void *)of_console : &machine;
    return of_console ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **ret_interface)
{
    (void)guid;
    (void)registration;
    *ret_interface = located ? (void *)located : &machine;
    return located ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static SIMPLE_INPUT_INTERFACE plain = {.ReadKeyStroke = read_plain, .WaitForKey = &events[PLAIN]};

static void press(enum input input, uint64_t time, uint16_t scan, uint16_t character)
{
    machine.keys[machine.count++] = (struct timed_key){time, scan, character, 0, input};
}

static struct keyboard open_keyboard(unsigned tick)
{
    struct keyboard keyboard;

    memset(&keyboard, 0xff, sizeof(keyboard));
    assert_int_equal(keyboard_open(&keyboard, tick), EFI_SUCCESS);
    return keyboard;
}

/* Nothing is left of a sequence of the test before. */
static void forget_sequence(void)
{
    struct keyboard keyboard = open_keyboard(1000);

    press(MAIN, 0, 0, 'x');
    press(MAIN, 0, 0, 'x');
    assert_true(keyboard_drain(&keyboard));
    keyboard_close(&keyboard);
    memset(&machine, 0, sizeof(machine));
}

static int plug_in(void **state)
{
    static EFI_BOOT_SERVICES services = {
        .CreateEvent = create_event,
        .SetTimer = set_timer,
        .CloseEvent = close_event,
        .CheckEvent = check_event,
        .WaitForEvent = wait_for_event,
        .Stall = stall,
        .HandleProtocol = handle_protocol,
        .LocateProtocol = locate_protocol,
    };
    static EFI_SYSTEM_TABLE table;

    (void)state;
    memset(&machine, 0, sizeof(machine));
    for (size_t i = 0; i < ELEMENTS(extended); i++)
        extended[i] = (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL){.ReadKeyStrokeEx = read_extended,
                                                          .WaitForKeyEx = &events[i]};
    of_console = located = &extended[MAIN];
    table = (EFI_SYSTEM_TABLE){.ConsoleInHandle = &machine, .ConIn = &plain};
    ST = &table;
    BS = &services;
    forget_sequence();
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * Time
 */

/* With a timer and without one. What was created is closed, once. */
static void ticks_come_in_time(void **state)
{
    static const unsigned lengths[] = {10, 100, 1000}; /* milliseconds */

    (void)state;
    for (size_t i = 0; i < TROUBLES * ELEMENTS(lengths); i++) {
        unsigned length = lengths[i / TROUBLES];
        struct keyboard keyboard;

        memset(&machine, 0, sizeof(machine));
        machine.trouble = (enum trouble)(i % TROUBLES);
        keyboard = open_keyboard(length);
        for (unsigned ticks = 1; ticks <= 3; ticks++) {
            assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
            assert_int_equal(machine.now, ticks * length * MILLISECOND);
        }
        if (machine.trouble == NONE) /* the processor may sleep */
            assert_int_equal(machine.stalls, 0);
        keyboard_close(&keyboard);
        keyboard_close(&keyboard);
        assert_int_equal(machine.created, machine.trouble != NO_EVENT);
        assert_int_equal(machine.closed, machine.created);
    }
}

/* Nor does it take longer while keys come that are none. */
static void polling_does_not_wait(void **state)
{
    struct keyboard keyboard = open_keyboard(100);

    (void)state;
    assert_int_equal(keyboard_poll(&keyboard), KEY_NONE);
    assert_int_equal(machine.now, 0);
    press(MAIN, 20, 0, 'a');
    press(MAIN, 30, 0, 0);
    assert_int_equal(keyboard_poll(&keyboard), KEY_NONE);
    machine.now = 20 * MILLISECOND;
    assert_int_equal(keyboard_poll(&keyboard), 'a');
    assert_int_equal(keyboard_poll(&keyboard), KEY_NONE);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(machine.now, 100 * MILLISECOND);
    machine.now = 200 * MILLISECOND;
    assert_int_equal(keyboard_poll(&keyboard), KEY_TICK);
    keyboard_close(&keyboard);
}

/* ------------------------------------------------------------------------------------------------
 * Inputs
 */

/* Which inputs there are, with an event or without, and of which a key is read. */
static const struct {
    bool console, other, plain;
    bool eventless[2]; /* MAIN, OTHER */
    bool reads[INPUTS];
} inputs[] = {
    {true, false, false, {false}, {[MAIN] = true}},
    {true, false, true, {false}, {[MAIN] = true}},
    {true, true, true, {false}, {[MAIN] = true, [OTHER] = true}},
    {true, true, true, {true, false}, {[OTHER] = true, [PLAIN] = true}},
    {true, true, true, {false, true}, {[MAIN] = true}},
    {true, true, true, {true, true}, {[PLAIN] = true}},
    {false, true, true, {false}, {[OTHER] = true, [PLAIN] = true}},
    {false, true, false, {false}, {[OTHER] = true}},
    {false, false, true, {false}, {[PLAIN] = true}},
};

static void plug_in_row(size_t row)
{
    of_console = inputs[row].console ? &extended[MAIN] : NULL;
    located = inputs[row].other ? &extended[OTHER] : NULL;
    ST->ConIn = inputs[row].plain ? &plain : NULL;
    for (size_t i = 0; i < ELEMENTS(extended); i++)
        extended[i].WaitForKeyEx = inputs[row].eventless[i] ? NULL : &events[i];
}

/* Never of both protocols of the console: some firmware delivers every key to each of them. */
static void each_input_is_read(void **state)
{
    static const enum trouble troubles[] = {NONE, NO_EVENT, NO_WAIT};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(inputs) * INPUTS * ELEMENTS(troubles); i++) {
        enum input input = (enum input)(i % INPUTS);
        size_t row = i / INPUTS % ELEMENTS(inputs);
        struct keyboard keyboard;

        memset(&machine, 0, sizeof(machine));
        machine.trouble = troubles[i / INPUTS / ELEMENTS(inputs)];
        plug_in_row(row);
        press(input, 30, 0, 'k');
        keyboard = open_keyboard(50);
        assert_int_equal(keyboard_wait(&keyboard), inputs[row].reads[input] ? 'k' : KEY_TICK);
        assert_int_equal(machine.now, (inputs[row].reads[input] ? 30 : 50) * MILLISECOND);
        keyboard_close(&keyboard);
    }
}

static void without_input_there_is_no_keyboard(void **state)
{
    struct keyboard keyboard;

    (void)state;
    of_console = located = NULL;
    ST->ConIn = NULL;
    assert_int_equal(keyboard_open(&keyboard, 100), EFI_NOT_FOUND);
    ST->ConsoleInHandle = NULL;
    assert_int_equal(keyboard_open(&keyboard, 100), EFI_NOT_FOUND);
    keyboard_close(&keyboard);
    assert_int_equal(machine.created, 0);
}

/* The console's signals keys and delivers none; once another has, it is the keyboard. */
static void a_deaf_input_is_left(void **state)
{
    struct keyboard keyboard;

    (void)state;
    located = &extended[OTHER];
    machine.is_deaf = true;
    press(OTHER, 5, 0, 'a');
    press(OTHER, 2000, 0, 'b');
    keyboard = open_keyboard(1000);
    assert_int_equal(keyboard_wait(&keyboard), 'a');
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(machine.now, 1000 * MILLISECOND);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(keyboard_wait(&keyboard), 'b');
    keyboard_close(&keyboard);
}

/* ------------------------------------------------------------------------------------------------
 * Keys
 */

static const struct {
    struct timed_key pressed;
    uint32_t key;
} keys[] = {
    {{.character = 'a'}, 'a'},
    {{.character = 'A', .state = SHIFT}, 'A'},
    {{.character = 'A', .state = EFI_SHIFT_STATE_VALID | EFI_RIGHT_SHIFT_PRESSED}, 'A'},
    {{.character = 'A', .state = EFI_SHIFT_STATE_VALID | EFI_LEFT_LOGO_PRESSED}, 'A'},
    {{.character = 'A', .state = CONTROL}, KEY_CTRL | 'a'},
    {{.character = 'b', .state = RIGHT_CTRL}, KEY_CTRL | 'b'},
    {{.character = 'C', .state = ALT}, KEY_ALT | 'c'},
    {{.character = 'c', .state = ALT | EFI_LEFT_CONTROL_PRESSED}, KEY_ALT | KEY_CTRL | 'c'},
    {{.character = '@', .state = EFI_SHIFT_STATE_VALID | EFI_RIGHT_ALT_PRESSED}, '@'},
    {{.character = 'd', .state = EFI_LEFT_CONTROL_PRESSED}, 'd'}, /* not valid */
    {{.character = 4}, KEY_CTRL | 'd'},
    {{.character = 4, .state = CONTROL}, KEY_CTRL | 'd'},
    {{.character = 0xc4, .state = ALT}, KEY_ALT | 0xc4},
    {{.character = '!', .state = ALT}, KEY_ALT | '!'},
    {{.character = 0x7f, .state = ALT}, KEY_ALT | KEY_BACKSPACE},
    {{.character = '\b'}, KEY_BACKSPACE},
    {{.character = '\b', .state = CONTROL}, KEY_BACKSPACE},
    {{.character = '\b', .state = ALT | EFI_LEFT_CONTROL_PRESSED}, KEY_ALT | KEY_BACKSPACE},
    {{.character = '\r', .state = CONTROL}, KEY_ENTER},
    {{.character = '\t', .state = ALT}, '\t'},
    {{.character = ' ', .state = ALT}, ' '},
    {{.scan = SCAN_UP}, KEY_UP},
    {{.scan = SCAN_LEFT, .state = CONTROL}, KEY_CTRL | KEY_LEFT},
    {{.scan = SCAN_RIGHT, .state = ALT}, KEY_ALT | KEY_RIGHT},
    {{.scan = SCAN_PAGE_DOWN, .character = 'x'}, KEY_PAGE_DOWN},
    {{.scan = SCAN_F1}, KEY_F1},
    {{.scan = SCAN_F2}, KEY_F2},
    {{.scan = SCAN_F10}, KEY_F10},
    {{.scan = SCAN_F11}, KEY_OTHER},
    {{.scan = SCAN_F11, .state = ALT}, KEY_OTHER},
    {{.scan = SCAN_F3}, KEY_ENTER},
    {{.scan = 0x102}, KEY_ENTER}, /* power */
    {{.scan = 0x80}, KEY_UP},     /* volume up and down, and what is next to them */
    {{.scan = 0x81}, KEY_DOWN},
    {{.scan = 0x7f}, KEY_OTHER},
    {{.scan = 0x82}, KEY_OTHER},
    {{.scan = 0x101}, KEY_OTHER},
    {{.scan = 0x103}, KEY_OTHER},
};

static void keys_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(keys); i++) {
        struct keyboard keyboard = open_keyboard(1000);

        machine.keys[machine.count++] = keys[i].pressed;
        assert_int_equal(keyboard_wait(&keyboard), keys[i].key);
        assert_int_equal(machine.now, 0);
        keyboard_close(&keyboard);
    }
}

/* Looking for a key takes none away. */
static void a_key_waits_to_be_read(void **state)
{
    struct keyboard keyboard = open_keyboard(1000);

    (void)state;
    assert_false(keyboard_has_key(&keyboard));
    press(MAIN, 0, 0, 'a');
    press(MAIN, 0, SCAN_UP, 0);
    assert_true(keyboard_has_key(&keyboard));
    assert_true(keyboard_has_key(&keyboard));
    assert_int_equal(keyboard_wait(&keyboard), 'a');
    assert_int_equal(keyboard_wait(&keyboard), KEY_UP);
    assert_false(keyboard_has_key(&keyboard));
    keyboard_close(&keyboard);
}

/* What is no key is not worth mentioning, and a keyboard that never stops is none. */
static void waiting_keys_are_forgotten(void **state)
{
    struct keyboard keyboard = open_keyboard(1000);

    (void)state;
    assert_false(keyboard_drain(&keyboard));
    press(MAIN, 0, 0, 0);
    assert_false(keyboard_drain(&keyboard));
    press(MAIN, 0, 0, 'a');
    press(MAIN, 0, 0, 0);
    assert_true(keyboard_drain(&keyboard));
    machine.count = machine.next = 0;
    for (unsigned i = 0; i < 260; i++)
        press(MAIN, 0, 0, 'a');
    assert_true(keyboard_drain(&keyboard));
    assert_int_equal(machine.next, 256);
    keyboard_close(&keyboard);
}

/* ------------------------------------------------------------------------------------------------
 * Sequences
 */

/* Characters with the milliseconds between them, and the keys that they are, in a tick a second. */
static const struct {
    struct {
        unsigned pause;
        uint16_t scan, character;
    } typed[8];
    size_t count;
    uint32_t keys[8];
} sequences[] = {
    {{{0, 0, 27}}, 1, {KEY_ESCAPE, END}},
    {{{0, SCAN_ESC, 0}}, 1, {KEY_ESCAPE, END}},
    {{{0, 0, 27}, {0, 0, '['}, {0, 0, 'A'}}, 3, {KEY_UP, END}},
    {{{0, SCAN_ESC, 0}, {0, 0, 'O'}, {0, 0, 'P'}}, 3, {KEY_F1, END}},
    {{{0, 0, 27}, {40, 0, '['}, {40, 0, 'A'}}, 3, {KEY_UP, END}},
    {{{0, 0, 27}, {20, 0, 0}, {0, 0, '['}, {0, 0, 'A'}}, 4, {KEY_UP, END}},
    {{{0, 0, 27}, {40, 0, 'j'}}, 2, {KEY_ALT | 'j', END}},
    {{{0, 0, 27}, {60, 0, 'j'}}, 2, {KEY_ESCAPE, 'j', END}},
    /* Cut on the way. */
    {{{0, 0, 27}, {60, 0, '['}, {60, 0, 'A'}}, 3, {KEY_ESCAPE, KEY_UP, END}},
    {{{0, 0, 27}, {60, 0, 'O'}, {60, 0, 'Q'}}, 3, {KEY_ESCAPE, KEY_F2, END}},
    {{{0, 0, 27}, {0, 0, '['}, {60, 0, 'A'}, {60, 0, 'A'}}, 4, {KEY_UP, 'A', END}},
    {{{0, 0, 27}, {0, 0, '['}, {1960, 0, 'A'}}, 3, {KEY_TICK, KEY_UP, END}},
    {{{0, 0, 27}, {0, 0, '['}, {2060, 0, 'A'}}, 3, {KEY_TICK, KEY_TICK, 'A', END}},
    {{{0, 0, 27}, {2060, 0, '['}, {60, 0, 'A'}},
     3,
     {KEY_ESCAPE, KEY_TICK, KEY_TICK, '[', 'A', END}},
    {{{0, 0, 27}, {0, 0, '['}, {60, 0, '\r'}, {0, 0, 'A'}}, 4, {KEY_ENTER, 'A', END}},
    {{{0, 0, 27}, {0, 0, '['}, {60, 0, ' '}, {0, 0, 'A'}}, 4, {KEY_UP, END}},
    /* Other keys than Escape's: both count. */
    {{{0, 0, 27}, {0, SCAN_DOWN, 0}}, 2, {KEY_ESCAPE, KEY_DOWN, END}},
    {{{0, 0, 27}, {0, 0, '\r'}}, 2, {KEY_ESCAPE, KEY_ENTER, END}},
    {{{0, 0, 27}, {0, 0, 27}}, 2, {KEY_ESCAPE, KEY_ESCAPE, END}},
    {{{0, 0, 27}, {0, 0, '['}, {0, SCAN_DOWN, 0}}, 3, {KEY_ESCAPE, KEY_DOWN, END}},
    {{{0, 0, 27}, {0, 0, ' '}}, 2, {KEY_ALT | ' ', END}},
    /* Alt+Backspace of a terminal, and what is no part of it. */
    {{{0, 0, 27}, {0, 0, 0x7f}, {60, 0, '['}}, 3, {KEY_ALT | KEY_BACKSPACE, '[', END}},
    {{{0, 0, 27}, {0, SCAN_DELETE, 0}, {60, 0, '['}}, 3, {KEY_ALT | KEY_BACKSPACE, '[', END}},
    {{{0, 0, 27}, {0, 0, '\b'}, {60, 0, '['}}, 3, {KEY_ALT | KEY_BACKSPACE, '[', END}},
    {{{0, 0, 27}, {0, SCAN_LEFT, '\b'}}, 2, {KEY_ESCAPE, KEY_LEFT, END}},
    {{{0, 0, 27}, {0, 0, '['}, {0, SCAN_DELETE, 0}}, 3, {KEY_ESCAPE, KEY_DELETE, END}},
    {{{0, 0, 27}, {0, 0, '['}, {0, 0, '\b'}}, 3, {KEY_ESCAPE, KEY_BACKSPACE, END}},
};

/* All keys until three seconds after the last one, but for the ticks of these. */
static void check_keys(size_t row)
{
    struct keyboard keyboard = open_keyboard(1000);
    uint64_t last = machine.keys[machine.count - 1].time * MILLISECOND;
    uint32_t key;

    for (const uint32_t *wanted = sequences[row].keys; *wanted != END; wanted++) {
        key = keyboard_wait(&keyboard);
        if (key != *wanted)
            fail_msg("row %zu, key %td: 0x%x, not 0x%x", row, wanted - sequences[row].keys, key,
                     *wanted);
    }
    while (machine.now < last + 3000 * MILLISECOND)
        assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    keyboard_close(&keyboard);
}

static void sequences_are_decoded(void **state)
{
    for (size_t i = 0; i < ELEMENTS(sequences); i++) {
        uint64_t time = 10;

        (void)plug_in(state);
        for (size_t k = 0; k < sequences[i].count; k++) {
            time += sequences[i].typed[k].pause;
            press(MAIN, time, sequences[i].typed[k].scan, sequences[i].typed[k].character);
        }
        check_keys(i);
    }
}

/* Nobody types its next character as soon as that: it is not waited for any longer. */
static void escape_is_a_key_at_once(void **state)
{
    struct keyboard keyboard = open_keyboard(1000);

    (void)state;
    press(MAIN, 0, 0, 27);
    assert_int_equal(keyboard_wait(&keyboard), KEY_ESCAPE);
    assert_int_equal(machine.now, 50 * MILLISECOND);
    keyboard_close(&keyboard);
}

/* The rest of a sequence may come to the next keyboard. */
static void a_sequence_outlives_its_keyboard(void **state)
{
    struct keyboard keyboard = open_keyboard(1000);

    (void)state;
    press(MAIN, 0, 0, 27);
    press(MAIN, 0, 0, '[');
    press(MAIN, 1500, 0, 'A');
    assert_false(keyboard_drain(&keyboard));
    keyboard_close(&keyboard);
    keyboard = open_keyboard(1000);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(keyboard_wait(&keyboard), KEY_UP);
    keyboard_close(&keyboard);
}

/* Only the first character within two ticks may be what is left of a sequence. */
static void what_follows_escape(void **state)
{
    struct keyboard keyboard = open_keyboard(1000);

    (void)state;
    press(MAIN, 0, 0, 27);
    press(MAIN, 1500, 0, 'B');
    press(MAIN, 1500, 0, 'B');
    press(MAIN, 1600, 0, 27);
    press(MAIN, 3900, 0, 'B');
    assert_int_equal(keyboard_wait(&keyboard), KEY_ESCAPE);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(keyboard_wait(&keyboard), 'B');
    assert_true(keyboard_follows_escape());
    assert_int_equal(keyboard_wait(&keyboard), 'B');
    assert_false(keyboard_follows_escape());
    assert_int_equal(keyboard_wait(&keyboard), KEY_ESCAPE);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(keyboard_wait(&keyboard), KEY_TICK);
    assert_int_equal(keyboard_wait(&keyboard), 'B');
    assert_false(keyboard_follows_escape());
    keyboard_close(&keyboard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ticks_come_in_time, plug_in),
        cmocka_unit_test_setup(polling_does_not_wait, plug_in),
        cmocka_unit_test_setup(each_input_is_read, plug_in),
        cmocka_unit_test_setup(without_input_there_is_no_keyboard, plug_in),
        cmocka_unit_test_setup(a_deaf_input_is_left, plug_in),
        cmocka_unit_test_setup(keys_are_decoded, plug_in),
        cmocka_unit_test_setup(a_key_waits_to_be_read, plug_in),
        cmocka_unit_test_setup(waiting_keys_are_forgotten, plug_in),
        cmocka_unit_test_setup(sequences_are_decoded, plug_in),
        cmocka_unit_test_setup(escape_is_a_key_at_once, plug_in),
        cmocka_unit_test_setup(a_sequence_outlives_its_keyboard, plug_in),
        cmocka_unit_test_setup(what_follows_escape, plug_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
