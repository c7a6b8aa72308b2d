/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/screen.h"

#include "common/base/overflow.h"
#include "common/base/utf.h"
#include "common/bls/loader_config.h"
#include "common/ui/columns.h"
#include "efi/console/printable.h"

#include <string.h>

/* Mode 0 has 80x25 everywhere, and it is what QueryMode() must know (UEFI 2.10, 12.4). */
#define DEFAULT_COLUMNS 80
#define DEFAULT_ROWS    25
#define LEAST_COLUMNS   40
#define LEAST_ROWS      10

/* Modes 0 and 1 are the specification's, 80x25 and 80x50; then come the machine's own. */
#define MODE_80_50        1
#define MODE_MACHINES_OWN 2

/* EDK2's font, which nearly all firmware has, and from where on its letters are too small. */
#define FONT_WIDTH        8
#define FONT_HEIGHT       19
#define READABLE_WIDTH    1920
#define READABLE_HEIGHT   1080
#define READABLE_FRACTION 10 /* of the screen's area that the text has to take */

/* Bytes of "ESC [ row ; column H" on a serial line. */
#define MOVE_COST 8

#define BLOCK_UNITS 128 /* some firmware has small buffers behind OutputString */

#define UNKNOWN_STYLE UINT16_MAX /* of what is shown: to be sent */

static void set_attribute(struct screen *screen, int attribute)
{
    if (screen->attribute != attribute)
        (void)ST->ConOut->SetAttribute(ST->ConOut, (UINTN)attribute);
    screen->attribute = attribute;
}

/* The size of the current mode. */
static void query_size(UINTN *ret_columns, UINTN *ret_rows)
{
    INT32 mode = ST->ConOut->Mode->Mode;

    if (mode < 0 ||
        EFI_ERROR(ST->ConOut->QueryMode(ST->ConOut, (UINTN)mode, ret_columns, ret_rows))) {
        *ret_columns = DEFAULT_COLUMNS;
        *ret_rows = DEFAULT_ROWS;
    }
}

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *graphics_mode(void)
{
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = NULL;

    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&graphics)) || !graphics->Mode)
        return NULL;
    return graphics->Mode->Info;
}

/*
 * True when the letters are too small to be read: a screen beyond Full HD with the text in a small
 * part of it.
 */
static bool text_is_tiny(void)
{
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = graphics_mode();
    uint64_t width, height;
    UINTN columns, rows;

    if (!mode)
        return false;
    width = mode->HorizontalResolution;
    height = mode->VerticalResolution;
    if (width <= READABLE_WIDTH && height <= READABLE_HEIGHT)
        return false;
    query_size(&columns, &rows);
    return width * height >
           (uint64_t)columns * FONT_WIDTH * (uint64_t)rows * FONT_HEIGHT * READABLE_FRACTION;
}

/* The number of the mode to set, or the current one's. */
static INT32 choose_mode(int console_mode)
{
    INT32 current = ST->ConOut->Mode->Mode;
    INT32 last = ST->ConOut->Mode->MaxMode - 1;

    if (console_mode >= 0)
        return console_mode;
    if (console_mode == CONSOLE_MODE_MAX)
        return last;
    if (console_mode == CONSOLE_MODE_AUTO && text_is_tiny())
        return last >= MODE_MACHINES_OWN ? MODE_MACHINES_OWN : MODE_80_50;
    return current;
}

/* A mode that the console refuses leaves it in the one it had. */
static void set_mode(int console_mode)
{
    INT32 before = ST->ConOut->Mode->Mode;
    INT32 mode = choose_mode(console_mode);

    if (mode == before || mode < 0 || mode >= ST->ConOut->Mode->MaxMode)
        return;
    if (EFI_ERROR(ST->ConOut->SetMode(ST->ConOut, (UINTN)mode)) && before >= 0)
        (void)ST->ConOut->SetMode(ST->ConOut, (UINTN)before);
}

void screen_forget(struct screen *screen)
{
    const struct screen_cell blank = {' ', SCREEN_NORMAL};

    set_attribute(screen, SCREEN_NORMAL);
    (void)ST->ConOut->ClearScreen(ST->ConOut);
    screen->cursor_is_there = false;
    for (size_t i = 0; i < screen->columns * screen->rows; i++)
        screen->shown[i] = blank;
}

/* What is used of the mode that is set. */
static void choose_size(int console_mode, struct screen *screen)
{
    UINTN columns, rows;

    query_size(&columns, &rows);
    /*
     * Without graphics the screen is a terminal on a serial line, and no firmware knows its size:
     * OVMF takes the largest mode that terminals might have, 80x50, and most have half of that.
     */
    if (console_mode < 0 && !graphics_mode()) {
        columns = min_u64(columns, DEFAULT_COLUMNS);
        rows = min_u64(rows, DEFAULT_ROWS);
    }
    /*
     * The last column would make some consoles wrap, the last row makes all of them scroll, and
     * most terminals have 24 rows where the firmware takes them for 25.
     */
    screen->columns = max_u64(columns, LEAST_COLUMNS) - 1;
    screen->rows = max_u64(rows, LEAST_ROWS) - 1;
}

EFI_STATUS screen_open(struct screen *screen, int console_mode, struct arena *arena)
{
    if (!ST->ConOut || !ST->ConOut->Mode)
        return EFI_UNSUPPORTED;
    *screen = (struct screen){.attribute = -1, .saved_attribute = ST->ConOut->Mode->Attribute};
    set_mode(console_mode);
    choose_size(console_mode, screen);
    screen->wanted = arena_alloc(arena, screen->columns * screen->rows, sizeof(*screen->wanted));
    screen->shown = arena_alloc(arena, screen->columns * screen->rows, sizeof(*screen->shown));
    if (!screen->wanted || !screen->shown)
        return EFI_OUT_OF_RESOURCES;
    (void)ST->ConOut->EnableCursor(ST->ConOut, FALSE);
    screen_forget(screen);
    screen_erase(screen);
    return EFI_SUCCESS;
}

void screen_close(struct screen *screen)
{
    if (!screen->shown)
        return;
    set_attribute(screen, screen->saved_attribute);
    (void)ST->ConOut->ClearScreen(ST->ConOut);
    (void)ST->ConOut->EnableCursor(ST->ConOut, TRUE);
}

void screen_fill(struct screen *screen, size_t column, size_t end, size_t row,
                 enum screen_style style)
{
    if (row >= screen->rows)
        return;
    for (; column < min_u64(end, screen->columns); column++)
        screen->wanted[row * screen->columns + column] = (struct screen_cell){' ', (uint16_t)style};
}

void screen_erase(struct screen *screen)
{
    for (size_t row = 0; row < screen->rows; row++)
        screen_fill(screen, 0, screen->columns, row, SCREEN_NORMAL);
    screen_place_cursor(screen, 0, 0, false);
}

/* The same, as far as the console's fonts have it. ASCII is not asked for: all have that. */
static CHAR16 shown_as(uint32_t code_point)
{
    CHAR16 string[2] = {printable(code_point), 0};

    if (code_point == '\t')
        return ' ';
    if (string[0] < 0x7f || ST->ConOut->TestString(ST->ConOut, string) == EFI_SUCCESS)
        return string[0];
    return '?';
}

size_t screen_write(struct screen *screen, size_t column, size_t row, enum screen_style style,
                    const char *text, size_t length)
{
    const char *end = text + length;
    struct screen_cell *cells = screen->wanted + row * screen->columns;

    if (row >= screen->rows)
        return column;
    while (text < end) {
        uint32_t code_point = utf8_next(&text);
        size_t width = columns_of_character(code_point);
        CHAR16 character = shown_as(code_point);

        if (width > screen->columns - min_u64(column, screen->columns))
            break;
        if (width > 0)
            cells[column] = (struct screen_cell){character, (uint16_t)style};
        if (width > 1)
            cells[column + 1] = (struct screen_cell){character == '?' ? ' ' : 0, (uint16_t)style};
        column += width;
    }
    return column;
}

void screen_place_cursor(struct screen *screen, size_t column, size_t row, bool visible)
{
    screen->cursor = (struct screen_cursor){
        .column = min_u64(column, screen->columns - 1),
        .row = min_u64(row, screen->rows - 1),
        .visible = visible,
    };
}

static bool cell_differs(const struct screen *screen, size_t cell)
{
    return screen->wanted[cell].character != screen->shown[cell].character ||
           screen->wanted[cell].style != screen->shown[cell].style;
}

/* The right half of a wide character. */
static bool is_half(const struct screen *screen, size_t cell)
{
    return !screen->wanted[cell].character;
}

/*
 * Where the run of cells ends that starts at `cell` and is sent with one call. They have one style;
 * what has not changed between them is shorter than the cursor's way around it; a wide character is
 * the last one: firmware may take it for one column, which the next run's position puts right.
 */
static size_t find_run_end(const struct screen *screen, size_t cell, size_t end)
{
    uint16_t style = screen->wanted[cell].style;
    size_t run_end = cell + 1;

    end = min_u64(end, cell + BLOCK_UNITS - 1);
    for (; cell < end && cell < run_end + MOVE_COST; cell++) {
        if (screen->wanted[cell].style != style)
            break;
        if (cell_differs(screen, cell))
            run_end = cell + 1;
        if (is_half(screen, cell))
            break;
    }
    return run_end;
}

static void send_run(struct screen *screen, size_t cell, size_t end)
{
    CHAR16 block[BLOCK_UNITS];
    size_t count = 0;

    set_attribute(screen, screen->wanted[cell].style);
    for (; cell < end; cell++) {
        if (screen->wanted[cell].character)
            block[count++] = screen->wanted[cell].character;
        screen->shown[cell] = screen->wanted[cell];
    }
    block[count] = 0;
    (void)ST->ConOut->OutputString(ST->ConOut, block);
}

/* A wide character that changes takes both its cells along, and what was a half of one. */
static void mark_halves(struct screen *screen, size_t start, size_t end)
{
    for (size_t cell = start; cell + 1 < end; cell++) {
        bool differs = cell_differs(screen, cell) || cell_differs(screen, cell + 1);

        if (differs && (is_half(screen, cell + 1) || !screen->shown[cell + 1].character))
            screen->shown[cell].style = screen->shown[cell + 1].style = UNKNOWN_STYLE;
    }
}

static void send_row(struct screen *screen, size_t row)
{
    size_t start = row * screen->columns;
    size_t end = start + screen->columns;
    size_t row_size = screen->columns * sizeof(*screen->shown);

    if (memcmp(screen->wanted + start, screen->shown + start, row_size) == 0)
        return;
    mark_halves(screen, start, end);
    for (size_t cell = start; cell < end; cell++) {
        size_t run_end;

        if (!cell_differs(screen, cell))
            continue;
        run_end = find_run_end(screen, cell, end);
        screen->cursor_is_there = false;
        (void)ST->ConOut->SetCursorPosition(ST->ConOut, cell - start, row);
        send_run(screen, cell, run_end);
        cell = run_end - 1;
        /* EDK2 moves relatively within a row; from another one it says where it goes. */
        if (is_half(screen, cell))
            (void)ST->ConOut->SetCursorPosition(ST->ConOut, 0, row > 0 ? 0 : 1);
    }
}

static void send_cursor(struct screen *screen)
{
    struct screen_cursor *shown = &screen->shown_cursor;
    const struct screen_cursor *wanted = &screen->cursor;

    if (!screen->cursor_is_there || shown->column != wanted->column || shown->row != wanted->row)
        (void)ST->ConOut->SetCursorPosition(ST->ConOut, wanted->column, wanted->row);
    if (shown->visible != wanted->visible)
        (void)ST->ConOut->EnableCursor(ST->ConOut, wanted->visible);
    screen->cursor_is_there = true;
    *shown = *wanted;
}

void screen_show(struct screen *screen)
{
    for (size_t row = 0; row < screen->rows; row++)
        send_row(screen, row);
    send_cursor(screen);
}
