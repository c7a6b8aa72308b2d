/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/manager.h"

#include "common/base/text.h"
#include "common/bls/entry_command_line.h"
#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/console/timing.h"
#include "efi/firmware/file.h"
#include "efi/firmware/image.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/variables.h"
#include "efi/manager/boot_counter.h"
#include "efi/manager/entries.h"
#include "efi/manager/loader_interface.h"
#include "efi/manager/machine_details.h"
#include "efi/manager/probe_entry.h"
#include "efi/menu/menu.h"

/* More diagnostics than that tell nobody more; `pvhinfo --esp` has them all. */
#define DIAGNOSTICS_SHOWN   8
#define DIAGNOSTICS_IN_MENU 3 /* where each may take two rows of the few above the list */

#define MESSAGE_SIZE 1200

/* How long the message of a boot that failed stays, in seconds, when nobody touches a key. */
#define FAILURE_TIMEOUT 10

struct manager {
    EFI_HANDLE image;
    const EFI_LOADED_IMAGE *loaded;
    EFI_FILE_HANDLE root;
    const struct options *options;
    struct arena *arena;

    struct loader_config config; /* its timeout is that of later boots */
    uint32_t timeout;            /* of this boot */
    struct entry_list entries;
    struct default_selection selection;
    size_t default_entry; /* index, or the count for none */
    size_t probed;        /* entries that the menu's idle time has been used for */
    struct text message;  /* for the menu */
};

/* Counts the diagnostics, and prints them as long as there are no more than `most`. */
static void warn_diagnostics(const char *path, const struct diagnostics *diagnostics, size_t most,
                             size_t *count)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        if ((*count)++ < most)
            console_message("%s:%u: %s", path, diagnostics->items[i].line,
                            diagnostics->items[i].text);
    }
}

/* Says what was not understood in the files; it keeps nothing from booting. */
static void warn_all(const struct manager *manager, size_t most)
{
    size_t count = 0;

    warn_diagnostics(LOADER_CONFIG_PATH, &manager->config.diagnostics, most, &count);
    for (size_t i = 0; i < manager->entries.count; i++) {
        TEXT_ON_STACK(path, 300);

        entry_append_path(&path, &manager->entries.items[i]);
        warn_diagnostics(path.data, &manager->entries.items[i].diagnostics, most, &count);
    }
    if (count > most)
        console_message("%llu more lines were not understood; `pvhinfo --esp` lists all",
                        (unsigned long long)(count - most));
}

/* Reads what there is. What cannot be read is said at once, and in the menu. */
static EFI_STATUS read_all(struct manager *manager)
{
    struct catalog catalog;
    EFI_STATUS status;

    console_set_capture(&manager->message, false);
    status = entries_read(manager->root, manager->arena, &catalog);
    console_set_capture(NULL, false);
    manager->config = catalog.config;
    manager->entries = catalog.entries;
    return status;
}

/* What is said from now on is shown in the menu. */
static void start_message(struct manager *manager)
{
    manager->message.length = 0;
    manager->message.data[0] = '\0';
    console_set_capture(&manager->message, false);
}

static void choose_default(struct manager *manager)
{
    manager->default_entry =
        entries_choose_default(manager->entries.items, manager->entries.count, &manager->selection);
    if (manager->options->dry_run)
        return; /* which changes nothing, and shows no menu */
    loader_interface_consume_selection(&manager->selection);
    manager->timeout = loader_interface_read_timeout(&manager->config.timeout, manager->arena);
}

static EFI_STATUS refuse_id(const struct entry_list *list, const char *id)
{
    TEXT_ON_STACK(ids, 500);

    for (size_t i = 0; i < list->count; i++)
        text_format(&ids, "%s%s", i ? ", " : "", list->items[i].id);
    return console_error(EFI_NOT_FOUND, "no entry %s in %s (there: %s)", id,
                         entry_source_directory(ENTRY_TYPE1), list->count ? ids.data : "none");
}

static EFI_STATUS refuse_nothing(const struct manager *manager)
{
    bool missing = manager->entries.no_directory;

    return console_error(
        EFI_NOT_FOUND, "nothing to boot: no KERNEL was named, and %s %s%s; see --help",
        missing ? "there is no directory" : "no entry in", entry_source_directory(ENTRY_TYPE1),
        missing ? "" : " names one for this machine");
}

static EFI_STATUS boot_kernel(const struct manager *manager, const struct boot_entry *entry,
                              const char *command_line)
{
    CLEANUP(arena_release) struct arena arena;
    struct boot_request request = entry->request;

    pages_init_arena(&arena);
    request.command_line = command_line;
    if (manager->config.pass_entry && !entry_can_be_passed(entry))
        console_message("this name cannot be passed to the kernel");
    else if (manager->config.pass_entry)
        request.command_line = entry_pass(entry, command_line, &arena);
    if (!request.command_line)
        return console_no_memory();
    return boot_run(manager->image, manager->root, manager->options, &request, &arena);
}

/* Whether the next boot is to be of this entry too: bootctl, or else loader.conf, wants it so. */
static bool is_saved(const struct default_selection *selection, const struct boot_entry *entry)
{
    const char *standing = *selection->chosen ? selection->chosen : selection->pattern;

    return text_equals_ignoring_case(standing, "@saved") &&
           !entry_has_id(entry, selection->one_shot);
}

/* What is remembered of an entry that is about to be started. */
static void note_boot(const struct manager *manager, struct boot_entry *entry)
{
    TEXT_ON_STACK(path, PATH_MAX_LENGTH);

    loader_interface_set_selected(entry, manager->arena);
    if (is_saved(&manager->selection, entry))
        loader_interface_save_last(entry, manager->arena);
    boot_counter_use_try(manager->root, entry, manager->arena);
    if (entry->count.counted) {
        entry_append_path(&path, entry);
        loader_interface_set_count_path(path.data, manager->arena);
    } else {
        loader_interface_forget_count_path();
    }
    loader_interface_set_time(TIME_EXEC);
}

/* Returns when it failed, or when an EFI program came back. What was said is in the message. */
static EFI_STATUS boot_entry(struct manager *manager, size_t index, const char *command_line)
{
    struct boot_entry *entry = &manager->entries.items[index];
    EFI_STATUS status;

    start_message(manager);
    console_set_entry(entry->id);
    if (!command_line)
        command_line = entry->request.command_line;
    if (!entry_is_bootable(entry)) {
        status = console_error(EFI_UNSUPPORTED, "%s", entry->problem);
    } else {
        if (!manager->options->dry_run)
            note_boot(manager, entry);
        status = entry->efi.path ? chainload(manager->image, manager->loaded->DeviceHandle,
                                             entry->efi.path, command_line)
                                 : boot_kernel(manager, entry, command_line);
    }
    console_set_entry(NULL);
    console_set_capture(NULL, false);
    return status;
}

static EFI_STATUS boot_named(struct manager *manager, const char *id)
{
    warn_all(manager, DIAGNOSTICS_SHOWN);
    for (size_t i = 0; i < manager->entries.count; i++) {
        if (entry_has_id(&manager->entries.items[i], id))
            return boot_entry(manager, i, NULL);
    }
    return refuse_id(&manager->entries, id);
}

static bool probe_next(void *context, bool *ret_changed)
{
    struct manager *manager = context;
    struct boot_entry *entry;

    if (manager->probed == manager->entries.count)
        return false;
    entry = &manager->entries.items[manager->probed++];
    probe_entry(manager->root, entry, manager->arena);
    *ret_changed = entry->problem != NULL;
    return true;
}

static EFI_STATUS save_default(void *context, size_t index)
{
    struct manager *manager = context;
    bool any = index < manager->entries.count;
    EFI_STATUS status =
        loader_interface_save_default(any ? &manager->entries.items[index] : NULL, manager->arena);

    if (!EFI_ERROR(status))
        manager->default_entry = index;
    return status;
}

static EFI_STATUS save_timeout(void *context, uint32_t timeout)
{
    struct manager *manager = context;

    manager->config.timeout = timeout;
    return loader_interface_save_timeout(timeout, manager->arena);
}

static void describe_machine(void *context, struct text *text)
{
    const struct manager *manager = context;

    append_machine_details(&manager->config, &manager->entries, text, manager->arena);
}

/* The menu is shown when the timeout says so, or a key that is down; never over a dry run. */
static bool menu_is_due(const struct manager *manager)
{
    if (manager->timeout == TIMEOUT_DISABLED || manager->options->dry_run)
        return false;
    return manager->timeout != TIMEOUT_HIDDEN || menu_is_wanted();
}

/* Into the firmware's set-up, by way of a reset. */
static EFI_STATUS enter_firmware(void)
{
    uint64_t indications = 0;
    UINTN size = sizeof(indications);
    EFI_STATUS status;

    if (EFI_ERROR(variable_get(&firmware_guid, "OsIndications", &indications, &size)))
        indications = 0;
    indications |= EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
    status = variable_set(&firmware_guid, "OsIndications", true, &indications, sizeof(indications));
    if (EFI_ERROR(status))
        return console_error_status(status, "the firmware cannot be asked for its set-up");
    RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    return console_error(EFI_DEVICE_ERROR,
                         "the firmware does not reset the machine; do it by hand");
}

static bool default_is_chosen(const struct manager *manager)
{
    const char *chosen = manager->selection.chosen;

    return *chosen && manager->default_entry < manager->entries.count &&
           entry_matches(&manager->entries.items[manager->default_entry], chosen);
}

/* Without a menu. */
static EFI_STATUS boot_default(struct manager *manager)
{
    warn_all(manager, DIAGNOSTICS_SHOWN);
    if (manager->default_entry == manager->entries.count)
        return refuse_nothing(manager);
    return boot_entry(manager, manager->default_entry, NULL);
}

static void open_menu(struct manager *manager, struct menu *ret_menu)
{
    *ret_menu = (struct menu){
        .entries = manager->entries.items,
        .count = manager->entries.count,
        .selected = manager->default_entry,
        .default_is_chosen = default_is_chosen(manager),
        .timeout = manager->timeout,
        .kept_timeout = manager->config.timeout,
        .editor = manager->config.editor,
        .console_mode = manager->config.console_mode,
        .context = manager,
        .work = probe_next,
        .save_default = save_default,
        .save_timeout = save_timeout,
        .describe_machine = describe_machine,
    };
    ret_menu->gives_up = manager->default_entry == manager->entries.count;
    if (ret_menu->timeout == TIMEOUT_HIDDEN) /* a key has asked for it */
        ret_menu->timeout = TIMEOUT_FOREVER;
}

/* Does what was chosen in the menu; returns when that has failed, or has come to its end. */
static EFI_STATUS carry_out(struct manager *manager, const struct menu *menu,
                            enum menu_choice choice)
{
    EFI_STATUS status;

    if (choice != MENU_FIRMWARE)
        return boot_entry(manager, menu->selected, menu->command_line);
    start_message(manager);
    status = enter_firmware();
    console_set_capture(NULL, false);
    return status;
}

/*
 * The menu and what comes of it, until the user has enough. A boot that nobody asked for and that
 * failed leaves its message on the menu for a while, and goes back to the firmware then.
 */
static EFI_STATUS run_menu(struct manager *manager)
{
    EFI_STATUS status = EFI_SUCCESS;
    enum menu_choice choice;
    struct menu menu;

    open_menu(manager, &menu);
    /* The menu shows it; what ends in an error is printed too. */
    console_set_capture(&manager->message, !menu.gives_up);
    warn_all(manager, DIAGNOSTICS_IN_MENU);
    if (menu.gives_up)
        status = refuse_nothing(manager);
    console_set_capture(NULL, false);
    for (;;) {
        menu.default_entry = manager->default_entry;
        menu.message = manager->message.length ? manager->message.data : NULL;
        (void)timing_enter(TIMING_MENU);
        if (EFI_ERROR(menu_run(&menu, manager->arena, &choice))) /* no keyboard, no screen */
            return menu.gives_up || manager->default_entry == manager->entries.count
                       ? status
                       : boot_default(manager);
        loader_interface_set_time(TIME_MENU);
        if (choice == MENU_QUIT) /* the user has seen all that was said */
            return EFI_SUCCESS;
        if (choice == MENU_TIMEOUT && menu.gives_up)
            return status;
        status = carry_out(manager, &menu, choice);
        menu.gives_up = choice == MENU_TIMEOUT;
        menu.timeout = menu.gives_up ? FAILURE_TIMEOUT : TIMEOUT_FOREVER;
    }
}

static EFI_STATUS choose_and_boot(struct manager *manager)
{
    choose_default(manager);
    if (menu_is_due(manager))
        return run_menu(manager);
    return boot_default(manager);
}

EFI_STATUS manager_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, EFI_FILE_HANDLE root,
                       const struct options *options, uint64_t start, struct arena *arena)
{
    TEXT_ON_STACK(message, MESSAGE_SIZE);
    struct manager manager = {
        .image = image,
        .loaded = loaded,
        .root = root,
        .options = options,
        .arena = arena,
    };
    EFI_STATUS status;

    (void)timing_enter(TIMING_ENTRIES);
    manager.message = message;
    loader_interface_announce(loaded, start, arena);
    status = read_all(&manager);
    if (EFI_ERROR(status))
        return status;
    manager.selection.pattern = manager.config.default_pattern;
    loader_interface_read_selection(&manager.selection, arena);
    loader_interface_set_entries(manager.entries.items, manager.entries.count, arena);
    if (options->entry)
        return boot_named(&manager, options->entry);
    return choose_and_boot(&manager);
}
