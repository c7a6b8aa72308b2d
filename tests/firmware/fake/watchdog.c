/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/watchdog.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/run.h"

#define BOOT_MANAGERS_SECONDS 300     /* UEFI 2.10, section 3.1.2 */
#define FIRST_CODE            0x10000 /* lower ones are the firmware's: section 7.5 */

static struct {
    bool on;
    bool broken; /* a call was made to fail: the loader can do nothing about it */
    uint64_t set_at;
} watchdog;

void fake_watchdog_start(void)
{
    watchdog.on = true;
    watchdog.broken = false;
    watchdog.set_at = ledger_now();
}

void fake_watchdog_check(void)
{
    if (watchdog.on && !watchdog.broken &&
        ledger_now() > watchdog.set_at + BOOT_MANAGERS_SECONDS * TICKS_PER_SECOND)
        run_fail("the watchdog has reset the machine");
}

void fake_watchdog_expect_on(const char *moment)
{
    fake_watchdog_check();
    if (!watchdog.on && !watchdog.broken)
        run_fail("the watchdog is off when %s", moment);
}

void fake_watchdog_expect_fresh(const char *moment)
{
    fake_watchdog_expect_on(moment);
    if (!watchdog.broken && ledger_now() > watchdog.set_at + TICKS_PER_SECOND)
        run_fail("the watchdog has less than its five minutes left when %s", moment);
}

void fake_watchdog_expect_off(const char *moment)
{
    if (watchdog.on && !watchdog.broken)
        run_fail("the watchdog is on when %s", moment);
}

EFI_STATUS EFIAPI fake_set_watchdog_timer(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_SET_WATCHDOG_TIMER);

    if (seconds != 0 && (seconds != BOOT_MANAGERS_SECONDS || code < FIRST_CODE))
        run_fail("SetWatchdogTimer is called for %llu seconds with the code 0x%llx",
                 (unsigned long long)seconds, (unsigned long long)code);
    if (size != 0 || data)
        run_fail("SetWatchdogTimer is called with data");
    watchdog.broken |= EFI_ERROR(status);
    if (EFI_ERROR(status))
        return status;
    watchdog.on = seconds > 0;
    watchdog.set_at = ledger_now();
    return EFI_SUCCESS;
}
