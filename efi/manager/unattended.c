/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/unattended.h"

#include "efi/console/console.h"
#include "efi/manager/start_entry.h"
#include "pvh/messages.h"

/*
 * Another entry may work if this one's files are the problem. A machine that refuses one kernel
 * refuses all, and a program that has run and failed counts as booted.
 */
static bool may_try_another(const struct error *error)
{
    return error->code != ERROR_PROGRAM_FAILED &&
           (error->code == ERROR_ENTRY_UNBOOTABLE || error_is_about_file(error));
}

/* An entry in which the menu has already found a problem is not started again. */
static bool try_entry(struct manager *manager, size_t index, struct error *error)
{
    const struct boot_entry *entry = &manager->catalog.entries.items[index];

    *error = (struct error){.code = ERROR_NONE};
    if (!entry->problem)
        return start_entry(manager, index, NULL, error);
    error->context = entry->id;
    error->reason = entry->problem;
    return error_set(error, ERROR_ENTRY_UNBOOTABLE);
}

bool boot_unattended(struct manager *manager, size_t index, struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;

    for (size_t tries = 0; tries < entries->count; tries++) {
        if (try_entry(manager, (index + tries) % entries->count, error))
            return true;
        (void)console_print_error(error, &manager->messages);
        if (!may_try_another(error))
            return false;
    }
    return false;
}
