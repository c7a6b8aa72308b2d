/* SPDX-License-Identifier: BSD-2-Clause */
/* A linear framebuffer, as firmware has set it up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The bits of a pixel that hold one colour; size 0 for none. */
struct pixel_field {
    uint8_t position, size; /* in bits; 0 is the lowest */
};

struct framebuffer {
    uint64_t address;       /* physical; may be above 4 GiB */
    uint32_t width, height; /* pixels */
    uint32_t pitch;         /* bytes from one line to the next */
    uint8_t bits_per_pixel;
    struct pixel_field red, green, blue, reserved;
};

/* True if Linux's simplefb and simpledrm can draw into it: format, sizes and place are theirs. */
bool framebuffer_is_known(const struct framebuffer *framebuffer);
