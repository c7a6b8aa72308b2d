/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that comes from outside, such as a file's name, on its way to a terminal. */
#pragma once

#include <stdio.h>

/*
 * Writes UTF-8 text; what is none, and control characters (C0, DEL, C1), as \xNN byte by byte: a
 * file's name is to move no cursor and to start no line.
 */
void print_printable(FILE *stream, const char *text);

/* The same as a string, for free(); NULL when memory is short. */
char *printable(const char *text);
