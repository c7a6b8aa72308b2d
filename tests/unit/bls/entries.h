/* SPDX-License-Identifier: BSD-2-Clause */
/* Test entries, parsed from text. */
#pragma once

#include "tests/lib/support.h"

#include "common/bls/type1.h"

#include <string.h>

#define MAX_ENTRIES 16

static struct arena arena;
static struct boot_entry entries[MAX_ENTRIES];
static size_t entry_count;

static inline int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    entry_count = 0;
    return 0;
}

static inline int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static inline bool parse_entry(const char *name, const char *text, struct boot_entry *ret_entry)
{
    struct entry_source source = {.kind = ENTRY_TYPE1, .file_name = name};

    return type1_parse(&source, text, strlen(text), &arena, ret_entry);
}

static inline void add(const char *name, const char *text)
{
    assert_true(entry_count < MAX_ENTRIES);
    assert_true(parse_entry(name, text, &entries[entry_count++]));
}
