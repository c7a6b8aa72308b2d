/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/manager.h"

#include "common/ui/terminal_key.h"
#include "efi/boot/outside_settings.h"
#include "efi/console/console.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/timing.h"
#include "efi/manager/auto_entries.h"
#include "efi/manager/entry_menu.h"
#include "efi/manager/key_sets.h"
#include "efi/manager/loader_interface.h"
#include "efi/manager/manager_state.h"
#include "efi/manager/start_entry.h"
#include "efi/manager/unattended.h"
#include "efi/manager/volume_catalog.h"
#include "efi/menu/menu.h"
#include "pvh/messages.h"

#include <assert.h>

/* How many diagnostics are shown; `pvhinfo --esp` shows all. */
#define DIAGNOSTICS_SHOWN   8
#define DIAGNOSTICS_IN_MENU 3 /* each may take two of the few rows above the list */

#define MESSAGES_SIZE 1200
#define IDS_SIZE      500

/* Where diagnostics go, and how many are shown. */
struct diagnostics_output {
    struct text *menu; /* the menu's messages; NULL: the console */
    size_t limit;
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void
report_line(const struct diagnostics_output *output, const char *format, ...)
{
    TEXT_ON_STACK(line, MESSAGES_SIZE);
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&line, format, arguments);
    va_end(arguments);
    if (output->menu)
        text_append_line(output->menu, line.data);
    else
        console_message("%s", line.data);
}

static void report_file(struct diagnostics_output *output, const char *path,
                        const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        if (output->count++ < output->limit)
            report_line(output, "%s:%u: %s", path, diagnostics->items[i].line,
                        diagnostics->items[i].text);
    }
}

/* Reports the lines of all files that were not understood. They do not prevent a boot. */
static void report_diagnostics(struct manager *manager, struct text *menu)
{
    const struct entry_list *entries = &manager->catalog.entries;
    struct diagnostics_output output = {
        .menu = menu,
        .limit = menu ? DIAGNOSTICS_IN_MENU : DIAGNOSTICS_SHOWN,
    };

    report_file(&output, LOADER_CONFIG_PATH, &manager->catalog.config.diagnostics);
    for (size_t i = 0; i < entries->count; i++) {
        TEXT_ON_STACK(path, PATH_MAX_LENGTH);
        TEXT_ON_STACK(shown, NAME_SHOWN + 1);

        entry_append_path(&path, &entries->items[i]);
        text_append_short(&shown, path.data, NAME_SHOWN);
        report_file(&output, shown.data, &entries->items[i].diagnostics);
    }
    if (output.count > output.limit)
        report_line(&output, "%llu more lines were not understood; `pvhinfo --esp` lists all",
                    (unsigned long long)(output.count - output.limit));
}

static bool has_no_default(const struct manager *manager)
{
    return manager->default_entry == manager->catalog.entries.count;
}

static bool set_no_entry_error(const struct manager *manager, struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;

    if (entries->unread.code != ERROR_NONE) {
        error->status = error_status(&entries->unread);
        return error_set(error, ERROR_ENTRIES_UNREAD);
    }
    error->name = entry_source_directory(ENTRY_TYPE1);
    return error_set(error,
                     entries->no_directory ? ERROR_NO_ENTRIES_DIRECTORY : ERROR_NO_BOOTABLE_ENTRY);
}

static bool set_unknown_id_error(const struct manager *manager, struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;
    TEXT_ON_STACK(ids, IDS_SIZE);

    for (size_t i = 0; i < entries->count; i++)
        text_format(&ids, "%s%s", i ? ", " : "", entries->items[i].id);
    error->reason = entries->count ? text_clean_copy(ids.data, manager->arena) : "none";
    error->name = manager->options->entry;
    return error_set(error, ERROR_ENTRY_UNKNOWN);
}

static void announce_entries(const struct manager *manager)
{
    const struct entry_list *entries = &manager->catalog.entries;

    loader_interface_set_entries(entries->items, entries->count, manager->arena);
}

static bool boot_named(struct manager *manager, struct error *error)
{
    const struct entry_list *entries = &manager->catalog.entries;
    const char *id = manager->options->entry;
    size_t index = entries_find(entries->items, entries->count, id);

    if (index == entries->count || manager->catalog.config.auto_always) {
        auto_entries_find(manager);
        index = entries_find(entries->items, entries->count, id);
    }
    announce_entries(manager);
    report_diagnostics(manager, NULL);
    return index < entries->count ? start_entry(manager, index, NULL, error)
                                  : set_unknown_id_error(manager, error);
}

/* Before what would take the notice off the screen. */
static void wait_for_notice(const struct manager *manager)
{
    if (manager->has_notice)
        clock_wait(CONSOLE_READING_TIME);
}

/* Boots the default entry without a menu. */
static bool boot_default(struct manager *manager, struct error *error)
{
    report_diagnostics(manager, NULL);
    if (has_no_default(manager))
        return set_no_entry_error(manager, error);
    wait_for_notice(manager);
    if (manager->options->dry_run) /* which is about one entry */
        return start_entry(manager, manager->default_entry, NULL, error);
    return boot_unattended(manager, error);
}

static void find_default(struct manager *manager)
{
    manager->default_entry = catalog_choose_default(&manager->catalog, &manager->selection);
}

/*
 * Automatic entries take opening files. Without a menu they are looked for only if loader.conf says
 * so, or if what is to be booted is no other entry.
 */
static bool is_automatic_wanted(const struct manager *manager)
{
    const struct entry_list *entries = &manager->catalog.entries;

    return manager->catalog.config.auto_always ||
           entries_lack_selected(entries->items, entries->count, &manager->selection);
}

static void find_automatic(struct manager *manager)
{
    auto_entries_find(manager);
    find_default(manager);
}

static void choose_default(struct manager *manager)
{
    struct loader_config *config = &manager->catalog.config;

    find_default(manager);
    if (is_automatic_wanted(manager))
        find_automatic(manager);
    if (manager->options->dry_run)
        return; /* a dry run changes no variables and shows no menu */
    loader_interface_consume_selection(&manager->selection);
    manager->timeout =
        loader_interface_read_timeout(&config->timeout, manager->settings.timeout, manager->arena);
}

/*
 * The menu is shown when there is a timeout or a key is pressed, but never for a dry run. A key
 * that chooses an entry boots it first, as in systemd-boot: *ret_chosen, or the number of entries.
 */
static bool menu_is_due(struct manager *manager, size_t *ret_chosen)
{
    const struct entry_list *entries = &manager->catalog.entries;
    uint32_t key = KEY_NONE;

    *ret_chosen = entries->count;
    if (manager->timeout == TIMEOUT_DISABLED || manager->options->dry_run)
        return false;
    if (manager->timeout == TIMEOUT_HIDDEN && !menu_is_wanted(&key))
        return false;
    find_automatic(manager);
    *ret_chosen = entries_find_key(entries->items, entries->count, manager->default_entry, key);
    if (*ret_chosen < entries->count && entries->items[*ret_chosen].action != ENTRY_STARTS)
        *ret_chosen = entries->count;
    return true;
}

/* `chosen` is booted before the menu is shown, unless it is the number of entries. */
static bool boot_by_menu(struct manager *manager, size_t chosen, struct error *error)
{
    bool is_chosen = chosen < manager->catalog.entries.count;
    bool without_menu, done;

    report_diagnostics(manager, is_chosen ? NULL : &manager->messages);
    if (is_chosen) {
        wait_for_notice(manager);
    } else if (has_no_default(manager)) {
        report_diagnostics(manager, NULL); /* they may be why: where no menu can be shown, too */
        (void)set_no_entry_error(manager, error);
    }
    done = entry_menu_run(manager, chosen, &without_menu, error);
    return without_menu ? boot_default(manager, error) : done;
}

/* Prints a notice and keeps it for the menu; boot_default() waits for it to be read. */
static void show_notice(struct manager *manager, const char *notice)
{
    console_message("%s", notice);
    text_append(&manager->messages, notice);
    manager->has_notice = true;
}

#define XBOOTLDR_NAME "this disk's XBOOTLDR partition"

/* Opens it if there is one; *error is set when it cannot be read or looked for. */
static void open_xbootldr(const struct volume *volume, struct volume *ret_xbootldr,
                          struct error *error)
{
    EFI_HANDLE partition;

    if (!partition_find_xbootldr(volume->device, &partition, error))
        (void)error_name(error, XBOOTLDR_NAME);
    else if (partition)
        (void)partition_open(partition, XBOOTLDR_NAME, ret_xbootldr, error);
}

/* It is why entries are missing, more than what could not be read later. */
static void report_xbootldr(struct manager *manager, struct error *unread)
{
    if (unread->code == ERROR_NONE)
        return;
    (void)console_print_error(unread, NULL);
    manager->catalog.entries.unread = *unread;
}

/* As systemd-boot does: the file, whatever is in it; nothing if there is none. */
static bool measure_config_of(const struct manager *manager, struct error *error)
{
    const struct catalog_file *file = &manager->catalog.config_file;

    return !file->text ||
           measure_config(&manager->trust->measurements, file->text, file->length, error);
}

/*
 * Reads entries and settings, and chooses the default. What cannot be read is missed by whoever
 * looks at the menu.
 */
static bool find_entries(struct manager *manager, struct volume *xbootldr, struct error *error)
{
    const struct options *options = manager->options;
    struct error unread = {.code = ERROR_NONE};

    open_xbootldr(manager->volume, xbootldr, &unread);
    if (!outside_settings_read(manager->arena, &manager->settings, error) ||
        !entries_read(manager->volume, xbootldr, &manager->settings, manager->arena,
                      &manager->catalog, error) ||
        !measure_config_of(manager, error))
        return false;
    if (!options->entry && !options->dry_run)
        key_sets_find(manager, manager->volume);
    loader_interface_read_selection(&manager->selection, manager->arena);
    catalog_add_patterns(&manager->catalog, &manager->selection);
    manager->default_entry = manager->catalog.entries.count;
    if (!options->entry)
        choose_default(manager);
    report_xbootldr(manager, &unread);
    return true;
}

/* Boots the default, or what somebody chooses. */
static bool boot_chosen(struct manager *manager, struct error *error)
{
    size_t chosen;
    bool is_due = menu_is_due(manager, &chosen);

    announce_entries(manager);
    return is_due ? boot_by_menu(manager, chosen, error) : boot_default(manager, error);
}

bool manager_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct volume *volume,
                 const struct options *options, struct trust *trust, const char *notice,
                 uint64_t start, struct arena *arena, struct error *error)
{
    TEXT_ON_STACK(messages, MESSAGES_SIZE);
    CLEANUP(volume_close) struct volume macos = {.kind = VOLUME_NONE};
    struct manager manager = {
        .image = image,
        .loaded = loaded,
        .volume = volume,
        .macos = &macos,
        .options = options,
        .trust = trust,
        .arena = arena,
        .messages = messages,
    };
    CLEANUP(volume_close) struct volume xbootldr = {.kind = VOLUME_NONE};
    bool found;

    assert(error->code == ERROR_NONE);
    (void)timing_enter(TIMING_ENTRIES);
    if (notice)
        show_notice(&manager, notice);
    loader_interface_announce(loaded, start, &trust->measurements.tpm, arena);
    console_copy_messages(&manager.messages);
    found = find_entries(&manager, &xbootldr, error);
    console_copy_messages(NULL);
    if (!found)
        return false;
    return options->entry ? boot_named(&manager, error) : boot_chosen(&manager, error);
}
