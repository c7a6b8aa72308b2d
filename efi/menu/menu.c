/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/variables.h"
#include "efi/firmware/watchdog.h"
#include "efi/menu/menu_details.h"
#include "efi/menu/menu_draw.h"
#include "efi/menu/menu_edit.h"
#include "efi/menu/menu_input.h"
#include "pvh/uefi_status.h"

/* Milliseconds, as in systemd-boot: firmware may need this long to report a pressed key. */
#define SECOND    1000
#define FIRST_KEY 100

static bool offers_firmware_setup(void)
{
    uint64_t supported = 0;
    UINTN size = sizeof(supported);

    return !EFI_ERROR(variable_get(&firmware_guid, "OsIndicationsSupported", &supported, &size)) &&
           supported & EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
}

static void toggle_default(struct menu_state *state)
{
    struct menu *menu = state->menu;
    bool clears = menu->default_is_chosen && menu->default_entry == state->list.selected;
    size_t index = clears ? menu->count : state->list.selected;
    EFI_STATUS status = menu->save_default(menu->context, index);

    if (EFI_ERROR(status)) {
        menu_answer(state, "The firmware does not keep the default: %s",
                    uefi_status_name(efi_status_number(status)));
        return;
    }
    menu->default_entry = index;
    menu->default_is_chosen = !clears;
    if (clears)
        menu_answer(state, "No entry is the default by choice: loader.conf decides again.");
    else if (menu->entries[index].problem)
        menu_answer(state, "This entry is the default from now on, but it cannot boot: %s",
                    menu->entries[index].problem);
    else
        menu_answer(state, "This entry is booted by default from now on.");
}

/* The next in the order forever, hidden, 1, 2, 3... seconds, or the previous one. */
static uint32_t next_timeout(uint32_t timeout, bool longer)
{
    if (timeout >= TIMEOUT_DISABLED)
        return longer ? TIMEOUT_HIDDEN : TIMEOUT_FOREVER;
    if (longer)
        return timeout < TIMEOUT_MAX ? timeout + 1 : timeout;
    return timeout == TIMEOUT_HIDDEN ? TIMEOUT_FOREVER : timeout - 1;
}

static void change_timeout(struct menu_state *state, bool longer)
{
    uint32_t timeout = next_timeout(state->menu->saved_timeout, longer);

    state->menu->saved_timeout = timeout;
    state->timeout_changed = true;
    if (timeout == TIMEOUT_FOREVER)
        menu_answer(state, "Later boots: the menu waits for a key, however long it takes.");
    else if (timeout == TIMEOUT_HIDDEN)
        menu_answer(state, "Later boots: no menu, unless a key is held down.");
    else
        menu_answer(state, "Later boots: the menu waits %u s.", timeout);
}

static void show_help(struct menu_state *state)
{
    menu_answer(state,
                "Enter: boot   e: edit   p: details   d: default   +/-: timeout   "
                "1-9: choose\n%sv: version   Q: back to the firmware   Ctrl+L: draw anew",
                state->has_firmware_setup ? "f: firmware set-up   " : "");
}

/* Handles keys that move the bar. True when it was one. */
static bool move_bar(struct list_view *list, uint32_t key)
{
    if (key == KEY_UP || key == 'k' || key == 'K')
        list_view_move(list, -1);
    else if (key == KEY_DOWN || key == 'j' || key == 'J')
        list_view_move(list, 1);
    else if (key == KEY_PAGE_UP)
        list_view_move(list, -(long)list->rows);
    else if (key == KEY_PAGE_DOWN)
        list_view_move(list, (long)list->rows);
    else if (key == KEY_HOME || key == (KEY_ALT | '<'))
        list_view_select(list, 0);
    else if (key == KEY_END || key == (KEY_ALT | '>'))
        list_view_select(list, SIZE_MAX);
    else if (key >= '1' && key <= '9')
        list_view_select(list, key - '1');
    else
        return false;
    return true;
}

/* Handles keys that act on the selected entry. True when it is to be booted. */
static bool act_on_entry(struct menu_state *state, uint32_t key)
{
    switch (key) {
    case KEY_ENTER:
    case KEY_RIGHT:
        return true;
    case 'e':
    case 'E':
        if (state->menu->editor)
            return menu_edit(state);
        menu_answer(state, "Editing is off: loader.conf says \"editor no\".");
        break;
    case 'd':
    case 'D':
        toggle_default(state);
        break;
    default:
        break;
    }
    return false;
}

/* Handles all other keys. True when a choice has been made. */
static bool act(struct menu_state *state, uint32_t key, enum menu_choice *ret_choice)
{
    switch (key) {
    case KEY_F1:
    case 'h':
    case 'H':
    case '?':
        show_help(state);
        break;
    case 'p':
    case 'P':
        menu_show_details(state);
        break;
    case 'v':
    case 'V':
        menu_answer(state, "pvhboot " PVHBOOT_VERSION);
        break;
    case '+':
    case '=':
    case 't':
        change_timeout(state, true);
        break;
    case '-':
    case 'T':
        change_timeout(state, false);
        break;
    case KEY_CTRL | 'l':
        screen_forget(&state->screen);
        break;
    case 'f':
    case 'F':
        *ret_choice = MENU_FIRMWARE;
        if (state->has_firmware_setup)
            return true;
        menu_answer(state, "This firmware offers no way into its set-up from here.");
        break;
    case 'q':
    case 'Q':
        *ret_choice = MENU_QUIT;
        return true;
    default:
        break;
    }
    return false;
}

/* True when a choice has been made. */
static bool handle_key(struct menu_state *state, uint32_t key, enum menu_choice *ret_choice)
{
    state->seconds_left = 0;
    state->message = NULL;
    menu_answer(state, "%s", "");
    if (move_bar(&state->list, key))
        return false;
    if (state->menu->count > 0 && act_on_entry(state, key)) {
        *ret_choice = MENU_BOOT;
        return true;
    }
    return act(state, key, ret_choice);
}

/* Counts a second. True when the timeout has expired. */
static bool count_down(struct menu_state *state, enum menu_choice *ret_choice)
{
    if (state->seconds_left == 0 || --state->seconds_left > 0)
        return false;
    *ret_choice = MENU_TIMEOUT;
    return true;
}

static void run(struct menu_state *state, enum menu_choice *ret_choice)
{
    for (;;) {
        uint32_t key;
        bool chosen = false;

        menu_draw(state);
        key = menu_read_key(state);
        if (key == KEY_TICK)
            chosen = count_down(state, ret_choice);
        else if (key != KEY_NONE)
            chosen = handle_key(state, key, ret_choice);
        if (chosen)
            return;
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
    list_view_select(&state->list, menu->selected < menu->count ? menu->selected : 0);
    if (menu->timeout < TIMEOUT_DISABLED)
        state->seconds_left = menu->timeout;
    state->working = menu->work != NULL;
    state->has_firmware_setup = offers_firmware_setup();
    state->message = menu->message;
    menu->command_line = NULL;
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
        .status = status_text,
    };
    EFI_STATUS status = open_menu(&state);

    if (EFI_ERROR(status))
        return status;
    run(&state, ret_choice);
    menu_save_timeout(&state);
    menu->selected = state.list.selected;
    return EFI_SUCCESS;
}

bool menu_is_wanted(void)
{
    CLEANUP(keyboard_close) struct keyboard keyboard;

    return !EFI_ERROR(keyboard_open(&keyboard, FIRST_KEY)) && keyboard_wait(&keyboard) != KEY_TICK;
}
