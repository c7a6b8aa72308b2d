/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/console.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "common/base/utf.h"
#include "pvh/messages.h"

#include <string.h>

#define MESSAGE_SIZE 1000
#define BLOCK_UNITS  128 /* some firmware has small buffers behind OutputString */

static bool verbose_output;
static size_t transient_length; /* of the line that is to be wiped, in bytes: columns or more */
static bool quiet_output;
static struct text *record;
static const char *entry_name;

void console_set_capture(struct text *new_capture, bool quiet)
{
    record = new_capture;
    quiet_output = quiet;
}

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

/*
 * The console has UCS-2. Names and command lines may have control characters, which a terminal on
 * a serial line would obey.
 */
static CHAR16 printable(uint32_t character)
{
    bool is_control = character < ' ' || (character >= 0x7f && character < 0xa0);

    if (character == '\n' || character == '\r' || character == '\t')
        return (CHAR16)character;
    return is_control || character > 0xffff ? '?' : (CHAR16)character;
}

static void write_text(const char *text)
{
    CHAR16 block[BLOCK_UNITS];
    size_t count = 0;

    if (!ST->ConOut || quiet_output) /* there are machines without any console */
        return;
    while (*text) {
        uint32_t character = utf8_next(&text);

        if (count + 3 > BLOCK_UNITS)
            flush_block(block, &count);
        if (character == '\n')
            block[count++] = '\r';
        block[count++] = printable(character);
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

void console_write(const char *text)
{
    console_show_transient("");
    write_text(text);
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

/* A message is one line, whatever is in the names that it quotes. */
static void replace_controls(struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if ((uint8_t)text->data[i] < ' ' || text->data[i] == 0x7f)
            text->data[i] = '?';
    }
}

static void write_message(const char *format, va_list arguments, const char *behind)
{
    TEXT_ON_STACK(text, MESSAGE_SIZE);

    if (entry_name)
        text_format(&text, "%s: ", entry_name);
    text_format_list(&text, format, arguments);
    text_append(&text, behind);
    replace_controls(&text);
    if (record)
        text_format(record, "%s%s", record->length ? "\n" : "", text.data);
    console_write("pvhboot: ");
    console_write(text.data);
    console_write("\n");
}

void console_message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_message(format, arguments, "");
    va_end(arguments);
}

void console_verbose(const char *format, ...)
{
    va_list arguments;

    if (!verbose_output)
        return;
    va_start(arguments, format);
    write_message(format, arguments, "");
    va_end(arguments);
}

void console_set_verbose(bool verbose)
{
    verbose_output = verbose;
}

EFI_STATUS console_error(EFI_STATUS status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_message(format, arguments, "");
    va_end(arguments);
    return status;
}

EFI_STATUS console_error_code(EFI_STATUS status, const char *path, enum error_code code)
{
    TEXT_ON_STACK(text, 100);

    error_append_code(&text, code);
    return console_error(status, "%s: %s", path, text.data);
}

EFI_STATUS console_no_memory(void)
{
    TEXT_ON_STACK(text, 100);

    error_append_code(&text, ERROR_OUT_OF_MEMORY);
    return console_error(EFI_OUT_OF_RESOURCES, "%s", text.data);
}

EFI_STATUS console_error_status(EFI_STATUS status, const char *format, ...)
{
    TEXT_ON_STACK(behind, 40);
    va_list arguments;

    text_format(&behind, ": %s", status_name(status));
    va_start(arguments, format);
    write_message(format, arguments, behind.data);
    va_end(arguments);
    return status;
}

/* UEFI 2.10, appendix D */
const char *status_name(EFI_STATUS status)
{
    static const struct {
        uint8_t number;
        char name[19]; /* no pointers: nothing to relocate */
    } names[] = {
        {0, "Success"},          {1, "Load Error"},        {2, "Invalid Parameter"},
        {3, "Unsupported"},      {4, "Bad Buffer Size"},   {5, "Buffer Too Small"},
        {6, "Not Ready"},        {7, "Device Error"},      {8, "Write Protected"},
        {9, "Out of Resources"}, {10, "Volume Corrupted"}, {12, "No Media"},
        {13, "Media Changed"},   {14, "Not Found"},        {15, "Access Denied"},
        {18, "Time Out"},        {21, "Aborted"},          {26, "Security Violation"},
        {27, "CRC Error"},       {31, "End of File"},
    };
    UINTN number = status & ~EFIERR(0);

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return "unknown error";
}
