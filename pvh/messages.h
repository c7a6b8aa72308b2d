/* SPDX-License-Identifier: BSD-2-Clause */
/* The one table that turns error codes into sentences, for the loader and for the host's tools. */
#pragma once

#include "common/base/error.h"
#include "common/base/text.h"

/*
 * Appends what is wrong and what to do, without the file's name: "no PVH entry note (found: GNU
 * build-id); build the kernel with CONFIG_PVH=y". Nothing for ERROR_READ, which has been
 * reported where it happened.
 */
void error_append(struct text *text, const struct error *error);

/* The same for an error without numbers. */
void error_append_code(struct text *text, enum error_code code);

/* The module that the error is about; false when it is about the kernel or the machine. */
bool error_module(const struct error *error, uint64_t *ret_index);

/* True when the error is the machine's and not the file's: memory, the firmware's map. */
bool error_is_of_machine(const struct error *error);

/* Appends a note in words: "GNU build-id", "Xen type 18". */
void note_append(struct text *text, const struct note_id *id);
