/* SPDX-License-Identifier: BSD-2-Clause */
/* LoadOptions, the data that the loader was started with, as text. */
#pragma once

#include "common/base/arena.h"

enum load_options {
    LOAD_OPTIONS_NONE, /* empty, only white space, or a mark that firmware leaves there */
    LOAD_OPTIONS_TEXT,
    LOAD_OPTIONS_JUNK, /* not options: some firmware passes GUIDs and other data */
    LOAD_OPTIONS_OUT_OF_MEMORY,
};

/*
 * Accepts UCS-2, as UEFI's tools write it, with or without a terminator, with garbage after the
 * terminator, or of odd size; and 8-bit text, as efibootmgr without -u writes it. `data` may be
 * unaligned or NULL; `size` is in bytes. For LOAD_OPTIONS_TEXT, *ret_text is UTF-8 in the arena;
 * 8-bit text is copied unchanged, whatever its encoding; otherwise *ret_text is NULL. A byte order
 * mark is skipped. Of a whole EFI_LOAD_OPTION, which some firmware passes, the OptionalData is
 * read.
 */
enum load_options load_options_read(const void *data, size_t size, struct arena *arena,
                                    const char **ret_text);
