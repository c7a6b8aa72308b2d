/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/entry_menu.h"

#include "efi/console/console.h"
#include "efi/console/text_mode.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "efi/manager/actions.h"
#include "efi/manager/loader_interface.h"
#include "efi/manager/machine_details.h"
#include "efi/manager/probe_entry.h"
#include "efi/manager/start_entry.h"
#include "efi/manager/unattended.h"
#include "efi/menu/menu.h"
#include "efi/network/http_volume.h"

/* How long the error of a failed boot is shown when no key is pressed, in seconds. */
#define FAILURE_TIMEOUT 10

/* The context of the menu's callbacks. */
struct entry_menu {
    struct manager *manager;
    struct menu *menu;
    size_t probed; /* how many entries have been probed while the menu was idle */
};

/*
 * The screen is the menu's: what is said meanwhile goes into its message, without what the user has
 * seen and dismissed. Returns true if something was said.
 */
static bool probe_silently(struct entry_menu *entry_menu, struct boot_entry *entry)
{
    struct manager *manager = entry_menu->manager;
    struct menu *menu = entry_menu->menu;
    size_t before;

    if (!menu->message)
        text_clear(&manager->messages);
    before = manager->messages.length;
    console_hold(true);
    console_copy_messages(&manager->messages);
    /* With Secure Boot on, nothing is decoded before it is verified. */
    probe_entry(entry, !policy_is_enforced(manager->trust->state), manager->arena);
    console_copy_messages(NULL);
    console_hold(false);
    if (manager->messages.length == before)
        return false;
    menu->message = manager->messages.data;
    return true;
}

static bool probe_next(void *context, bool *ret_changed)
{
    struct entry_menu *entry_menu = context;
    const struct entry_list *entries = &entry_menu->manager->catalog.entries;
    struct boot_entry *entry;
    bool said;

    if (entry_menu->probed == entries->count)
        return false;
    entry = &entries->items[entry_menu->probed++];
    said = probe_silently(entry_menu, entry);
    *ret_changed = said || entry->problem;
    return true;
}

static EFI_STATUS save_default(void *context, size_t index, bool preferred, bool *ret_cleared,
                               size_t *ret_default)
{
    struct manager *manager = ((struct entry_menu *)context)->manager;
    const struct boot_entry *entry = &manager->catalog.entries.items[index];
    struct default_selection *selection = &manager->selection;
    const char **setting = preferred ? &selection->preferred : &selection->chosen;
    bool clears = **setting && entry_is_selected(entry, *setting);
    EFI_STATUS status =
        loader_interface_save_default(clears ? NULL : entry, preferred, manager->arena);

    if (EFI_ERROR(status))
        return status;
    *setting = clears ? "" : entry->full_id;
    selection->one_shot = ""; /* it was for this boot */
    manager->default_entry = catalog_choose_default(&manager->catalog, selection);
    *ret_cleared = clears;
    *ret_default = manager->default_entry;
    return EFI_SUCCESS;
}

static EFI_STATUS save_timeout(void *context, uint32_t timeout)
{
    struct manager *manager = ((struct entry_menu *)context)->manager;

    manager->catalog.config.timeout = timeout;
    return loader_interface_save_timeout(timeout, manager->arena);
}

static EFI_STATUS save_console_mode(void *context, int console_mode)
{
    struct manager *manager = ((struct entry_menu *)context)->manager;

    if (console_mode == manager->catalog.config.console_mode)
        return loader_interface_forget_console_mode();
    return loader_interface_save_console_mode(console_mode, manager->arena);
}

static void describe_machine(void *context, struct text *text)
{
    const struct manager *manager = ((struct entry_menu *)context)->manager;

    append_machine_details(&manager->catalog.config, &manager->catalog.entries, text,
                           manager->arena);
}

/* Why entries cannot be edited; NULL if they can. */
static const char *find_no_editor(const struct manager *manager)
{
    if (policy_is_enforced(manager->trust->state))
        return "Editing is off: with Secure Boot on, a command line has to be signed.";
    return manager->catalog.config.editor ? NULL
                                          : "Editing is off: loader.conf says \"editor no\".";
}

static void init_menu(struct entry_menu *entry_menu, bool timeout_exits, struct menu *ret_menu)
{
    const struct manager *manager = entry_menu->manager;
    size_t count = manager->catalog.entries.count;
    int console_mode = manager->catalog.config.console_mode;

    *ret_menu = (struct menu){
        .entries = manager->catalog.entries.items,
        .count = count,
        .selected = manager->default_entry < count ? manager->default_entry : 0,
        .timeout = manager->timeout,
        .saved_timeout = manager->catalog.config.timeout,
        .timeout_exits = timeout_exits,
        .keeps_default = loader_config_restarts(&manager->catalog.config, false),
        .no_editor = find_no_editor(manager),
        .has_firmware_setup = manager->can_enter_setup,
        .console_mode = loader_interface_read_console_mode(console_mode, manager->arena),
        .configured_mode = console_mode,
        .beep = manager->catalog.config.beep,
        .firmware_mode = text_mode_usual(),
        .context = entry_menu,
        .work = probe_next,
        .save_default = save_default,
        .save_timeout = save_timeout,
        .save_console_mode = save_console_mode,
        .describe_machine = describe_machine,
    };
    entry_menu->menu = ret_menu;
}

/* Carries out a choice. Returns when it has failed, or when the program started has exited. */
static void carry_out(struct manager *manager, const struct menu *menu, enum menu_choice choice,
                      struct error *error)
{
    /* A network card that did not work then is tried again. */
    if (error->code != ERROR_NONE || manager->catalog.entries.unread.code != ERROR_NONE)
        http_volume_stop();
    error_clear(error);
    text_clear(&manager->messages);
    manager->is_fallback = false;
    manager->trust->attended = choice != MENU_TIMEOUT;
    if (choice == MENU_ACTION)
        (void)action_run(menu->action, error);
    else if (choice == MENU_TIMEOUT)
        (void)boot_unattended(manager, error);
    else
        (void)start_entry(manager, menu->selected, menu->command_line, error);
    if (error->code == ERROR_NONE)
        return;
    (void)console_print_error(error, &manager->messages);
    measure_tell_spent(&manager->trust->measurements, &manager->messages);
}

static void report_no_menu(EFI_STATUS status)
{
    struct error error = {.code = ERROR_NONE};

    (void)error_set_efi(&error, status, ERROR_MENU_NOT_SHOWN);
    (void)console_print_error(&error, NULL);
}

/*
 * The result when the menu cannot be shown. The default entry is booted, as where nobody is there,
 * unless there is an error, which remains: what somebody has chosen has failed, and nobody has
 * asked for another entry.
 */
static bool finish_without_menu(struct manager *manager, const struct menu *menu,
                                bool *ret_boot_default, const struct error *error)
{
    manager->trust->attended = false;
    *ret_boot_default = error->code == ERROR_NONE && !menu->timeout_exits &&
                        manager->default_entry < manager->catalog.entries.count;
    return error->code == ERROR_NONE;
}

/* The menu looks at the kernels of its entries, each with arenas of its own. */
static EFI_STATUS show_menu(struct menu *menu, struct arena *arena, enum menu_choice *ret_choice)
{
    EFI_STATUS status;

    pages_keep_chunks();
    status = menu_run(menu, arena, ret_choice);
    pages_release_chunks();
    return status;
}

bool entry_menu_run(struct manager *manager, size_t chosen, bool *ret_boot_default,
                    struct error *error)
{
    struct entry_menu entry_menu = {.manager = manager};
    enum menu_choice choice;
    struct menu menu;
    EFI_STATUS status;

    *ret_boot_default = false;
    init_menu(&entry_menu, error->code != ERROR_NONE, &menu);
    if (menu.timeout_exits)
        (void)console_print_error(error, &manager->messages);
    if (chosen < menu.count) {
        menu.selected = chosen;
        carry_out(manager, &menu, MENU_BOOT, error);
    }
    for (;;) {
        menu.default_entry = manager->default_entry;
        menu.message = manager->messages.length ? manager->messages.data : NULL;
        (void)timing_enter(TIMING_MENU);
        status = show_menu(&menu, manager->arena, &choice);
        if (EFI_ERROR(status)) {
            report_no_menu(status);
            return finish_without_menu(manager, &menu, ret_boot_default, error);
        }
        loader_interface_set_time(TIME_MENU);
        if (choice == MENU_QUIT) /* the user has seen the error, if any */
            return true;
        if (choice == MENU_TIMEOUT && menu.timeout_exits)
            return error->code == ERROR_NONE;
        carry_out(manager, &menu, choice, error);
        menu.timeout_exits = choice == MENU_TIMEOUT;
        menu.timeout = menu.timeout_exits ? FAILURE_TIMEOUT : TIMEOUT_FOREVER;
    }
}
