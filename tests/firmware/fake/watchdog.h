/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog, as the boot manager has set it before it starts the loader: it resets the machine
 * when five minutes of the fake firmware's clock have passed (UEFI 2.10, sections 3.1.2 and 7.5).
 */
#pragma once

#include "efi/efi.h"

void fake_watchdog_start(void);

/* Ends the run when the time is up. */
void fake_watchdog_check(void);

/* Ends the run when the watchdog is off at this moment, or has been running for over a second. */
void fake_watchdog_expect_fresh(const char *moment);

/* Ends the run when the watchdog is on, or off, at this moment. */
void fake_watchdog_expect_on(const char *moment);
void fake_watchdog_expect_off(const char *moment);

EFI_STATUS EFIAPI fake_set_watchdog_timer(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data);
