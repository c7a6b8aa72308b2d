/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of Secure Boot keys in \loader\keys that can be enrolled in setup mode, as systemd-boot 262
 * does it. They are entries of the menu only: never the default, not in LoaderEntries.
 */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Finds the sets and appends them to the entries, unless Secure Boot is not in setup mode, where
 * nothing is looked for. The set "auto" is enrolled at once if loader.conf and the machine are
 * such; then it returns only if that fails, which it prints, or if a key is pressed in time.
 */
void key_sets_find(struct manager *manager, const struct volume *volume);

/*
 * Enrols a set and restarts the machine or turns it off. On real hardware there is a countdown
 * first, of as many seconds as loader.conf says. Returns if that fails, with an error, or if a key
 * stops it, without one.
 */
void key_sets_enroll(const struct manager *manager, const struct boot_entry *set,
                     struct error *error);
