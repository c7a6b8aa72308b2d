/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-16 for the fake firmware, independent of the loader's conversions. */
#pragma once

#include "efi/efi.h"

/* Converts UTF-8, without surrogate pairs, to UTF-16 with a NUL. The caller frees it. */
CHAR16 *widen(const char *text);

/* Converts up to the first NUL or `count` units; truncates at the end of the buffer. */
void narrow(const CHAR16 *units, size_t count, char *buffer, size_t size);

/* The length in units, without the NUL. */
size_t units_length(const CHAR16 *units);
