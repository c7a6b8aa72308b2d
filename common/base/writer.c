/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/writer.h"

#include "common/base/text.h"

#define LINE_SIZE 1000

void writer_print(struct writer *writer, const char *format, ...)
{
    TEXT_ON_STACK(text, LINE_SIZE);
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    writer->write(writer, text.data);
}
