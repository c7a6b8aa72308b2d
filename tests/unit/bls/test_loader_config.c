/* SPDX-License-Identifier: BSD-2-Clause */
/* The config parser, diagnostics, and loader.conf. */
#include "tests/lib/support.h"

#include "common/bls/loader_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct loader_config config;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    loader_config_init(&config);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

/* Parses an exact copy, so that reading past the end is detected. */
static bool parse_bytes(const void *text, size_t length)
{
    char *exact = malloc(length ? length : 1);
    bool result;

    memcpy(exact, text, length);
    loader_config_init(&config);
    result = loader_config_parse(exact, length, &arena, &config);
    free(exact);
    return result;
}

static void parse(const char *text)
{
    assert_true(parse_bytes(text, strlen(text)));
}

static void assert_diagnostic(size_t index, unsigned line, const char *text)
{
    assert_true(index < config.diagnostics.count);
    assert_string_equal(config.diagnostics.items[index].text, text);
    assert_int_equal(config.diagnostics.items[index].line, line);
}

static void nothing_said(void **state)
{
    (void)state;
    parse("# only this\n");
    assert_int_equal(config.timeout, TIMEOUT_HIDDEN);
    assert_string_equal(config.default_pattern, "");
    assert_string_equal(config.preferred_pattern, "");
    assert_true(config.editor);
    assert_true(config.acpi_overlay);
    assert_false(config.pass_entry || config.pass_framebuffer);
    assert_int_equal(config.console_mode, CONSOLE_MODE_KEEP);
    assert_int_equal(config.diagnostics.count, 0);
}

static void all_said(void **state)
{
    (void)state;
    parse(
        "timeout 5\ndefault debian-*\npreferred x\neditor no\npass-entry yes\nconsole-mode max\n");
    assert_int_equal(config.timeout, 5);
    assert_string_equal(config.default_pattern, "debian-*");
    assert_string_equal(config.preferred_pattern, "x");
    assert_false(config.editor);
    assert_true(config.pass_entry);
    assert_int_equal(config.console_mode, CONSOLE_MODE_MAX);
    assert_int_equal(config.diagnostics.count, 0);
}

static void timeouts(void **state)
{
    static const struct {
        const char *text;
        uint32_t timeout;
    } good[] = {
        {"0", TIMEOUT_HIDDEN},
        {"menu-hidden", TIMEOUT_HIDDEN},
        {"menu-force", TIMEOUT_FOREVER},
        {"4294967295", TIMEOUT_FOREVER},
        {"menu-disabled", TIMEOUT_DISABLED},
        {"007", 7},
        {"4294967293", TIMEOUT_MAX},
    };
    static const char *const bad[] = {
        "",
        "soon",
        "-1",
        "+1",
        "5s",
        "5 ",
        " 5",
        "0x5",
        "1.5",
        "menu",
        "4294967294",
        "4294967296",
        "99999999999999999999999",
        "Menu-Force",
    };
    uint32_t timeout;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(good); i++) {
        assert_true(timeout_parse(good[i].text, &timeout));
        assert_int_equal(timeout, good[i].timeout);
    }
    for (size_t i = 0; i < ELEMENTS(bad); i++) {
        timeout = 42;
        assert_false(timeout_parse(bad[i], &timeout));
        assert_int_equal(timeout, 42);
    }
}

static void booleans(void **state)
{
    static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
    static const char *const no[] = {"0", "no", "n", "false", "f", "off"};
    char line[40];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(yes); i++) {
        snprintf(line, sizeof(line), "editor %s\npass-entry %s\n", no[i], yes[i]);
        parse(line);
        assert_false(config.editor);
        assert_true(config.pass_entry);
        snprintf(line, sizeof(line), "pass-entry %s\neditor %s\n", no[i], yes[i]);
        parse(line);
        assert_true(config.editor);
        assert_false(config.pass_entry);
        assert_int_equal(config.diagnostics.count, 0);
    }
}

static void enrolment_of_keys(void **state)
{
    static const struct {
        const char *text;
        enum enroll_mode mode;
        bool shuts_down;
        uint32_t timeout;
        size_t diagnostics;
    } rows[] = {
        {"", ENROLL_IF_SAFE, false, 15, 0},
        {"secure-boot-enroll off", ENROLL_OFF, false, 15, 0},
        {"secure-boot-enroll manual", ENROLL_MANUAL, false, 15, 0},
        {"secure-boot-enroll force\nsecure-boot-enroll if-safe", ENROLL_IF_SAFE, false, 15, 1},
        {"secure-boot-enroll force", ENROLL_FORCE, false, 15, 0},
        {"secure-boot-enroll yes", ENROLL_IF_SAFE, false, 15, 1},
        {"secure-boot-enroll Force", ENROLL_IF_SAFE, false, 15, 1},
        {"secure-boot-enroll-action shutdown", ENROLL_IF_SAFE, true, 15, 0},
        {"secure-boot-enroll-action reboot", ENROLL_IF_SAFE, false, 15, 0},
        {"secure-boot-enroll-action halt", ENROLL_IF_SAFE, false, 15, 1},
        {"secure-boot-enroll-timeout-sec hidden", ENROLL_IF_SAFE, false, ENROLL_TIMEOUT_HIDDEN, 0},
        {"secure-boot-enroll-timeout-sec 0", ENROLL_IF_SAFE, false, ENROLL_TIMEOUT_HIDDEN, 0},
        {"secure-boot-enroll-timeout-sec 4294967295", ENROLL_IF_SAFE, false, UINT32_MAX, 0},
        {"secure-boot-enroll-timeout-sec 4294967296", ENROLL_IF_SAFE, false, 15, 1},
        {"secure-boot-enroll-timeout-sec 5s", ENROLL_IF_SAFE, false, 15, 1},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse(rows[i].text);
        assert_int_equal(config.enroll, rows[i].mode);
        assert_int_equal(config.enroll_shuts_down, rows[i].shuts_down);
        assert_int_equal(config.enroll_timeout, rows[i].timeout);
        assert_int_equal(config.diagnostics.count, rows[i].diagnostics);
    }
}

static void console_modes(void **state)
{
    static const struct {
        const char *text;
        int mode;
    } rows[] = {
        {"console-mode 0", 0},
        {"console-mode 2147483647", INT32_MAX},
        {"console-mode keep", CONSOLE_MODE_KEEP},
        {"console-mode auto", CONSOLE_MODE_AUTO},
        {"console-mode max", CONSOLE_MODE_MAX},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse(rows[i].text);
        assert_int_equal(config.console_mode, rows[i].mode);
        assert_int_equal(config.diagnostics.count, 0);
    }
    parse("console-mode 2147483648");
    assert_int_equal(config.console_mode, CONSOLE_MODE_KEEP);
    assert_int_equal(config.diagnostics.count, 1);
}

/* A bad value is reported, and the previous one remains. */
static void bad_values(void **state)
{
    (void)state;
    parse("timeout 3\n\ntimeout soon\ndefault @last\neditor maybe\npass-entry Yes\n"
          "console-mode -1\ndefault x");
    assert_int_equal(config.diagnostics.count, 5);
    assert_diagnostic(0, 3,
                      "timeout \"soon\": not a number of seconds, menu-force, menu-hidden or "
                      "menu-disabled; ignored");
    assert_diagnostic(1, 4, "default \"@last\": not a pattern for entry IDs or @saved; ignored");
    assert_diagnostic(2, 5, "editor \"maybe\": not yes or no; ignored");
    assert_diagnostic(3, 6, "pass-entry \"Yes\": not yes or no; ignored");
    assert_diagnostic(4, 7,
                      "console-mode \"-1\": not the number of a text mode, auto, max or keep; "
                      "ignored");
    assert_int_equal(config.timeout, 3);
    assert_string_equal(config.default_pattern, "x");
    assert_true(config.editor);
    assert_false(config.pass_entry);
    parse("default @SAVED");
    assert_string_equal(config.default_pattern, "@SAVED");
    assert_int_equal(config.diagnostics.count, 0);
}

static void beeps(void **state)
{
    (void)state;
    parse("");
    assert_false(config.beep);
    parse("beep yes");
    assert_true(config.beep);
    parse("beep twice");
    assert_false(config.beep);
    assert_diagnostic(0, 1, "beep \"twice\": not yes or no; ignored");
}

static void reboots_on_error(void **state)
{
    static const struct {
        const char *text;
        bool always, with_tries;
        size_t diagnostics;
    } rows[] = {
        {"", false, false, 0},
        {"reboot-on-error yes", true, false, 0},
        {"reboot-on-error off", false, false, 0},
        {"reboot-on-error auto", false, true, 0},
        {"reboot-on-error auto\nreboot-on-error 1", true, false, 1},
        {"reboot-on-error yes\nreboot-on-error auto", false, true, 1},
        {"reboot-on-error auto\nreboot-on-error never", false, true, 1},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse(rows[i].text);
        assert_int_equal(config.reboot_on_error, rows[i].always);
        assert_int_equal(config.reboot_with_tries, rows[i].with_tries);
        assert_int_equal(loader_config_restarts(&config, false), rows[i].always);
        assert_int_equal(loader_config_restarts(&config, true),
                         rows[i].always || rows[i].with_tries);
        assert_int_equal(config.diagnostics.count, rows[i].diagnostics);
    }
    assert_diagnostic(0, 2, "reboot-on-error \"never\": not yes, no or auto; ignored");
}

static void automatic_entries(void **state)
{
    static const struct {
        const char *text;
        bool entries, firmware, reboot, poweroff, always;
    } rows[] = {
        {"", true, true, false, false, false},
        {"auto-entries no\nauto-firmware off\n", false, false, false, false, false},
        {"auto-entries yes", true, true, false, false, true},
        {"auto-firmware 1", true, true, false, false, true},
        {"auto-reboot yes\nauto-poweroff no", true, true, true, false, true},
        {"auto-reboot no\nauto-poweroff yes", true, true, false, true, true},
        {"auto-entries maybe", true, true, false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse(rows[i].text);
        assert_int_equal(config.auto_entries, rows[i].entries);
        assert_int_equal(config.auto_firmware, rows[i].firmware);
        assert_int_equal(config.auto_reboot, rows[i].reboot);
        assert_int_equal(config.auto_poweroff, rows[i].poweroff);
        assert_int_equal(config.auto_always, rows[i].always);
    }
    assert_diagnostic(0, 1, "auto-entries \"maybe\": not yes or no; ignored");
}

static void keys_that_are_not_ours(void **state)
{
    (void)state;
    parse("random-seed-mode off\nsecure-boot-enroll manual\nsecure-boot-enroll-action reboot\n"
          "secure-boot-enroll-timeout-sec 3\nreboot-for-bitlocker 1\nreboot-on-error auto\n"
          "log-level info\n");
    assert_int_equal(config.diagnostics.count, 0);
    parse("log-levell info\n"); /* another loader's key would not help */
    assert_diagnostic(0, 1, "unknown key \"log-levell\"; ignored");
    parse("timeuot 5\nTimeout 5\ntimeout\neditor \"\"\n reboot 1\n=\n");
    assert_int_equal(config.diagnostics.count, 6);
    assert_diagnostic(0, 1, "unknown key \"timeuot\" (did you mean \"timeout\"?); ignored");
    assert_diagnostic(1, 2, "unknown key \"Timeout\" (did you mean \"timeout\"?); ignored");
    assert_diagnostic(2, 3, "timeout has no value; ignored");
    assert_diagnostic(3, 4, "editor has no value; ignored");
    assert_diagnostic(4, 5, "unknown key \"reboot\"; ignored");
    assert_diagnostic(5, 6, "unknown key \"=\"; ignored");
}

static void the_last_of_several_lines_holds(void **state)
{
    (void)state;
    parse("timeout 5\neditor no\ntimeout 7\ntimeout 9\n");
    assert_int_equal(config.timeout, 9);
    assert_int_equal(config.diagnostics.count, 2);
    assert_diagnostic(0, 3, "timeout was already set on line 1; this line overrides it");
    assert_diagnostic(1, 4, "timeout was already set on line 3; this line overrides it");
}

/* As UTF-16, or as UTF-32 with `unit` 4, with or without a byte order mark. */
static void parse_wide(const char *text, size_t unit, bool big_endian, bool mark)
{
    uint8_t bytes[400] = {0};
    size_t length = 0;

    for (size_t i = mark ? 0 : 1; i == 0 || text[i - 1]; i++, length += unit) {
        uint32_t character = i == 0 ? 0xfeff : (uint8_t)text[i - 1];

        bytes[length + (big_endian ? unit - 1 : 0)] = (uint8_t)character;
        bytes[length + (big_endian ? unit - 2 : 1)] = (uint8_t)(character >> 8);
    }
    assert_true(parse_bytes(bytes, length));
}

/* What a file that some editor saved in its own way forbids is forbidden. */
static void utf16_is_read_and_said(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 5; form++) {
        parse_wide("# x\r\neditor no\r\ntimeout 7\r\n", form == 4 ? 4 : 2, form & 1,
                   form & 2 || form == 4);
        assert_false(config.editor);
        assert_int_equal(config.timeout, 7);
        assert_int_equal(config.diagnostics.count, 1);
        assert_diagnostic(0, 1, "the file is UTF-16; save it as UTF-8");
    }
    assert_true(parse_bytes("\xff\xfe", 2));
    assert_int_equal(config.diagnostics.count, 1);
    assert_true(parse_bytes("\xff\xfe"
                            "e",
                            3));
    assert_true(parse_bytes("a\0b", 4));
    assert_int_equal(config.diagnostics.count, 2);
    assert_diagnostic(1, 1, "unknown key \"ab\"; ignored");
    parse_wide("editor no", 2, false, true);
    assert_false(config.editor);
}

static void other_files_with_nuls_are_not_utf16(void **state)
{
    (void)state;
    assert_true(parse_bytes("\0\0\0\0editor no\n", 14));
    assert_false(config.editor);
    assert_true(parse_bytes("\0editor no\n", 11));
    assert_false(config.editor);
    assert_true(parse_bytes("\0", 1));
    assert_true(parse_bytes("\n\0\0\0editor no\n", 14));
    assert_false(config.editor);
    assert_int_equal(config.diagnostics.count, 0);
    assert_true(parse_bytes("a\0b", 3));
    assert_diagnostic(0, 1, "unknown key \"a\"; ignored");
}

/* Control characters and overlong text are removed. */
static void diagnostics_can_be_shown(void **state)
{
    static char text[3000];

    (void)state;
    parse("\x1b[31m\xff\xc3 x\n");
    assert_diagnostic(0, 1, "unknown key \"\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd\"; ignored");
    memset(text, 'k', sizeof(text) - 1);
    parse(text);
    assert_diagnostic(0, 1,
                      "unknown key \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\""
                      "; ignored");
    memcpy(text, "timeout ", 8);
    parse(text);
    assert_diagnostic(0, 1,
                      "timeout \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\": "
                      "not a number of seconds, menu-force, menu-hidden or menu-disabled; "
                      "ignored");
}

/* The number of diagnostics is limited, even for a megabyte of garbage. */
static void diagnostics_have_an_end(void **state)
{
    enum { LINES = 100000 };
    char *text = malloc(2 * LINES);
    uint64_t bytes = arena_bytes();

    (void)state;
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + 2 * i, "x\n", 2);
    assert_true(parse_bytes(text, 2 * LINES));
    free(text);
    assert_int_equal(config.diagnostics.count, DIAGNOSTICS_MAX);
    assert_diagnostic(DIAGNOSTICS_MAX - 2, DIAGNOSTICS_MAX - 1, "unknown key \"x\"; ignored");
    assert_diagnostic(DIAGNOSTICS_MAX - 1, DIAGNOSTICS_MAX, "further problems are not listed");
    assert_true(arena_bytes() - bytes < 100000);
}

static void out_of_memory_is_reported(void **state)
{
    const char text[] = "default a\nbad\ntimeout x\ntimeout\neditor 1\neditor 0\n";
    const char wide[] = "\xff\xfe"
                        "b\0a\0d\0";
    size_t n = 0;

    (void)state;
    for (bool done = false; !done; n++) {
        start(NULL);
        arena_fail_after(n);
        done = parse_bytes(text, strlen(text));
        assert_int_equal(done, !arena_has_failed());
        stop(NULL);
    }
    assert_true(n > 10); /* each value, and two pieces for each diagnostic */
    n = 0;
    for (bool done = false; !done; n++) {
        start(NULL);
        arena_fail_after(n);
        done = parse_bytes(wide, sizeof(wide) - 1);
        assert_int_equal(done, !arena_has_failed());
        stop(NULL);
    }
    assert_int_equal(n, 2 + 2 + 2 + 1); /* the conversion, two diagnostics, and without failure */
}

static void a_pattern_is_not_longer_than_names(void **state)
{
    char text[1100] = "default ";

    (void)state;
    memset(text + 8, '*', 1024);
    parse(text);
    assert_int_equal(strlen(config.default_pattern), 1024);
    assert_int_equal(config.diagnostics.count, 0);
    text[8 + 1024] = '*';
    parse(text);
    assert_string_equal(config.default_pattern, "");
    assert_int_equal(config.diagnostics.count, 1);
}

static void random_files_are_read_without_harm(void **state)
{
    static const char *const words[] = {
        "timeout", "default", "editor", "console-mode", "5",  "yes", "@saved",    " ", "\t",
        "\n",      "\r",      "#",      "\xef\xbb\xbf", "\"", "*",   "menu-force"};

    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        char text[RANDOM_TEXT_SIZE];
        size_t length = random_text(&random, words, ELEMENTS(words), text);

        check(parse_bytes(text, length));
        for (size_t i = 0; i < config.diagnostics.count; i++)
            check(config.diagnostics.items[i].line > 0 && *config.diagnostics.items[i].text);
        arena_release(&arena);
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(nothing_said),
        test(all_said),
        test(timeouts),
        test(booleans),
        test(console_modes),
        test(beeps),
        test(reboots_on_error),
        test(enrolment_of_keys),
        test(bad_values),
        test(automatic_entries),
        test(keys_that_are_not_ours),
        test(the_last_of_several_lines_holds),
        test(utf16_is_read_and_said),
        test(other_files_with_nuls_are_not_utf16),
        test(diagnostics_can_be_shown),
        test(diagnostics_have_an_end),
        test(out_of_memory_is_reported),
        test(a_pattern_is_not_longer_than_names),
        test(random_files_are_read_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
