/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/ui/columns.h"

#include <string.h>

#define KANJI  "\xe6\x97\xa5" /* U+65E5, two columns */
#define UMLAUT "\xc3\xa4"     /* U+00E4 */
#define ACCENT "\xcc\x81"     /* U+0301, on the character before */

static void characters_have_their_columns(void **state)
{
    static const struct {
        uint32_t code_point;
        unsigned columns;
    } rows[] = {
        {'A', 1},    {0xe4, 1},   {0x2ff, 1},  {0x300, 0},  {0x36f, 0},   {0x370, 1},
        {0x10ff, 1}, {0x1100, 2}, {0x200d, 0}, {0x2191, 1}, {0x3000, 2},  {0x303f, 1},
        {0x3042, 2}, {0x65e5, 2}, {0xac00, 2}, {0xd7a3, 2}, {0xd7a4, 1},  {0xfeff, 0},
        {0xff21, 2}, {0xff61, 1}, {0xffe5, 2}, {0xfffd, 1}, {0x1f600, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (columns_of_character(rows[i].code_point) != rows[i].columns)
            fail_msg("U+%04X does not have %u columns", (unsigned)rows[i].code_point,
                     rows[i].columns);
    }
    assert_int_equal(columns_of_text("a" KANJI UMLAUT "e" ACCENT, 9), 5);
    assert_int_equal(columns_of_text("", 0), 0);
    assert_int_equal(columns_of_text("abc", 2), 2);
}

static void assert_fits(const char *text, size_t columns, size_t bytes)
{
    assert_int_equal(columns_fit(text, strlen(text), columns), bytes);
}

static void cuts_lie_between_characters(void **state)
{
    (void)state;
    assert_fits("abc", 0, 0);
    assert_fits("abc", 2, 2);
    assert_fits("abc", 3, 3);
    assert_fits("abc", 99, 3);
    assert_fits(UMLAUT UMLAUT, 1, 2);
    assert_fits(KANJI KANJI, 1, 0);
    assert_fits(KANJI KANJI, 3, 3);
    assert_fits(KANJI KANJI, 4, 6);
    assert_fits("e" ACCENT "f", 1, 3); /* the accent stays with its letter */
    assert_int_equal(columns_fit("abcdef", 2, 9), 2);
    assert_int_equal(columns_fit(KANJI, 2, 9), 0); /* never beyond the length */
}

static void assert_cut(const char *text, size_t columns, const char *expected)
{
    TEXT_ON_STACK(cut, 64);
    size_t dots;
    size_t length = columns_cut(text, strlen(text), columns, &dots);

    text_format(&cut, "%.*s%.*s", (int)length, text, (int)dots, COLUMNS_DOTS);
    assert_string_equal(cut.data, expected);
}

static void long_titles_end_with_dots(void **state)
{
    (void)state;
    assert_cut("Linux", 5, "Linux");
    assert_cut("Linux", 9, "Linux");
    assert_cut("Linux 6", 6, "Lin...");
    assert_cut("Linux", 4, "L...");
    assert_cut("Linux", 3, "...");
    assert_cut("Linux", 1, ".");
    assert_cut("Linux", 0, "");
    assert_cut(KANJI KANJI KANJI, 5, KANJI "...");
    assert_cut(KANJI KANJI KANJI, 4, "...");
    assert_cut(UMLAUT UMLAUT UMLAUT UMLAUT UMLAUT, 4, UMLAUT "...");
    assert_cut("", 0, "");
}

/* Compares the lines, each followed by |. */
static void assert_lines(const char *text, size_t columns, const char *expected)
{
    TEXT_ON_STACK(lines, 256);
    const char *line;
    size_t length;

    while ((line = columns_next_line(&text, columns, &length)))
        text_format(&lines, "%.*s|", (int)length, line);
    assert_string_equal(lines.data, expected);
}

static void texts_break_between_words(void **state)
{
    (void)state;
    assert_lines("", 10, "");
    assert_lines("one two three", 13, "one two three|");
    assert_lines("one two three", 12, "one two|three|");
    assert_lines("one two three", 7, "one two|three|");
    assert_lines("one two three", 6, "one|two|three|");
    assert_lines("one   two", 4, "one|two|");
    assert_lines("one\ttwo", 4, "one|two|");
    assert_lines("  unbreakable", 6, "  unbr|eakabl|e|"); /* no empty line before it */
    assert_lines("unbreakable", 4, "unbr|eaka|ble|");
    assert_lines("a unbreakable", 4, "a|unbr|eaka|ble|");
    assert_lines("one\ntwo\n", 10, "one|two|");
    assert_lines("one\n\ntwo", 10, "one||two|");
    assert_lines("\n", 10, "|");
    assert_lines("one \ntwo", 3, "one|two|");
    assert_lines(KANJI KANJI KANJI, 5, KANJI KANJI "|" KANJI "|");
    assert_lines(KANJI "x", 1, KANJI "x|"); /* wider than a line, but it terminates */
}

/* For random bytes, lines are not too wide, make progress, and lose only white space. */
static void random_texts_are_kept(void **state)
{
    static const char *const parts[] = {"word", " ",    "  ",   "\n", KANJI,
                                        UMLAUT, ACCENT, "\xff", "x"};

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct random random = random_start(seed);
        size_t columns = 2 + random_below(&random, 12);
        size_t count = random_below(&random, 24), kept = 0, wanted = 0, length;
        TEXT_ON_STACK(text, 200);
        const char *rest = text.data;
        const char *line;

        while (count--)
            text_append(&text, parts[random_below(&random, 9)]);
        for (size_t i = 0; i < text.length; i++)
            wanted += !is_space(text.data[i]);
        while ((line = columns_next_line(&rest, columns, &length))) {
            check(columns_of_text(line, length) <= columns);
            check(rest > line && line + length <= rest);
            for (size_t i = 0; i < length; i++)
                kept += !is_space(line[i]);
        }
        check(kept == wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_their_columns),
        cmocka_unit_test(cuts_lie_between_characters),
        cmocka_unit_test(long_titles_end_with_dots),
        cmocka_unit_test(texts_break_between_words),
        cmocka_unit_test(random_texts_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
