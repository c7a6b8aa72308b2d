/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/unattended.h"

#include "efi/console/console.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/reset.h"
#include "efi/manager/start_entry.h"
#include "pvh/messages.h"

/*
 * Another entry may work if this one's files are the problem, and the TPM has not recorded it. A
 * machine that refuses one kernel refuses all, and a program that has run and failed counts as
 * booted.
 */
static bool may_try_another(const struct error *error)
{
    return error->code != ERROR_PROGRAM_FAILED &&
           (error->code == ERROR_ENTRY_UNBOOTABLE || error_is_about_file(error));
}

/* Restarts the machine after a failure, if loader.conf says so. */
static void restart_if_wanted(const struct manager *manager, bool used_try)
{
    if (!loader_config_restarts(&manager->catalog.config, used_try))
        return;
    console_message("restarting: loader.conf has reboot-on-error");
    clock_wait(CONSOLE_READING_TIME);
    request_reset();
}

/* Says why the default is not what is booted, as the menu has found out without starting it. */
static void report_problem(struct manager *manager, const struct boot_entry *entry)
{
    struct error error = {
        .code = ERROR_ENTRY_UNBOOTABLE,
        .context = entry->id,
        .reason = entry->problem,
    };

    (void)console_print_error(&error, &manager->messages);
}

/* Entries are tried in rounds: what has no tries left is booted if it is chosen, or else at last.
 */
enum round { WITHOUT_PROBLEM, WITH_PROBLEM, WITHOUT_TRIES, ROUNDS };

static bool is_due(const struct boot_entry *entry, bool is_chosen, bool has_problem,
                   enum round round)
{
    if (entry->was_tried || !entry_is_bootable(entry) || (!is_chosen && entry_is_automatic(entry)))
        return false;
    if (!is_chosen && entry_is_exhausted(entry))
        return round == WITHOUT_TRIES;
    return round == (has_problem ? WITH_PROBLEM : WITHOUT_PROBLEM);
}

/*
 * Starts the entries of a round. *ret_done: one was started and has exited, or failed for a reason
 * that all others share. *error is the first failure, which tells most about the default. Where
 * each failure restarts the machine, the default is started even if it has a problem, for that
 * takes one of its tries: it is not the default for ever.
 */
static bool try_round(struct manager *manager, enum round round, bool *ret_done,
                      struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;
    const struct boot_entry *first = &entries->items[manager->default_entry];
    const bool keeps_default = loader_config_restarts(&manager->catalog.config, false);

    for (size_t i = 0; i < entries->count && !*ret_done; i++) {
        size_t next = (manager->default_entry + i) % entries->count;
        bool has_problem = entries->items[next].problem && !(i == 0 && keeps_default);
        const uint32_t tries = entries->items[next].count.left;
        struct error failure = {.code = ERROR_NONE};

        if (!is_due(&entries->items[next], i == 0, has_problem, round))
            continue;
        if (i > 0 && first->problem && error->code == ERROR_NONE)
            report_problem(manager, first);
        manager->is_fallback = i > 0;
        entries->items[next].was_tried = true; /* that may have been its last try */
        *ret_done = start_entry(manager, next, NULL, &failure);
        if (*ret_done)
            return true;
        (void)console_print_error(&failure, &manager->messages);
        restart_if_wanted(manager, entries->items[next].count.left < tries);
        if (error->code == ERROR_NONE)
            *error = failure;
        *ret_done = !may_try_another(&failure) || measure_is_spent(&manager->trust->measurements);
    }
    return false;
}

bool boot_unattended(struct manager *manager, struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;
    bool done = false, booted = false;

    for (size_t i = 0; i < entries->count; i++)
        entries->items[i].was_tried = false;
    for (enum round round = WITHOUT_PROBLEM; round < ROUNDS && !done; round++)
        booted = try_round(manager, round, &done, error);
    if (booted)
        error_clear(error);
    else if (error->code == ERROR_NONE) /* the default names nothing to start */
        return start_entry(manager, manager->default_entry, NULL, error);
    return booted;
}
