/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/printable.h"

#include "common/base/utf.h"
#include "efi/console/text_mode.h"

#define LAST_ASCII   0x7e
#define LAST_LATIN_1 0xff /* EDK2's own font has these */

/*
 * Where there is a screen, TestString() refuses what any console beside it lacks. EDK2's terminals
 * write '?' for these characters then, each of one column.
 */
static bool is_shown_somewhere(uint32_t code_point)
{
    return code_point <= LAST_LATIN_1 && text_mode_graphics();
}

CHAR16 printable(uint32_t code_point)
{
    CHAR16 string[2] = {(CHAR16)code_point, 0};

    if (utf_is_control(code_point) || code_point > 0xffff)
        return '?';
    if (code_point > LAST_ASCII && ST->ConOut->TestString(ST->ConOut, string) != EFI_SUCCESS &&
        !is_shown_somewhere(code_point))
        return '?';
    return string[0];
}

bool printable_is_doubtful(CHAR16 character)
{
    return character > LAST_LATIN_1 && text_mode_graphics();
}
