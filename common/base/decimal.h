/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the digits at *text and moves *text behind them. False when there are none, or when the
 * number is above `max`; *text is then undefined.
 */
bool decimal_parse(const char **text, uint32_t max, uint32_t *ret_number);
