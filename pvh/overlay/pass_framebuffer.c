/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/overlay/pass_framebuffer.h"

#include "common/base/text.h"

#include <string.h>

static bool is_field(struct pixel_field field, uint8_t position, uint8_t size)
{
    return field.position == position && field.size == size;
}

static void append_format(struct text *text, const struct framebuffer *framebuffer)
{
    bool is_8888 = framebuffer->bits_per_pixel == 32 && is_field(framebuffer->green, 8, 8);

    if (is_8888 && is_field(framebuffer->red, 16, 8) && is_field(framebuffer->blue, 0, 8))
        text_append(text, "xrgb8888");
    else if (is_8888 && is_field(framebuffer->red, 0, 8) && is_field(framebuffer->blue, 16, 8))
        text_append(text, "xbgr8888");
    else
        text_format(text, "r%u:%ug%u:%ub%u:%u", framebuffer->red.position, framebuffer->red.size,
                    framebuffer->green.position, framebuffer->green.size,
                    framebuffer->blue.position, framebuffer->blue.size);
}

const char *pass_framebuffer_words(const struct framebuffer *framebuffer, const char *command_line,
                                   struct arena *arena)
{
    struct text text = {.size = PASS_FRAMEBUFFER_MOST + strlen(command_line) + 1};

    text.data = arena_alloc(arena, text.size, 1);
    if (!text.data)
        return NULL;
    text_format(&text, "framebuffer=0x%llx,%ux%u,%u,", (unsigned long long)framebuffer->address,
                framebuffer->width, framebuffer->height, framebuffer->pitch);
    append_format(&text, framebuffer);
    if (*command_line)
        text_append_char(&text, ' ');
    text_append(&text, command_line);
    return text.data;
}
