/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>

/*
 * True when the whole of `text` matches a shell pattern: * ? [abc] [a-z] [!a] \x, ignoring ASCII
 * case. An unclosed [ is a literal. Time is at most proportional to the product of both lengths.
 */
bool glob_match(const char *pattern, const char *text);
