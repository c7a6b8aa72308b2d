/* SPDX-License-Identifier: BSD-2-Clause */
/* .osrel and .profile: lines of the form KEY=value, with the shell's quotes. */
#include "tests/lib/support.h"

#include "common/base/text.h"
#include "common/uki/os_release.h"
#include "common/uki/profile.h"

#include <stdlib.h>
#include <string.h>

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
static struct os_release parse(const char *text, size_t length)
{
    struct os_release release;
    char *copy = malloc(length ? length : 1);

    assert_non_null(copy);
    memcpy(copy, text, length);
    assert_true(os_release_parse(copy, length, &arena, &release));
    free(copy);
    return release;
}

static void assert_release(const char *text, const char *title, const char *version,
                           const char *sort_key)
{
    struct os_release release = parse(text, strlen(text));

    assert_string_equal(release.title, title);
    assert_string_equal(release.version, version);
    assert_string_equal(release.sort_key, sort_key);
}

static void the_fields_in_their_order(void **state)
{
    (void)state;
    assert_release("PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n"
                   "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nVERSION=\"13 (trixie)\"\n"
                   "VERSION_CODENAME=trixie\nID=debian\nHOME_URL=\"https://www.debian.org/\"\n",
                   "Debian GNU/Linux 13 (trixie)", "13 (trixie)", "debian");
    assert_release("BUILD_ID=4\nVERSION_ID=3\nVERSION=2\nIMAGE_VERSION=1\nID=d\nNAME=c\n"
                   "IMAGE_ID=b\nPRETTY_NAME=a",
                   "a", "1", "b");
    assert_release("BUILD_ID=4\nVERSION_ID=3\nVERSION=2\nID=d\nNAME=c\nIMAGE_ID=b\n", "b", "2",
                   "b");
    assert_release("BUILD_ID=4\nVERSION_ID=3\nID=d\nNAME=c\n", "c", "3", "d");
    assert_release("BUILD_ID=4\nID=d\n", "d", "4", "d");
    assert_release("PRETTY_NAME=\nIMAGE_ID=''\nID=d", "d", "", "d"); /* empty ones are missing */
    assert_release("ID=a\nID=b\n", "b", "", "b");
    assert_release("", "", "", "");
}

static void other_lines(void **state)
{
    (void)state;
    assert_release("\n\n#ID=a\n  # ID=b\nID\nID =c\nid=d\nXID=e\nIDX=f\n=g\n", "", "", "");
    assert_release("  ID=a  \r\n\tNAME=b\t\rVERSION=c", "b", "c", "a");
    assert_release("ID=a=b\n", "a=b", "", "a=b");
    assert_string_equal(parse("ID=a\0ID=b", 9).title, "a");
    assert_string_equal(parse("NAME=a\nID=b", 6).title, "a");
    assert_string_equal(parse("NAME=a\nID=b", 9).title, "a");
}

static void values_in_quotes(void **state)
{
    static const char *const rows[][2] = {
        {"plain", "plain"},
        {"\"two words\"", "two words"},
        {"'two words'", "two words"},
        {"\"it's\"", "it's"},
        {"'a \"b\" c'", "a \"b\" c"},
        {"\"\\\"\\\\\\$\\`\\n\"", "\"\\$`\\n"},
        {"'\\n\\'", "\\n\\"},
        {"a\\ b\\\\", "a b\\"},
        {"\"a\"b'c'", "abc"},
        {"\"open", "open"},
        {"open\"", "open"},
        {"a\\", "a\\"},
        {"\"\\", "\\"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        TEXT_ON_STACK(line, 100);

        text_format(&line, "ID=%s", rows[i][0]);
        assert_string_equal(parse(line.data, line.length).sort_key, rows[i][1]);
    }
}

static void profiles(void **state)
{
    static const char text[] = "ID=factory\n# TITLE=x\nTITLE=\"Factory reset\"\nOTHER=1\n";
    struct uki_profile profile;

    (void)state;
    assert_true(uki_profile_parse(text, sizeof(text), &arena, &profile));
    assert_string_equal(profile.id, "factory");
    assert_string_equal(profile.title, "Factory reset");
    assert_true(uki_profile_parse("", 0, &arena, &profile));
    assert_string_equal(profile.id, "");
    assert_string_equal(profile.title, "");
    for (size_t i = 0; i < 2; i++) {
        arena_fail_after(i);
        assert_false(uki_profile_parse(text, sizeof(text), &arena, &profile));
    }
    arena_fail_after(NEVER);
}

static void without_memory(void **state)
{
    static const char text[] = "PRETTY_NAME=a\nVERSION=b\nOTHER=c\nID=d\n";
    struct os_release release;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        arena_fail_after(i);
        assert_false(os_release_parse(text, sizeof(text), &arena, &release));
    }
    arena_fail_after(3);
    assert_true(os_release_parse(text, sizeof(text), &arena, &release));
    arena_fail_after(NEVER);
}

/* A value quoted at random comes out as it was. */
static void any_value(void **state)
{
    static const char characters[] = "ab \t\"'\\$`=#";

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct random random = random_start(seed);
        TEXT_ON_STACK(value, 24);
        TEXT_ON_STACK(line, 200);
        bool single = random_chance(&random, 50);

        text_format(&line, "ID=%c", single ? '\'' : '"');
        for (size_t count = 1 + random_below(&random, 20); count > 0; count--) {
            char character = characters[random_below(&random, strlen(characters))];

            if (single && character == '\'')
                continue;
            if (!single &&
                (character == '$' || character == '`' || character == '\\' || character == '"'))
                text_append_char(&line, '\\');
            text_append_char(&line, character);
            text_append_char(&value, character);
        }
        text_append_char(&line, single ? '\'' : '"');
        check(strcmp(parse(line.data, line.length).sort_key, value.data) == 0);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_fields_in_their_order, start, stop),
        cmocka_unit_test_setup_teardown(other_lines, start, stop),
        cmocka_unit_test_setup_teardown(values_in_quotes, start, stop),
        cmocka_unit_test_setup_teardown(profiles, start, stop),
        cmocka_unit_test_setup_teardown(without_memory, start, stop),
        cmocka_unit_test_setup_teardown(any_value, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
