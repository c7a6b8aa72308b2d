/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu_wait.h"

#include "common/base/uefi_status.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/watchdog.h"

void menu_answer(struct menu_state *state, const char *format, ...)
{
    va_list arguments;

    text_clear(&state->status);
    va_start(arguments, format);
    text_format_list(&state->status, format, arguments);
    va_end(arguments);
}

static void tell_if_not_stored(struct menu_state *state, const char *format, EFI_STATUS status)
{
    if (EFI_ERROR(status))
        menu_answer(state, format, uefi_status_name(efi_status_number(status)));
}

void menu_save_settings(struct menu_state *state)
{
    struct menu *menu = state->menu;

    if (state->timeout_changed)
        tell_if_not_stored(state, "The firmware did not store the timeout: %s",
                           menu->save_timeout(menu->context, menu->saved_timeout));
    if (state->mode_changed)
        tell_if_not_stored(state, "The firmware did not store the console mode: %s",
                           menu->save_console_mode(menu->context, menu->console_mode));
    state->timeout_changed = state->mode_changed = false;
}

/*
 * Until a key is pressed, the bar is on the entry that is booted at the timeout: when a problem is
 * found in that entry, the bar moves to the next one that has none, and has tries left. Where there
 * is none, the default is tried all the same.
 */
static void pass_over_unbootable(struct menu_state *state)
{
    const struct menu *menu = state->menu;
    const struct boot_entry *left = menu_selected_entry(state);
    TEXT_ON_STACK(label, NAME_SHOWN + 1);

    if (state->seconds_left == 0 || menu->timeout_exits || menu->keeps_default || !left ||
        !left->problem)
        return;
    for (size_t i = 1; i < menu->count; i++) {
        size_t next = (state->list.selected + i) % menu->count;

        if (menu->entries[next].problem || entry_is_automatic(&menu->entries[next]) ||
            entry_is_exhausted(&menu->entries[next]))
            continue;
        list_view_select(&state->list, next);
        text_append_short(&label, left->label, NAME_SHOWN);
        menu_answer(state, "%s cannot boot: %s", label.data, left->problem);
        return;
    }
    list_view_select(&state->list, menu->default_entry);
}

static bool do_work(struct menu_state *state)
{
    struct menu *menu = state->menu;
    bool changed = false;

    state->working = menu->work(menu->context, &changed);
    watchdog_arm(); /* a driver that was started has disarmed it */
    if (changed)
        pass_over_unbootable(state);
    return changed;
}

uint32_t menu_read_key(struct menu_state *state)
{
    for (;;) {
        uint32_t key =
            state->working ? keyboard_poll(&state->keyboard) : keyboard_wait(&state->keyboard);

        if (key == KEY_NONE) {
            if (do_work(state))
                return key;
            continue;
        }
        watchdog_arm();
        if (key == KEY_TICK)
            menu_save_settings(state);
        return key;
    }
}
