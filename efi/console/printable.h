/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

/*
 * The UCS-2 character that the console gets for a code point: itself, or '?' for control characters
 * (C0, DEL, C1), which a terminal on a serial line would obey, and for code points beyond UCS-2.
 * Line ends and tabs are the caller's to handle.
 */
CHAR16 printable(uint32_t code_point);
