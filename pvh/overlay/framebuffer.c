/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/overlay/framebuffer.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stddef.h>

struct pixel_format {
    uint8_t bits_per_pixel;
    struct pixel_field red, green, blue;
};

/*
 * The formats that Linux has a name for (include/linux/platform_data/simplefb.h). It finds them by
 * these members alone (drivers/firmware/google/framebuffer-coreboot.c), so that one row stands for
 * those with and without alpha.
 */
static const struct pixel_format formats[] = {
    {16, {11, 5}, {5, 6}, {0, 5}},     /* r5g6b5 */
    {16, {11, 5}, {6, 5}, {1, 5}},     /* r5g5b5a1, since Linux 5.12 */
    {16, {10, 5}, {5, 5}, {0, 5}},     /* x1r5g5b5, a1r5g5b5 */
    {24, {16, 8}, {8, 8}, {0, 8}},     /* r8g8b8 */
    {32, {16, 8}, {8, 8}, {0, 8}},     /* x8r8g8b8, a8r8g8b8 */
    {32, {0, 8}, {8, 8}, {16, 8}},     /* a8b8g8r8 */
    {32, {20, 10}, {10, 10}, {0, 10}}, /* x2r10g10b10, a2r10g10b10 */
};

static bool is_same(struct pixel_field a, struct pixel_field b)
{
    return a.position == b.position && a.size == b.size;
}

static bool has_known_format(const struct framebuffer *framebuffer)
{
    for (size_t i = 0; i < ELEMENTS(formats); i++) {
        if (framebuffer->bits_per_pixel == formats[i].bits_per_pixel &&
            is_same(framebuffer->red, formats[i].red) &&
            is_same(framebuffer->green, formats[i].green) &&
            is_same(framebuffer->blue, formats[i].blue))
            return true;
    }
    return false;
}

bool framebuffer_is_known(const struct framebuffer *framebuffer)
{
    uint64_t line = (uint64_t)framebuffer->width * framebuffer->bits_per_pixel / 8;
    uint64_t size, end;

    if (framebuffer->address == 0 || framebuffer->width == 0 || framebuffer->height == 0 ||
        framebuffer->pitch < line || !has_known_format(framebuffer))
        return false;
    /* Linux computes the size in whole pages and 32 bits. */
    return checked_mul(framebuffer->pitch, framebuffer->height, &size) &&
           size <= UINT32_MAX - (PAGE_SIZE - 1) && checked_add(framebuffer->address, size, &end);
}
