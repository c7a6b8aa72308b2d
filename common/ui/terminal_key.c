/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/ui/terminal_key.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

/* The final byte of an ECMA-48 control sequence is at least this; all others are below it. */
#define FIRST_FINAL '@'

#define PARAMETER_LIMIT 1000 /* far above those of keys */

#define TERMINAL_BACKSPACE 0x7f
#define MODIFIER_ALT       2 /* bits of xterm's modifier parameter minus 1 */
#define MODIFIER_CTRL      4

/* Encodes a key in a byte, for tables. */
#define AFTER_UP(key) ((key)-KEY_UP)

/*
 * ESC [ letter and ESC O letter, with parameters or without. Terminals' answers have parameters,
 * and end with a letter that is none of these.
 */
static uint32_t key_of_letter(uint16_t letter, bool has_parameters)
{
    static const struct {
        char letter;
        uint8_t after_up;
    } keys[] = {
        {'A', AFTER_UP(KEY_UP)},   {'B', AFTER_UP(KEY_DOWN)}, {'C', AFTER_UP(KEY_RIGHT)},
        {'D', AFTER_UP(KEY_LEFT)}, {'H', AFTER_UP(KEY_HOME)}, {'F', AFTER_UP(KEY_END)},
        {'P', AFTER_UP(KEY_F1)},   {'Q', AFTER_UP(KEY_F2)},
    };

    for (size_t i = 0; i < ELEMENTS(keys); i++) {
        if (keys[i].letter == letter)
            return (uint32_t)KEY_UP + keys[i].after_up;
    }
    return has_parameters ? KEY_NONE : KEY_OTHER;
}

/* ESC [ number ~ */
static uint32_t key_of_number(unsigned number)
{
    static const uint8_t keys[] = {
        [1] = AFTER_UP(KEY_HOME), [2] = AFTER_UP(KEY_INSERT),  [3] = AFTER_UP(KEY_DELETE),
        [4] = AFTER_UP(KEY_END),  [5] = AFTER_UP(KEY_PAGE_UP), [6] = AFTER_UP(KEY_PAGE_DOWN),
        [7] = AFTER_UP(KEY_HOME), [8] = AFTER_UP(KEY_END),     [11] = AFTER_UP(KEY_F1),
        [12] = AFTER_UP(KEY_F2),  [21] = AFTER_UP(KEY_F10),
    };

    return number < ELEMENTS(keys) && keys[number] ? (uint32_t)KEY_UP + keys[number] : KEY_OTHER;
}

static uint32_t modifiers_of(unsigned parameter)
{
    unsigned bits = parameter > 0 ? parameter - 1 : 0;

    return (bits & MODIFIER_CTRL ? (uint32_t)KEY_CTRL : 0) |
           (bits & MODIFIER_ALT ? (uint32_t)KEY_ALT : 0);
}

/* The Linux console's F1 to F5 are ESC [ [ A to E: what ESC O P begins with. */
#define LINUX_TO_F1 ('P' - 'A')

/*
 * Parses what follows ESC [ or ESC O: numbers separated by ; and a final character. False if the
 * sequence is incomplete.
 */
static bool parse_control_sequence(const uint16_t *characters, size_t count, uint32_t *ret_key)
{
    unsigned parameters[2] = {0, 0};
    unsigned to_f1 = 0;
    size_t parameter = 0;

    for (size_t i = 0; i < count; i++) {
        uint16_t character = characters[i];

        if (character >= '0' && character <= '9') {
            parameters[parameter] =
                (unsigned)min_u64(parameters[parameter], PARAMETER_LIMIT) * 10 + character - '0';
        } else if (character == ';') {
            parameter = 1;
        } else if (character == '[' && i == 0) {
            to_f1 = LINUX_TO_F1;
        } else if (character >= FIRST_FINAL) {
            *ret_key = character == '~'
                           ? key_of_number(parameters[0])
                           : key_of_letter((uint16_t)(character + to_f1), i > 0 && !to_f1);
            if (*ret_key)
                *ret_key |= modifiers_of(parameters[1]);
            return true;
        }
    }
    return false;
}

bool key_from_sequence(const uint16_t *characters, size_t count, uint32_t *ret_key)
{
    *ret_key = KEY_NONE;
    if (count == 0)
        return false;
    if (characters[0] == '[' || characters[0] == 'O')
        return parse_control_sequence(characters + 1, count - 1, ret_key) ||
               count == KEY_SEQUENCE_MAX;
    *ret_key = key_from_character(characters[0]) | (uint32_t)KEY_ALT;
    return true;
}

uint32_t key_from_character(uint16_t character)
{
    if (character == '\n')
        return KEY_ENTER;
    if (character == TERMINAL_BACKSPACE)
        return KEY_BACKSPACE;
    if (character == KEY_BACKSPACE || character == KEY_ENTER || character == '\t' ||
        character == 0 || character > 26)
        return character;
    return (uint32_t)KEY_CTRL | ('a' + character - 1u);
}
