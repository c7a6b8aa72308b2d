/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/elf_file.h"

#include <stdlib.h>
#include <string.h>

static size_t by_class(const struct elf_file *file, size_t value_32, size_t value_64)
{
    return file->bits == 64 ? value_64 : value_32;
}

void elf_set(struct elf_file *file, enum elf_field field, uint64_t value)
{
    static const struct {
        size_t offset_32, width_32, offset_64, width_64;
    } fields[] = {
        [ELF_TYPE] = {16, 2, 16, 2},      [ELF_MACHINE] = {18, 2, 18, 2},
        [ELF_PHOFF] = {28, 4, 32, 8},     [ELF_SHOFF] = {32, 4, 40, 8},
        [ELF_PHENTSIZE] = {42, 2, 54, 2}, [ELF_PHNUM] = {44, 2, 56, 2},
        [ELF_SHENTSIZE] = {46, 2, 58, 2}, [ELF_SHNUM] = {48, 2, 60, 2},
    };

    put_number(file->bytes + by_class(file, fields[field].offset_32, fields[field].offset_64),
               by_class(file, fields[field].width_32, fields[field].width_64), value);
}

void elf_create(struct elf_file *file, unsigned bits, size_t size)
{
    *file = (struct elf_file){.bytes = malloc(size), .size = size, .bits = bits};
    assert_non_null(file->bytes);
    for (size_t i = 0; i < size; i++)
        file->bytes[i] = (uint8_t)(i * 7 + 1);
    memset(file->bytes, 0, by_class(file, 52, 64));
    memcpy(file->bytes, "\177ELF", 4);
    file->bytes[4] = bits == 64 ? 2 : 1;
    file->bytes[5] = 1;
    file->bytes[6] = 1;
    elf_set(file, ELF_TYPE, 2);
    elf_set(file, ELF_MACHINE, bits == 64 ? ELF_MACHINE_X86_64 : ELF_MACHINE_386);
    elf_set(file, ELF_PHOFF, by_class(file, 52, 64));
    elf_set(file, ELF_PHENTSIZE, by_class(file, 32, 56));
    elf_set(file, ELF_SHENTSIZE, by_class(file, 40, 64));
}

void elf_free(struct elf_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}

size_t elf_program_offset(const struct elf_file *file, size_t index)
{
    return by_class(file, 52 + index * 32, 64 + index * 56);
}

void elf_add_program(struct elf_file *file, const struct elf_program *program)
{
    uint8_t *header = file->bytes + elf_program_offset(file, file->program_count);
    size_t width = by_class(file, 4, 8);
    const uint64_t numbers[] = {program->offset, program->vaddr, program->paddr, program->filesz,
                                program->memsz};

    memset(header, 0, by_class(file, 32, 56));
    put_number(header, 4, program->type);
    for (size_t i = 0; i < ELEMENTS(numbers); i++)
        put_number(header + by_class(file, 4, 8) + i * width, width, numbers[i]);
    put_number(header + by_class(file, 28, 48), width, program->align);
    elf_set(file, ELF_PHNUM, ++file->program_count);
}

void elf_add_section(struct elf_file *file, const struct elf_section *section)
{
    size_t entry_size = by_class(file, 40, 64);
    uint8_t *header = file->bytes + file->sections + file->section_count * entry_size;
    size_t width = by_class(file, 4, 8);

    memset(header, 0, entry_size);
    put_number(header + 4, 4, section->type);
    put_number(header + by_class(file, 16, 24), width, section->offset);
    put_number(header + by_class(file, 20, 32), width, section->size);
    put_number(header + by_class(file, 28, 44), 4, section->info);
    put_number(header + by_class(file, 32, 48), width, section->align);
    elf_set(file, ELF_SHOFF, file->sections);
    elf_set(file, ELF_SHNUM, ++file->section_count);
}

static size_t put_padded(struct elf_file *file, size_t offset, size_t base, const void *bytes,
                         size_t size, unsigned padding)
{
    size_t end = base + align_up(offset + size - base, padding);

    assert_true(end <= file->size);
    memset(file->bytes + offset, 0, end - offset);
    memcpy(file->bytes + offset, bytes, size);
    return end;
}

size_t elf_put_note(struct elf_file *file, size_t offset, const char *owner, size_t owner_size,
                    uint32_t type, const void *desc, size_t desc_size, unsigned padding)
{
    uint8_t *header = file->bytes + offset;
    size_t next;

    put_number(header, 4, owner_size);
    put_number(header + 4, 4, desc_size);
    put_number(header + 8, 4, type);
    next = put_padded(file, offset + 12, offset, owner, owner_size, padding);
    return put_padded(file, next, next, desc, desc_size, padding);
}

size_t elf_put_xen_note(struct elf_file *file, size_t offset, uint32_t type, uint64_t value,
                        size_t width)
{
    uint8_t desc[16] = {0};

    put_number(desc, width, value);
    return elf_put_note(file, offset, "Xen", 4, type, desc, width, 4);
}
