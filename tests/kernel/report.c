/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdarg.h>

#include "serial.h"

static bool quiet;
static uint32_t checks;
static uint32_t failures;

void report_be_quiet(void)
{
    quiet = true;
}

static void write_text(const char *text)
{
    while (*text)
        serial_write_char(*text++);
}

static void write_hex(uint64_t value, uint32_t width)
{
    uint32_t digits = 1;
    while (digits < 16 && value >> (4 * digits))
        digits++;
    if (digits < width)
        digits = width;
    while (digits--)
        serial_write_char("0123456789abcdef"[(value >> (4 * digits)) & 15]);
}

static void write_decimal(uint32_t value)
{
    if (value >= 10)
        write_decimal(value / 10);
    serial_write_char((char)('0' + value % 10));
}

/* Writes one conversion; at points after its %. Returns the rest of the format. */
static const char *write_conversion(const char *at, va_list *arguments)
{
    uint32_t width = 0;
    bool wide = false;

    for (; *at >= '0' && *at <= '9'; at++)
        width = width * 10 + (uint32_t)(*at - '0');
    for (; *at == 'l'; at++)
        wide = true;
    if (*at == 's')
        write_text(va_arg(*arguments, const char *));
    else if (*at == 'u')
        write_decimal(va_arg(*arguments, uint32_t));
    else if (*at == 'x' && wide)
        write_hex(va_arg(*arguments, uint64_t), width);
    else if (*at == 'x')
        write_hex(va_arg(*arguments, uint32_t), width);
    else
        serial_write_char('%');
    return at + 1;
}

static void write_format(const char *format, va_list *arguments)
{
    while (*format) {
        if (*format == '%')
            format = write_conversion(format + 1, arguments);
        else
            serial_write_char(*format++);
    }
}

FORMAT_LIKE_PRINTF(1) static void write_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_format(format, &arguments);
    va_end(arguments);
    serial_write_char('\n');
}

static void write_foreign_text(const char *text)
{
    for (; *text; text++) {
        uint8_t byte = (uint8_t)*text;
        if (byte < 0x20 || byte == 0x7f) {
            write_text("\\x");
            write_hex(byte, 2);
        } else {
            serial_write_char(*text);
        }
    }
}

void check_passed(const char *name)
{
    checks++;
    if (!quiet)
        write_line("pvhtest: ok %s", name);
}

static void write_failure(const char *name, const char *seen, va_list *arguments)
{
    checks++;
    failures++;
    write_text("pvhtest: FAIL ");
    write_text(name);
    write_text(": ");
    write_format(seen, arguments);
    serial_write_char('\n');
}

void check_failed(const char *name, const char *seen, ...)
{
    va_list arguments;
    va_start(arguments, seen);
    write_failure(name, seen, &arguments);
    va_end(arguments);
}

bool check(bool good, const char *name, const char *seen, ...)
{
    va_list arguments;
    va_start(arguments, seen);
    if (good)
        check_passed(name);
    else
        write_failure(name, seen, &arguments);
    va_end(arguments);
    return good;
}

const char *numbered(const char *what, uint32_t number, const char *aspect)
{
    static char name[64];
    uint32_t length = 0;
    char digits[10];
    uint32_t count = 0;

    while (*what)
        name[length++] = *what++;
    name[length++] = '-';
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        name[length++] = digits[--count];
    name[length++] = '-';
    while (*aspect)
        name[length++] = *aspect++;
    name[length] = '\0';
    return name;
}

void report(const char *format, ...)
{
    if (quiet)
        return;
    write_text("pvhtest: info ");
    va_list arguments;
    va_start(arguments, format);
    write_format(format, &arguments);
    va_end(arguments);
    serial_write_char('\n');
}

void report_text(const char *key, const char *text)
{
    if (quiet)
        return;
    write_text("pvhtest: info ");
    write_text(key);
    serial_write_char('=');
    write_foreign_text(text);
    serial_write_char('\n');
}

void report_module(uint32_t number, uint64_t paddr, uint64_t size, uint32_t crc,
                   const char *cmdline)
{
    write_text("pvhtest: info module ");
    write_decimal(number);
    write_text(" paddr=0x");
    write_hex(paddr, 0);
    write_text(" size=0x");
    write_hex(size, 0);
    write_text(" crc32=0x");
    write_hex(crc, 8);
    write_text(" cmdline=\"");
    write_foreign_text(cmdline);
    write_text("\"\n");
}

bool report_verdict(void)
{
    if (failures == 0)
        write_line("pvhtest: verdict PASS (%u checks)", checks);
    else
        write_line("pvhtest: verdict FAIL (%u of %u checks)", failures, checks);
    return failures == 0;
}
