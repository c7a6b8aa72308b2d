/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-16 for the fake firmware, apart from the loader's own conversions. */
#pragma once

#include "efi/efi.h"

/* A copy with a NUL, of text in UTF-8 without what needs surrogates. The caller frees it. */
CHAR16 *widen(const char *text);

/* Up to the first NUL, or `count` units; cut off at the buffer's end. */
void narrow(const CHAR16 *units, size_t count, char *buffer, size_t size);

/* Units before the NUL. */
size_t units_length(const CHAR16 *units);
