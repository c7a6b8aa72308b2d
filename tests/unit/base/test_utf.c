/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "common/base/utf.h"

#include <stdlib.h>
#include <string.h>

static bool is_surrogate(uint32_t code_point)
{
    return code_point >= 0xd800 && code_point < 0xe000;
}

static void every_code_point_survives(void **state)
{
    (void)state;
    for (uint32_t code_point = 1; code_point <= 0x10ffff; code_point++) {
        char bytes[5] = "", again[5];
        const char *at = bytes;
        uint16_t units[3];
        size_t length, count;

        if (is_surrogate(code_point))
            continue;
        length = utf8_encode(code_point, bytes);
        if (utf8_next(&at) != code_point || at != bytes + length)
            fail_msg("U+%04X", code_point);
        count = utf8_to_utf16(bytes, units, ELEMENTS(units));
        utf16_to_utf8(units, count, again, sizeof(again));
        if (strcmp(again, bytes) != 0 || utf16_length(bytes) != count)
            fail_msg("U+%04X in UTF-16", code_point);
    }
}

/* Checks the first code point and its length in bytes. */
static void assert_decodes(const char *text, uint32_t code_point, size_t length)
{
    char *exact = strdup(text);
    const char *at = exact;

    assert_int_equal(utf8_next(&at), code_point);
    assert_int_equal(at - exact, length);
    free(exact);
}

static void malformed_utf8_is_replaced(void **state)
{
    (void)state;
    assert_decodes("\xe2\x82\xac", 0x20ac, 3);
    assert_decodes("\xf0\x9f\x98\x80", 0x1f600, 4);
    assert_decodes("\x80"
                   "a",
                   0xfffd, 1); /* continuation byte without a start */
    assert_decodes("\xc3"
                   "a",
                   0xfffd, 1); /* start byte without continuation */
    assert_decodes("\xe2\x82"
                   "a",
                   0xfffd, 2);
    assert_decodes("\xf0\x9f\x98", 0xfffd, 3); /* truncated */
    assert_decodes("\xc0\x80", 0xfffd, 2);     /* overlong */
    assert_decodes("\xe0\x80\x80", 0xfffd, 3);
    assert_decodes("\xf0\x8f\xbf\xbf", 0xfffd, 4);
    assert_decodes("\xed\xa0\x80", 0xfffd, 3); /* the first and the last surrogate */
    assert_decodes("\xed\xbf\xbf", 0xfffd, 3);
    assert_decodes("\xf4\x90\x80\x80", 0xfffd, 4); /* above U+10FFFF */
    assert_decodes("\xff", 0xfffd, 1);
    assert_decodes("\xf8\x88\x80\x80\x80", 0xfffd, 1);
}

static void random_bytes_decode_without_harm(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct random random = random_start(seed);
        size_t length = random_below(&random, 12);
        char *bytes = calloc(1, length + 1);
        const char *at = bytes;
        uint16_t *units = malloc(sizeof(*units) * (length + 1));

        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)(1 + random_below(&random, 255));
        while (*at) {
            uint32_t code_point = utf8_next(&at);

            check(code_point <= 0x10ffff && !is_surrogate(code_point));
        }
        check(at == bytes + length);
        check(utf8_to_utf16(bytes, units, length + 1) <= length);
        free(units);
        free(bytes);
    }
}

static void assert_utf16(const uint16_t *units, size_t count, const char *expected)
{
    char *buffer = malloc(3 * count + 1);

    utf16_to_utf8(units, count, buffer, 3 * count + 1);
    assert_string_equal(buffer, expected);
    free(buffer);
}

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    assert_utf16((uint16_t[]){'a', 0xe4, 0x20ac}, 3, "a\xc3\xa4\xe2\x82\xac");
    assert_utf16((uint16_t[]){0xd83d, 0xde00, 'x'}, 3, "\xf0\x9f\x98\x80x");
    assert_utf16((uint16_t[]){0xdbff, 0xdfff}, 2, "\xf4\x8f\xbf\xbf");
    assert_utf16((uint16_t[]){'a', 0, 'b'}, 3, "a");
    assert_utf16((uint16_t[]){0xffff, 0x7ff, 0x800}, 3, "\xef\xbf\xbf\xdf\xbf\xe0\xa0\x80");
    assert_utf16(NULL, 0, "");
}

static void lone_surrogates_are_replaced(void **state)
{
    (void)state;
    assert_utf16((uint16_t[]){0xd83d}, 1, "\xef\xbf\xbd");
    assert_utf16((uint16_t[]){0xd83d, 'a'}, 2,
                 "\xef\xbf\xbd"
                 "a");
    assert_utf16((uint16_t[]){0xde00, 0xd83d}, 2, "\xef\xbf\xbd\xef\xbf\xbd");
    assert_utf16((uint16_t[]){0xd83d, 0xd83d, 0xde00}, 3, "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

static void utf16_is_cut_to_the_buffer(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 8; size++) {
        char *buffer = malloc(size);

        utf16_to_utf8((uint16_t[]){'a', 'b', 'c', 'd'}, 4, buffer, size);
        assert_memory_equal(buffer, "abcd", size < 5 ? size - 1 : 5);
        assert_int_equal(buffer[size < 5 ? size - 1 : 4], '\0');
        free(buffer);
    }
}

static void utf8_becomes_utf16(void **state)
{
    const uint16_t expected[] = {'a', 0x20ac, 0xd83d, 0xde00, 'z', 0};
    const char text[] = "a\xe2\x82\xac\xf0\x9f\x98\x80z";
    /* How many units fit: surrogate pairs are not split. */
    const size_t fitting[] = {0, 0, 1, 2, 2, 4, 5, 5};

    (void)state;
    assert_int_equal(utf16_length(text), ELEMENTS(expected) - 1);
    assert_int_equal(utf16_length(""), 0);
    for (size_t size = 1; size < ELEMENTS(fitting); size++) {
        uint16_t *units = malloc(size * sizeof(*units));

        assert_int_equal(utf8_to_utf16(text, units, size), fitting[size]);
        assert_memory_equal(units, expected, fitting[size] * sizeof(*units));
        assert_int_equal(units[fitting[size]], 0);
        free(units);
    }
}

static void utf16_is_copied(void **state)
{
    struct arena arena;
    size_t count = 9;
    const uint16_t *units;

    (void)state;
    arena_begin_test(&arena);
    units = utf8_to_utf16_copy("\xe2\x82\xac\xf0\x9f\x98\x80", &arena, &count);
    assert_int_equal(count, 3);
    assert_memory_equal(units, ((const uint16_t[]){0x20ac, 0xd83d, 0xde00, 0}), 8);
    units = utf8_to_utf16_copy("", &arena, &count);
    assert_int_equal(count, 0);
    assert_int_equal(*units, 0);
    arena_fail_after(0);
    assert_null(utf8_to_utf16_copy("x", &arena, &count));
    arena_release(&arena);
    assert_int_equal(arena_end_test(&arena), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_survives),
        cmocka_unit_test(malformed_utf8_is_replaced),
        cmocka_unit_test(random_bytes_decode_without_harm),
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(lone_surrogates_are_replaced),
        cmocka_unit_test(utf16_is_cut_to_the_buffer),
        cmocka_unit_test(utf8_becomes_utf16),
        cmocka_unit_test(utf16_is_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
