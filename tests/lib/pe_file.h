/* SPDX-License-Identifier: BSD-2-Clause */
/* PE files with sections of our choice, for tests. */
#pragma once

#include "common/image/pe.h"

#define PE_FILE_SECTIONS 16

struct pe_file {
    uint8_t *bytes; /* owned */
    size_t size;
    struct memory_source source;
    size_t count; /* of sections */
};

/* Starts an x64 program without sections; the same layout in the file and in memory. */
void pe_file_start(struct pe_file *file);

/* Adds a section of these bytes and returns its offset. */
uint64_t pe_file_add(struct pe_file *file, const char *name, const void *bytes, size_t size);
uint64_t pe_file_add_text(struct pe_file *file, const char *name, const char *text);

/* The row of a section in the section table; and the header, from "PE\0\0" on. */
uint8_t *pe_file_row(struct pe_file *file, size_t section);
uint8_t *pe_file_header(struct pe_file *file);

void pe_file_free(struct pe_file *file);
