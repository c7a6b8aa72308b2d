/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries that come from no file: loaders of other systems beside us, and actions, as systemd-boot
 * offers them and under the same IDs.
 */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Looks for them, unless that has been done, and appends them to the entries, as loader.conf wants
 * it. Best effort: without memory for one, it is left out.
 */
void auto_entries_find(struct manager *manager);

/*
 * Appends one, with nothing in it but its ID, title, label and action; all are in front of those
 * with ENTRY_ENROLL. The strings are not copied. It is valid until the next one is added. NULL when
 * out of memory.
 */
struct boot_entry *auto_entries_add(struct manager *manager, const char *id, const char *title,
                                    enum entry_action action);
