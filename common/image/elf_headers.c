/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/elf_headers.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <string.h>

/* Fields at the same offset in both classes. */
#define IDENT_CLASS    4
#define IDENT_DATA     5
#define IDENT_SIZE     16
#define OFFSET_TYPE    16
#define OFFSET_MACHINE 18

#define CLASS_32    1
#define CLASS_64    2
#define DATA_LITTLE 1
#define DATA_BIG    2
#define TYPE_EXEC   2
#define TYPE_DYN    3

/*
 * The magic number of kernels for other processors, for the error message (arm64/booting.rst,
 * riscv/boot-image-header.rst).
 */
#define IMAGE_MAGIC 0x38

/* PN_XNUM: the number of program headers is in section header 0. */
#define COUNT_IN_SECTION 0xffff

/* More than any linker writes; keeps a damaged count from allocating gigabytes. */
#define MAX_TABLE_SIZE (4 * MIB)

/* Offsets of the fields in each class; addresses and sizes have 8 bytes in ELF64, 4 in ELF32. */
struct elf_layout {
    uint8_t bits;
    uint8_t header_size;
    uint8_t phoff, shoff, phentsize, phnum, shentsize, shnum;
    uint8_t ph_size, ph_offset, ph_paddr, ph_filesz, ph_memsz, ph_align;
    uint8_t sh_size, sh_type, sh_offset, sh_length, sh_info, sh_align;
};

static const struct elf_layout layout_32 = {
    .bits = 32,
    .header_size = 52,
    .phoff = 28,
    .shoff = 32,
    .phentsize = 42,
    .phnum = 44,
    .shentsize = 46,
    .shnum = 48,
    .ph_size = 32,
    .ph_offset = 4,
    .ph_paddr = 12,
    .ph_filesz = 16,
    .ph_memsz = 20,
    .ph_align = 28,
    .sh_size = 40,
    .sh_type = 4,
    .sh_offset = 16,
    .sh_length = 20,
    .sh_info = 28,
    .sh_align = 32,
};

static const struct elf_layout layout_64 = {
    .bits = 64,
    .header_size = 64,
    .phoff = 32,
    .shoff = 40,
    .phentsize = 54,
    .phnum = 56,
    .shentsize = 58,
    .shnum = 60,
    .ph_size = 56,
    .ph_offset = 8,
    .ph_paddr = 24,
    .ph_filesz = 32,
    .ph_memsz = 40,
    .ph_align = 48,
    .sh_size = 64,
    .sh_type = 4,
    .sh_offset = 24,
    .sh_length = 32,
    .sh_info = 44,
    .sh_align = 48,
};

unsigned elf_bits(const struct elf_tables *tables)
{
    return tables->layout->bits;
}

uint16_t elf_machine(const struct elf_tables *tables)
{
    return read_le16(tables->header + OFFSET_MACHINE);
}

static uint64_t word(const struct elf_tables *tables, const uint8_t *field)
{
    return tables->layout->bits == 64 ? read_le64(field) : read_le32(field);
}

static bool read_bytes(struct elf_reader *reader, uint64_t offset, void *buffer, size_t length)
{
    return reader->source->read(reader->source, offset, buffer, length, reader->error);
}

static bool check_ident(struct elf_reader *reader)
{
    const uint8_t *ident = reader->tables->header;

    if (memcmp(ident, "\177ELF", 4) != 0)
        return error_set(reader->error, ERROR_NOT_ELF, read_le32(ident),
                         read_le32(ident + IMAGE_MAGIC));
    if (ident[IDENT_CLASS] == CLASS_32)
        reader->tables->layout = &layout_32;
    else if (ident[IDENT_CLASS] == CLASS_64)
        reader->tables->layout = &layout_64;
    if (reader->tables->layout && ident[IDENT_DATA] == DATA_BIG)
        return error_set(reader->error, ERROR_ELF_BIG_ENDIAN);
    if (!reader->tables->layout || ident[IDENT_DATA] != DATA_LITTLE)
        return error_set(reader->error, ERROR_ELF_HEADER, ident[IDENT_CLASS], ident[IDENT_DATA]);
    if (reader->source->size < reader->tables->layout->header_size)
        return error_set(reader->error, ERROR_TOO_SHORT, reader->source->size);
    return true;
}

bool elf_read_file_header(struct elf_reader *reader)
{
    size_t length = (size_t)min_u64(reader->source->size, sizeof(reader->tables->header));
    uint16_t type, machine;

    if (length < IDENT_SIZE)
        return error_set(reader->error, ERROR_TOO_SHORT, length);
    if (!read_bytes(reader, 0, reader->tables->header, length) || !check_ident(reader))
        return false;
    type = read_le16(reader->tables->header + OFFSET_TYPE);
    machine = elf_machine(reader->tables);
    if (machine != ELF_MACHINE_386 && machine != ELF_MACHINE_X86_64)
        return error_set(reader->error, ERROR_ELF_MACHINE, machine);
    if (type != TYPE_EXEC && type != TYPE_DYN)
        return error_set(reader->error, ERROR_ELF_TYPE, type);
    return true;
}

/* Reads `count` headers at `offset` into the arena. */
static bool read_table(struct elf_reader *reader, uint64_t offset, uint64_t count,
                       size_t entry_size, size_t smallest, struct elf_table *ret_table)
{
    uint64_t size;
    uint8_t *entries;

    if (entry_size < smallest || !checked_mul(count, entry_size, &size) || size > MAX_TABLE_SIZE ||
        !fits_inside(offset, size, reader->source->size))
        return error_set(reader->error, ERROR_HEADERS_OUTSIDE_FILE, offset, count, entry_size,
                         reader->source->size);
    entries = arena_alloc(reader->arena, size, 1);
    if (!entries)
        return error_set(reader->error, ERROR_OUT_OF_MEMORY, size);
    if (!read_bytes(reader, offset, entries, (size_t)size))
        return false;
    *ret_table = (struct elf_table){entries, entry_size, (size_t)count};
    return true;
}

static bool read_sections(struct elf_reader *reader, uint64_t count)
{
    const struct elf_layout *layout = reader->tables->layout;
    uint64_t offset = word(reader->tables, reader->tables->header + layout->shoff);

    if (offset == 0 || count == 0)
        return true; /* stripped: program headers are enough */
    return read_table(reader, offset, count, read_le16(reader->tables->header + layout->shentsize),
                      layout->sh_size, &reader->tables->sections);
}

bool elf_read_program_headers(struct elf_reader *reader)
{
    const struct elf_layout *layout = reader->tables->layout;
    uint64_t offset = word(reader->tables, reader->tables->header + layout->phoff);
    uint64_t count = read_le16(reader->tables->header + layout->phnum);

    if (count == COUNT_IN_SECTION) {
        if (!read_sections(reader, 1))
            return false;
        if (reader->tables->sections.count)
            count = read_le32(reader->tables->sections.entries + layout->sh_info);
    }
    if (offset == 0 || count == 0)
        return error_set(reader->error, ERROR_NO_SEGMENTS);
    return read_table(reader, offset, count, read_le16(reader->tables->header + layout->phentsize),
                      layout->ph_size, &reader->tables->programs);
}

bool elf_read_section_headers(struct elf_reader *reader)
{
    const struct elf_layout *layout = reader->tables->layout;

    return read_sections(reader, read_le16(reader->tables->header + layout->shnum));
}

struct elf_program_header elf_program_header(const struct elf_tables *tables, size_t index)
{
    const struct elf_layout *layout = tables->layout;
    const uint8_t *entry = tables->programs.entries + index * tables->programs.entry_size;

    return (struct elf_program_header){
        .type = read_le32(entry),
        .offset = word(tables, entry + layout->ph_offset),
        .paddr = word(tables, entry + layout->ph_paddr),
        .filesz = word(tables, entry + layout->ph_filesz),
        .memsz = word(tables, entry + layout->ph_memsz),
        .align = word(tables, entry + layout->ph_align),
    };
}

struct elf_section_header elf_section_header(const struct elf_tables *tables, size_t index)
{
    const struct elf_layout *layout = tables->layout;
    const uint8_t *entry = tables->sections.entries + index * tables->sections.entry_size;

    return (struct elf_section_header){
        .type = read_le32(entry + layout->sh_type),
        .offset = word(tables, entry + layout->sh_offset),
        .size = word(tables, entry + layout->sh_length),
        .align = word(tables, entry + layout->sh_align),
    };
}

bool elf_is_loaded(const struct elf_program_header *header)
{
    return header->type == ELF_PROGRAM_LOAD && (header->memsz > 0 || header->filesz > 0);
}
