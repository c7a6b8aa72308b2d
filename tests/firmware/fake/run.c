/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/run.h"

#include "tests/coverage/shared_counters.h"
#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/pool.h"
#include "tests/firmware/fake/pristine.h"
#include "tests/firmware/fake/server.h"
#include "tests/firmware/fake/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* Seconds of processor time; a run takes a few milliseconds. */
#define TIME_LIMIT 30

#define TICKS_PER_MILLISECOND (TICKS_PER_SECOND / 1000)

/* Milliseconds for the calls, which take a microsecond each. */
#define CLOCK_TOLERANCE 30

#define WARNING "pvhboot: warning"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

static const struct run *current;
static struct run_result *result;
static enum ending wanted; /* the ending */
static jmp_buf end_of_run;

static void finish(void) __attribute__((noreturn));

static void finish(void)
{
    result->calls = ledger_calls();
    result->reads = files_reads();
    result->lasted = ledger_now() / TICKS_PER_MILLISECOND;
    result->finished = true;
    if (shared_counters_add)
        shared_counters_add();
    longjmp(end_of_run, 1);
}

void run_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(result->failure, sizeof(result->failure), format, arguments);
    va_end(arguments);
    finish();
}

void run_trace(enum service service, size_t call)
{
    result->trace[call % TRACE_LENGTH] = (uint8_t)service;
    result->calls = call;
    if (result->first[service] == 0)
        result->first[service] = call;
    if (call == current->fault.call)
        result->failed = service;
}

/* Takes back the line end before the indentation of a broken line's rest. */
static const char *join_line(const char *text)
{
    char *end = result->said + result->said_length;

    if (strcmp(text, "    ") != 0 || result->said_length < 2 || end[-1] != '\n')
        return text;
    result->said_length -= end[-2] == '\r' ? 2 : 1;
    return " ";
}

void run_say(const char *text)
{
    const char *joined = join_line(text);
    size_t room = SAID_SIZE - 1 - result->said_length;
    size_t length = strnlen(joined, room);

    memcpy(result->said + result->said_length, joined, length);
    result->said_length += length;
    result->said[result->said_length] = '\0';
}

void run_unsay(char character)
{
    if (result->said_length > 0 && result->said[result->said_length - 1] == character)
        result->said[--result->said_length] = '\0';
}

void run_mark(void)
{
    result->marked = true;
}

EFI_STATUS run_status(void)
{
    return result->status;
}

const char *run_said(void)
{
    return result->said;
}

void run_expect(enum ending ending)
{
    wanted = ending;
}

bool run_is_plain(void)
{
    return current->fault.call == 0 && current->short_read == 0;
}

void run_check_time(uint64_t expected)
{
    uint64_t lasted = ledger_now() / TICKS_PER_MILLISECOND;
    uint64_t differs = lasted > expected ? lasted - expected : expected - lasted;

    if (run_is_plain() && differs > CLOCK_TOLERANCE)
        run_fail("takes %llu ms, not %llu", (unsigned long long)lasted,
                 (unsigned long long)expected);
}

/* ------------------------------------------------------------------------------------------------
 * Judging
 */

static void check_leaks(void)
{
    struct range pages;

    if (physical_find_leak(&pages))
        run_fail("pages are not given back: 0x%llx-0x%llx", (unsigned long long)pages.start,
                 (unsigned long long)pages.end - 1);
    if (pool_find_leak() > 0)
        run_fail("%zu bytes of pool are not given back", pool_find_leak());
    if (files_find_leak())
        run_fail("a file is left open: %s", files_find_leak());
    if (events_find_leak() > 0)
        run_fail("%zu events are not closed", events_find_leak());
    if (handles_find_leak())
        run_fail("%s is not given back", handles_find_leak());
    if (images_find_leak())
        run_fail("%s is not given back", images_find_leak());
    if (cpu_is_changed())
        run_fail("the processor's control registers are not given back");
}

static bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* The last line that has something in it; *ret_end is where its line end begins. */
static const char *last_line(const char **ret_end)
{
    const char *end = result->said + result->said_length;
    const char *start;

    while (end > result->said && is_line_end(end[-1]))
        end--;
    start = end;
    while (start > result->said && !is_line_end(start[-1]))
        start--;
    *ret_end = end;
    return start;
}

/* An error's message is the last line; an error that was never set has an empty one. */
static bool ends_with_message(void)
{
    const char *end;
    const char *start = last_line(&end);

    return (size_t)(end - start) > strlen("pvhboot: ") &&
           strncmp(start, "pvhboot: ", strlen("pvhboot: ")) == 0 &&
           strncmp(start, WARNING, strlen(WARNING)) != 0;
}

/* Where no user tries again, once is enough. */
static bool is_printed_twice(void)
{
    const char *end;
    const char *start = last_line(&end);

    return run_is_plain() && ends_with_message() &&
           memmem(result->said, (size_t)(start - result->said), start, (size_t)(end - start));
}

/* The menu shows it for a while and is wiped then. */
static bool has_message(void)
{
    return ends_with_message() || (keys_were_asked_for() && strstr(result->said, "pvhboot: "));
}

static const char *ending_name(enum ending ending)
{
    static const char *const names[] = {
        [ENDING_NONE] = "no end",
        [ENDING_BOOT] = "a boot",
        [ENDING_SUCCESS] = "success",
        [ENDING_ERROR] = "an error",
        [ENDING_RESET] = "a reset",
        [ENDING_RESTART] = "a restart",
        [ENDING_POWER_OFF] = "power off",
        [ENDING_SETUP] = "the set-up",
        [ENDING_ENROLLED] = "a reset with new keys",
        [ENDING_ENROLLED_OFF] = "power off with new keys",
        [ENDING_WAITING] = "a wait",
        [ENDING_ANY] = "a boot or an error",
        [ENDING_REPORT] = "a report",
    };

    return names[ending];
}

/* The one that fails is that which would have brought a key: nobody sees what is pressed. */
static bool key_is_lost(void)
{
    return result->failed == SERVICE_READ_KEY;
}

static bool is_good_ending(enum ending ending)
{
    if (ending == wanted || (!run_is_plain() && current->scenario->also & ALSO(ending)))
        return true;
    if (wanted == ENDING_REPORT)
        return ending == ENDING_BOOT || ending == ENDING_SUCCESS || ending == ENDING_ERROR;
    if (!run_is_plain() && keys_have_given_up() && ending == ENDING_SUCCESS)
        return has_message() || key_is_lost();
    if (ending == ENDING_WAITING)
        return key_is_lost();
    if (ending == ENDING_ERROR) /* a failing call must lead to an error, */
        return wanted == ENDING_ANY || !run_is_plain();
    if (ending == ENDING_RESET)
        return !run_is_plain() && ledger_phase() == PHASE_LEAVING;
    return ending == ENDING_BOOT && wanted == ENDING_ANY;
}

/* One of the messages has one of these, up to a NULL. */
static bool has_message_with(const char *const *any)
{
    static const char start[] = "pvhboot: ";

    for (const char *at = result->said; (at = strstr(at, start)); at += strlen(start)) {
        size_t length = strcspn(at, "\r\n");

        for (const char *const *text = any; *text; text++) {
            if (memmem(at, length, *text, strlen(*text)))
                return true;
        }
    }
    return false;
}

/* What is missing for want of these is not what is wrong: it is said why. */
static bool cause_is_told(enum ending ending)
{
    static const char *const memory[] = {"memory", "refuses to allocate", "Out of Resources", NULL};
    static const char *const handles[] = {"cannot list", "no network card", NULL};

    switch (result->failed) {
    case SERVICE_ALLOCATE_PAGES:
        return has_message_with(memory);
    case SERVICE_LOCATE_HANDLE_BUFFER:
        return ending != ENDING_ERROR || current->fault.status == EFI_NOT_FOUND ||
               has_message_with(handles);
    default:
        return true;
    }
}

static void judge(enum ending ending, EFI_STATUS status)
{
    const struct scenario *scenario = current->scenario;

    if (server_find_leak())
        run_fail("%s is left behind", server_find_leak());
    if (!is_good_ending(ending))
        run_fail("ends in %s (status %llu), not in %s", ending_name(ending),
                 (unsigned long long)(status & ~EFIERR(0)), ending_name(wanted));
    if (ending == ENDING_SUCCESS || ending == ENDING_ERROR) {
        check_leaks();
        fake_watchdog_expect_off("the loader returns");
    }
    if (ending == ENDING_ERROR && !firmware_ways.no_console && !has_message())
        run_fail("ends in an error without a message");
    if (ending == ENDING_ERROR && is_printed_twice())
        run_fail("the message of the error is printed twice");
    if (ending != wanted && !firmware_ways.no_console && !cause_is_told(ending))
        run_fail("the message is not about what has failed");
    if (ending == ENDING_RESET && ledger_phase() != PHASE_LEAVING)
        run_fail("the machine is reset though boot services go on");
    if (!run_is_plain())
        return;
    if (console_find_unseen())
        run_fail("the key is not read at which \"%s\" is looked for", console_find_unseen());
    if (scenario->says && !strstr(result->said, scenario->says))
        run_fail("does not say \"%s\"", scenario->says);
    if (scenario->lasts)
        run_check_time(scenario->lasts);
    if (scenario->check)
        scenario->check();
}

void run_end(enum ending ending, EFI_STATUS status)
{
    result->ending = ending;
    result->status = status;
    judge(ending, status);
    finish();
}

static void execute(const struct run *run, struct run_result *ret_result)
{
    const struct itimerval limit = {.it_value.tv_sec = TIME_LIMIT};
    EFI_STATUS status;

    current = run;
    result = ret_result;
    wanted = run->scenario->ending;
    (void)setitimer(ITIMER_VIRTUAL, &limit, NULL);
    firmware_start();
    run->scenario->prepare(run->seed);
    if (run->short_read)
        medium_ways.short_read = run->short_read;
    if (!run_is_plain())
        keys_give_up();
    ledger_start(run->fault, run->scenario->hook);
    fake_watchdog_start();
    status = run->scenario->start ? run->scenario->start(image_handle, &fake_system_table)
                                  : efi_main(image_handle, &fake_system_table);
    run_end(EFI_ERROR(status) ? ENDING_ERROR : ENDING_SUCCESS, status);
}

/* Wherever a run ends, finish() comes back here. */
static void execute_to_end(const struct run *run, struct run_result *ret_result)
{
    if (setjmp(end_of_run) == 0)
        execute(run, ret_result);
}

void run_execute(const struct run *runs, size_t count, struct run_result *results)
{
    for (size_t i = 0; i < count; i++) {
        execute_to_end(&runs[i], &results[i]);
        physical_forget();
        pristine_restore();
    }
    _exit(0);
}
