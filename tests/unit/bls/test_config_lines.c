/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/bls/config_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All lines as "number:key=value;". */
static void assert_lines(const void *text, size_t length, const char *expected)
{
    char *exact = malloc(length ? length : 1);
    struct config_lines lines;
    struct config_line line;
    char seen[500] = "";

    memcpy(exact, text, length);
    lines = config_lines_of(exact, length);
    while (config_lines_next(&lines, &line)) {
        assert_null(memchr(line.value, '\0', line.value_length));
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%u:%.*s=%.*s;", line.number,
                 (int)line.key_length, line.key, (int)line.value_length, line.value);
    }
    assert_string_equal(seen, expected);
    assert_false(config_lines_next(&lines, &line));
    free(exact);
}

#define assert_text(text, expected) assert_lines((text), sizeof(text) - 1, (expected))

static void lines_and_their_numbers(void **state)
{
    (void)state;
    assert_text("", "");
    assert_text("\n\n", "");
    assert_text("a b", "1:a=b;");
    assert_text("a b\n\nc d\n", "1:a=b;3:c=d;");
    assert_text("a b\r\nc d\r\n", "1:a=b;2:c=d;");
    assert_text("a b\r\rc d", "1:a=b;3:c=d;");
    assert_text("a\n#b c\n  # d\ne", "1:a=;4:e=;");
    assert_text("  a \t  b  c \t\n", "1:a=b  c;");
    assert_text("a #b\n", "1:a=#b;");
    assert_text("\xef\xbb\xbf"
                "a b",
                "1:a=b;");
    assert_text("\xef\xbb\xbf#a b", "");
    assert_text("\xef\xbb"
                "a b",
                "1:\xef\xbb"
                "a=b;");
    assert_text("a b\n\xef\xbb\xbf"
                "c d",
                "1:a=b;2:\xef\xbb\xbf"
                "c=d;");
}

static void bytes_that_do_not_belong_there(void **state)
{
    (void)state;
    assert_text("a b\0\0\0", "1:a=b;");
    assert_text("\0\0a b\n\0\0\0\nc d", "1:a=b;3:c=d;");
    assert_text("a b\0c\n", "1:a=b;");
    assert_text("a\0b c\n", "1:a=b c;");
    assert_text("\0", "");
}

static void quotes_around_a_value(void **state)
{
    (void)state;
    assert_text("a \"b c\"\n", "1:a=b c;");
    assert_text("a 'b \" c'\n", "1:a=b \" c;");
    assert_text("a \" b \"\n", "1:a= b ;");
    assert_text("a \"\"\n", "1:a=;");
    assert_text("a \" \t \"\n", "1:a=;");
    assert_text("a ' '\n", "1:a=;");
    assert_text("a \"\n", "1:a=\";");
    assert_text("a \"b c\n", "1:a=\"b c;");
    assert_text("a \"b' \n", "1:a=\"b';");
    assert_text("a \"b c\" d=\"e f\"\n", "1:a=\"b c\" d=\"e f\";");
    assert_text("a b=\"c d\"\n", "1:a=b=\"c d\";");
    assert_text("\"a b\"\n", "1:\"a=b\";");
}

static void keys_are_compared_whole(void **state)
{
    struct config_line line = {.key = "timeout", .key_length = 4};

    (void)state;
    assert_true(config_line_has_key(&line, "time"));
    assert_false(config_line_has_key(&line, "timeout"));
    assert_false(config_line_has_key(&line, "tim"));
    assert_false(config_line_has_key(&line, "Time"));
}

#define test(function) cmocka_unit_test(function)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(lines_and_their_numbers),
        test(bytes_that_do_not_belong_there),
        test(quotes_around_a_value),
        test(keys_are_compared_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
