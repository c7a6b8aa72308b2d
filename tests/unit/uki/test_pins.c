/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/uki/pins.h"

#include <stdio.h>
#include <string.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define COUNT "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

static struct arena arena;
static struct pins pins;
static struct error error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    error_clear(&error);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void parse(const char *text)
{
    assert_true(pins_parse(text, strlen(text), &arena, &pins, &error));
}

static void digests_by_path(void **state)
{
    (void)state;
    parse("# made by hand\n\n" ZEROS "  /linux\r\n" COUNT " *\\Debian\\initrd img \n" ZEROS "\tx");
    assert_int_equal(pins.count, 3);
    for (uint8_t i = 0; i < PIN_SIZE; i++)
        assert_int_equal(pins.items[1].digest[i], i);
    assert_ptr_equal(pins_find(&pins, "linux"), pins.items[0].digest);
    assert_ptr_equal(pins_find(&pins, "\\\\LINUX"), pins.items[0].digest);
    assert_ptr_equal(pins_find(&pins, "/./debian//INITRD IMG"), pins.items[1].digest);
    assert_ptr_equal(pins_find(&pins, "/X/"), pins.items[2].digest);
    assert_null(pins_find(&pins, "linu"));
    assert_null(pins_find(&pins, "linuxx"));
    assert_null(pins_find(&pins, "/linux/x"));
    assert_null(pins_find(&pins, "debian"));
    assert_null(pins_find(&pins, ""));
}

static void no_pins(void **state)
{
    (void)state;
    parse("");
    assert_int_equal(pins.count, 0);
    parse("\n\n  # x\n");
    assert_int_equal(pins.count, 0);
    assert_null(pins_find(&pins, "x"));
}

static void assert_refused(const char *text, enum error_code code, unsigned line)
{
    assert_false(pins_parse(text, strlen(text), &arena, &pins, &error));
    assert_error(&error, code, line);
}

static void lines_that_are_no_pins(void **state)
{
    (void)state;
    assert_refused("x", ERROR_PINS, 1);
    assert_refused(ZEROS, ERROR_PINS, 1);
    assert_refused("\n" ZEROS " \n", ERROR_PINS, 2);
    assert_refused(ZEROS " *", ERROR_PINS, 1);
    assert_refused(ZEROS "0 /x", ERROR_PINS, 1);
    assert_refused("g" ZEROS " /x", ERROR_PINS, 1);
    assert_refused("# x\n" COUNT " a\n" ZEROS " \\A\n", ERROR_PINNED_TWICE, 3);
}

static void out_of_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        arena_fail_after(i);
        assert_false(pins_parse(ZEROS " x", 66, &arena, &pins, &error));
        assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
    }
    arena_fail_after(NEVER);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(digests_by_path),
        test(no_pins),
        test(lines_that_are_no_pins),
        test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
