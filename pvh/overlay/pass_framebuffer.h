/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The framebuffer in words, for kernels that do not read ACPI's machine language:
 *
 *     framebuffer=0x80000000,1280x800,5120,xrgb8888 COMMAND LINE
 *                 |          |        |    |
 *                 address    pixels   |    format: xrgb8888, xbgr8888, or position:size of each
 *                                     |    colour's bits, as in r11:5g5:6b0:5
 *                                     bytes from one line to the next
 */
#pragma once

#include "common/base/arena.h"
#include "pvh/overlay/framebuffer.h"

/* The longest, in bytes: 2^64, three numbers of 2^32, three fields of two bytes, the space. */
#define PASS_FRAMEBUFFER_MOST 89

/* The command line with the words in front, in the arena; NULL when out of memory. */
const char *pass_framebuffer_words(const struct framebuffer *framebuffer, const char *command_line,
                                   struct arena *arena);
