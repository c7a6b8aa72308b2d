/* SPDX-License-Identifier: BSD-2-Clause */
/* Printing untrusted text, such as names of files, to a terminal. */
#pragma once

#include <stdio.h>

/*
 * Writes UTF-8 text; malformed bytes and control characters (C0, DEL, C1) are written as \xNN, so
 * that a file's name cannot move the cursor or start a new line.
 */
void print_printable(FILE *stream, const char *text);

/* The same as a string, to be freed with free(); NULL when out of memory. */
char *printable(const char *text);
