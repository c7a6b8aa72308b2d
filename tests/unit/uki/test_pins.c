/* SPDX-License-Identifier: BSD-2-Clause */
/* .pins: the SHA-256 of files outside the image. */
#include "tests/lib/support.h"

#include "common/base/text.h"
#include "common/uki/pins.h"

#include <stdlib.h>
#include <string.h>

#define ZEROS  "0000000000000000000000000000000000000000000000000000000000000000"
#define DIGEST "0123456789abcdefABCDEF00000000000000000000000000000000000000fe7f"

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

/* Parses the text in memory of its exact size. */
static bool parse(const char *text, size_t size, struct pins *ret_pins, struct error *error)
{
    char *copy = malloc(size ? size : 1);
    bool result;

    assert_non_null(copy);
    memcpy(copy, text, size);
    *error = (struct error){.code = ERROR_NONE};
    result = pins_parse(copy, size, &arena, ret_pins, error);
    free(copy);
    return result;
}

static void assert_refused(const char *text, enum error_code code, unsigned line)
{
    struct error error;
    struct pins pins;

    assert_false(parse(text, strlen(text), &pins, &error));
    assert_error(&error, code, line);
}

static void files_are_found(void **state)
{
    static const char text[] = "# made by sha256sum\n\n" ZEROS "  /a/b\n  " DIGEST
                               " *Debian\\initrd.img \r\n\t\n" ZEROS "\t/with spaces in it/c d";
    struct error error;
    struct pins pins;
    const uint8_t *digest;

    (void)state;
    assert_true(parse(text, sizeof(text), &pins, &error));
    assert_int_equal(pins.count, 3);
    digest = pins_find(&pins, "/debian//INITRD.img");
    assert_non_null(digest);
    assert_memory_equal(digest, "\x01\x23\x45\x67\x89\xab\xcd\xef\xab\xcd\xef", 11);
    assert_memory_equal(digest + 30, "\xfe\x7f", 2);
    assert_ptr_equal(pins_find(&pins, "debian/initrd.img"), digest);
    assert_non_null(pins_find(&pins, "\\A\\B"));
    assert_non_null(pins_find(&pins, "/with spaces in it/C d"));
    assert_null(pins_find(&pins, "/a"));
    assert_null(pins_find(&pins, "/a/b/c"));
    assert_null(pins_find(&pins, "/a/c/../b"));
    assert_null(pins_find(&pins, ""));
}

static void none(void **state)
{
    struct error error;
    struct pins pins;

    (void)state;
    assert_true(parse("", 0, &pins, &error));
    assert_null(pins_find(&pins, "/a"));
    assert_true(parse("#\n\n", 3, &pins, &error));
    assert_int_equal(pins.count, 0);
}

static void lines_that_are_none(void **state)
{
    (void)state;
    assert_refused("/a/b", ERROR_PINS, 1);
    assert_refused(ZEROS, ERROR_PINS, 1);
    assert_refused(ZEROS " ", ERROR_PINS, 1);
    assert_refused(ZEROS " *", ERROR_PINS, 1);
    assert_refused(ZEROS "0 /a", ERROR_PINS, 1);
    assert_refused("\n" ZEROS "/a", ERROR_PINS, 2);
    assert_refused("\n\n0g" ZEROS " /a", ERROR_PINS, 3);
    assert_refused(ZEROS " /a\n00 /b\n", ERROR_PINS, 2);
    assert_refused("\\" ZEROS " a\\\\b", ERROR_PINS, 1); /* sha256sum for names with backslashes */
    assert_refused(ZEROS " /a\n" ZEROS " /b\n\n" DIGEST " A\n", ERROR_PINNED_TWICE, 4);
    assert_refused(ZEROS " /a/./b\n" ZEROS " \\a\\B\\", ERROR_PINNED_TWICE, 2);
}

static void the_digests_are_said(void **state)
{
    static const uint8_t found[PIN_SIZE] = {0x12, [PIN_SIZE - 1] = 0xef}, wanted[PIN_SIZE] = {0};
    TEXT_ON_STACK(text, 256);

    (void)state;
    pin_append_mismatch(&text, found, wanted);
    assert_string_equal(text.data,
                        "12000000000000000000000000000000000000000000000000000000000000ef, but the "
                        "signed image asks for " ZEROS);
}

static void without_memory(void **state)
{
    struct error error;
    struct pins pins;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        arena_fail_after(i);
        assert_false(parse(ZEROS " /a", strlen(ZEROS " /a"), &pins, &error));
        assert_error(&error, ERROR_OUT_OF_MEMORY);
    }
    arena_fail_after(NEVER);
}

/* Few names, so that many are the same; compared as a list from front to back. */
static void any_list(void **state)
{
    static const char *const names[] = {"/a", "/b", "/a/a", "/a/b", "/ab", "/a/b/c", "/\xc3\xa4"};
    size_t good = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct random random = random_start(seed);
        size_t count = random_below(&random, 7), last[ELEMENTS(names)] = {0};
        TEXT_ON_STACK(text, 2000);
        bool twice = false;
        struct error error;
        struct pins pins;

        for (size_t i = 0; i < count; i++) {
            size_t name = random_below(&random, ELEMENTS(names));

            twice |= last[name] != 0;
            last[name] = i + 1;
            text_format(&text, "%.*s%02x %s\n", 62, ZEROS, (unsigned)i + 1, names[name]);
        }
        check(parse(text.data, text.length, &pins, &error) == !twice);
        good += !twice;
        for (size_t i = 0; !twice && i < ELEMENTS(names); i++) {
            const uint8_t *digest = pins_find(&pins, names[i]);

            check(digest ? digest[PIN_SIZE - 1] == last[i] : last[i] == 0);
        }
        arena_release(&arena);
    }
    assert_in_range(good, 200, 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_found, start, stop),
        cmocka_unit_test_setup_teardown(none, start, stop),
        cmocka_unit_test_setup_teardown(lines_that_are_none, start, stop),
        cmocka_unit_test(the_digests_are_said),
        cmocka_unit_test_setup_teardown(without_memory, start, stop),
        cmocka_unit_test_setup_teardown(any_list, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
