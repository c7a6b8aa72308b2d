/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/console.h"

#include "efi/console/screen.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/ledger.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define MOST_COLUMNS  100
#define MOST_ROWS     31
#define MOST_EXPECTED 96

#define COLUMNS     (output_mode.Mode == 0 ? 80 : MOST_COLUMNS)
#define ROWS        (output_mode.Mode == 0 ? 25 : MOST_ROWS)
#define MODE_LISTED 1 /* as OVMF lists 80x50 on a screen that is too low */

#define BACKGROUND(attribute) ((attribute) >> 4 & 7)

static SIMPLE_TEXT_OUTPUT_MODE output_mode = {
    .MaxMode = 3, .Attribute = EFI_LIGHTGRAY, .CursorVisible = TRUE};
static bool output_cleared;

/* What is shown. */
static struct cell {
    CHAR16 character; /* 0: blank */
    bool is_highlighted;
} cells[MOST_ROWS][MOST_COLUMNS];

/* What must be shown, or must not be, when a key is read. */
static struct expected {
    size_t key;
    const char *text;
    bool is_shown;
} expected[MOST_EXPECTED];
static size_t expected_count;
static size_t keys_seen;

bool console_is_cleared(void)
{
    return output_cleared;
}

INT32 console_mode(void)
{
    return output_mode.Mode;
}

static void expect(const char *text, bool is_shown)
{
    require(expected_count < MOST_EXPECTED);
    expected[expected_count++] = (struct expected){keys_so_far(), text, is_shown};
}

void console_expect(const char *text)
{
    expect(text, true);
}

void console_expect_none(const char *text)
{
    expect(text, false);
}

/* A row's text without the blanks at its end, and a newline. Returns its length. */
static size_t describe_row(const struct cell *row, char *text, size_t size)
{
    CHAR16 units[MOST_COLUMNS + 3] = {' '};
    size_t end = 1;

    for (size_t i = 0; i < MOST_COLUMNS; i++) {
        units[i + 1] = row[i].character ? row[i].character : ' ';
        if (row[i].is_highlighted)
            units[0] = '>';
        if (units[i + 1] != ' ')
            end = i + 2;
    }
    units[end] = '\n';
    narrow(units, end + 1, text, size);
    return strlen(text);
}

/* Where the highlighted part of a row begins and ends, if there is one; it has no gaps. */
static size_t describe_bar(size_t row, char *text, size_t size)
{
    size_t first = 0, end;

    while (first < MOST_COLUMNS && !cells[row][first].is_highlighted)
        first++;
    for (end = first; end < MOST_COLUMNS && cells[row][end].is_highlighted; end++)
        ;
    if (first == MOST_COLUMNS)
        return 0;
    snprintf(text, size, "highlighted: row %zu, columns %zu to %zu\n", row, first, end - 1);
    return strlen(text);
}

void console_see_key(size_t key)
{
    char text[MOST_ROWS * (MOST_COLUMNS * 3 + 2 + 60) + 50];
    size_t length = 0;

    keys_seen = key + 1;
    if (!run_is_plain() || expected_count == 0)
        return;
    for (size_t row = 0; row < (size_t)ROWS; row++)
        length += describe_row(cells[row], text + length, sizeof(text) - length);
    snprintf(text + length, sizeof(text) - length, "cursor: row %d, column %d%s\n",
             (int)output_mode.CursorRow, (int)output_mode.CursorColumn,
             output_mode.CursorVisible ? "" : ", hidden");
    length += strlen(text + length);
    for (size_t row = 0; row < (size_t)ROWS; row++)
        length += describe_bar(row, text + length, sizeof(text) - length);
    for (size_t i = 0; i < expected_count; i++) {
        if (expected[i].key == key && !strstr(text, expected[i].text) == expected[i].is_shown)
            run_fail("at key %zu, %s is \"%s\":\n%s", key,
                     expected[i].is_shown ? "not shown" : "shown", expected[i].text, text);
    }
}

const char *console_find_unseen(void)
{
    for (size_t i = 0; i < expected_count; i++) {
        if (expected[i].key >= keys_seen)
            return expected[i].text;
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL
 */

static void check_output(const SIMPLE_TEXT_OUTPUT_INTERFACE *this)
{
    if (this != &fake_output)
        run_fail("a console function is called with another console");
}

static bool is_highlighting(void)
{
    return BACKGROUND(output_mode.Attribute) != EFI_BLACK;
}

static void clear_row(struct cell *row)
{
    for (size_t i = 0; i < MOST_COLUMNS; i++)
        row[i] = (struct cell){0, is_highlighting()};
}

static void clear_cells(void)
{
    for (size_t row = 0; row < MOST_ROWS; row++)
        clear_row(cells[row]);
    output_mode.CursorColumn = output_mode.CursorRow = 0;
}

static void start_row(void)
{
    if (output_mode.CursorRow + 1 < ROWS) {
        output_mode.CursorRow++;
        return;
    }
    memmove(cells[0], cells[1], sizeof(cells) - sizeof(cells[0]));
    clear_row(cells[ROWS - 1]);
}

static void show(CHAR16 character)
{
    if (character == '\n') {
        start_row();
    } else if (character == '\r') {
        output_mode.CursorColumn = 0;
    } else if (character == '\b') {
        output_mode.CursorColumn -= output_mode.CursorColumn > 0;
    } else {
        cells[output_mode.CursorRow][output_mode.CursorColumn] =
            (struct cell){character, is_highlighting()};
        if (++output_mode.CursorColumn < COLUMNS)
            return;
        output_mode.CursorColumn = 0;
        start_row();
    }
}

static EFI_STATUS EFIAPI output_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    EFI_STATUS status = ledger_enter(SERVICE_OUTPUT_STRING);
    char text[4096];

    check_output(this);
    narrow(string, SIZE_MAX, text, sizeof(text));
    run_say(text);    /* recorded even when the console fails */
    physical_touch(); /* firmware may allocate when it scrolls */
    for (; !EFI_ERROR(status) && *string; string++)
        show(*string);
    return status;
}

static EFI_STATUS EFIAPI query_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN mode, UINTN *columns,
                                    UINTN *rows)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    if (EFI_ERROR(status))
        return status;
    if (mode >= (UINTN)output_mode.MaxMode || mode == MODE_LISTED)
        return EFI_UNSUPPORTED;
    *columns = COLUMNS;
    *rows = ROWS;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN mode)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    if (mode >= (UINTN)output_mode.MaxMode)
        run_fail("text mode %zu is set, which is not listed", (size_t)mode);
    if (EFI_ERROR(status))
        return status;
    if (mode == MODE_LISTED || (mode && firmware_ways.one_text_mode))
        return EFI_UNSUPPORTED;
    output_mode.Mode = (INT32)mode;
    clear_cells(); /* also when the mode is the current one */
    run_say("\n");
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN attribute)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    if (attribute != SCREEN_NORMAL && attribute != SCREEN_BRIGHT && attribute != SCREEN_SELECTED)
        run_fail("text has the attribute 0x%llx, which none of the styles has",
                 (unsigned long long)attribute);
    if (!EFI_ERROR(status))
        output_mode.Attribute = (INT32)attribute;
    return status;
}

static EFI_STATUS EFIAPI reset(SIMPLE_TEXT_OUTPUT_INTERFACE *this, BOOLEAN extended)
{
    check_output(this);
    (void)extended;
    return ledger_enter(SERVICE_CONSOLE_MODE);
}

static EFI_STATUS EFIAPI enable_cursor(SIMPLE_TEXT_OUTPUT_INTERFACE *this, BOOLEAN visible)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    if (!EFI_ERROR(status))
        output_mode.CursorVisible = visible;
    return status;
}

static EFI_STATUS EFIAPI clear_screen(SIMPLE_TEXT_OUTPUT_INTERFACE *this)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    output_cleared = true;
    run_say("\n"); /* the next output starts a new line */
    if (!EFI_ERROR(status))
        clear_cells();
    return status;
}

static EFI_STATUS EFIAPI set_cursor(SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN column, UINTN row)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    check_output(this);
    if (EFI_ERROR(status))
        return status;
    if (column >= COLUMNS || row >= ROWS)
        return EFI_UNSUPPORTED;
    if ((INT32)row == output_mode.CursorRow && (INT32)column + 1 == output_mode.CursorColumn)
        run_unsay('?');
    output_mode.CursorColumn = (INT32)column;
    output_mode.CursorRow = (INT32)row;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI test_string(SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *string)
{
    check_output(this);
    (void)string;
    return ledger_enter(SERVICE_CONSOLE_MODE);
}

SIMPLE_TEXT_OUTPUT_INTERFACE fake_output = {
    .Reset = reset,
    .OutputString = output_string,
    .TestString = test_string,
    .QueryMode = query_mode,
    .SetMode = set_mode,
    .SetAttribute = set_attribute,
    .ClearScreen = clear_screen,
    .SetCursorPosition = set_cursor,
    .EnableCursor = enable_cursor,
    .Mode = &output_mode,
};
