/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu_keys.h"

#include "common/base/uefi_status.h"
#include "common/bls/entry_default.h"
#include "efi/console/text_mode.h"
#include "efi/firmware/efi_error.h"
#include "efi/menu/menu_details.h"
#include "efi/menu/menu_edit.h"
#include "efi/menu/menu_wait.h"

#include <string.h>

static void toggle_default(struct menu_state *state, bool preferred)
{
    struct menu *menu = state->menu;
    size_t index = state->list.selected;
    bool cleared;
    EFI_STATUS status =
        menu->save_default(menu->context, index, preferred, &cleared, &menu->default_entry);

    if (EFI_ERROR(status))
        menu_answer(state, "The firmware did not store the default: %s",
                    uefi_status_name(efi_status_number(status)));
    else if (cleared)
        menu_answer(state, "The choice is cleared: loader.conf sets the default again.");
    else if (menu->entries[index].problem)
        menu_answer(state, "This entry is the default from now on, but it cannot boot: %s",
                    menu->entries[index].problem);
    else if (menu->default_entry != index && entry_is_exhausted(&menu->entries[index]))
        menu_answer(state, "This entry is the default from now on, but it has no tries left.");
    else if (menu->default_entry != index)
        menu_answer(state, "This entry is the default from now on, but another one is preferred.");
    else
        menu_answer(state, "This entry is the default from now on.");
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
        menu_answer(state, "Later boots: the menu waits until a key is pressed.");
    else if (timeout == TIMEOUT_HIDDEN)
        menu_answer(state, "Later boots: no menu, unless a key is held down.");
    else
        menu_answer(state, "Later boots: the menu waits %u s.", timeout);
}

/* Makes the menu as large as the text mode, which was `before`; when that fails, it is again. */
static void adopt_mode(struct menu_state *state, INT32 before, int console_mode)
{
    struct menu *menu = state->menu;

    if (EFI_ERROR(screen_adopt_mode(&state->screen, console_mode, state->arena))) {
        (void)text_mode_set(before);
        screen_forget(&state->screen);
        menu_answer(state, MENU_NO_MEMORY);
        return;
    }
    menu->console_mode = console_mode;
    state->mode_changed = true;
    menu_answer(state,
                console_mode == menu->configured_mode
                    ? "The usual text mode again, %d: %zu x %zu characters."
                    : "Text mode %d from now on: %zu x %zu characters. R: the usual one.",
                (int)text_mode_current(), state->screen.columns + 1, state->screen.rows + 1);
}

static void set_next_mode(struct menu_state *state)
{
    INT32 before = text_mode_current();

    if (text_mode_set_next()) {
        adopt_mode(state, before, text_mode_current());
        return;
    }
    screen_forget(&state->screen); /* a mode that was refused may have cleared it */
    menu_answer(state, "The console has no other text mode.");
}

static void set_usual_mode(struct menu_state *state)
{
    INT32 before = text_mode_current();

    (void)text_mode_set(state->menu->firmware_mode);
    screen_set_mode(state->menu->configured_mode);
    adopt_mode(state, before, state->menu->configured_mode);
}

/* As many rows as there are below the list; a screen of 80 columns has 79 for each. */
static void show_help(struct menu_state *state)
{
    menu_answer(state,
                "Enter: boot   e: edit   p: details   d, D: default   +/-: timeout   "
                "1-9: choose\n%sO: power off   B: reboot   Q: back to the firmware\n"
                "l: Linux   w: Windows   a: macOS   s: UEFI shell   v: version\n"
                "r, R: text mode   Ctrl+L: redraw",
                state->menu->has_firmware_setup ? "f: firmware setup   " : "");
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

/* True when the entry is to be booted. */
static bool edit(struct menu_state *state)
{
    if (menu_selected_entry(state)->action == ENTRY_STARTS && !state->menu->no_editor)
        return menu_edit(state);
    menu_answer(state, "%s",
                state->menu->no_editor ? state->menu->no_editor
                                       : "There is no command line to be edited.");
    return false;
}

/* Handles keys that act on the selected entry. True when it is to be booted. */
static bool act_on_entry(struct menu_state *state, uint32_t key)
{
    if (key == KEY_ENTER || key == KEY_RIGHT)
        return true;
    switch (key) {
    case 'e':
    case 'E':
        return edit(state);
    case 'd':
    case 'D':
        if (menu_selected_entry(state)->action == ENTRY_ENROLL)
            menu_answer(state, "This can be no default.");
        else
            toggle_default(state, key == 'd');
        break;
    default:
        break;
    }
    return false;
}

/* Handles the letters that move the bar to the next entry of a system. True when it was one. */
static bool move_to_system(struct menu_state *state, uint32_t key)
{
    static const char letters[] = "lwas";
    static const char systems[][8] = {"Linux", "Windows", "macOS", "a shell"};
    const struct menu *menu = state->menu;
    const char *letter = key < 0x80 && key ? strchr(letters, (char)key) : NULL;
    size_t index;

    if (!letter)
        return false;
    index = entries_find_key(menu->entries, menu->count, state->list.selected + 1, key);
    if (index < menu->count)
        list_view_select(&state->list, index);
    else
        menu_answer(state, "There is no entry for %s.", systems[letter - letters]);
    return true;
}

/* f, and the keys that lead to the setup of one firmware or another. */
static bool is_setup_key(uint32_t key)
{
    return key == 'f' || key == 'F' || key == KEY_F2 || key == KEY_F10 || key == KEY_DELETE;
}

/*
 * Handles the keys for actions, whether or not there are entries for them. True when chosen. What
 * is left of a terminal's key must not be one of them: ESC [ B is Down, and B restarts.
 */
static bool choose_action(struct menu_state *state, uint32_t key)
{
    struct menu *menu = state->menu;

    if (key < 0x80 && keyboard_follows_escape())
        return false;
    if (key == 'B')
        menu->action = ENTRY_REBOOT;
    else if (key == 'O')
        menu->action = ENTRY_POWEROFF;
    else if (!is_setup_key(key))
        return false;
    else if (menu->has_firmware_setup)
        menu->action = ENTRY_SETUP;
    else
        menu_answer(state, "This firmware does not support rebooting into its setup.");
    return menu->action != ENTRY_STARTS;
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
    case 'r':
        set_next_mode(state);
        break;
    case 'R':
        if (!keyboard_follows_escape()) /* F3 is ESC O R */
            set_usual_mode(state);
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
    case 'q':
    case 'Q':
        *ret_choice = MENU_QUIT;
        return true;
    default:
        break;
    }
    return false;
}

bool menu_handle_key(struct menu_state *state, uint32_t key, enum menu_choice *ret_choice)
{
    state->seconds_left = 0;
    state->menu->message = NULL;
    menu_answer(state, "%s", "");
    if (move_bar(&state->list, key) || move_to_system(state, key))
        return false;
    if (choose_action(state, key)) {
        *ret_choice = MENU_ACTION;
        return true;
    }
    if (state->list.count > 0 && act_on_entry(state, key)) {
        *ret_choice = MENU_BOOT;
        return true;
    }
    return act(state, key, ret_choice);
}
