/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/key_sets.h"

#include "common/base/text.h"
#include "efi/boot/policy.h"
#include "efi/console/console.h"
#include "efi/console/keyboard.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/reset.h"
#include "efi/manager/auto_entries.h"
#include "efi/trust/enroll.h"
#include "efi/trust/secure_boot.h"

#include <string.h>

#define DIRECTORY "\\loader\\keys"
#define TICK      100 /* milliseconds, as short as that the watchdog need not be armed */
#define SECOND    10  /* ticks */

#define ID_PREFIX "secure-boot-keys-" /* as in systemd-boot */

static const char *join(const char *prefix, const char *name, struct arena *arena)
{
    TEXT_ON_STACK(joined, PATH_MAX_LENGTH);

    text_append(&joined, prefix);
    text_append_clean(&joined, name);
    return arena_strndup(arena, joined.data, joined.length);
}

static bool add_set(struct manager *manager, const struct volume *volume, const char *name,
                    struct error *error)
{
    const char *path = text_join(DIRECTORY, '\\', name, manager->arena);
    const char *id = join(ID_PREFIX, name, manager->arena);
    const char *title = join("Enroll Secure Boot keys: ", name, manager->arena);
    struct boot_entry *entry;

    if (!path || !id || !title)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!enroll_is_key_set(volume, path))
        return true;
    entry = auto_entries_add(manager, id, title, ENTRY_ENROLL);
    if (!entry)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    entry->efi = (struct boot_file){.volume = (struct volume *)(uintptr_t)volume, .path = path};
    return true;
}

static bool read_sets(struct manager *manager, const struct volume *volume, struct error *error)
{
    CLEANUP(directory_close) struct directory directory = {.handle = NULL};
    const char *name = "";

    if (!directory_open(volume, DIRECTORY, &directory, error))
        return false;
    while (directory_is_open(&directory) && name) {
        if (!directory_next_directory(&directory, manager->arena, &name, error) ||
            (name && !add_set(manager, volume, name, error)))
            return false;
    }
    return true;
}

/* Counts down. True unless a key was pressed. */
static bool wait_countdown(uint32_t seconds)
{
    CLEANUP(keyboard_close) struct keyboard keyboard = {.timer = NULL};
    bool has_keyboard = !EFI_ERROR(keyboard_open(&keyboard, TICK));

    for (; seconds > 0; seconds--) {
        TEXT_ON_STACK(line, CONSOLE_TRANSIENT);

        text_format(&line, "Enrolling in %u s; any key stops it.", seconds);
        console_show_transient(line.data);
        if (!has_keyboard)
            clock_wait(1000000);
        else if (keyboard_wait_ticks(&keyboard, SECOND) != KEY_TICK)
            return false;
    }
    console_show_transient("");
    return true;
}

/* Whether to go on. In a virtual machine, what is signed cannot be broken. */
static bool is_confirmed(const struct manager *manager)
{
    uint32_t timeout = manager->catalog.config.enroll_timeout;

    if (manager->trust->is_unsigned)
        console_print("pvhboot is not signed: with these keys, the firmware will not start it any "
                      "more.\n");
    else if (policy_machine_is_virtual())
        return true;
    if (timeout == ENROLL_TIMEOUT_HIDDEN)
        return true;
    if (!policy_machine_is_virtual())
        console_print("The keys are all that this machine will trust. If Microsoft's certificates "
                      "are not among them, its graphics card or other option ROMs may not start "
                      "any more.\n");
    return wait_countdown(timeout);
}

void key_sets_enroll(const struct manager *manager, const struct boot_entry *set,
                     struct error *error)
{
    CLEANUP(arena_release) struct arena files;
    bool shuts_down = manager->catalog.config.enroll_shuts_down;

    pages_init_arena(&files);
    console_print("Secure Boot keys of %s\n", set->efi.path);
    if (!is_confirmed(manager)) {
        console_message("stopped by a key: the Secure Boot keys are not enrolled");
        return;
    }
    if (!enroll_keys(set->efi.volume, set->efi.path, &files, error)) {
        error->name =
            error->name ? arena_strndup(manager->arena, error->name, strlen(error->name)) : NULL;
        return;
    }
    console_print("The Secure Boot keys are enrolled; the machine %s.\n",
                  shuts_down ? "is turned off" : "restarts");
    clock_wait(CONSOLE_READING_TIME);
    if (shuts_down)
        request_shutdown();
    else
        request_reset();
    (void)error_set(error, ERROR_NO_RESET);
}

/* What would end in a machine that does not start is not done unasked. */
static bool may_enroll(const struct manager *manager, const struct boot_entry *set,
                       struct error *error)
{
    return !manager->trust->is_unsigned || manager->catalog.config.enroll == ENROLL_FORCE ||
           error_set_for(error, set->efi.path, ERROR_KEYS_LOCK_OUT);
}

/* The set that is enrolled by itself; NULL for none. */
static const struct boot_entry *find_auto(const struct manager *manager)
{
    const struct entry_list *entries = &manager->catalog.entries;
    enum enroll_mode mode = manager->catalog.config.enroll;

    if (mode != ENROLL_FORCE && (mode != ENROLL_IF_SAFE || !policy_machine_is_virtual()))
        return NULL;
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].action == ENTRY_ENROLL &&
            text_equals_ignoring_case(entries->items[i].id, ID_PREFIX "auto"))
            return &entries->items[i];
    }
    return NULL;
}

void key_sets_find(struct manager *manager, const struct volume *volume)
{
    struct error error = {.code = ERROR_NONE};
    const struct boot_entry *set;

    if (manager->catalog.config.enroll == ENROLL_OFF || !manager->trust->may_be_in_setup ||
        !secure_boot_is_in_setup())
        return;
    if (!read_sets(manager, volume, &error)) {
        (void)console_print_error(&error, NULL);
        return;
    }
    set = find_auto(manager);
    if (!set)
        return;
    if (may_enroll(manager, set, &error))
        key_sets_enroll(manager, set, &error);
    if (error.code != ERROR_NONE) {
        (void)console_print_error(&error, NULL);
        manager->has_notice = true;
    }
}
