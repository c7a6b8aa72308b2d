/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

/*
 * The UCS-2 character to send to the console for a code point: itself, or '?' for control
 * characters (C0, DEL, C1), which a serial terminal would interpret, for code points beyond UCS-2,
 * and for what the console says it cannot show: EDK2 would send the low byte of that to a terminal.
 * Beside a screen, Latin-1 is sent all the same: each console shows of it what it can.
 * Callers handle line ends and tabs themselves.
 */
CHAR16 printable(uint32_t code_point);

/*
 * True when the screen may lack the character though the console said that it shows it. EDK2 says
 * so of all characters; those without a glyph are then left out, and what follows them moves to the
 * left. Written over a '?', which remains then, they do no harm.
 */
bool printable_is_doubtful(CHAR16 character);
