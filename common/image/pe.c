/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/pe.h"

#include "common/base/architecture.h"
#include "common/base/bytes.h"
#include "common/base/sort.h"

#include <string.h>

/* Microsoft's "PE Format": the DOS header has the offset of the PE header at 0x3c. */
#define DOS_MAGIC   "MZ"
#define DOS_POINTER 0x3c
#define DOS_SIZE    0x40

/* The signature and the COFF header; behind it the optional header and the section table. */
#define PE_SIGNATURE     "PE\0\0"
#define PE_MACHINE       4
#define PE_SECTION_COUNT 6
#define PE_OPTIONAL_SIZE 20
#define PE_SIZE          24

/* A row of the section table; the name comes first. */
#define ROW_VIRTUAL_SIZE    8
#define ROW_VIRTUAL_ADDRESS 12
#define ROW_RAW_SIZE        16
#define ROW_RAW_POINTER     20
#define ROW_SIZE            40

/* Rows that are read at once. */
#define ROWS 32

struct headers {
    uint64_t optional; /* offset of the optional header */
    uint64_t table;    /* and of the section table */
    uint64_t sections;
    unsigned machine;
};

static bool read_headers(struct byte_source *source, struct headers *ret_headers,
                         struct error *error)
{
    uint8_t dos[DOS_SIZE], header[PE_SIZE];
    uint64_t start;

    if (source->size < sizeof(dos))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, 0, dos, sizeof(dos), error))
        return false;
    start = read_le32(dos + DOS_POINTER);
    if (memcmp(dos, DOS_MAGIC, 2) != 0 || !fits_inside(start, sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, start, header, sizeof(header), error))
        return false;
    ret_headers->optional = start + PE_SIZE;
    ret_headers->table = ret_headers->optional + read_le16(header + PE_OPTIONAL_SIZE);
    ret_headers->sections = read_le16(header + PE_SECTION_COUNT);
    ret_headers->machine = read_le16(header + PE_MACHINE);
    return memcmp(header, PE_SIGNATURE, PE_MACHINE) == 0 || error_set(error, ERROR_NO_PROGRAM);
}

bool pe_check_program(struct byte_source *source, struct error *error)
{
    struct headers headers;

    return read_headers(source, &headers, error) &&
           (headers.machine == FIRMWARE_PE_MACHINE || error_set(error, ERROR_NO_PROGRAM));
}

static bool parse_row(const uint8_t *row, enum pe_layout layout, uint64_t source_size,
                      struct pe_section *section, struct error *error)
{
    uint64_t size = read_le32(row + ROW_VIRTUAL_SIZE);
    uint64_t start;

    memcpy(section->name, row, PE_NAME_SIZE);
    section->address = start = read_le32(row + ROW_VIRTUAL_ADDRESS);
    if (layout == PE_IN_FILE) {
        start = read_le32(row + ROW_RAW_POINTER);
        size = min_u64(size, read_le32(row + ROW_RAW_SIZE));
    }
    if (size == 0)
        return true; /* its place means nothing */
    section->bytes = (struct range){start, start + size};
    return fits_inside(start, size, source_size) ||
           error_set(error, ERROR_PE_SECTION_OUTSIDE, start, size, source_size);
}

static bool read_rows(struct byte_source *source, enum pe_layout layout,
                      const struct headers *headers, struct pe_sections *sections,
                      struct error *error)
{
    uint8_t rows[ROWS * ROW_SIZE];

    for (size_t i = 0; i < headers->sections; i++) {
        size_t count = (size_t)min_u64(headers->sections - i, ROWS);

        if (i % ROWS == 0 &&
            !source->read(source, headers->table + i * ROW_SIZE, rows, count * ROW_SIZE, error))
            return false;
        if (!parse_row(rows + i % ROWS * ROW_SIZE, layout, source->size, &sections->items[i],
                       error))
            return false;
    }
    sections->count = (size_t)headers->sections;
    return true;
}

static int compare_starts(const void *a, const void *b)
{
    return COMPARE(((const struct range *)a)->start, ((const struct range *)b)->start);
}

/* With bytes that two sections share, what one of them is depends on who looks at it. */
static bool check_apart(const struct pe_sections *sections, uint64_t headers_end,
                        struct arena *arena, struct error *error)
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
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].start < headers_end)
            return error_set(error, ERROR_PE_SECTIONS_OVERLAP, ranges[i].start);
        headers_end = ranges[i].end;
    }
    return true;
}

bool pe_read_sections(struct byte_source *source, enum pe_layout layout, struct arena *arena,
                      struct pe_sections *ret_sections, struct error *error)
{
    struct headers headers;
    uint64_t size;

    *ret_sections = (struct pe_sections){.items = NULL};
    if (!read_headers(source, &headers, error))
        return false;
    if (headers.machine != PE_MACHINE_X64 && headers.machine != PE_MACHINE_IA32)
        return error_set(error, ERROR_NO_PROGRAM);
    ret_sections->machine = headers.machine;
    size = headers.sections * ROW_SIZE;
    if (!fits_inside(headers.table, size, source->size))
        return error_set(error, ERROR_PE_SECTION_OUTSIDE, headers.table, size, source->size);
    ret_sections->items = arena_alloc(arena, headers.sections, sizeof(*ret_sections->items));
    if (!ret_sections->items)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return read_rows(source, layout, &headers, ret_sections, error) &&
           check_apart(ret_sections, headers.table + size, arena, error);
}

/*
 * The certificates are the data directory of index 4 in the optional header, whose offset is one
 * in the file. The directories are behind their number, in a PE32+ file at 112 in the optional
 * header, in a PE32 file at 96.
 */
#define OPTIONAL_MAGIC    0
#define OPTIONAL_COUNT    108
#define CERTIFICATES      (112 + 4 * 8)
#define CERTIFICATES_END  (CERTIFICATES + 8)
#define CERTIFICATE_INDEX 4
#define PE32              0x10b
#define PE32_PLUS         0x20b
#define PE32_SHORTER      16 /* bytes that the fields before the directories lack */

bool pe_find_certificates(struct byte_source *source, struct range *ret_table, struct error *error)
{
    uint8_t header[CERTIFICATES_END];
    size_t shorter = 0;
    struct headers headers;
    uint64_t start, size;

    *ret_table = (struct range){source->size, source->size};
    if (!read_headers(source, &headers, error))
        return false;
    if (!fits_inside(headers.optional, sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, headers.optional, header, sizeof(header), error))
        return false;
    if (read_le16(header + OPTIONAL_MAGIC) == PE32)
        shorter = PE32_SHORTER;
    else if (read_le16(header + OPTIONAL_MAGIC) != PE32_PLUS)
        return error_set(error, ERROR_NO_PROGRAM);
    start = read_le32(header + CERTIFICATES - shorter);
    size = read_le32(header + CERTIFICATES + 4 - shorter);
    if (read_le32(header + OPTIONAL_COUNT - shorter) <= CERTIFICATE_INDEX || size == 0)
        return true;
    *ret_table = (struct range){start, start + size};
    return start + size <= source->size ||
           error_set(error, ERROR_CERTIFICATES_OUTSIDE_FILE, start + size, source->size);
}
