/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds ELF files of both classes in memory, valid and invalid ones. */
#pragma once

#include "tests/lib/support.h"

#define PT_LOAD  1
#define PT_NOTE  4
#define SHT_NOTE 7

struct elf_program {
    uint32_t type;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_section {
    uint32_t type;
    uint64_t offset, size, align;
    uint32_t info;
};

struct elf_file {
    uint8_t *bytes;
    size_t size;
    unsigned bits;
    size_t program_count, section_count;
    size_t sections; /* offset of the section table */
};

/* Makes a file of `size` bytes, a pattern, with an ELF header but no program or section headers. */
void elf_create(struct elf_file *file, unsigned bits, size_t size);
void elf_free(struct elf_file *file);

/* Program headers follow the ELF header; section headers start at `file->sections`. */
void elf_add_program(struct elf_file *file, const struct elf_program *program);
void elf_add_section(struct elf_file *file, const struct elf_section *section);

/* Writes a note and returns the offset of the next. `owner_size` includes the NUL, if any. */
size_t elf_put_note(struct elf_file *file, size_t offset, const char *owner, size_t owner_size,
                    uint32_t type, const void *desc, size_t desc_size, unsigned padding);

/* Writes a note of owner "Xen", padded to 4 bytes, with a value of `width` bytes. */
size_t elf_put_xen_note(struct elf_file *file, size_t offset, uint32_t type, uint64_t value,
                        size_t width);

/* Fields of the ELF header, and the offset of program header `index`, by class. */
enum elf_field {
    ELF_TYPE,
    ELF_MACHINE,
    ELF_PHOFF,
    ELF_SHOFF,
    ELF_PHENTSIZE,
    ELF_PHNUM,
    ELF_SHENTSIZE,
    ELF_SHNUM,
};

void elf_set(struct elf_file *file, enum elf_field field, uint64_t value);
size_t elf_program_offset(const struct elf_file *file, size_t index);
