/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's watchdog: a machine that hangs is reset, without a word. */
#pragma once

/* The boot manager's five minutes begin anew. */
void watchdog_arm(void);

void watchdog_disarm(void);
