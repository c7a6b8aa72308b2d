/* SPDX-License-Identifier: BSD-2-Clause */
/* What the libraries may call: the four functions that compilers ask for anyway. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
