/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu_input.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/watchdog.h"
#include "pvh/uefi_status.h"

void menu_answer(struct menu_state *state, const char *format, ...)
{
    va_list arguments;

    text_clear(&state->status);
    va_start(arguments, format);
    text_format_list(&state->status, format, arguments);
    va_end(arguments);
}

void menu_keep_timeout(struct menu_state *state)
{
    struct menu *menu = state->menu;
    EFI_STATUS status;

    if (!state->timeout_changed)
        return;
    state->timeout_changed = false;
    status = menu->save_timeout(menu->context, menu->kept_timeout);
    if (EFI_ERROR(status))
        menu_answer(state, "The firmware did not store the timeout: %s",
                    uefi_status_name(efi_status_number(status)));
}

static bool do_work(struct menu_state *state)
{
    bool changed = false;

    state->working = state->menu->work(state->menu->context, &changed);
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
            menu_keep_timeout(state);
        return key;
    }
}
