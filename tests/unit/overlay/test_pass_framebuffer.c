/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/framebuffers.h"
#include "tests/lib/support.h"

#include "pvh/overlay/pass_framebuffer.h"

#include <string.h>

/* QEMU's `-vga std`, as GOP describes it. */
static const struct framebuffer usual = FRAMEBUFFER_XRGB8888(0x80000000, 1280, 800, 5120);

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void in_front_of_the_command_line(void **state)
{
    (void)state;
    assert_string_equal(pass_framebuffer_words(&usual, "quiet a=\"b  c\" ", &arena),
                        "framebuffer=0x80000000,1280x800,5120,xrgb8888 quiet a=\"b  c\" ");
}

static void alone(void **state)
{
    (void)state;
    assert_string_equal(pass_framebuffer_words(&usual, "", &arena),
                        "framebuffer=0x80000000,1280x800,5120,xrgb8888");
}

static const char *words_for(uint8_t bits, struct pixel_field red, struct pixel_field green,
                             struct pixel_field blue)
{
    struct framebuffer framebuffer = usual;

    framebuffer.bits_per_pixel = bits;
    framebuffer.red = red;
    framebuffer.green = green;
    framebuffer.blue = blue;
    return pass_framebuffer_words(&framebuffer, "x", &arena);
}

#define FIELD(position, size) ((struct pixel_field){position, size})
#define assert_format(format, bits, red, green, blue)                                              \
    assert_string_equal(words_for(bits, red, green, blue),                                         \
                        "framebuffer=0x80000000,1280x800,5120," format " x")

/* Each differs in one field from the two that have a name. */
static void formats(void **state)
{
    (void)state;
    assert_format("xbgr8888", 32, FIELD(0, 8), FIELD(8, 8), FIELD(16, 8));
    assert_format("r16:8g8:8b0:8", 24, FIELD(16, 8), FIELD(8, 8), FIELD(0, 8));
    assert_format("r16:8g16:8b0:8", 32, FIELD(16, 8), FIELD(16, 8), FIELD(0, 8));
    assert_format("r24:8g8:8b0:8", 32, FIELD(24, 8), FIELD(8, 8), FIELD(0, 8));
    assert_format("r16:8g8:8b0:7", 32, FIELD(16, 8), FIELD(8, 8), FIELD(0, 7));
    assert_format("r0:8g8:8b24:8", 32, FIELD(0, 8), FIELD(8, 8), FIELD(24, 8));
    assert_format("r11:5g5:6b0:5", 16, FIELD(11, 5), FIELD(5, 6), FIELD(0, 5));
    assert_format("r20:10g10:10b0:10", 32, FIELD(20, 10), FIELD(10, 10), FIELD(0, 10));
}

/* The arena of the tests finds a byte too many. */
static void longest(void **state)
{
    const struct pixel_field wide = {255, 255};
    const struct framebuffer framebuffer = {UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, 255,
                                            wide,       wide,       wide,       wide};

    (void)state;
    assert_string_equal(pass_framebuffer_words(&framebuffer, "end", &arena),
                        "framebuffer=0xffffffffffffffff,4294967295x4294967295,4294967295,"
                        "r255:255g255:255b255:255 end");
    assert_int_equal(strlen(pass_framebuffer_words(&framebuffer, "end", &arena)),
                     PASS_FRAMEBUFFER_MOST + strlen("end"));
}

static void out_of_memory(void **state)
{
    (void)state;
    arena_fail_after(0);
    assert_null(pass_framebuffer_words(&usual, "quiet", &arena));
    arena_fail_after(NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_front_of_the_command_line, start, end),
        cmocka_unit_test_setup_teardown(alone, start, end),
        cmocka_unit_test_setup_teardown(formats, start, end),
        cmocka_unit_test_setup_teardown(longest, start, end),
        cmocka_unit_test_setup_teardown(out_of_memory, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
