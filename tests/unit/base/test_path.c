/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths as people write them, and the one form that goes to the firmware. */
#include "tests/lib/support.h"

#include "common/base/path.h"
#include "common/base/utf.h"

#include <string.h>

#define FACE "\xf0\x9f\x98\x80" /* two units of UTF-16 */

static void assert_path(const char *path, const char *expected)
{
    uint16_t units[PATH_MAX_LENGTH];
    char text[3 * PATH_MAX_LENGTH];

    assert_true(path_to_utf16(path, units));
    utf16_to_utf8(units, PATH_MAX_LENGTH, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void all_spellings_become_one(void **state)
{
    static const char *const spellings[] = {
        "/a/b",  "\\a\\b", "a/b",    "a\\b",       "//a/b",     "\\\\a\\b",     "\\/a//b",
        "/a/b/", "a/b\\",  "a/b/\\", "/./a/././b", "./a\\.\\b", "/a//.//b/./.", "///a\\\\\\b///",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(spellings); i++)
        assert_path(spellings[i], "\\a\\b");
}

static void what_stays(void **state)
{
    static const char *const roots[] = {"", "/", "\\", "//", ".", "./", "\\.\\"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(roots); i++)
        assert_path(roots[i], "\\");
    assert_path("/a/../b", "\\a\\..\\b");
    assert_path("/.a/..b/c.", "\\.a\\..b\\c.");
    assert_path("/a b/ c", "\\a b\\ c");
    assert_path("/\xc3\xa4/\xf0\x9f\x98\x80", "\\\xc3\xa4\\\xf0\x9f\x98\x80");
    assert_path("/\xf0\x9f\x98/x\xc3/y", "\\\xef\xbf\xbd\\x\xef\xbf\xbd\\y"); /* malformed */
}

/* Only what goes to the firmware counts. */
static void the_limit(void **state)
{
    static char path[4 * PATH_MAX_LENGTH];
    uint16_t units[PATH_MAX_LENGTH];

    (void)state;
    memset(path, 'x', PATH_MAX_LENGTH - 2);
    assert_true(path_to_utf16(path, units));
    assert_int_equal(units[PATH_MAX_LENGTH - 2], 'x');
    assert_int_equal(units[PATH_MAX_LENGTH - 1], 0);
    path[PATH_MAX_LENGTH - 2] = 'x';
    assert_false(path_to_utf16(path, units));
    for (size_t i = 0; i < 2 * PATH_MAX_LENGTH; i++)
        path[i] = i % 2 ? '/' : '.';
    memcpy(path + 2 * PATH_MAX_LENGTH, "x", sizeof("x"));
    assert_path(path, "\\x");
    for (size_t i = 0; i < 2 * PATH_MAX_LENGTH; i++) /* a separator is the first that has no room */
        path[i] = i % 2 ? 'x' : '/';
    assert_false(path_to_utf16(path, units));
    path[PATH_MAX_LENGTH - 2] = '\0';
    assert_true(path_to_utf16(path, units));
    memset(path, 'x', PATH_MAX_LENGTH - 3);
    memcpy(path + PATH_MAX_LENGTH - 3, FACE, sizeof(FACE));
    assert_false(path_to_utf16(path, units));
    memcpy(path + PATH_MAX_LENGTH - 4, FACE, sizeof(FACE));
    assert_true(path_to_utf16(path, units));
}

/* FAT counts what follows the first separator. */
static void what_fat_can_hold(void **state)
{
    uint16_t units[FAT_PATH_MAX_LENGTH + 3] = {'\\'};

    (void)state;
    assert_false(path_exceeds_fat(units));
    for (size_t i = 0; i < FAT_PATH_MAX_LENGTH; i++)
        units[1 + i] = i % 2 ? '\\' : 'x';
    assert_false(path_exceeds_fat(units));
    units[1 + FAT_PATH_MAX_LENGTH] = 'x';
    assert_true(path_exceeds_fat(units));
}

static void urls_have_a_scheme(void **state)
{
    static const char *const others[] = {"",        "http:/x",  "https:/x", "/http://x",
                                         "ftp://x", "httpx://", "http"};

    (void)state;
    assert_int_equal(path_scheme_length("https://x"), 8);
    assert_int_equal(path_scheme_length("HTTP://"), 7);
    assert_true(path_is_url("HttpS://"));
    for (size_t i = 0; i < ELEMENTS(others); i++) {
        assert_int_equal(path_scheme_length(others[i]), 0);
        assert_false(path_is_url(others[i]));
    }
}

static void compare(const char *a, const char *b, int expected)
{
    int order = path_compare(a, b);

    assert_int_equal((order > 0) - (order < 0), expected);
    order = path_compare(b, a);
    assert_int_equal((order > 0) - (order < 0), -expected);
}

static void comparing(void **state)
{
    (void)state;
    compare("/a/B", "\\A\\b", 0);
    compare("a/./b/", "//a\\b", 0);
    compare("", "/", 0);
    compare("/", "/a", -1);
    compare("/a", "/a/b", -1);
    compare("/a", "/ab", -1);
    compare("/a/b", "/ab", -1);
    compare("/a-b", "/a/b", 1);
    compare("/a", "/\xc3\xa4", -1);
    compare("/\xc3\xa4", "/\xc3\x84", 1); /* no case beyond ASCII */
    compare("/a/../b", "/b", -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_spellings_become_one),
        cmocka_unit_test(what_stays),
        cmocka_unit_test(the_limit),
        cmocka_unit_test(what_fat_can_hold),
        cmocka_unit_test(urls_have_a_scheme),
        cmocka_unit_test(comparing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
