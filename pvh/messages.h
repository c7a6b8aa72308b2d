/* SPDX-License-Identifier: BSD-2-Clause */
/* The one table that turns error codes into sentences, for the loader and for the host's tools. */
#pragma once

#include "common/base/error.h"
#include "common/base/text.h"

/*
 * Appends what is wrong and what to do: "vmlinuz: no PVH entry note (found: GNU build-id); build
 * the kernel with CONFIG_PVH=y". The name stands in front where the error has one and is about a
 * file.
 */
void error_append(struct text *text, const struct error *error);

/* True when the error is about a file, and not about the machine. */
bool error_is_about_file(const struct error *error);

/* The number of the EFI status that the firmware's boot manager is told; never 0, a success. */
uint64_t error_status(const struct error *error);

/* The same for an error without numbers. */
void error_append_code(struct text *text, enum error_code code);

/* The module that the error is about; false when it is about the kernel or the machine. */
bool error_module(const struct error *error, uint64_t *ret_index);

/* Appends a note in words: "GNU build-id", "Xen type 18". */
void note_append(struct text *text, const struct note_id *id);
