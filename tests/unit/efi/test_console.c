/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/console: where long lines break, characters that the console lacks, text modes, the log. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/ui/columns.h"
#include "efi/console/console.h"
#include "efi/console/log.h"
#include "efi/console/text_mode.h"

#include <stdio.h>
#include <string.h>

#define KANJI  "\xe6\x97\xa5" /* U+65E5 */
#define LETTER "\xc3\xa9"     /* U+00E9 */
#define EURO   "\xe2\x82\xac" /* U+20AC, which the screen's font has */

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct {
    size_t columns; /* 0: QueryMode fails */
    bool shows_all; /* what TestString says */
    bool graphics;
    INT32 settable[3]; /* the text modes that can be set */
    unsigned modes_tried;
    unsigned strings; /* that were sent */
    char sent[400];   /* low bytes, with carriage returns */
    char said[4000];  /* low bytes, as EDK2 sends them to a terminal */
    size_t length;
} console;

static SIMPLE_TEXT_OUTPUT_MODE mode = {.MaxMode = 1};

/* As EDK2's screen, which leaves out what its font lacks, and moves what follows to the left. */
static void draw_on_screen(const CHAR16 *string)
{
    size_t start = console.length;

    for (; *string; string++) {
        if (*string == '\n')
            mode.CursorColumn = -1;
        if ((*string <= 0xff || *string == 0x20ac) && *string != '\r')
            console.said[start++] = (char)*string;
        if (*string != '\r') {
            console.length++;
            mode.CursorColumn++;
        }
    }
}

/* Some firmware has small buffers. */
static void record(const CHAR16 *string)
{
    size_t length = 0, end = strlen(console.sent);

    for (; string[length]; length++) {
        if (end + length + 1 < sizeof(console.sent))
            console.sent[end + length] = (char)string[length];
    }
    assert_in_range(length, 1, 127);
    console.strings++;
}

static EFI_STATUS EFIAPI output_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    (void)this;
    record(string);
    assert_true(console.length + 200 < sizeof(console.said));
    if (console.graphics)
        draw_on_screen(string);
    for (; *string && !console.graphics; string++) {
        if (*string != '\r')
            console.said[console.length++] = (char)*string;
    }
    console.said[console.length] = '\0';
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_cursor(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN column, UINTN row)
{
    (void)this;
    (void)row;
    assert_in_range(column, 0, 79);
    console.length -= (size_t)mode.CursorColumn - column;
    mode.CursorColumn = (INT32)column;
    return EFI_SUCCESS;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the firmware's type */
static EFI_STATUS EFIAPI test_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    (void)this;
    return console.shows_all || *string < 0x7f ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI query_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN mode,
                                    UINTN *ret_columns, UINTN *ret_rows)
{
    (void)this;
    (void)mode;
    *ret_columns = console.columns;
    *ret_rows = 25;
    return console.columns ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

static EFI_STATUS EFIAPI set_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN number)
{
    (void)this;
    console.modes_tried++;
    for (size_t i = 0; i < ELEMENTS(console.settable); i++) {
        if (console.settable[i] == (INT32)number) {
            mode.Mode = (INT32)number;
            return EFI_SUCCESS;
        }
    }
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI locate_graphics(EFI_GUID *guid, VOID *registration, VOID **ret_interface)
{
    static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
    static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE graphics_mode = {.Info = &info};
    static EFI_GRAPHICS_OUTPUT_PROTOCOL graphics = {.Mode = &graphics_mode};

    (void)guid;
    (void)registration;
    *ret_interface = &graphics;
    return console.graphics ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static int switch_on(void **state)
{
    static SIMPLE_TEXT_OUTPUT_INTERFACE output = {
        .OutputString = output_string,
        .TestString = test_string,
        .QueryMode = query_mode,
        .SetMode = set_mode,
        .SetCursorPosition = set_cursor,
        .Mode = &mode,
    };
    static EFI_BOOT_SERVICES services = {.LocateProtocol = locate_graphics};
    static EFI_SYSTEM_TABLE table;

    (void)state;
    table.ConOut = &output;
    ST = &table;
    BS = &services;
    memset(&console, 0, sizeof(console));
    mode = (SIMPLE_TEXT_OUTPUT_MODE){.MaxMode = 1};
    console.columns = 80;
    console_set_entry(NULL);
    return 0;
}

static void assert_said(const char *expected)
{
    assert_string_equal(console.said, expected);
    console.length = 0;
}

static void messages_break_between_words(void **state)
{
    (void)state;
    console.columns = 40;
    console_message("a message that is longer than the console has columns; break it");
    assert_said("pvhboot: a message that is longer than\n"
                "    the console has columns; break it\n");
    console_message("short");
    assert_said("pvhboot: short\n");
    console_print("one\n\ntwo that is too long for a line of forty columns\n");
    assert_said("one\n\ntwo that is too long for a line of\n    forty columns\n");
    console.columns = 100;
    console_message("a message that is longer than the console has columns; break it");
    assert_said("pvhboot: a message that is longer than the console has columns; break it\n");
}

/* Names in it may contain anything, such as what begins like a message of its own. */
static void a_message_is_one_line(void **state)
{
    (void)state;
    console_message("%s: no such file", "a\npvhboot: b\r\tc");
    assert_said("pvhboot: a?pvhboot: b??c: no such file\n");
}

/* At any width: no line reaches the last column, and no word is lost or torn that fits a line. */
static void no_line_is_wider_than_the_console(void **state)
{
    static const char text[] =
        "nothing to boot: no entry in \\loader\\entries can be booted on this "
        "machine; put a file linux.conf there, see pvhboot(7)";

    (void)state;
    for (console.columns = 21; console.columns <= 250; console.columns++) {
        char joined[400] = "";

        console_message("%s", text);
        for (char *line = strtok(console.said, "\n"); line; line = strtok(NULL, "\n")) {
            assert_in_range(strlen(line), 1, console.columns - 1);
            snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s",
                     *joined ? " " : "", line + strspn(line, " "));
        }
        assert_memory_equal(joined, "pvhboot: ", strlen("pvhboot: "));
        assert_string_equal(joined + strlen("pvhboot: "), text);
        console.length = 0;
    }
}

static void a_console_without_a_size_has_80_columns(void **state)
{
    char word[200];

    (void)state;
    memset(word, 'x', sizeof(word));
    word[sizeof(word) - 1] = '\0';
    console.columns = 0;
    console_print("%s\n", word);
    assert_int_equal(strcspn(console.said, "\n"), 79);
    console.length = 0;
    console.columns = 20; /* no console is as narrow: then it is left to wrap */
    console_print("%s\n", word);
    assert_int_equal(strcspn(console.said, "\n"), sizeof(word) - 1);
}

/* Reports are read back line by line. */
static void reports_are_not_broken(void **state)
{
    char line[300];

    (void)state;
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    console_write(line);
    assert_said(line);
}

static void no_low_bytes_of_wide_characters(void **state)
{
    (void)state;
    console_message("a" KANJI "b" LETTER "c");
    assert_said("pvhboot: a?b?c\n");
    console.shows_all = true;
    console_message("a" LETTER "c");
    assert_said("pvhboot: a\xe9"
                "c\n");
}

/* A screen that lacks characters although it says otherwise: see printable_is_doubtful(). */
static void missing_glyphs_are_substituted(void **state)
{
    (void)state;
    console.shows_all = console.graphics = true;
    console_message("a" KANJI KANJI "b");
    assert_said("pvhboot: a??b\n");
    console_message("a" EURO "b");
    assert_said("pvhboot: a\xac"
                "b\n");
}

/* A terminal beside the screen makes TestString() refuse what the screen's font has. */
static void the_screen_shows_what_a_terminal_lacks(void **state)
{
    (void)state;
    console.graphics = true;
    console_print("a" LETTER KANJI "b\x7f");
    assert_said("a\xe9?b?\n");
}

static void assert_sent(const char *expected)
{
    assert_string_equal(console.sent, expected);
    memset(console.sent, 0, sizeof(console.sent));
    console.length = 0;
}

/* By another one, by nothing, by other text. */
static void a_transient_line_is_overwritten(void **state)
{
    char line[101], blank[80];

    (void)state;
    console_show_transient("");
    assert_sent("");
    console_show_transient("abc");
    assert_sent("\rabc");
    console_show_transient("d");
    assert_sent("\rd  ");
    console_show_transient("");
    assert_sent("\r \r");
    console_show_transient("");
    assert_sent("");
    console_show_transient("ab");
    console_write("c");
    assert_sent("\rab\r  \rc");
    console_show_transient("ab");
    console_print("c");
    assert_sent("\rab\r  \rc\r\n");
    console_hold(true);
    console_show_transient("ab");
    console_hold(false);
    assert_sent("");
    memset(line, 'x', sizeof(line));
    line[100] = '\0';
    memset(blank, ' ', sizeof(blank));
    console_show_transient(line);
    assert_int_equal(strlen(console.sent), 1 + CONSOLE_TRANSIENT);
    assert_sent(console.sent);
    console_show_transient("");
    assert_memory_equal(console.sent + 1, blank, CONSOLE_TRANSIENT);
    assert_string_equal(console.sent + 1 + CONSOLE_TRANSIENT, "\r");
}

static void text_is_sent_in_few_parts(void **state)
{
    char text[300];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[126] = '\0';
    console_writer.write(&console_writer, text);
    assert_int_equal(console.strings, 1);
    text[126] = '\n';
    text[127] = '\0';
    console_write(text);
    assert_int_equal(console.strings, 3);
    text[125] = '\n';
    text[126] = '\0';
    console_write(text);
    assert_int_equal(console.strings, 4);
}

/* Some machines have no console; what is written is in the log. */
static void without_a_console_text_is_logged(void **state)
{
    struct arena arena;

    (void)state;
    arena_begin_test(&arena);
    log_start(&arena);
    ST->ConOut = NULL;
    console_message("a");
    console_show_transient("b");
    console_show_transient("");
    assert_string_equal(log_text()->data, "pvhboot: a\n");
    log_end();
    assert_int_equal(arena_end_test(&arena), 0);
}

/* An error is printed once, and its status is that of the loader. */
static void errors_have_a_status(void **state)
{
    struct error error = {.code = ERROR_OUT_OF_MEMORY};

    (void)state;
    assert_int_equal(console_print_error(&error, NULL), EFI_OUT_OF_RESOURCES);
    assert_said("pvhboot: the firmware has no memory left for the loader's own tables; add\n"
                "    memory\n");
    assert_int_equal(console_print_error(&error, NULL), EFI_OUT_OF_RESOURCES);
    assert_int_equal(console.length, 0);
}

/* The name of an entry is in each message until another one is set. */
static void messages_name_the_entry(void **state)
{
    char name[NAME_SHOWN + 2], expected[NAME_SHOWN + 40];

    (void)state;
    console.columns = 250;
    memset(name, 'n', sizeof(name));
    name[NAME_SHOWN] = '\0';
    console_set_entry(name);
    console_message("a");
    snprintf(expected, sizeof(expected), "pvhboot: %s: a\n", name);
    assert_said(expected);
    name[NAME_SHOWN] = 'n';
    name[NAME_SHOWN + 1] = '\0';
    console_message("a");
    assert_in_range(strlen(console.said), strlen(expected) - 2, strlen(expected));
    assert_non_null(strstr(console.said, "n...n"));
    console.length = 0;
    console_set_entry(NULL);
    console_message("a");
    assert_said("pvhboot: a\n");
}

static void the_reason_comes_before_a_long_name(void **state)
{
    struct error error = {.code = ERROR_FILE_MISSING};
    char path[661];

    (void)state;
    for (size_t i = 0; i < sizeof(path) - 1; i++)
        path[i] = i % 2 ? '/' : '.';
    path[sizeof(path) - 1] = '\0';
    error.name = path;
    error.context = path;
    console_set_entry(path);
    (void)console_print_error(&error, NULL);
    assert_non_null(strstr(console.said, "..././"));
    assert_in_range(strstr(console.said, "such file") - console.said, 1, 320);
}

/* Verbose ones are in neither. What is on no screen yet has warned nobody. */
static void a_held_message_is_in_the_copy(void **state)
{
    TEXT_ON_STACK(copy, 100);

    (void)state;
    console_copy_messages(&copy);
    console_hold(true);
    console_message("one of %s", "them");
    console_set_verbose(true);
    console_verbose("two");
    console_set_verbose(false);
    console_warn(ERROR_OUT_OF_MEMORY, NULL);
    assert_string_equal(console.said, "");
    assert_false(console_has_warned());
    console_hold(false);
    console_message("three");
    console_copy_messages(NULL);
    console_message("four");
    assert_said("pvhboot: three\npvhboot: four\n");
    assert_true(console_has_warned());
    assert_string_equal(copy.data, "one of them\n"
                                   "the firmware has no memory left for the loader's own tables; "
                                   "add memory\n"
                                   "three");
}

static const struct {
    INT32 count, current, others[2]; /* -1: none; `others` can be set too */
    INT32 next;                      /* `current`: no other can be set */
} text_modes[] = {
    {3, 0, {1, 2}, 1},           {3, 0, {2, -1}, 2},          {3, 2, {0, 1}, 0},
    {3, 2, {1, -1}, 1},          {3, 1, {-1, -1}, 1},         {1, 0, {-1, -1}, 0},
    {2, -1, {0, 1}, 0},          {2, -1, {1, -1}, 1},         {2, -100, {0, 1}, 0},
    {64, 62, {63, 0}, 63},       {64, 63, {64, 0}, 0},        {65, 63, {64, 0}, 0},
    {INT32_MAX, 63, {64, 0}, 0}, {INT32_MAX, 5, {64, -1}, 5},
};

/* After the last mode comes the first. There are 64 at most, whatever the firmware says. */
static void the_next_text_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(text_modes); i++) {
        bool has_next = text_modes[i].next != text_modes[i].current;

        mode.MaxMode = text_modes[i].count;
        mode.Mode = text_modes[i].current;
        memcpy(console.settable, text_modes[i].others, sizeof(text_modes[i].others));
        console.settable[2] = text_modes[i].current;
        console.modes_tried = 0;
        assert_int_equal(text_mode_set_next(), has_next);
        assert_int_equal(mode.Mode, text_modes[i].next);
        assert_in_range(console.modes_tried, 0, 2 * 64); /* the one before is set again */
    }
}

/* However they end, and whether they are shown: verbose ones are not. */
static void the_log_has_each_line_whole(void **state)
{
    static const char long_line[] = "words that are broken on the console, but never in the log";
    struct arena arena;

    (void)state;
    arena_begin_test(&arena);
    log_start(&arena);
    console.columns = 30;
    console_print("a");
    console_print("b\n");
    console_print("%s", "");
    console_print("\n");
    console_print("%s\nc", long_line);
    console_verbose("d");
    console_message("e");
    assert_string_equal(log_text()->data,
                        "a\nb\n\nwords that are broken on the console, but never in the log\nc\n"
                        "pvhboot: d\npvhboot: e\n");
    assert_null(strstr(console.said, "d\n"));
    log_end();
    assert_int_equal(arena_end_test(&arena), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_held_message_is_in_the_copy,
                               switch_on), /* none was shown before */
        cmocka_unit_test_setup(messages_break_between_words, switch_on),
        cmocka_unit_test_setup(a_message_is_one_line, switch_on),
        cmocka_unit_test_setup(no_line_is_wider_than_the_console, switch_on),
        cmocka_unit_test_setup(a_console_without_a_size_has_80_columns, switch_on),
        cmocka_unit_test_setup(reports_are_not_broken, switch_on),
        cmocka_unit_test_setup(no_low_bytes_of_wide_characters, switch_on),
        cmocka_unit_test_setup(missing_glyphs_are_substituted, switch_on),
        cmocka_unit_test_setup(the_screen_shows_what_a_terminal_lacks, switch_on),
        cmocka_unit_test_setup(a_transient_line_is_overwritten, switch_on),
        cmocka_unit_test_setup(text_is_sent_in_few_parts, switch_on),
        cmocka_unit_test_setup(without_a_console_text_is_logged, switch_on),
        cmocka_unit_test_setup(errors_have_a_status, switch_on),
        cmocka_unit_test_setup(messages_name_the_entry, switch_on),
        cmocka_unit_test_setup(the_reason_comes_before_a_long_name, switch_on),
        cmocka_unit_test_setup(the_next_text_mode, switch_on),
        cmocka_unit_test_setup(the_log_has_each_line_whole, switch_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
