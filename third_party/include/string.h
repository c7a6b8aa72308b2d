/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four functions that compilers need in any case; the libraries may call no others. Below are
 * those that the loader's own code calls too (efi/arch/libc.c).
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t limit);
char *strchr(const char *text, int character);
char *strstr(const char *text, const char *wanted);
