/* SPDX-License-Identifier: BSD-2-Clause */
/* Turns errors into sentences, for the loader and the host tools. */
#pragma once

#include "common/base/error.h"
#include "common/base/text.h"

/*
 * Appends what is wrong and what to do about it: "vmlinuz: no PVH entry note (found: GNU build-id);
 * build the kernel with CONFIG_PVH=y". If the error is about a file and has its name, the name
 * comes first; a name of more than NAME_SHOWN bytes comes last, where it hides nothing if the text
 * is cut off.
 */
void error_append(struct text *text, const struct error *error);

/* True when the error is about a file, not about the machine. */
bool error_is_about_file(const struct error *error);

/* The EFI status, without its error bit, to return to the firmware's boot manager; never 0. */
uint64_t error_status(const struct error *error);

/* error_append() for an error that is only a code. */
void error_append_code(struct text *text, enum error_code code);

/* The index of the module that the error is about; false if it is not about a module. */
bool error_module(const struct error *error, uint64_t *ret_index);

/* Appends a note's name: "GNU build-id", "Xen type 18". */
void note_append(struct text *text, const struct note_id *id);
