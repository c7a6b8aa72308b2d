/* SPDX-License-Identifier: BSD-2-Clause */
/* Where text goes: a console, standard output, a test's buffer. */
#pragma once

/* The destination of the text. It comes in whole lines or, with strings of any length, in parts. */
struct writer {
    void (*write)(struct writer *writer, const char *text);
};

/* Writes up to 1000 bytes in the format of text_format(); what is longer is cut off. */
__attribute__((format(printf, 2, 3))) void writer_print(struct writer *writer, const char *format,
                                                        ...);
