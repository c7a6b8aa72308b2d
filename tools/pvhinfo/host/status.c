/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/host/status.h"

#include "tools/pvhinfo/output/printable.h"

#include <limits.h>
#include <stdarg.h>

/* A path and a message. */
#define LINE_SIZE (PATH_MAX + 1000)

__attribute__((format(printf, 2, 0))) static void print_line(const char *program,
                                                             const char *format, va_list arguments)
{
    static char line[LINE_SIZE];

    vsnprintf(line, sizeof(line), format, arguments);
    fputs(program, stderr);
    print_printable(stderr, line);
    fputc('\n', stderr);
}

enum status trouble(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line("pvhinfo: ", format, arguments);
    va_end(arguments);
    return STATUS_TROUBLE;
}

enum status refusal(const char *path, const char *format, ...)
{
    va_list arguments;

    print_printable(stderr, path);
    va_start(arguments, format);
    print_line(": ", format, arguments);
    va_end(arguments);
    return STATUS_NOT_BOOTABLE;
}
