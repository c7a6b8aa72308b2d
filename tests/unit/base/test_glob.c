/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/glob.h"
#include "common/base/units.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct row {
    const char *pattern, *text;
    bool matches;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (glob_match(rows[i].pattern, rows[i].text) != rows[i].matches)
            fail_msg("%s %s %s", rows[i].pattern, rows[i].matches ? "must match" : "matches",
                     rows[i].text);
    }
}

static void characters_and_stars(void **state)
{
    static const struct row rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"debian", "debian", true},
        {"debian", "debian-6.1", false},
        {"debian-6.1", "debian", false},
        {"*", "", true},
        {"*", "anything at all", true},
        {"debian-*", "debian-6.1.0-50-amd64", true},
        {"debian-*", "debian", false},
        {"*-amd64", "debian-amd64-amd64", true},
        {"*-amd64", "debian-amd64-cloud", false},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-c-b", false},
        {"**", "a", true},
        {"?", "a", true},
        {"?", "", false},
        {"??", "a", false},
        {"a?c", "abc", true},
        {"*?", "a", true},
        {"*?", "", false},
    };

    (void)state;
    check_rows(rows, ELEMENTS(rows));
}

static void sets(void **state)
{
    static const struct row rows[] = {
        {"[abc]", "b", true},     {"[abc]", "d", false},      {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},  {"[!a-c]", "d", true},      {"[!a-c]", "b", false},
        {"[]]", "]", true},       {"[!]]", "]", false},       {"[!]]", "a", true},
        {"[a-]", "-", true},      {"[a-]", "b", false},       {"[-a]", "-", true},
        {"6.[0-9]", "6.1", true}, {"6.[0-9]", "6.12", false}, {"*[0-9]", "6.12", true},
        {"[", "[", true},         {"[a", "[a", true},         {"[a", "a", false},
        {"*[", "a[", true},       {"[]", "[]", true},         {"[!]", "[!]", true},
        {"[]", "]", false},       {"[a][b", "a[b", true},     {"*[a", "[b[a", true},
        {"[\\]]", "]", true},     {"[", "", false},           {"[a]", "", false},
    };

    (void)state;
    check_rows(rows, ELEMENTS(rows));
}

static void a_backslash_takes_meaning_away(void **state)
{
    static const struct row rows[] = {
        {"\\*", "*", true}, {"\\*", "a", false}, {"\\?", "?", true},   {"\\?", "a", false},
        {"\\a", "a", true}, {"\\", "\\", true},  {"\\\\", "\\", true}, {"\\[a]", "[a]", true},
    };

    (void)state;
    check_rows(rows, ELEMENTS(rows));
}

static void case_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"DEBIAN*", "debian-6", true},
        {"debian*", "Debian", true},
        {"[A-C]", "b", true},
        {"[a-c]", "B", true},
        {"\xc3\xa4", "\xc3\xa4", true},
        {"\xc3\xa4", "\xc3\x84", false}, /* ä, Ä */
        {"?", "\xc3\xa4", true},
        {"??", "\xc3\xa4", false},
        {"*\xef\xbf\xbd", "\xc3\xa4", false}, /* not taken for U+FFFD */
        {"[\xc3\xa4]", "\xc3\xa4", true},
        {"[\xc3\xa4]", "\xc3", false},
    };

    (void)state;
    check_rows(rows, ELEMENTS(rows));
}

/* Compared with the C library's fnmatch(), where both have the same rules. */
static void random_patterns_match_as_in_the_shell(void **state)
{
    static const char pattern_alphabet[] = "aab-*?[]!\\";
    static const char text_alphabet[] = "aab-]!";
    size_t matched = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 200000; seed++) {
        struct random random = random_start(seed);
        char pattern[9], text[8];
        size_t length = random_below(&random, sizeof(pattern));
        bool expected;

        for (size_t i = 0; i < length; i++)
            pattern[i] = pattern_alphabet[random_below(&random, sizeof(pattern_alphabet) - 1)];
        pattern[length] = '\0';
        length = random_below(&random, sizeof(text));
        for (size_t i = 0; i < length; i++)
            text[i] = text_alphabet[random_below(&random, sizeof(text_alphabet) - 1)];
        text[length] = '\0';
        /* fnmatch() treats a \ at the end, and a set that contains one, differently. */
        if (strchr(pattern, '\\') && (strchr(pattern, '[') || pattern[strlen(pattern) - 1] == '\\'))
            continue;
        expected = fnmatch(pattern, text, 0) == 0;
        matched += expected;
        if (glob_match(pattern, text) != expected)
            fail_msg("%s %s %s", pattern, expected ? "must match" : "matches", text);
    }
    assert_true(matched > 5000);
}

/* Patterns for which a naive matcher takes exponential time. */
static void no_pattern_takes_long(void **state)
{
    enum { STARS = 20000, LENGTH = 700 };
    static char pattern[4 * STARS + 2], text[LENGTH + 1];
    clock_t start = clock();

    (void)state;
    memset(text, 'a', LENGTH);
    for (size_t i = 0; i < STARS; i++)
        memcpy(pattern + 2 * i, "*a", 2);
    memcpy(pattern + 2 * STARS, "b", 2);
    assert_false(glob_match(pattern, text));
    pattern[0] = '*';
    memset(pattern + 1, '[', 4 * STARS);
    assert_false(glob_match(pattern, text));
    for (size_t i = 0; i < STARS; i++)
        memcpy(pattern + 3 * i, "*[a", 3);
    assert_false(glob_match(pattern, text));
    pattern[0] = '*';
    memset(pattern + 1, '[', 4 * STARS);
    memset(text, '[', LENGTH - 1);
    assert_false(glob_match(pattern, text));
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_and_stars),
        cmocka_unit_test(sets),
        cmocka_unit_test(a_backslash_takes_meaning_away),
        cmocka_unit_test(case_is_ignored),
        cmocka_unit_test(random_patterns_match_as_in_the_shell),
        cmocka_unit_test(no_pattern_takes_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
