/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's watchdog timer, which resets a machine that hangs, without a message. */
#pragma once

/* Starts the boot manager's five minutes again. */
void watchdog_arm(void);

void watchdog_disarm(void);
