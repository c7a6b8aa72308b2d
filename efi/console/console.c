/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/console.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "common/ui/columns.h"
#include "efi/console/log.h"
#include "efi/console/printable.h"
#include "efi/console/text_mode.h"
#include "pvh/messages.h"

#include <string.h>

#define MESSAGE_SIZE 1000
#define BLOCK_SIZE   128 /* CHAR16s in one OutputString(): some firmware has small buffers */
#define NARROWEST    20  /* columns; below that, text is not wrapped between words */

/* In front of each message. */
#define PREFIX "pvhboot: "

/* In front of the second and further lines of a text. No line of a report begins with it. */
#define INDENT "    "

static bool verbose_output;
static size_t transient_length; /* of the line to be erased, in bytes: at least its columns */
static bool has_warned;
static bool is_held;
static struct text *message_copy; /* of console_copy_messages(); NULL for none */
static const char *entry_name;    /* of console_set_entry() */

void console_set_entry(const char *name)
{
    entry_name = name;
}

static void flush_block(CHAR16 *block, size_t *count)
{
    block[*count] = 0;
    if (*count > 0)
        (void)ST->ConOut->OutputString(ST->ConOut, block);
    *count = 0;
}

static bool is_white_space(uint32_t character)
{
    return character == '\n' || character == '\r' || character == '\t';
}

static void send_character(CHAR16 character)
{
    CHAR16 string[] = {character, 0};

    (void)ST->ConOut->OutputString(ST->ConOut, string);
}

/*
 * A character that the screen may lack, on its own: over a '?', with nothing after it that could
 * take its place. A backspace would erase the '?'.
 */
static void send_doubtful(CHAR16 character)
{
    const SIMPLE_TEXT_OUTPUT_MODE *mode = ST->ConOut->Mode;

    send_character('?');
    if (mode && mode->CursorColumn > 0 &&
        !EFI_ERROR(ST->ConOut->SetCursorPosition(ST->ConOut, (UINTN)mode->CursorColumn - 1,
                                                 (UINTN)mode->CursorRow)))
        send_character(character);
}

static void write_text(const char *text, size_t length)
{
    const char *end = text + length;
    CHAR16 block[BLOCK_SIZE];
    size_t count = 0;

    if (!ST->ConOut) /* some machines have no console at all */
        return;
    while (text < end) {
        uint32_t code_point = utf8_next(&text);
        bool white = is_white_space(code_point);
        CHAR16 character = white ? (CHAR16)code_point : printable(code_point);

        if (count + 3 > BLOCK_SIZE) /* \r, the character, NUL */
            flush_block(block, &count);
        if (character == '\n')
            block[count++] = '\r';
        if (printable_is_doubtful(character)) {
            flush_block(block, &count);
            send_doubtful(character);
            continue;
        }
        block[count++] = character;
    }
    flush_block(block, &count);
}

/* How wide lines may be: some consoles wrap after a character in the last column. */
static size_t usable_columns(void)
{
    UINTN columns = 0, rows;

    if (ST->ConOut)
        text_mode_size(&columns, &rows);
    return columns > NARROWEST ? columns - 1 : SIZE_MAX;
}

/* In the log, lines are not broken. */
static void log_lines(const char *text)
{
    size_t length = strlen(text);

    log_append(text);
    if (length > 0 && text[length - 1] != '\n')
        log_append("\n");
}

/* Writes lines, each broken between words where it is too long for the console. */
static void write_lines(const char *text)
{
    size_t columns = usable_columns();
    size_t indent = 0;
    size_t length;
    const char *line;

    log_lines(text);
    console_show_transient("");
    while ((line = columns_next_line(&text, columns - indent, &length))) {
        if (indent > 0)
            write_text(INDENT, indent);
        write_text(line, length);
        write_text("\n", 1);
        indent = text[-1] == '\n' ? 0 : strlen(INDENT);
    }
}

void console_show_transient(const char *line)
{
    size_t length = min_u64(strlen(line), CONSOLE_TRANSIENT);
    TEXT_ON_STACK(text, CONSOLE_TRANSIENT + 3);

    if (is_held || (length == 0 && transient_length == 0))
        return;
    text_format(&text, "\r%.*s", (int)length, line);
    for (size_t i = length; i < transient_length; i++)
        text_append_char(&text, ' ');
    if (length == 0)
        text_append_char(&text, '\r');
    transient_length = length;
    write_text(text.data, text.length);
}

void console_write(const char *text)
{
    log_append(text);
    console_show_transient("");
    write_text(text, strlen(text));
}

static void write_shown(struct writer *writer, const char *text)
{
    (void)writer;
    console_write(text);
}

struct writer console_writer = {write_shown};

void console_print(const char *format, ...)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    write_lines(text.data);
}

/* A message is a single line, whatever the names in it contain. */
static void replace_line_ends(struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (is_white_space((uint8_t)text->data[i]))
            text->data[i] = '?';
    }
}

static void start_message(struct text *text)
{
    text_append(text, PREFIX);
    if (!entry_name)
        return;
    text_append_short(text, entry_name, NAME_SHOWN);
    text_append(text, ": ");
}

/*
 * Writes a message that start_message() has started: to the log, and, if `shown`, to `copy`, unless
 * that is NULL, and to the console, unless that is held.
 */
static void write_message(struct text *text, bool shown, struct text *copy)
{
    bool on_console = shown && !is_held;

    replace_line_ends(text);
    has_warned |= on_console;
    if (on_console)
        write_lines(text->data);
    else
        log_lines(text->data);
    if (shown && copy)
        text_append_line(copy, text->data + strlen(PREFIX));
}

static void print_message(bool shown, struct text *copy, const char *format, va_list arguments)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);

    start_message(&text);
    text_format_list(&text, format, arguments);
    write_message(&text, shown, copy);
}

void console_message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_message(true, message_copy, format, arguments);
    va_end(arguments);
}

EFI_STATUS console_print_error(struct error *error, struct text *copy)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);

    if (error->printed)
        return EFIERR(error_status(error));
    error->printed = true;
    start_message(&text);
    error_append(&text, error);
    write_message(&text, true, copy ? copy : message_copy);
    return EFIERR(error_status(error));
}

void console_copy_messages(struct text *copy)
{
    message_copy = copy;
}

void console_hold(bool held)
{
    is_held = held;
}

bool console_has_warned(void)
{
    return has_warned;
}

void console_verbose(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_message(verbose_output, NULL, format, arguments);
    va_end(arguments);
}

void console_set_verbose(bool verbose)
{
    verbose_output = verbose;
}

void console_warn(enum error_code code, const char *name)
{
    struct error warning = {.code = code, .name = name};

    (void)console_print_error(&warning, NULL);
}
