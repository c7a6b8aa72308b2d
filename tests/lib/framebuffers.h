/* SPDX-License-Identifier: BSD-2-Clause */
/* Framebuffers for tests. */
#pragma once

#include "pvh/overlay/framebuffer.h"

/* As an initializer: 32 bits a pixel, blue in the lowest; QEMU's `-vga std` has 1280x800 of it. */
#define FRAMEBUFFER_XRGB8888(base, columns, rows, line)                                            \
    {                                                                                              \
        .address = (base), .width = (columns), .height = (rows), .pitch = (line),                  \
        .bits_per_pixel = 32, .red = {16, 8}, .green = {8, 8}, .blue = {0, 8}, .reserved = {       \
            24,                                                                                    \
            8                                                                                      \
        }                                                                                          \
    }
