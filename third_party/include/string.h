/* SPDX-License-Identifier: BSD-2-Clause */
/* The four functions that compilers need in any case; the libraries may call no others. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
