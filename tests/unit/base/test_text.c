/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/decimal.h"
#include "common/base/text.h"
#include "common/base/units.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define assert_formats(expected, ...)                                                              \
    do {                                                                                           \
        TEXT_ON_STACK(formatted, 256);                                                             \
        text_format(&formatted, __VA_ARGS__);                                                      \
        assert_string_equal(formatted.data, (expected));                                           \
        assert_int_equal(formatted.length, strlen(expected));                                      \
    } while (0)

static void format_numbers(void **state)
{
    (void)state;
    assert_formats("0 0 0", "%u %x %d", 0u, 0u, 0);
    assert_formats("4294967295 ffffffff", "%u %x", UINT_MAX, UINT_MAX);
    assert_formats("18446744073709551615", "%llu", ULLONG_MAX);
    assert_formats("ffffffffffffffff", "%llx", ULLONG_MAX);
    assert_formats("18446744073709551615", "%lu", ULONG_MAX);
    assert_formats("12345678901", "%zu", (size_t)12345678901);
    assert_formats("2147483647 -2147483648 -1", "%d %d %d", INT_MAX, INT_MIN, -1);
    assert_formats("1 2 3 4", "%u %llu %zx %u", 1u, 2ull, (size_t)3, 4u);
}

static void assert_decimal(const char *text, uint32_t max, uint32_t expected, const char *rest)
{
    uint32_t number = 42;

    assert_int_equal(decimal_parse(&text, max, &number), *rest != '-');
    assert_int_equal(number, expected);
    if (*rest != '-')
        assert_string_equal(text, rest);
}

static void decimal_numbers_are_read(void **state)
{
    (void)state;
    assert_decimal("0", 9, 0, "");
    assert_decimal("0090x1", 100, 90, "x1");
    assert_decimal("255", UINT8_MAX, 255, "");
    assert_decimal("4294967295 ", UINT32_MAX, UINT32_MAX, " ");
    assert_decimal("256", UINT8_MAX, 42, "-");
    assert_decimal("99999999999999999999999", UINT32_MAX, 42, "-");
    assert_decimal("", UINT32_MAX, 42, "-");
    assert_decimal("-1", UINT32_MAX, 42, "-");
    assert_decimal(":", UINT32_MAX, 42, "-");
}

static void format_signed_longs(void **state)
{
    (void)state;
    assert_formats("-9223372036854775808", "%lld", LLONG_MIN);
    assert_formats("9223372036854775807", "%ld", LONG_MAX);
    assert_formats("-5000000000 7", "%ld %d", -5000000000L, 7);
}

static void format_widths(void **state)
{
    (void)state;
    assert_formats("  7|007|12345", "%3u|%03u|%3u", 7u, 7u, 12345u);
    assert_formats("0x00ff|  ff", "0x%04x|%4x", 255u, 255u);
    assert_formats("ab   |cd", "%-5s|%s", "ab", "cd");
    assert_formats("12   |   12|1234567|", "%-5u|%5u|%-5u|", 12, 12, 1234567);
    assert_formats("0000000100000000", "%016llx", 0x100000000ull);
}

static void format_strings(void **state)
{
    const char unterminated[3] = {'a', 'b', 'c'};

    (void)state;
    assert_formats("abc", "%.*s", 3, unterminated);
    assert_formats("ab[]", "%.*s[%.*s]", 2, unterminated, 0, unterminated);
    assert_formats("abc", "%.*s", 9, "abc");
    assert_formats("100% x", "100%% %c", 'x');
    assert_formats("", "%s", "");
}

/* Whatever the size, the text is truncated and terminated, and nothing is written past the end. */
static void what_does_not_fit_is_cut_off(void **state)
{
    const char whole[] = "abc 4294967295 deadbeef";

    (void)state;
    for (size_t size = 1; size <= sizeof(whole) + 2; size++) {
        char *buffer = malloc(size);
        struct text text = {buffer, size, 0};

        buffer[0] = '\0';
        text_format(&text, "%s %u %x", "abc", UINT_MAX, 0xdeadbeefu);
        assert_int_equal(text.length, size < sizeof(whole) ? size - 1 : sizeof(whole) - 1);
        assert_memory_equal(buffer, whole, text.length);
        assert_int_equal(buffer[text.length], '\0');
        free(buffer);
    }
}

static void bytes_in_hexadecimal(void **state)
{
    static const uint8_t bytes[] = {0, 0x0f, 0xa0, 0xff};
    TEXT_ON_STACK(text, 8);

    (void)state;
    text_append_hex(&text, bytes, 0);
    assert_string_equal(text.data, "");
    text_append_hex(&text, bytes, 3);
    assert_string_equal(text.data, "000fa0");
    text_append_hex(&text, bytes + 3, 1);
    assert_string_equal(text.data, "000fa0f"); /* there is no room for more */
}

static void strings_are_joined(void **state)
{
    struct arena arena;

    (void)state;
    arena_begin_test(&arena);
    assert_string_equal(text_join("a b", ' ', "c", &arena), "a b c");
    assert_string_equal(text_join("\\x", '\\', "", &arena), "\\x\\");
    arena_fail_after(0);
    assert_null(text_join("a", ' ', "b", &arena));
    arena_fail_after(NEVER);
    arena_end_test(&arena);
}

static void assert_size(uint64_t bytes, const char *expected)
{
    TEXT_ON_STACK(text, 64);

    text_append_size(&text, bytes);
    assert_string_equal(text.data, expected);
}

static void sizes_for_people(void **state)
{
    (void)state;
    assert_size(1, "1 bytes");
    assert_size(512, "512 bytes");
    assert_size(1023, "1023 bytes");
    assert_size(1024, "1 KiB");
    assert_size(1025, "1025 bytes");
    assert_size(64 * KIB - 1, "65535 bytes");
    assert_size(64 * KIB + 1, "64 KiB");
    assert_size(5 * MIB, "5120 KiB");
    assert_size(16 * MIB - 1, "16383 KiB");
    assert_size(16 * MIB, "16.0 MiB");
    assert_size(58 * MIB + 220 * KIB, "58.2 MiB");
    assert_size(64 * MIB - 1, "63.9 MiB");
    assert_size(UINT64_MAX, "17592186044415.9 MiB");
}

static void characters(void **state)
{
    (void)state;
    for (int character = CHAR_MIN; character <= CHAR_MAX; character++) {
        bool space =
            character == ' ' || character == '\t' || character == '\r' || character == '\n';
        bool upper = character >= 'A' && character <= 'Z';
        const char *digit = strchr("0123456789abcdef", upper ? character + 32 : character);
        int value = character && digit ? (int)strlen("0123456789abcdef") - (int)strlen(digit) : -1;

        assert_int_equal(hex_digit((char)character), value);
        assert_int_equal(is_digit((char)character), value >= 0 && value < 10);
        assert_int_equal(is_space((char)character), space);
        assert_int_equal(to_lower((char)character), upper ? character + 32 : character);
    }
}

static void lines_are_joined(void **state)
{
    TEXT_ON_STACK(lines, 12);

    (void)state;
    text_append_line(&lines, "one");
    assert_string_equal(lines.data, "one");
    text_append_line(&lines, "two");
    assert_string_equal(lines.data, "one\ntwo");
    text_append_line(&lines, "");
    assert_string_equal(lines.data, "one\ntwo\n");
    text_append_line(&lines, "three");
    assert_string_equal(lines.data, "one\ntwo\n\nth");
    lines.length = 0;
    text_append_line(&lines, "1");
    text_append_line(&lines, "2");
    assert_string_equal(lines.data, "1\n2");
}

static const char *shorten(const char *name, size_t most)
{
    static char buffer[40];
    struct text text = {buffer, sizeof(buffer), 0};

    text_append_short(&text, name, most);
    return buffer;
}

static void long_names_are_shortened(void **state)
{
    (void)state;
    assert_string_equal(shorten("", 10), "");
    assert_string_equal(shorten("0123456789", 10), "0123456789");
    assert_string_equal(shorten("0123456789a", 10), "012...89a");
    assert_string_equal(shorten("0123456789a", 9), "012...89a");
    /* Never inside a character: two of its bytes are in front of the dots, and one after them. */
    assert_string_equal(shorten("0\xe6\x97\xa5zz\xe6\x97\xa5z", 9), "0...z");
    assert_string_equal(shorten("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 9), "...");
}

static void white_space_is_skipped(void **state)
{
    (void)state;
    assert_string_equal(skip_spaces(" \t\r\n a b "), "a b ");
    assert_string_equal(skip_spaces("a"), "a");
    assert_string_equal(skip_spaces(" \n"), "");
    assert_string_equal(skip_spaces(""), "");
}

static void comparing_without_case(void **state)
{
    (void)state;
    assert_true(text_equals_ignoring_case("VmLinuz", "vMLINUZ"));
    assert_true(text_equals_ignoring_case("", ""));
    assert_false(text_equals_ignoring_case("abc", "ab"));
    assert_false(text_equals_ignoring_case("ab", "abc"));
    assert_false(
        text_equals_ignoring_case("a[", "a{")); /* differ by 32, like the cases of a letter */
    assert_true(text_ends_with_ignoring_case("a.CONF", ".conf"));
    assert_true(text_ends_with_ignoring_case(".conf", ".conf"));
    assert_false(text_ends_with_ignoring_case("conf", ".conf"));
    assert_false(text_ends_with_ignoring_case("a.conf~", ".conf"));
    assert_true(text_ends_with_ignoring_case("anything", ""));
}

static void base_names(void **state)
{
    (void)state;
    assert_string_equal(path_base_name("\\EFI\\debian/vmlinuz"), "vmlinuz");
    assert_string_equal(path_base_name("/EFI/debian\\vmlinuz"), "vmlinuz");
    assert_string_equal(path_base_name("vmlinuz"), "vmlinuz");
    assert_string_equal(path_base_name("\\EFI\\"), "");
    assert_string_equal(path_base_name(""), "");
}

static void what_cannot_be_shown_is_replaced(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"plain ~", "plain ~"},
        {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"\x1b[0m", "\xef\xbf\xbd[0m"},
        {"\t\r\n", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\x7f", "\xef\xbf\xbd"},
        {"\xc2\x9b", "\xef\xbf\xbd"}, /* CSI as a single character */
        {"\xc2\xa0", "\xc2\xa0"},
        {"x\xffy", "x\xef\xbf\xbdy"},
        {"\xc3", "\xef\xbf\xbd"},
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        TEXT_ON_STACK(text, 40);

        text_append_clean(&text, rows[i][0]);
        assert_string_equal(text.data, rows[i][1]);
        assert_string_equal(text_clean_copy(rows[i][0], &arena), rows[i][1]);
    }
    for (size_t size = 1; size < 8; size++) {
        char data[8] = "";
        struct text text = {data, size, 0};

        text_append_clean(&text, "x\xff\xc3\xa4");
        assert_int_equal(text.length, size > 6 ? 6 : size > 4 ? 4 : size > 1 ? 1 : 0);
    }
    arena_release(&arena);
    arena_fail_after(0);
    assert_null(text_clean_copy("x", &arena));
    arena_fail_after(NEVER);
}

static void everything_but_printable_ascii_is_replaced(void **state)
{
    TEXT_ON_STACK(text, 40);

    (void)state;
    text_append_ascii(&text, " ~\x1f\x7f\x80\xc3\xa4\n");
    assert_string_equal(text.data, " ~??????");
}

static void words_by_their_start(void **state)
{
    const char line[] = "a=1 xa=2\ta=3 a=a=4";

    (void)state;
    assert_ptr_equal(find_parameter(line, 0, "a="), line);
    assert_ptr_equal(find_parameter(line, 1, "a="), line + 9);
    assert_ptr_equal(find_parameter(line, 10, "a="), line + 13);
    assert_null(find_parameter(line, 15, "a=")); /* after =, no word starts */
    assert_null(find_parameter(line, sizeof(line) - 1, "a="));
    assert_null(find_parameter("", 0, "a="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_numbers),
        cmocka_unit_test(decimal_numbers_are_read),
        cmocka_unit_test(format_signed_longs),
        cmocka_unit_test(format_widths),
        cmocka_unit_test(format_strings),
        cmocka_unit_test(bytes_in_hexadecimal),
        cmocka_unit_test(strings_are_joined),
        cmocka_unit_test(what_does_not_fit_is_cut_off),
        cmocka_unit_test(sizes_for_people),
        cmocka_unit_test(characters),
        cmocka_unit_test(lines_are_joined),
        cmocka_unit_test(long_names_are_shortened),
        cmocka_unit_test(white_space_is_skipped),
        cmocka_unit_test(comparing_without_case),
        cmocka_unit_test(base_names),
        cmocka_unit_test(what_cannot_be_shown_is_replaced),
        cmocka_unit_test(everything_but_printable_ascii_is_replaced),
        cmocka_unit_test(words_by_their_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
