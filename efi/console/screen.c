/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/screen.h"

#include "common/base/overflow.h"
#include "common/base/utf.h"
#include "common/bls/loader_config.h"
#include "common/ui/columns.h"
#include "efi/console/printable.h"
#include "efi/console/text_mode.h"

#include <string.h>

/* The smallest size that most serial terminals have, and that the menu is drawn in at all. */
#define SERIAL_COLUMNS 80
#define SERIAL_ROWS    25
#define MIN_COLUMNS    40
#define MIN_ROWS       10

/* More than the 960x227 of a screen of 7680x4320; what firmware claims beyond is not used. */
#define MAX_COLUMNS 1024
#define MAX_ROWS    512

/* Mode 1 is 80x50 where it exists; the following ones depend on the machine. */
#define MODE_80_50         1
#define MODE_FIRST_MACHINE 2

/* The size of EDK2's font, which nearly all firmware uses, and when text counts as too small. */
#define FONT_WIDTH        8
#define FONT_HEIGHT       19
#define READABLE_FRACTION 10 /* text must cover at least a tenth of the screen's area */

/* The length of "ESC [ row ; column H" on a serial line, in bytes. */
#define MOVE_COST 8

#define BLOCK_SIZE 128 /* CHAR16s in one OutputString(): some firmware has small buffers */

#define UNKNOWN_STYLE UINT16_MAX /* of a cell in `shown` that must be sent again */

static void set_attribute(struct screen *screen, int attribute)
{
    if (screen->attribute != attribute)
        (void)ST->ConOut->SetAttribute(ST->ConOut, (UINTN)attribute);
    screen->attribute = attribute;
}

/* True when text is too small to read: in a small part of the screen, above Full HD. */
static bool text_is_tiny(void)
{
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = text_mode_graphics();
    uint64_t width, height;
    UINTN columns, rows;

    if (!mode)
        return false;
    width = mode->HorizontalResolution;
    height = mode->VerticalResolution;
    text_mode_size(&columns, &rows);
    return width * height >
           (uint64_t)columns * FONT_WIDTH * (uint64_t)rows * FONT_HEIGHT * READABLE_FRACTION;
}

/* The number of the mode to set: the usual one for no change. */
static INT32 choose_mode(int console_mode)
{
    INT32 last = ST->ConOut->Mode->MaxMode - 1;

    if (console_mode >= 0)
        return console_mode;
    if (console_mode == CONSOLE_MODE_MAX)
        return last;
    if (console_mode == CONSOLE_MODE_AUTO && text_is_tiny())
        return last >= MODE_FIRST_MACHINE ? MODE_FIRST_MACHINE : MODE_80_50;
    return text_mode_usual();
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

/* Chooses how many columns and rows of the current mode are used. */
static void choose_size(int console_mode, struct screen *screen)
{
    UINTN columns, rows;

    text_mode_size(&columns, &rows);
    /*
     * Without graphics the console is a serial terminal, whose size no firmware knows. OVMF assumes
     * 80x50, the largest standard mode, but most terminals have half as many rows.
     */
    if (console_mode < 0 && !text_mode_graphics()) {
        columns = min_u64(columns, SERIAL_COLUMNS);
        rows = min_u64(rows, SERIAL_ROWS);
    }
    /*
     * Writing to the last column makes some consoles wrap, and writing to the last row makes all of
     * them scroll. Most terminals have 24 rows where the firmware assumes 25.
     */
    screen->columns = min_u64(max_u64(columns, MIN_COLUMNS), MAX_COLUMNS) - 1;
    screen->rows = min_u64(max_u64(rows, MIN_ROWS), MAX_ROWS) - 1;
}

/* Allocates grids, unless those that are there are large enough. */
static bool grow_grids(struct screen *screen, struct arena *arena)
{
    size_t cells = screen->columns * screen->rows;

    if (cells <= screen->capacity)
        return true;
    screen->wanted = arena_alloc(arena, cells, sizeof(*screen->wanted));
    screen->shown = arena_alloc(arena, cells, sizeof(*screen->shown));
    screen->capacity = cells;
    return screen->wanted && screen->shown;
}

void screen_set_mode(int console_mode)
{
    (void)text_mode_set(choose_mode(console_mode));
}

EFI_STATUS screen_open(struct screen *screen, int console_mode, struct arena *arena)
{
    EFI_STATUS status;
    INT32 before;

    if (!ST->ConOut || !ST->ConOut->Mode)
        return EFI_UNSUPPORTED;
    before = text_mode_current();
    *screen = (struct screen){.saved_attribute = ST->ConOut->Mode->Attribute};
    screen_set_mode(console_mode);
    status = screen_adopt_mode(screen, console_mode, arena);
    if (EFI_ERROR(status))
        (void)text_mode_set(before);
    return status;
}

EFI_STATUS screen_adopt_mode(struct screen *screen, int console_mode, struct arena *arena)
{
    struct screen changed = *screen;

    changed.attribute = -1;
    choose_size(console_mode, &changed);
    if (!grow_grids(&changed, arena))
        return EFI_OUT_OF_RESOURCES;
    *screen = changed;
    (void)ST->ConOut->EnableCursor(ST->ConOut, FALSE);
    screen->shown_cursor.visible = false;
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
        CHAR16 character = code_point == '\t' ? ' ' : printable(code_point);

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

/* The number of cells of the character at `cell`. */
static size_t cell_width(const struct screen *screen, size_t cell, size_t end)
{
    return cell + 1 < end && is_half(screen, cell + 1) ? 2 : 1;
}

/*
 * The end of the run of cells that starts at `cell` and is sent with one call. A run has one style.
 * It includes unchanged cells where sending them is cheaper than moving the cursor. It ends after a
 * wide character: firmware may count that as one column, so the next run sets the position again.
 * A character that the screen may lack is a run of its own.
 */
static size_t find_run_end(const struct screen *screen, size_t cell, size_t end)
{
    uint16_t style = screen->wanted[cell].style;
    size_t run_end = cell + 1;

    if (printable_is_doubtful(screen->wanted[cell].character))
        return cell + cell_width(screen, cell, end);
    end = min_u64(end, cell + BLOCK_SIZE - 1);
    for (; cell < end && cell < run_end + MOVE_COST; cell++) {
        if (screen->wanted[cell].style != style ||
            printable_is_doubtful(screen->wanted[cell].character))
            break;
        if (cell_differs(screen, cell))
            run_end = cell + 1;
        if (is_half(screen, cell))
            break;
    }
    return run_end;
}

/* Writes what remains if the screen lacks the character at `cell`. */
static void send_substitute(struct screen *screen, size_t cell, size_t end)
{
    CHAR16 block[] = {'?', cell_width(screen, cell, end) > 1 ? ' ' : 0, 0};
    size_t column = cell % screen->columns;

    (void)ST->ConOut->OutputString(ST->ConOut, block);
    (void)ST->ConOut->SetCursorPosition(ST->ConOut, column, cell / screen->columns);
}

static void send_run(struct screen *screen, size_t cell, size_t end)
{
    CHAR16 block[BLOCK_SIZE];
    size_t count = 0;

    set_attribute(screen, screen->wanted[cell].style);
    if (printable_is_doubtful(screen->wanted[cell].character))
        send_substitute(screen, cell, end);
    for (; cell < end; cell++) {
        if (screen->wanted[cell].character)
            block[count++] = screen->wanted[cell].character;
        screen->shown[cell] = screen->wanted[cell];
    }
    block[count] = 0;
    (void)ST->ConOut->OutputString(ST->ConOut, block);
}

/* Where either cell of an old or new wide character changes, both cells have to be sent again. */
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
        /* EDK2 moves relatively within a row, but absolutely from another row. */
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
