/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/console.h"

#include "common/base/overflow.h"
#include "common/base/rolling_text.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/printable.h"
#include "pvh/limits.h"
#include "pvh/messages.h"

#include <string.h>

#define MESSAGE_SIZE 1000
#define BLOCK_SIZE   128 /* CHAR16s in one OutputString(): some firmware has small buffers */

static char no_log[1];
static struct text log_text = {no_log, 1, 0};
static bool verbose_output;
static size_t transient_length; /* of the line to be erased, in bytes: at least its columns */
static const char *entry_name;  /* of console_set_entry() */

void console_set_entry(const char *name)
{
    entry_name = name;
}

void console_start_log(struct arena *arena)
{
    char *data = arena_alloc_bulk(arena, BOOT_LOG_SIZE + 1);

    if (!data)
        return;
    log_text = (struct text){data, BOOT_LOG_SIZE + 1, 0};
    text_clear(&log_text);
}

void console_end_log(void)
{
    log_text = (struct text){no_log, 1, 0};
}

const struct text *console_log(void)
{
    return &log_text;
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

/*
 * What the console would show: whoever reads the log in the running system does so on a terminal,
 * too, which control characters from a command line or a file must not reach.
 */
static void append_log(const char *text)
{
    char block[BLOCK_SIZE];
    size_t length = 0;

    while (*text) {
        uint32_t character = utf8_next(&text);

        if (!is_white_space(character))
            character = printable(character);
        length += utf8_encode(character, block + length);
        if (length + 5 > BLOCK_SIZE || !*text) { /* the longest character, NUL */
            block[length] = '\0';
            rolling_text_append(&log_text, block);
            length = 0;
        }
    }
}

static void write_text(const char *text)
{
    CHAR16 block[BLOCK_SIZE];
    size_t count = 0;

    if (!ST->ConOut) /* some machines have no console at all */
        return;
    while (*text) {
        uint32_t character = utf8_next(&text);

        if (count + 3 > BLOCK_SIZE) /* \r, the character, NUL */
            flush_block(block, &count);
        if (character == '\n')
            block[count++] = '\r';
        block[count++] = is_white_space(character) ? (CHAR16)character : printable(character);
    }
    flush_block(block, &count);
}

void console_show_transient(const char *line)
{
    size_t length = min_u64(strlen(line), CONSOLE_TRANSIENT);
    TEXT_ON_STACK(text, CONSOLE_TRANSIENT + 3);

    if (length == 0 && transient_length == 0)
        return;
    text_format(&text, "\r%.*s", (int)length, line);
    for (size_t i = length; i < transient_length; i++)
        text_append_char(&text, ' ');
    if (length == 0)
        text_append_char(&text, '\r');
    transient_length = length;
    write_text(text.data);
}

static void write_log(struct writer *writer, const char *text)
{
    (void)writer;
    append_log(text);
}

static void write_shown(struct writer *writer, const char *text)
{
    (void)writer;
    console_write(text);
}

struct writer console_writer = {write_shown};
struct writer console_log_writer = {write_log};

void console_write(const char *text)
{
    console_show_transient("");
    write_text(text);
    append_log(text);
}

void console_print(const char *format, ...)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    console_write(text.data);
}

/* A message is a single line, whatever the names in it contain. */
static void replace_line_ends(struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (is_white_space((uint8_t)text->data[i]))
            text->data[i] = '?';
    }
}

/* Writes a message whose text starts with the entry's name already. */
static void write_message(struct writer *to, struct text *text)
{
    replace_line_ends(text);
    to->write(to, "pvhboot: ");
    to->write(to, text->data);
    to->write(to, "\n");
}

static void start_message(struct text *text)
{
    if (entry_name)
        text_format(text, "%s: ", entry_name);
}

static void print_message(struct writer *to, const char *format, va_list arguments)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);

    start_message(&text);
    text_format_list(&text, format, arguments);
    write_message(to, &text);
}

void console_message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_message(&console_writer, format, arguments);
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
    write_message(&console_writer, &text);
    if (copy)
        text_append_line(copy, text.data);
    return EFIERR(error_status(error));
}

void console_verbose(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_message(verbose_output ? &console_writer : &console_log_writer, format, arguments);
    va_end(arguments);
}

void console_set_verbose(bool verbose)
{
    verbose_output = verbose;
}
