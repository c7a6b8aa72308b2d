/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/status.h"

#include <stdarg.h>
#include <stdio.h>

enum status trouble(const char *format, ...)
{
    va_list arguments;

    fputs("pvhinfo: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return STATUS_TROUBLE;
}
