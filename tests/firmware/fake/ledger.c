/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/ledger.h"

#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/watchdog.h"

#include <string.h>

/* More than any run needs: beyond that, the loader must be in an endless loop. */
#define MOST_CALLS 200000

#define TICKS_A_CALL 10 /* a microsecond */

static struct {
    struct fault fault;
    call_hook *hook;
    bool hooked; /* the hook is running */
    size_t calls;
    enum service failed;
    enum phase phase;
    uint64_t now;
} ledger;

const char *service_name(enum service service)
{
#define SERVICE_TEXT(name, text) text,
    static const char *const names[] = {SERVICES(SERVICE_TEXT) "no service"};

    return names[service];
}

void ledger_start(struct fault fault, call_hook *hook)
{
    memset(&ledger, 0, sizeof(ledger));
    ledger.fault = fault;
    ledger.hook = hook;
    ledger.failed = SERVICE_COUNT;
}

/* UEFI 2.10, section 7.4.6: what may still be called once ExitBootServices has been tried. */
static void check_phase(enum service service)
{
    if (ledger.phase == PHASE_RUNNING || service == SERVICE_RESET_SYSTEM)
        return;
    if (ledger.phase == PHASE_LEFT)
        run_fail("%s is called after ExitBootServices", service_name(service));
    if (service != SERVICE_GET_MEMORY_MAP && service != SERVICE_EXIT_BOOT_SERVICES)
        run_fail("%s is called after ExitBootServices has failed", service_name(service));
}

EFI_STATUS ledger_enter(enum service service)
{
    const struct fault *fault = &ledger.fault;

    ledger.calls++;
    ledger.now += TICKS_A_CALL;
    run_trace(service, ledger.calls);
    if (ledger.calls > MOST_CALLS)
        run_fail("more than %d calls: the loader goes in circles", MOST_CALLS);
    check_phase(service);
    fake_watchdog_check();
    if (ledger.hook && !ledger.hooked) {
        ledger.hooked = true;
        ledger.hook(service, ledger.calls);
        ledger.hooked = false;
    }
    if (ledger.calls == fault->call)
        ledger.failed = service;
    else if (!fault->lasting || service != ledger.failed)
        return EFI_SUCCESS;
    return fault->status;
}

size_t ledger_calls(void)
{
    return ledger.calls;
}

enum phase ledger_phase(void)
{
    return ledger.phase;
}

void ledger_set_phase(enum phase phase)
{
    ledger.phase = phase;
}

uint64_t ledger_now(void)
{
    return ledger.now;
}

void ledger_advance(uint64_t ticks)
{
    ledger.now += ticks;
}
