/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Parses the digits at *text and advances *text past them. Returns false when there are no digits
 * or the number exceeds `max`; *text is then undefined.
 */
bool decimal_parse(const char **text, uint32_t max, uint32_t *ret_number);
