/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel says: one line for each check and each fact, and the verdict. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The formats know %s %u %x %llx and %%, and for the hexadecimal ones a width as in %08x. */
#define FORMAT_LIKE_PRINTF(at) __attribute__((format(printf, at, (at) + 1)))

/* Only failures, modules and the verdict from here on. */
void report_be_quiet(void);

/* Counts a check and reports it; when it failed, with what was seen. */
FORMAT_LIKE_PRINTF(3) bool check(bool good, const char *name, const char *seen, ...);
void check_passed(const char *name);
FORMAT_LIKE_PRINTF(2) void check_failed(const char *name, const char *seen, ...);
/* The name of a check of one of many things: "segment-3-data". Overwritten by the next call. */
const char *numbered(const char *what, uint32_t number, const char *aspect);

FORMAT_LIKE_PRINTF(1) void report(const char *format, ...);
/* A text of the loader's, untouched but for control characters, which come out as \xNN. */
void report_text(const char *key, const char *text);
/* Reported even when quiet. */
void report_module(uint32_t number, uint64_t paddr, uint64_t size, uint32_t crc,
                   const char *cmdline);

bool report_verdict(void);
