/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/pe.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/sort.h"

#include <string.h>

/* Microsoft's "PE Format": the DOS header has the offset of the PE header at 0x3c. */
#define PE_POINTER    0x3c
#define PE_SIGNATURE  "PE\0\0"
#define PE_MACHINE    4
#define MACHINE_X64   0x8664
#define PE_HEADER_MIN 6

/* Finds "PE\0\0". */
static bool find_header(struct byte_source *source, uint64_t *ret_header, struct error *error)
{
    uint8_t header[PE_HEADER_MIN];
    uint8_t pointer[4];

    if (!fits_inside(PE_POINTER, sizeof(pointer), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, 0, header, 2, error) ||
        !source->read(source, PE_POINTER, pointer, sizeof(pointer), error))
        return false;
    *ret_header = read_le32(pointer);
    if (memcmp(header, "MZ", 2) != 0 || !fits_inside(*ret_header, sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, *ret_header, header, sizeof(header), error))
        return false;
    return memcmp(header, PE_SIGNATURE, PE_MACHINE) == 0 || error_set(error, ERROR_NO_PROGRAM);
}

bool pe_check_program(struct byte_source *source, struct error *error)
{
    uint8_t machine[2];
    uint64_t header;

    if (!find_header(source, &header, error) ||
        !source->read(source, header + PE_MACHINE, machine, sizeof(machine), error))
        return false;
    return read_le16(machine) == MACHINE_X64 || error_set(error, ERROR_NO_PROGRAM);
}

/* The COFF header, "PE\0\0" included, and rows of the section table behind the optional header. */
#define COFF_SIZE         24
#define COFF_SECTIONS     6
#define COFF_OPTIONAL     20
#define SECTION_SIZE      40
#define SECTION_VSIZE     8
#define SECTION_ADDRESS   12
#define SECTION_RAW_SIZE  16
#define SECTION_RAW_PLACE 20

static bool read_section(struct byte_source *source, uint64_t row, enum pe_layout layout,
                         struct pe_section *ret_section, struct error *error)
{
    uint8_t bytes[SECTION_SIZE];
    uint64_t size, start;

    if (!source->read(source, row, bytes, sizeof(bytes), error))
        return false;
    memcpy(ret_section->name, bytes, PE_NAME_SIZE);
    ret_section->name[PE_NAME_SIZE] = '\0';
    size = read_le32(bytes + SECTION_VSIZE);
    start = read_le32(bytes + (layout == PE_IN_FILE ? SECTION_RAW_PLACE : SECTION_ADDRESS));
    if (!fits_inside(start, size, source->size))
        return error_set(error, ERROR_PE_SECTION_OUTSIDE, start, size, source->size);
    if (layout == PE_IN_FILE && size > read_le32(bytes + SECTION_RAW_SIZE))
        size = read_le32(bytes + SECTION_RAW_SIZE);
    ret_section->bytes = (struct range){start, start + size};
    return true;
}

static int compare_starts(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;

    return COMPARE(left->start, right->start);
}

/* Overlapping sections mean that what one names is what another one is. */
static bool check_apart(const struct pe_sections *sections, struct arena *arena,
                        struct error *error)
{
    struct range *ranges = arena_alloc(arena, sections->count, sizeof(*ranges));
    size_t count = 0;

    if (!ranges)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (size_t i = 0; i < sections->count; i++) {
        if (range_size(sections->items[i].bytes) > 0)
            ranges[count++] = sections->items[i].bytes;
    }
    sort(ranges, count, sizeof(*ranges), compare_starts);
    for (size_t i = 1; i < count; i++) {
        if (ranges[i].start < ranges[i - 1].end)
            return error_set(error, ERROR_PE_SECTIONS_OVERLAP, ranges[i].start);
    }
    return true;
}

bool pe_read_sections(struct byte_source *source, enum pe_layout layout, struct arena *arena,
                      struct pe_sections *ret_sections, struct error *error)
{
    uint8_t header[COFF_SIZE];
    uint64_t coff, table, count;

    *ret_sections = (struct pe_sections){.items = NULL};
    if (!find_header(source, &coff, error))
        return false;
    if (!fits_inside(coff, sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, coff, header, sizeof(header), error))
        return false;
    count = read_le16(header + COFF_SECTIONS);
    table = coff + COFF_SIZE + read_le16(header + COFF_OPTIONAL);
    if (!fits_inside(table, count * SECTION_SIZE, source->size))
        return error_set(error, ERROR_PE_SECTION_OUTSIDE, table, count * SECTION_SIZE,
                         source->size);
    ret_sections->items = arena_alloc(arena, max_u64(count, 1), sizeof(*ret_sections->items));
    if (!ret_sections->items)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (; ret_sections->count < count; ret_sections->count++) {
        if (!read_section(source, table + ret_sections->count * SECTION_SIZE, layout,
                          &ret_sections->items[ret_sections->count], error))
            return false;
    }
    return check_apart(ret_sections, arena, error);
}

/*
 * The certificates are the data directory of index 4 in the optional header, whose offset is one
 * in the file. The directories are at 112 in the optional header of a PE32+ file, behind their
 * number.
 */
#define OPTIONAL_MAGIC    0
#define OPTIONAL_COUNT    108
#define CERTIFICATES      (112 + 4 * 8)
#define CERTIFICATES_END  (CERTIFICATES + 8)
#define CERTIFICATE_INDEX 4
#define PE32_PLUS         0x20b

bool pe_find_certificates(struct byte_source *source, struct range *ret_table, struct error *error)
{
    uint8_t header[CERTIFICATES_END];
    uint64_t coff, start, size;

    *ret_table = (struct range){source->size, source->size};
    if (!find_header(source, &coff, error))
        return false;
    if (!fits_inside(coff, COFF_SIZE + sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, coff + COFF_SIZE, header, sizeof(header), error))
        return false;
    if (read_le16(header + OPTIONAL_MAGIC) != PE32_PLUS)
        return error_set(error, ERROR_NO_PROGRAM);
    start = read_le32(header + CERTIFICATES);
    size = read_le32(header + CERTIFICATES + 4);
    if (read_le32(header + OPTIONAL_COUNT) <= CERTIFICATE_INDEX || size == 0)
        return true;
    *ret_table = (struct range){start, start + size};
    return start + size <= source->size ||
           error_set(error, ERROR_CERTIFICATES_OUTSIDE_FILE, start + size, source->size);
}
