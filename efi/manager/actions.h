/* SPDX-License-Identifier: BSD-2-Clause */
/* What a boot manager offers besides booting: the firmware's setup, reboot, power off. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/bls/entry.h"

/* True when the firmware can be told to show its setup after a reset. */
bool action_can_enter_setup(void);

/* Carries out ENTRY_SETUP, ENTRY_REBOOT or ENTRY_POWEROFF. Returns only on failure, with false. */
bool action_run(enum entry_action action, struct error *error);
