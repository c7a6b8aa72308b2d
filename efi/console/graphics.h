/* SPDX-License-Identifier: BSD-2-Clause */
/* The screen as the firmware's Graphics Output Protocol describes it (UEFI 2.10, section 12.9). */
#pragma once

#include "efi/efi.h"

#include "pvh/overlay/framebuffer.h"

struct graphics {
    EFI_HANDLE handle; /* of the output; NULL for none */
    bool is_console;   /* the console's text is seen on it */
    struct framebuffer framebuffer;
};

/*
 * Finds the output that the console is on, or else the first one, among those with a framebuffer
 * that can be described and that is not described wrongly. False if there is none.
 */
bool graphics_find(struct graphics *ret_graphics);

/*
 * Reads the framebuffer anew, since text output may change the mode. False if it can no longer be
 * described; what is in `framebuffer` then means nothing.
 */
bool graphics_update(struct graphics *graphics);

/*
 * Clears the screen of that output if the console is on it, but only if nothing disappears from a
 * serial console.
 */
void graphics_clear(const struct graphics *graphics);
