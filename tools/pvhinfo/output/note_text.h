/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes for people: Xen's (xen/include/public/elfnote.h), and the others that kernels have. */
#pragma once

#include "common/base/text.h"
#include "common/image/elf_notes.h"

/* "PHYS32_ENTRY"; NULL for a note that is not known. */
const char *note_name(const struct note *note);

/* Appends the owner, with ? for what cannot be printed. */
void note_append_owner(struct text *text, const struct note *note);

/* Appends the value of a note that is known: a string, numbers, bytes. */
void note_append_value(struct text *text, const struct note *note);
