/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

/*
 * The UCS-2 character to send to the console for a code point: itself, or '?' for control
 * characters (C0, DEL, C1), which a serial terminal would interpret, and for code points beyond
 * UCS-2. Callers handle line ends and tabs themselves.
 */
CHAR16 printable(uint32_t code_point);
