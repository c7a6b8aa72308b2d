/* SPDX-License-Identifier: BSD-2-Clause */
/* Human-readable ELF notes: Xen's (xen/include/public/elfnote.h), and others common in kernels. */
#pragma once

#include "common/base/text.h"
#include "common/image/elf_notes.h"

/* The name of a note's type: "PHYS32_ENTRY"; NULL for unknown notes. */
const char *note_name(const struct note *note);

/* Appends the owner; unprintable bytes become ?. */
void note_append_owner(struct text *text, const struct note *note);

/* Appends the value of a known note: a string, numbers or bytes. Nothing for unknown notes. */
void note_append_value(struct text *text, const struct note *note);
