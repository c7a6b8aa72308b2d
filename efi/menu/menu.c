/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu.h"

#include "common/base/overflow.h"
#include "efi/console/beep.h"
#include "efi/firmware/watchdog.h"
#include "efi/menu/menu_draw.h"
#include "efi/menu/menu_keys.h"
#include "efi/menu/menu_wait.h"

/* Milliseconds, as in systemd-boot: firmware may need this long to report a pressed key. */
#define SECOND    1000
#define FIRST_KEY 100

#define MOST_BEEPS 30

/* Counts a second. True when the timeout has expired. */
static bool count_down(struct menu_state *state, enum menu_choice *ret_choice)
{
    if (state->seconds_left == 0 || --state->seconds_left > 0)
        return false;
    *ret_choice = MENU_TIMEOUT;
    return true;
}

/*
 * Beeps the number of the selected entry, for those who cannot see it, until a key is pressed.
 * Nobody counts further than to MOST_BEEPS, and meanwhile nothing else is done.
 */
static void announce_entry(struct menu_state *state)
{
    size_t selected = state->list.selected;

    if (!state->menu->beep || state->seconds_left > 0 || state->announced == selected ||
        state->list.count == 0)
        return;
    state->announced = selected;
    for (size_t i = 0; i < min_u64(selected + 1, MOST_BEEPS); i++) {
        if (keyboard_has_key(&state->keyboard))
            return;
        beep();
    }
}

static void announce_second(const struct menu_state *state)
{
    if (state->menu->beep && state->seconds_left > 0)
        beep();
}

static void run(struct menu_state *state, enum menu_choice *ret_choice)
{
    for (;;) {
        uint32_t key;
        bool chosen = false;

        menu_draw(state);
        announce_entry(state);
        key = menu_read_key(state);
        if (key == KEY_TICK)
            chosen = count_down(state, ret_choice);
        else if (key != KEY_NONE)
            chosen = menu_handle_key(state, key, ret_choice);
        if (chosen)
            return;
        if (key == KEY_TICK)
            announce_second(state);
    }
}

static EFI_STATUS open_menu(struct menu_state *state)
{
    struct menu *menu = state->menu;
    EFI_STATUS status = keyboard_open(&state->keyboard, SECOND);

    if (EFI_ERROR(status))
        return status;
    status = screen_open(&state->screen, menu->console_mode, state->arena);
    if (EFI_ERROR(status))
        return status;
    list_view_select(&state->list, menu->selected < state->list.count ? menu->selected : 0);
    /* A key that was pressed before says that somebody is there, and no more. */
    if (!keyboard_drain(&state->keyboard) && menu->timeout != TIMEOUT_FOREVER)
        state->seconds_left = menu->timeout;
    state->working = menu->work != NULL;
    menu->command_line = NULL;
    menu->action = ENTRY_STARTS;
    watchdog_arm();
    return EFI_SUCCESS;
}

/* For CLEANUP(). Outside the menu the watchdog is disarmed, as in efi_main(). */
static void close_menu(struct menu_state *state)
{
    keyboard_close(&state->keyboard);
    screen_close(&state->screen);
    watchdog_disarm();
}

EFI_STATUS menu_run(struct menu *menu, struct arena *arena, enum menu_choice *ret_choice)
{
    TEXT_ON_STACK(status_text, MENU_STATUS_SIZE);
    CLEANUP(close_menu)
    struct menu_state state = {
        .menu = menu,
        .arena = arena,
        .list = {.count = menu->count, .rows = 1},
        .announced = SIZE_MAX,
        .status = status_text,
    };
    EFI_STATUS status = open_menu(&state);

    if (EFI_ERROR(status))
        return status;
    run(&state, ret_choice);
    menu_save_settings(&state);
    menu->selected = state.list.selected;
    return EFI_SUCCESS;
}

bool menu_is_wanted(uint32_t *ret_key)
{
    CLEANUP(keyboard_close) struct keyboard keyboard;

    *ret_key = KEY_TICK;
    if (!EFI_ERROR(keyboard_open(&keyboard, FIRST_KEY)))
        *ret_key = keyboard_wait(&keyboard);
    return *ret_key != KEY_TICK;
}
