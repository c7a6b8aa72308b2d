/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/console/screen.c before a terminal that is worse than most: it draws wide characters in two
 * columns while the firmware counts one, and the firmware moves the cursor relatively within a row.
 */
#include "tests/lib/support.h"

#include "common/bls/loader_config.h"
#include "common/ui/columns.h"
#include "efi/console/screen.h"

#include <string.h>

#define COLUMNS      80
#define ROWS         24 /* the firmware says 25 */
#define NOT_IN_FONT  0xe9
#define EURO         0x20ac /* that the screen's font has */
#define NO_CHARACTER 0      /* the right half of a wide one */

#define KANJI  "\xe6\x97\xa5"     /* U+65E5, two columns */
#define KANA   "\xe3\x81\x82"     /* U+3042, two columns */
#define ACCENT "\xcc\x81"         /* U+0301, none */
#define SMILEY "\xf0\x9f\x98\x80" /* U+1F600, beyond UCS-2 */

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct {
    CHAR16 characters[ROWS][COLUMNS];
    UINTN attributes[ROWS][COLUMNS];
    size_t row, column;
    size_t firmware_row, firmware_column; /* where it assumes the cursor */
    UINTN attribute;
    bool cursor_visible;
    size_t drawn, moves, clears, styled;
    bool is_screen; /* a screen instead, whose font has Latin-1, and one character beyond it */
    uint32_t width, height; /* of the screen, in pixels */
    UINTN columns, rows;    /* that the firmware claims */
    bool is_wide;           /* it has as many columns as that: what is drawn is only counted */
    INT32 modes_set, last_set;
} terminal;

static SIMPLE_TEXT_OUTPUT_MODE console_mode;

static struct arena arena;

static void draw(CHAR16 character)
{
    size_t width = columns_of_character(character);
    CHAR16 *row = terminal.characters[terminal.row];

    check(terminal.column + width < COLUMNS); /* the last column may wrap */
    for (size_t i = terminal.column; i < terminal.column + width; i++) {
        if (row[i] == NO_CHARACTER)
            row[i - 1] = ' '; /* overwriting half of a wide character erases it */
        if (row[i + 1] == NO_CHARACTER)
            row[i + 1] = ' ';
        row[i] = NO_CHARACTER;
        terminal.attributes[terminal.row][i] = terminal.attribute;
    }
    row[terminal.column] = character;
    terminal.column += width;
    terminal.firmware_column++;
    terminal.drawn++;
}

/* As EDK2 does: it leaves out what it has no glyphs for, and counts that in the cursor's column. */
static void draw_on_screen(const CHAR16 *string)
{
    size_t lacking = 0;

    for (; *string; string++) {
        if (*string > 0xff && *string != EURO)
            lacking++;
        else
            draw(*string);
    }
    terminal.column += lacking;
    terminal.firmware_column += lacking;
}

/* Some firmware has small buffers. */
static void count(const CHAR16 *string)
{
    size_t length = 0;

    while (string[length])
        length++;
    assert_in_range(length, 1, 127);
    terminal.drawn += length;
}

static EFI_STATUS EFIAPI output_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    (void)this;
    if (terminal.is_wide) {
        count(string);
        return EFI_SUCCESS;
    }
    if (terminal.is_screen)
        draw_on_screen(string);
    for (; *string && !terminal.is_screen; string++)
        draw(*string);
    return EFI_SUCCESS;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the firmware's type */
static EFI_STATUS EFIAPI test_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    (void)this;
    return *string == NOT_IN_FONT ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN mode,
                                    UINTN *ret_columns, UINTN *ret_rows)
{
    (void)this;
    (void)mode;
    *ret_columns = terminal.columns;
    *ret_rows = terminal.rows;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN mode)
{
    (void)this;
    terminal.modes_set++;
    terminal.last_set = console_mode.Mode = (INT32)mode;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN attribute)
{
    (void)this;
    terminal.attribute = attribute;
    terminal.styled++;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI clear_screen(SIMPLE_TEXT_OUTPUT_INTERFACE *this)
{
    (void)this;
    for (size_t cell = 0; cell < ROWS * COLUMNS; cell++) {
        terminal.characters[cell / COLUMNS][cell % COLUMNS] = ' ';
        terminal.attributes[cell / COLUMNS][cell % COLUMNS] = terminal.attribute;
    }
    terminal.row = terminal.firmware_row = 0;
    terminal.column = terminal.firmware_column = 0;
    terminal.clears++;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_cursor_position(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN column,
                                             UINTN row)
{
    (void)this;
    if (terminal.is_wide)
        return EFI_SUCCESS;
    check(row < ROWS && column < COLUMNS);
    if (row == terminal.firmware_row)
        terminal.column += column - terminal.firmware_column;
    else
        terminal.column = column;
    terminal.row = terminal.firmware_row = row;
    terminal.firmware_column = column;
    terminal.moves++;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI enable_cursor(SIMPLE_TEXT_OUTPUT_INTERFACE *this, BOOLEAN enable)
{
    (void)this;
    terminal.cursor_visible = enable;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_graphics(EFI_GUID *guid, VOID *registration, VOID **ret_interface)
{
    static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
    static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode = {.Info = &info};
    static EFI_GRAPHICS_OUTPUT_PROTOCOL graphics = {.Mode = &mode};

    (void)guid;
    (void)registration;
    info.HorizontalResolution = terminal.width;
    info.VerticalResolution = terminal.height;
    *ret_interface = terminal.is_screen ? &graphics : NULL;
    return terminal.is_screen ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static int switch_on(void **state)
{
    static SIMPLE_TEXT_OUTPUT_INTERFACE console = {
        .OutputString = output_string,
        .TestString = test_string,
        .QueryMode = query_mode,
        .SetMode = set_mode,
        .SetAttribute = set_attribute,
        .ClearScreen = clear_screen,
        .SetCursorPosition = set_cursor_position,
        .EnableCursor = enable_cursor,
        .Mode = &console_mode,
    };
    static EFI_BOOT_SERVICES services = {.LocateProtocol = locate_graphics};
    static EFI_SYSTEM_TABLE table = {.ConOut = &console};

    (void)state;
    table.ConOut = &console;
    ST = &table;
    BS = &services;
    memset(&terminal, 0, sizeof(terminal));
    terminal.cursor_visible = true;
    terminal.columns = COLUMNS;
    terminal.rows = ROWS + 1;
    console_mode = (SIMPLE_TEXT_OUTPUT_MODE){.MaxMode = 1, .Attribute = EFI_BROWN};
    return 0;
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct screen open_screen(void)
{
    struct screen screen;

    assert_int_equal(screen_open(&screen, CONSOLE_MODE_KEEP, &arena), EFI_SUCCESS);
    return screen;
}

static size_t write_text(struct screen *screen, size_t column, size_t row, const char *text)
{
    return screen_write(screen, column, row, SCREEN_NORMAL, text, strlen(text));
}

/* Checks that the terminal shows the grid and has the cursor at the right place. */
static void check_terminal(const struct screen *screen)
{
    for (size_t row = 0; row < screen->rows; row++) {
        for (size_t column = 0; column < screen->columns; column++) {
            struct screen_cell cell = screen->wanted[row * screen->columns + column];

            check(terminal.characters[row][column] == cell.character);
            check(terminal.attributes[row][column] == cell.style);
        }
    }
    check(terminal.row == screen->cursor.row && terminal.column == screen->cursor.column);
    check(terminal.cursor_visible == screen->cursor.visible);
}

static void write_random_text(struct screen *screen, struct random *random)
{
    static const char *const parts[] = {"a",  " ",    "   ",      "word word", KANJI,
                                        KANA, ACCENT, "\xc3\xa9", SMILEY};
    static const enum screen_style styles[] = {SCREEN_NORMAL, SCREEN_BRIGHT, SCREEN_SELECTED};
    size_t row = random_below(random, screen->rows);
    size_t column = random_below(random, screen->columns);
    struct screen_cell *cells = screen->wanted + row * screen->columns;
    TEXT_ON_STACK(text, 200);
    size_t end;

    if (!cells[column].character) /* half of a wide character */
        return;
    for (uint64_t count = random_below(random, 12); count > 0; count--)
        text_append(&text, parts[random_below(random, 9)]);
    end =
        screen_write(screen, column, row, styles[random_below(random, 3)], text.data, text.length);
    if (end < screen->columns && !cells[end].character)
        screen_fill(screen, end, end + 1, row, SCREEN_NORMAL);
}

static void the_terminal_shows_what_was_written(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct random random = random_start(seed);
        struct screen screen = open_screen();

        for (int round = 0; round < 10; round++) {
            size_t drawn, moves;

            if (random_chance(&random, 30))
                screen_erase(&screen);
            if (random_chance(&random, 10))
                screen_forget(&screen);
            for (uint64_t count = random_below(&random, 30); count > 0; count--)
                write_random_text(&screen, &random);
            screen_place_cursor(&screen, random_below(&random, 90), random_below(&random, 30),
                                random_chance(&random, 50));
            screen_show(&screen);
            check_terminal(&screen);
            drawn = terminal.drawn;
            moves = terminal.moves;
            screen_show(&screen); /* nothing has changed: nothing is sent */
            check(terminal.drawn == drawn && terminal.moves == moves);
        }
        screen_close(&screen);
        (void)release(NULL);
    }
}

static void only_changes_are_drawn(void **state)
{
    struct screen screen = open_screen();

    (void)state;
    write_text(&screen, 10, 5, "Boot in 10 s.");
    screen_show(&screen);
    terminal.drawn = 0;
    screen_erase(&screen);
    write_text(&screen, 10, 5, "Boot in 11 s.");
    screen_show(&screen);
    assert_int_equal(terminal.drawn, 1);
    assert_int_equal(terminal.clears, 1);
    terminal.drawn = terminal.moves = terminal.styled = 0;
    write_text(&screen, 10, 5, "Root on 11 s.");
    write_text(&screen, 60, 5, "far");
    screen_show(&screen);
    assert_int_equal(terminal.drawn, strlen("Root o") + strlen("far"));
    assert_int_equal(terminal.moves, 3); /* to each of the two, and back */
    assert_int_equal(terminal.styled, 0);
    screen_close(&screen);
}

static void writing_stops_at_the_edge(void **state)
{
    struct screen screen = open_screen();

    (void)state;
    assert_int_equal(screen.columns, COLUMNS - 1);
    assert_int_equal(screen.rows, ROWS);
    assert_int_equal(write_text(&screen, COLUMNS - 4, 0, "abcdef"), COLUMNS - 1);
    assert_int_equal(write_text(&screen, COLUMNS - 2, 1, KANJI), COLUMNS - 2);
    assert_int_equal(write_text(&screen, 3, ROWS, "x"), 3);
    screen_fill(&screen, 0, COLUMNS, ROWS, SCREEN_SELECTED);
    screen_show(&screen);
    check_terminal(&screen);
    screen_close(&screen);
}

static void what_cannot_be_shown_keeps_its_place(void **state)
{
    const CHAR16 expected[] = {'?', '?', '?', ' ', 0xfffd, 'x', ' '};
    struct screen screen = open_screen();

    (void)state;
    assert_int_equal(write_text(&screen, 0, 0, "\xc3\xa9" SMILEY "\x1b\t\xff" ACCENT "x"), 6);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(screen.wanted[i].character, expected[i]);
    screen_close(&screen);
}

static void assert_row(size_t row, const char *text, UINTN attribute)
{
    for (size_t i = 0; text[i]; i++) {
        assert_int_equal(terminal.characters[row][i], text[i]);
        assert_int_equal(terminal.attributes[row][i], attribute);
    }
}

/* Neither in the bar nor by what follows moving to the left. */
static void missing_glyphs_leave_no_hole(void **state)
{
    static const char label[] = "a " KANJI KANA " \xd0\x9a\xd0\xbb b";
    struct screen screen;

    (void)state;
    terminal.is_screen = true;
    screen = open_screen();
    screen_fill(&screen, 0, 20, 3, SCREEN_SELECTED);
    (void)screen_write(&screen, 0, 3, SCREEN_SELECTED, label, strlen(label));
    screen_show(&screen);
    assert_row(3, "a ? ?  ?? b         ", SCREEN_SELECTED);
    screen_erase(&screen);
    (void)screen_write(&screen, 1, 3, SCREEN_NORMAL, label, strlen(label));
    screen_show(&screen);
    assert_row(3, " a ? ?  ?? b        ", SCREEN_NORMAL);
    write_text(&screen, COLUMNS - 2, ROWS - 1, "\xd0\x9a");
    screen_show(&screen);
    assert_int_equal(terminal.characters[ROWS - 1][COLUMNS - 2], '?');
    screen_close(&screen);
}

/* Of what the font has, nothing else is seen. */
static void glyphs_take_the_place_of_substitutes(void **state)
{
    struct screen screen;

    (void)state;
    terminal.is_screen = true;
    screen = open_screen();
    write_text(&screen, 0, 0, "5 \xe2\x82\xac!");
    screen_show(&screen);
    assert_int_equal(terminal.characters[0][2], EURO);
    assert_int_equal(terminal.characters[0][3], '!');
    screen_close(&screen);
}

/* What the firmware claims, and what of it is used. */
static const struct {
    bool is_screen;
    int console_mode;
    UINTN columns, rows;
    size_t used_columns, used_rows;
} sizes[] = {
    {false, CONSOLE_MODE_KEEP, 80, 25, 79, 24},
    {false, CONSOLE_MODE_KEEP, 100, 31, 79, 24},
    {false, CONSOLE_MODE_KEEP, 40, 10, 39, 9},
    {false, CONSOLE_MODE_KEEP, 41, 11, 40, 10},
    {false, CONSOLE_MODE_KEEP, 39, 9, 39, 9},
    {false, 0, 100, 31, 99, 30},
    {true, CONSOLE_MODE_KEEP, 100, 31, 99, 30},
    {true, 0, 100, 31, 99, 30},
    {true, CONSOLE_MODE_KEEP, 1024, 512, 1023, 511},
    {true, CONSOLE_MODE_KEEP, 1025, 513, 1023, 511},
    {true, CONSOLE_MODE_KEEP, 1, 1, 39, 9},
};

static void the_last_column_and_row_are_not_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(sizes); i++) {
        struct screen screen;

        terminal.is_screen = sizes[i].is_screen;
        terminal.columns = sizes[i].columns;
        terminal.rows = sizes[i].rows;
        assert_int_equal(screen_open(&screen, sizes[i].console_mode, &arena), EFI_SUCCESS);
        assert_int_equal(screen.columns, sizes[i].used_columns);
        assert_int_equal(screen.rows, sizes[i].used_rows);
        screen_close(&screen);
    }
}

/* The text modes of a console, its screen, and which is set of them; -1: none. */
static const struct {
    int console_mode;
    INT32 count;
    uint32_t width, height;
    INT32 set;
} modes[] = {
    {CONSOLE_MODE_KEEP, 5, 7680, 4320, -1},
    {CONSOLE_MODE_MAX, 5, 640, 480, 4},
    {CONSOLE_MODE_MAX, 1, 640, 480, -1},
    {CONSOLE_MODE_AUTO, 5, 640, 480, -1},
    {CONSOLE_MODE_AUTO, 5, 1600, 1900, -1},
    {CONSOLE_MODE_AUTO, 5, 1600, 1901, 2},
    {CONSOLE_MODE_AUTO, 3, 7680, 4320, 2},
    {CONSOLE_MODE_AUTO, 2, 7680, 4320, 1},
    {CONSOLE_MODE_AUTO, 1, 7680, 4320, -1},
    {CONSOLE_MODE_AUTO, 5, 0, 0, -1},
    {0, 5, 640, 480, -1},
    {1, 5, 640, 480, 1},
    {4, 5, 640, 480, 4},
    {5, 5, 640, 480, -1},
};

static void the_mode_that_is_asked_for_is_set(void **state)
{
    for (size_t i = 0; i < ELEMENTS(modes); i++) {
        struct screen screen;

        (void)switch_on(state);
        terminal.is_screen = modes[i].width > 0;
        terminal.width = modes[i].width;
        terminal.height = modes[i].height;
        console_mode.MaxMode = modes[i].count;
        assert_int_equal(screen_open(&screen, modes[i].console_mode, &arena), EFI_SUCCESS);
        assert_int_equal(terminal.modes_set, modes[i].set >= 0);
        assert_int_equal(terminal.last_set, modes[i].set >= 0 ? modes[i].set : 0);
        screen_close(&screen);
    }
}

static void blanks_are_not_sent(void **state)
{
    struct screen screen = open_screen();

    (void)state;
    screen_show(&screen);
    assert_int_equal(terminal.drawn, 0);
    screen_forget(&screen);
    screen_show(&screen);
    assert_int_equal(terminal.drawn, 0);
    screen_close(&screen);
}

static void long_rows_are_sent_in_parts(void **state)
{
    struct screen screen;
    char text[300];

    (void)state;
    terminal.is_wide = terminal.is_screen = true;
    terminal.columns = sizeof(text) + 1;
    screen = open_screen();
    memset(text, 'x', sizeof(text));
    assert_int_equal(screen_write(&screen, 0, 0, SCREEN_NORMAL, text, sizeof(text)), sizeof(text));
    screen_show(&screen);
    assert_int_equal(terminal.drawn, sizeof(text));
    screen_close(&screen);
}

static void the_cursor_stays_on_the_screen(void **state)
{
    struct screen screen = open_screen();

    (void)state;
    screen_place_cursor(&screen, COLUMNS + 5, ROWS + 5, true);
    screen_show(&screen);
    assert_int_equal(terminal.column, COLUMNS - 2);
    assert_int_equal(terminal.row, ROWS - 1);
    assert_true(terminal.cursor_visible);
    screen_erase(&screen);
    screen_show(&screen);
    assert_true(terminal.column == 0 && terminal.row == 0 && !terminal.cursor_visible);
    screen_close(&screen);
}

/* The same grids serve a mode that is not larger. */
static void another_mode_is_adopted(void **state)
{
    struct screen screen = open_screen();
    const struct screen_cell *cells = screen.wanted;

    (void)state;
    assert_int_equal(screen_adopt_mode(&screen, CONSOLE_MODE_KEEP, &arena), EFI_SUCCESS);
    assert_ptr_equal(screen.wanted, cells);
    terminal.is_screen = true;
    terminal.columns = COLUMNS + 20;
    assert_int_equal(screen_adopt_mode(&screen, CONSOLE_MODE_KEEP, &arena), EFI_SUCCESS);
    assert_int_equal(screen.columns, COLUMNS + 19);
    screen.wanted[screen.rows * screen.columns - 1].character = 'x';
    screen.shown[screen.rows * screen.columns - 1].character = 'x';
    screen_close(&screen);
}

static void the_screen_is_left_as_it_was(void **state)
{
    struct screen screen = open_screen();

    (void)state;
    assert_false(terminal.cursor_visible);
    write_text(&screen, 0, 0, "text");
    screen_show(&screen);
    screen_close(&screen);
    assert_int_equal(terminal.attribute, EFI_BROWN);
    assert_int_equal(terminal.characters[0][0], ' ');
    assert_true(terminal.cursor_visible);
}

static void without_console_or_memory_there_is_no_screen(void **state)
{
    struct screen screen;

    (void)state;
    console_mode.MaxMode = 3;
    console_mode.Mode = 2;
    for (size_t i = 0; i < 2; i++) {
        arena_fail_after(i);
        assert_int_equal(screen_open(&screen, 1, &arena), EFI_OUT_OF_RESOURCES);
    }
    arena_fail_after(NEVER);
    assert_int_equal(terminal.clears, 0);
    assert_int_equal(terminal.modes_set, 4);
    assert_int_equal(console_mode.Mode, 2); /* that from before */
    ST->ConOut = NULL;
    assert_int_equal(screen_open(&screen, CONSOLE_MODE_KEEP, &arena), EFI_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_terminal_shows_what_was_written, switch_on, release),
        cmocka_unit_test_setup_teardown(only_changes_are_drawn, switch_on, release),
        cmocka_unit_test_setup_teardown(writing_stops_at_the_edge, switch_on, release),
        cmocka_unit_test_setup_teardown(what_cannot_be_shown_keeps_its_place, switch_on, release),
        cmocka_unit_test_setup_teardown(missing_glyphs_leave_no_hole, switch_on, release),
        cmocka_unit_test_setup_teardown(glyphs_take_the_place_of_substitutes, switch_on, release),
        cmocka_unit_test_setup_teardown(the_last_column_and_row_are_not_used, switch_on, release),
        cmocka_unit_test_setup_teardown(the_mode_that_is_asked_for_is_set, switch_on, release),
        cmocka_unit_test_setup_teardown(blanks_are_not_sent, switch_on, release),
        cmocka_unit_test_setup_teardown(long_rows_are_sent_in_parts, switch_on, release),
        cmocka_unit_test_setup_teardown(the_cursor_stays_on_the_screen, switch_on, release),
        cmocka_unit_test_setup_teardown(another_mode_is_adopted, switch_on, release),
        cmocka_unit_test_setup_teardown(the_screen_is_left_as_it_was, switch_on, release),
        cmocka_unit_test_setup_teardown(without_console_or_memory_there_is_no_screen, switch_on,
                                        release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
