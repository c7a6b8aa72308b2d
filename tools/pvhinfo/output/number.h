/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that people write. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The whole word must be a number: decimal (base 10), or hexadecimal with or without 0x (16). */
bool number_parse(const char *word, unsigned base, uint64_t *ret_number);

/* Decimal, or hexadecimal with 0x, with K, M or G behind it or not: "30M". */
bool size_parse(const char *word, uint64_t *ret_size);
