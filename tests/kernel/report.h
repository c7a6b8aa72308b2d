/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's output: a line for each check and each fact, and the verdict. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Formats support %s %u %x %llx and %%, and a width for hexadecimal numbers as in %08x. */
#define FORMAT_LIKE_PRINTF(at) __attribute__((format(printf, at, (at) + 1)))

/* From now on only failures, modules and the verdict are printed. */
void report_be_quiet(void);

/* Counts a check and reports it; on failure with what was found. */
FORMAT_LIKE_PRINTF(3) bool check(bool good, const char *name, const char *seen, ...);
void check_passed(const char *name);
FORMAT_LIKE_PRINTF(2) void check_failed(const char *name, const char *seen, ...);
/* The name of a numbered check: "segment-3-data". Overwritten by the next call. */
const char *numbered(const char *what, uint32_t number, const char *aspect);

FORMAT_LIKE_PRINTF(1) void report(const char *format, ...);
/* Prints text from the loader, with control characters as \xNN. */
void report_text(const char *key, const char *text);
/* Printed even when quiet. */
void report_module(uint32_t number, uint64_t paddr, uint64_t size, uint32_t crc,
                   const char *cmdline);

bool report_verdict(void);
