/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>

/*
 * True when all of `text` matches a shell's pattern: * ? [abc] [a-z] [!a] \x, ASCII case ignored,
 * as loader.conf's `default` has it. A [ without its ] stands for itself. Takes time in the product
 * of both lengths, at most.
 */
bool glob_match(const char *pattern, const char *text);
