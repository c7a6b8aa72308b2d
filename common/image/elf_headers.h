/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF headers (System V gABI, chapters 4 and 5), in one form for both classes. Internal to elf.c
 * and elf_notes.c.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"

#define ELF_MACHINE_386    3
#define ELF_MACHINE_X86_64 62

#define ELF_HEADER_MAX 64 /* bytes of the file header in the larger class */

#define ELF_PROGRAM_LOAD 1 /* PT_LOAD */
#define ELF_PROGRAM_NOTE 4 /* PT_NOTE */
#define ELF_SECTION_NOTE 7 /* SHT_NOTE */

/* A table of program or section headers, as in the file. */
struct elf_table {
    const uint8_t *entries; /* owned by the arena; NULL if there is no table */
    size_t entry_size;      /* in bytes */
    size_t count;
};

struct elf_layout;

/* The headers read so far. */
struct elf_tables {
    const struct elf_layout *layout; /* of the file's class */
    uint8_t header[ELF_HEADER_MAX];
    struct elf_table programs;
    struct elf_table sections;
};

/* Context of all functions that read; those that return false set *error. */
struct elf_reader {
    struct byte_source *source;
    struct arena *arena;
    struct error *error;
    struct elf_tables *tables;
};

struct elf_program_header {
    uint32_t type;
    uint64_t offset;
    uint64_t paddr;
    uint64_t filesz;
    uint64_t memsz;
    uint64_t align;
};

struct elf_section_header {
    uint32_t type;
    uint64_t offset;
    uint64_t size;
    uint64_t align;
};

/* Reads the file header; fails if the file is not an executable for x86. */
bool elf_read_file_header(struct elf_reader *reader);

/* Reads the program headers; fails if there are none. */
bool elf_read_program_headers(struct elf_reader *reader);

/* Reads the section headers; if there are none, tables->sections.count is 0. */
bool elf_read_section_headers(struct elf_reader *reader);

/* From the file header: the class, 32 or 64, and e_machine. */
unsigned elf_bits(const struct elf_tables *tables);
uint16_t elf_machine(const struct elf_tables *tables);

/* Decode a header; `index` must be below the table's count. */
struct elf_program_header elf_program_header(const struct elf_tables *tables, size_t index);
struct elf_section_header elf_section_header(const struct elf_tables *tables, size_t index);

/* True for a non-empty PT_LOAD. Linkers write empty ones for empty sections. */
bool elf_is_loaded(const struct elf_program_header *header);
