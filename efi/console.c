/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console.h"

#include "common/checked.h"
#include "common/text.h"
#include "pvh/messages.h"

#define MESSAGE_SIZE 1000
#define BLOCK_UNITS  128 /* some firmware has small buffers behind OutputString */

static bool verbose_output;

static void flush_block(CHAR16 *block, size_t *count)
{
    block[*count] = 0;
    if (*count > 0)
        (void)ST->ConOut->OutputString(ST->ConOut, block);
    *count = 0;
}

void console_write(const char *text)
{
    CHAR16 block[BLOCK_UNITS];
    size_t count = 0;

    if (!ST->ConOut) /* a machine without any console */
        return;
    while (*text) {
        uint32_t character = utf8_next(&text);

        if (count + 3 > BLOCK_UNITS)
            flush_block(block, &count);
        if (character == '\n')
            block[count++] = '\r';
        block[count++] = character > 0xffff ? '?' : (CHAR16)character; /* the console has UCS-2 */
    }
    flush_block(block, &count);
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

    text_format_list(&text, format, arguments);
    replace_controls(&text);
    console_write("pvhboot: ");
    console_write(text.data);
    console_write(behind);
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

EFI_STATUS console_no_memory(void)
{
    TEXT_ON_STACK(text, 100);

    pvh_error_append(&text, &(struct pvh_error){.code = PVH_ERROR_OUT_OF_MEMORY});
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
