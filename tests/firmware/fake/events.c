/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/events.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/watchdog.h"
#include "tests/lib/support.h"

#include <string.h>

#define MOST_EVENTS 32
#define MOST_KEYS   128
#define NEVER_DUE   UINT64_MAX

/* How long the loader may wait for a key before the run ends as ENDING_WAITING. */
#define PATIENCE (60 * TICKS_PER_SECOND)

/* Longer than the timeouts of scenarios with keys, and than the menu shows a message. */
#define LONG_ENOUGH (12 * TICKS_PER_SECOND)

enum event_kind { EVENT_FREE, EVENT_LOADERS, EVENT_KEY, EVENT_NEVER, EVENT_ABANDONED };

/* The last events belong to the keyboards. */
#define KEY_EVENT   (MOST_EVENTS - 1)
#define NEVER_EVENT (MOST_EVENTS - 2)

struct event {
    enum event_kind kind;
    UINT32 type;
    bool signaled;
    uint64_t due; /* when a timer goes off */
    uint64_t period;
    EFI_EVENT_NOTIFY notify;
    void *context;
};

static struct event events[MOST_EVENTS];

static struct {
    struct fake_key keys[MOST_KEYS];
    size_t count, next;
    size_t wanted;    /* without the keys of keys_give_up() */
    uint64_t excused; /* ticks of keys_excuse_wait() */
    bool asked;
    bool eventless; /* the loader may pass an invalid event */
} keyboard;

static struct event *find_event(const char *what, EFI_EVENT handle)
{
    struct event *event = handle;

    if (event < events || event >= events + MOST_EVENTS || event->kind == EVENT_FREE ||
        event->kind == EVENT_ABANDONED)
        run_fail("%s is called for %p, which is no event", what, handle);
    return event;
}

static bool key_is_ready(void)
{
    return keyboard.next < keyboard.count && keyboard.keys[keyboard.next].time <= ledger_now();
}

/* Ends a run that waits for a key forever. */
static void check_patience(void)
{
    uint64_t last = keyboard.count > 0 ? keyboard.keys[keyboard.count - 1].time : 0;

    if (keyboard.asked && ledger_now() > last + PATIENCE + keyboard.excused)
        run_end(ENDING_WAITING, EFI_TIMEOUT);
}

/* Signals the timers that are due. */
static void run_timers(void)
{
    for (size_t i = 0; i < MOST_EVENTS; i++) {
        struct event *event = &events[i];

        if (event->kind != EVENT_LOADERS || event->due > ledger_now())
            continue;
        event->due = event->period ? ledger_now() + event->period : NEVER_DUE;
        event->signaled = true;
        if (event->notify && event->type & EVT_NOTIFY_SIGNAL) {
            event->signaled = false;
            event->notify(event, event->context);
        }
    }
}

static bool is_signaled(struct event *event)
{
    run_timers();
    if (event->kind == EVENT_KEY || event->kind == EVENT_NEVER) {
        keyboard.asked = true;
        return event->kind == EVENT_KEY && key_is_ready();
    }
    return event->signaled;
}

static EFI_STATUS create(UINT32 type, EFI_EVENT_NOTIFY notify, void *context, EFI_EVENT *ret_event)
{
    for (size_t i = 0; i < MOST_EVENTS; i++) {
        if (events[i].kind != EVENT_FREE)
            continue;
        events[i] = (struct event){EVENT_LOADERS, type, .due = NEVER_DUE, .notify = notify,
                                   .context = context};
        *ret_event = &events[i];
        return EFI_SUCCESS;
    }
    run_fail("more than %d events are in use", MOST_EVENTS);
}

/* Of events that ExitBootServices or SetVirtualAddressMap signals. */
#define EVT_SIGNALS (EVT_SIGNAL_EXIT_BOOT_SERVICES | EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE)

static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify,
                                      void *context, EFI_EVENT *ret_event)
{
    EFI_STATUS status = ledger_enter(SERVICE_CREATE_EVENT);
    bool notifies = type & (EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT);

    if (type & ~(UINT32)(EVT_TIMER | EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT | EVT_SIGNALS))
        run_fail("CreateEvent is called for an unknown type, %#x", type);
    if (notifies && (!notify || tpl <= TPL_APPLICATION || tpl > TPL_NOTIFY))
        run_fail("CreateEvent is called without a function, or with a wrong priority");
    *ret_event = (EFI_EVENT)(uintptr_t)4095; /* no event; whatever a failure leaves */
    return EFI_ERROR(status) ? status : create(type, notify, context, ret_event);
}

static EFI_STATUS EFIAPI create_event_ex(UINT32 type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify,
                                         const void *context, const EFI_GUID *group,
                                         EFI_EVENT *ret_event)
{
    (void)group;
    return create_event(type, tpl, notify, (void *)(uintptr_t)context, ret_event);
}

static EFI_STATUS EFIAPI set_timer(EFI_EVENT handle, EFI_TIMER_DELAY how, UINT64 ticks)
{
    EFI_STATUS status = ledger_enter(SERVICE_SET_TIMER);
    struct event *event = find_event("SetTimer", handle);

    if (EFI_ERROR(status))
        return status;
    if (!(event->type & EVT_TIMER))
        run_fail("SetTimer is called for an event that is no timer");
    event->due = how == TimerCancel ? NEVER_DUE : ledger_now() + ticks;
    event->period = how == TimerPeriodic ? ticks : 0;
    event->signaled = false;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI signal_event(EFI_EVENT handle)
{
    EFI_STATUS status = ledger_enter(SERVICE_SIGNAL_EVENT);
    struct event *event = find_event("SignalEvent", handle);

    if (!EFI_ERROR(status))
        event->signaled = true;
    return status;
}

void event_signal(EFI_EVENT handle)
{
    find_event("an HTTP token", handle)->signaled = true;
}

static EFI_STATUS EFIAPI check_event(EFI_EVENT handle)
{
    EFI_STATUS status = ledger_enter(SERVICE_CHECK_EVENT);
    struct event *event;

    if (!handle && keyboard.eventless)
        return EFI_INVALID_PARAMETER;
    event = find_event("CheckEvent", handle);
    if (EFI_ERROR(status))
        return status;
    if (!is_signaled(event))
        return EFI_NOT_READY;
    event->signaled = false;
    return EFI_SUCCESS;
}

/* The time of the next event that the loader can wait for. */
static uint64_t next_moment(void)
{
    uint64_t moment = NEVER_DUE;

    for (size_t i = 0; i < MOST_EVENTS; i++) {
        if (events[i].kind == EVENT_LOADERS && events[i].due < moment)
            moment = events[i].due;
    }
    if (keyboard.next < keyboard.count && !key_is_ready() &&
        keyboard.keys[keyboard.next].time < moment)
        moment = keyboard.keys[keyboard.next].time;
    return moment;
}

/* A look at the keyboard that a timer of less than a second ends needs no watchdog. */
static bool may_wait_long(UINTN count, EFI_EVENT *handles)
{
    for (size_t i = 0; i < count; i++) {
        const struct event *event = find_event("WaitForEvent", handles[i]);

        if (event->period > 0 && event->period < TICKS_PER_SECOND)
            return false;
    }
    return true;
}

static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *handles, UINTN *ret_index)
{
    EFI_STATUS status = ledger_enter(SERVICE_WAIT_FOR_EVENT);

    if (EFI_ERROR(status))
        return status;
    check_patience();
    for (;;) {
        uint64_t moment;

        for (size_t i = 0; i < count; i++) {
            struct event *event = find_event("WaitForEvent", handles[i]);

            if (event->kind == EVENT_KEY && may_wait_long(count, handles))
                fake_watchdog_expect_on("a key is waited for");
            if (is_signaled(event)) {
                event->signaled = false;
                *ret_index = i;
                return EFI_SUCCESS;
            }
        }
        moment = next_moment();
        if (moment > ledger_now() + PATIENCE)
            run_fail("WaitForEvent is called for what will never happen");
        if (moment > ledger_now())
            ledger_advance(moment - ledger_now());
    }
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT handle)
{
    EFI_STATUS status = ledger_enter(SERVICE_CLOSE_EVENT);
    struct event *event = find_event("CloseEvent", handle);

    if (event->kind != EVENT_LOADERS)
        run_fail("CloseEvent is called for the keyboard's event, which is the firmware's");
    event->kind = EFI_ERROR(status) ? EVENT_ABANDONED : EVENT_FREE;
    return status;
}

size_t events_find_leak(void)
{
    size_t count = 0;

    for (size_t i = 0; i < MOST_EVENTS; i++)
        count += events[i].kind == EVENT_LOADERS;
    return count;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
    EFI_STATUS status = ledger_enter(SERVICE_STALL);

    if (!EFI_ERROR(status))
        ledger_advance(microseconds * TICKS_PER_MICROSECOND);
    check_patience();
    return status;
}

static EFI_TPL EFIAPI raise_tpl(EFI_TPL tpl)
{
    (void)ledger_enter(SERVICE_RAISE_TPL);
    (void)tpl;
    return TPL_APPLICATION;
}

static void EFIAPI restore_tpl(EFI_TPL tpl)
{
    (void)ledger_enter(SERVICE_RESTORE_TPL);
    (void)tpl;
}

/* ------------------------------------------------------------------------------------------------
 * The keyboard
 */

void keys_press(uint64_t time, UINT16 scan, CHAR16 unicode)
{
    keys_press_with((struct fake_key){time, scan, unicode, {0}});
}

void keys_press_with(struct fake_key key)
{
    require(keyboard.count < MOST_KEYS);
    keyboard.keys[keyboard.count++] = key;
}

size_t keys_so_far(void)
{
    return keyboard.count;
}

bool keys_were_asked_for(void)
{
    return keyboard.asked;
}

void keys_excuse_wait(uint64_t ticks)
{
    ledger_advance(ticks);
    keyboard.excused += ticks;
}

void keys_give_up(void)
{
    static const CHAR16 keys[] = {0x1b, 0x1b, 'q', 'q'};
    uint64_t time = keyboard.count > 0 ? keyboard.keys[keyboard.count - 1].time : 0;

    keyboard.wanted = keyboard.count;
    for (size_t i = 0; i < ELEMENTS(keys) && keyboard.wanted > 0; i++)
        keys_press(time += LONG_ENOUGH, 0, keys[i]);
}

bool keys_have_given_up(void)
{
    return keyboard.wanted > 0 && keyboard.next > keyboard.wanted;
}

static EFI_STATUS read_key(EFI_INPUT_KEY *key, EFI_KEY_STATE *state)
{
    EFI_STATUS status = ledger_enter(SERVICE_READ_KEY);

    keyboard.asked = true;
    if (EFI_ERROR(status))
        return status;
    if (!key_is_ready())
        return EFI_NOT_READY;
    key->ScanCode = keyboard.keys[keyboard.next].scan;
    key->UnicodeChar = keyboard.keys[keyboard.next].unicode;
    *state = keyboard.keys[keyboard.next].state;
    console_see_key(keyboard.next);
    keyboard.next++;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_key_stroke(SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *key)
{
    EFI_KEY_STATE unseen;

    require(this == &fake_input);
    return read_key(key, &unseen);
}

static EFI_STATUS EFIAPI read_key_stroke_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *this,
                                            EFI_KEY_DATA *data)
{
    if (this->WaitForKeyEx == &events[NEVER_EVENT])
        return EFI_NOT_READY;
    return read_key(&data->Key, &data->KeyState);
}

static EFI_STATUS EFIAPI reset_input(SIMPLE_INPUT_INTERFACE *this, BOOLEAN extended)
{
    require(this == &fake_input);
    (void)extended;
    keyboard.asked = true;
    return ledger_enter(SERVICE_READ_KEY);
}

static EFI_STATUS EFIAPI reset_input_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *this, BOOLEAN extended)
{
    (void)this;
    (void)extended;
    keyboard.asked = true;
    return ledger_enter(SERVICE_READ_KEY);
}

SIMPLE_INPUT_INTERFACE fake_input = {reset_input, read_key_stroke, NULL};
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL fake_input_ex = {
    .Reset = reset_input_ex,
    .ReadKeyStrokeEx = read_key_stroke_ex,
};

static const EFI_GUID plain_guid = EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID;
static const EFI_GUID extended_guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

void input_install(void)
{
    events[KEY_EVENT] = (struct event){.kind = EVENT_KEY, .due = NEVER_DUE};
    fake_input.WaitForKey = &events[KEY_EVENT];
    fake_input_ex.WaitForKeyEx = &events[KEY_EVENT];
    handles_install(&console_handle, &plain_guid, &fake_input);
    handles_install(&console_handle, &extended_guid, &fake_input_ex);
}

void input_remove_extended(void)
{
    handles_remove(console_handle, &extended_guid);
}

void input_remove_plain(void)
{
    handles_remove(console_handle, &plain_guid);
}

void input_remove_all(void)
{
    input_remove_extended();
    input_remove_plain();
    fake_system_table.ConIn = NULL;
    fake_system_table.ConsoleInHandle = NULL;
}

void input_make_deaf(void)
{
    static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL other;
    EFI_HANDLE handle = NULL;

    other = fake_input_ex;
    input_remove_extended(); /* so that the other keyboard is found first */
    handles_install(&handle, &extended_guid, &other);
    events[NEVER_EVENT] = (struct event){.kind = EVENT_NEVER, .due = NEVER_DUE};
    fake_input_ex.WaitForKeyEx = &events[NEVER_EVENT];
    handles_install(&console_handle, &extended_guid, &fake_input_ex);
}

void input_lose_event(void)
{
    fake_input_ex.WaitForKeyEx = NULL;
    keyboard.eventless = true;
}

void events_fill(EFI_BOOT_SERVICES *services)
{
    services->RaiseTPL = raise_tpl;
    services->RestoreTPL = restore_tpl;
    services->CreateEvent = create_event;
    services->CreateEventEx = create_event_ex;
    services->SetTimer = set_timer;
    services->WaitForEvent = wait_for_event;
    services->SignalEvent = signal_event;
    services->CloseEvent = close_event;
    services->CheckEvent = check_event;
    services->Stall = stall;
}
