/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/rolling_text.h"

#include <stdlib.h>
#include <string.h>

/* A text in memory of its exact size. */
static struct text make_text(size_t size)
{
    struct text text = {malloc(size), size, 0};

    text_clear(&text);
    return text;
}

#define assert_text(text, expected)                                                                \
    do {                                                                                           \
        assert_string_equal((text).data, (expected));                                              \
        assert_int_equal((text).length, strlen(expected));                                         \
    } while (0)

static void grows_until_it_is_full(void **state)
{
    struct text text = make_text(13);

    (void)state;
    rolling_text_append(&text, "one\n");
    rolling_text_append(&text, "");
    rolling_text_append(&text, "two\n");
    rolling_text_append(&text, "six\n");
    assert_text(text, "one\ntwo\nsix\n");
    free(text.data);
}

static void oldest_lines_go(void **state)
{
    struct text text = make_text(13);

    (void)state;
    rolling_text_append(&text, "one\ntwo\nsix\n");
    rolling_text_append(&text, "x");
    assert_text(text, "two\nsix\nx");
    rolling_text_append(&text, "yz\n");
    assert_text(text, "two\nsix\nxyz\n");
    rolling_text_append(&text, "seven\n"); /* two lines make room for it */
    assert_text(text, "xyz\nseven\n");
    free(text.data);
}

/* Else a full text would be moved for every line that comes. */
static void an_eighth_is_freed(void **state)
{
    struct text text = make_text(81);

    (void)state;
    for (int i = 0; i < 40; i++)
        rolling_text_append(&text, "a\n");
    assert_int_equal(text.length, 80);
    rolling_text_append(&text, "b\n");
    assert_int_equal(text.length, 80 - 10 + 2);
    free(text.data);
}

static void a_line_without_an_end_goes_as_a_whole(void **state)
{
    struct text text = make_text(9);

    (void)state;
    rolling_text_append(&text, "12345678");
    rolling_text_append(&text, "9");
    assert_text(text, "9");
    free(text.data);
}

static void end_of_a_long_string_is_kept(void **state)
{
    struct text text = make_text(9);

    (void)state;
    rolling_text_append(&text, "old\n");
    rolling_text_append(&text, "0123456789");
    assert_text(text, "23456789");
    rolling_text_append(&text, "exactly8");
    assert_text(text, "exactly8");
    free(text.data);
}

/* As the console's log is before there is memory for it. */
static void no_room_at_all(void **state)
{
    struct text text = make_text(1);

    (void)state;
    rolling_text_append(&text, "line\n");
    rolling_text_append(&text, "");
    assert_text(text, "");
    free(text.data);
}

/*
 * It is always the end of what was appended. What it starts with only changes to the start of a
 * line, or to the last string or the end of it.
 */
static void any_strings(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct random random = random_start(seed);
        struct text text = make_text(1 + random_below(&random, 60));
        size_t whole_length = 0;
        char whole[4000] = "";
        const char *start = whole;

        for (int i = 0; i < 40; i++) {
            size_t length = random_below(&random, random_chance(&random, 90) ? 12 : 90);
            char *string = malloc(length + 1);
            const char *before = start;

            for (size_t j = 0; j < length; j++)
                string[j] = random_chance(&random, 20) ? '\n' : (char)('a' + j % 26);
            string[length] = '\0';
            rolling_text_append(&text, string);
            memcpy(whole + whole_length, string, length + 1);
            whole_length += length;
            start = whole + whole_length - text.length;
            check(text.length < text.size && strlen(text.data) == text.length);
            check(strcmp(text.data, start) == 0);
            check(text.length >= length || text.length == text.size - 1);
            check(start == before || start[-1] == '\n' || text.length <= length);
            free(string);
        }
        free(text.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_until_it_is_full),
        cmocka_unit_test(oldest_lines_go),
        cmocka_unit_test(an_eighth_is_freed),
        cmocka_unit_test(a_line_without_an_end_goes_as_a_whole),
        cmocka_unit_test(end_of_a_long_string_is_kept),
        cmocka_unit_test(no_room_at_all),
        cmocka_unit_test(any_strings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
