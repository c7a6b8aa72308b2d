/* SPDX-License-Identifier: BSD-2-Clause */
/* What the console shows its text with. */
#pragma once

#include "efi/efi.h"

/* The size of the current text mode; 80x25, which all consoles have, when that is unknown. */
void text_mode_size(UINTN *ret_columns, UINTN *ret_rows);

/* The graphics mode; NULL when the machine has no screen. */
const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *text_mode_graphics(void);
