/* SPDX-License-Identifier: BSD-2-Clause */
/* Outputs with the Graphics Output Protocol. */
#pragma once

#include "efi/efi.h"

#include "pvh/overlay/framebuffer.h"

/* The usual screen, of 1280x800, at this address. */
#define USUAL_SCREEN UINT64_C(0x80000000)

/* An output: its mode, and whether the console writes to it. */
struct fake_screen {
    SIMPLE_TEXT_OUTPUT_INTERFACE text; /* can only be cleared; must be first */
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
    EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
    EFI_HANDLE handle; /* NULL until it is installed: a new one */
    bool has_console;
    bool is_output; /* its text output is the console's own */
    bool cleared;   /* by the loader */
};

/* Sets up the usual screen, to be changed before it is installed. */
void screen_make_usual(struct fake_screen *ret_screen);

/* Adds an output to the machine. `screen` must stay valid. */
void screen_install(struct fake_screen *screen);

/* Takes an output out of the machine, as if it had never been there. */
void screen_remove(struct fake_screen *screen);

/* The framebuffer of the usual screen, as the kernel must be told of it. */
extern const struct framebuffer usual_framebuffer;
