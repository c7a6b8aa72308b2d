/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing numbers and sizes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Parses a whole word: decimal (base 10), or hexadecimal with or without 0x (base 16). */
bool number_parse(const char *word, unsigned base, uint64_t *ret_number);

/* Parses a size in bytes: decimal, or hexadecimal with 0x, optionally followed by K, M or G. */
bool size_parse(const char *word, uint64_t *ret_size);
