/* SPDX-License-Identifier: BSD-2-Clause */
/* LoadOptions: whatever whoever started the loader put there, as text. */
#pragma once

#include "common/base/arena.h"

enum load_options {
    LOAD_OPTIONS_NONE, /* empty, nothing but white space, or a mark that firmware left there */
    LOAD_OPTIONS_TEXT,
    LOAD_OPTIONS_JUNK, /* no text that could be options: firmware puts GUIDs and the like there */
    LOAD_OPTIONS_OUT_OF_MEMORY,
};

/*
 * Takes UCS-2 (what UEFI's tools write) with or without a terminator, of odd size, with rubbish
 * behind the terminator; or plain 8-bit text (efibootmgr without -u). *ret_text is UTF-8 in the
 * arena, for LOAD_OPTIONS_TEXT only; 8-bit text is taken as it is, whatever its encoding. A byte
 * order mark is skipped. Of a whole EFI_LOAD_OPTION, which some firmware passes, the OptionalData
 * counts.
 */
enum load_options load_options_read(const void *data, size_t size, struct arena *arena,
                                    const char **ret_text);
