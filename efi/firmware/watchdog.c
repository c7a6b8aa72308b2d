/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/watchdog.h"

#include "efi/efi.h"

/* The time that the boot manager gives each boot option (UEFI 2.10, section 3.1.2). */
#define SECONDS 300
#define CODE    0x10000 /* lower codes are reserved (UEFI 2.10, section 7.5) */

void watchdog_arm(void)
{
    (void)BS->SetWatchdogTimer(SECONDS, CODE, 0, NULL);
}

void watchdog_disarm(void)
{
    (void)BS->SetWatchdogTimer(0, 0, 0, NULL);
}
