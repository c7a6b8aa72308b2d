/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mutator that knows ELF: it changes one field of a header, of a program or section header or of
 * a note, to a value that is close to what some check compares it with.
 */
#pragma once

#include "tests/fuzz/mutator.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stdbool.h>
#include <string.h>

/* ABI (System V gABI, ELF-32 and ELF-64): offset and bytes of a field. */
struct elf_field_place {
    uint8_t offset, width;
};

/* Columns of header_fields, in the order of the ELF header. */
enum { TYPE, MACHINE, ENTRY, PHOFF, SHOFF, EHSIZE, PHENTSIZE, PHNUM, SHENTSIZE, SHNUM };

static const struct elf_field_place header_fields[2][SHNUM + 1] = {
    {{16, 2}, {18, 2}, {24, 4}, {28, 4}, {32, 4}, {40, 2}, {42, 2}, {44, 2}, {46, 2}, {48, 2}},
    {{16, 2}, {18, 2}, {24, 8}, {32, 8}, {40, 8}, {52, 2}, {54, 2}, {56, 2}, {58, 2}, {60, 2}},
};
static const struct elf_field_place program_fields[2][7] = {
    {{0, 4}, {4, 4}, {8, 4}, {12, 4}, {16, 4}, {20, 4}, {28, 4}},
    {{0, 4}, {8, 8}, {16, 8}, {24, 8}, {32, 8}, {40, 8}, {48, 8}},
};
static const struct elf_field_place section_fields[2][5] = {
    {{4, 4}, {16, 4}, {20, 4}, {28, 4}, {32, 4}},
    {{4, 4}, {24, 8}, {32, 8}, {44, 4}, {48, 8}},
};
static const struct elf_field_place note_fields[] = {{0, 4}, {4, 4}, {8, 4}};

struct elf_bytes {
    uint8_t *data;
    size_t size;
    bool wide; /* ELF-64 */
};

static uint64_t read_field(const struct elf_bytes *elf, uint64_t at, size_t width)
{
    uint64_t value = 0;

    if (fits_inside(at, width, elf->size))
        memcpy(&value, elf->data + at, width);
    return value;
}

static uint64_t read_header(const struct elf_bytes *elf, size_t index)
{
    const struct elf_field_place *field = &header_fields[elf->wide][index];

    return read_field(elf, field->offset, field->width);
}

/* Where a random row of a table begins: of the program headers, or of the sections. */
static uint64_t pick_row(const struct elf_bytes *elf, bool sections, struct random *random)
{
    uint64_t table = read_header(elf, sections ? SHOFF : PHOFF);
    uint64_t size = read_header(elf, sections ? SHENTSIZE : PHENTSIZE);
    uint64_t count = read_header(elf, sections ? SHNUM : PHNUM);

    return table + random_below(random, count && count < 64 ? count : 4) * size;
}

/* Where the notes of a random program header begin, or one of the next. */
static uint64_t pick_note(const struct elf_bytes *elf, struct random *random)
{
    const struct elf_field_place *field = &program_fields[elf->wide][1];
    uint64_t row = pick_row(elf, false, random);
    uint64_t note = read_field(elf, row + field->offset, field->width);

    for (size_t skip = random_below(random, 3); skip > 0; skip--)
        note +=
            12 + align_up(read_field(elf, note, 4), 4) + align_up(read_field(elf, note + 4, 4), 4);
    return note;
}

static uint64_t pick_value(const struct elf_bytes *elf, uint64_t value, struct random *random)
{
    const uint64_t values[] = {0,
                               1,
                               2,
                               4,
                               7,
                               18,
                               PAGE_SIZE,
                               MIB,
                               2 * MIB,
                               4 * GIB,
                               4 * GIB - 1,
                               UINT64_MAX,
                               elf->size,
                               INT64_MAX,
                               value,
                               value,
                               value / 2,
                               value * 2,
                               ~value,
                               read_field(elf, random_below(random, elf->size), 4),
                               elf->size - value};
    uint64_t near = values[random_below(random, sizeof(values) / sizeof(values[0]))];

    return near + random_below(random, 3) - 1;
}

/* Changes a field; false if it is not in the file. */
static bool change_field(const struct elf_bytes *elf, struct random *random)
{
    const struct elf_field_place *field;
    uint64_t start = 0, value;

    switch (random_below(random, 8)) {
    case 0:
        field = &header_fields[elf->wide][random_below(random, SHNUM + 1)];
        break;
    case 1:
        field = &section_fields[elf->wide][random_below(random, 5)];
        start = pick_row(elf, true, random);
        break;
    case 2:
    case 3:
        field = &note_fields[random_below(random, 3)];
        start = pick_note(elf, random);
        break;
    default:
        field = &program_fields[elf->wide][random_below(random, 7)];
        start = pick_row(elf, false, random);
        break;
    }
    if (start > elf->size || !fits_inside(start + field->offset, field->width, elf->size))
        return false;
    value = pick_value(elf, read_field(elf, start + field->offset, field->width), random);
    memcpy(elf->data + start + field->offset, &value, field->width);
    return true;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct random random = {seed};
    struct elf_bytes elf = {data, size, false};
    bool changed = false;

    if (size < 64 || random_below(&random, 4) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    elf.wide = data[4] == 2;
    for (size_t i = 1 + random_below(&random, 3); i > 0; i--)
        changed |= change_field(&elf, &random);
    return changed ? size : LLVMFuzzerMutate(data, size, max_size);
}
