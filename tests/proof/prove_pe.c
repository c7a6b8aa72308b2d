/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI programs: headers, the section table, sections and certificates are inside the file, and no
 * two sections share a byte.
 * Bounds: a file of any size below 2^63 bytes with any content; SECTIONS sections.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: -DSECTIONS=2 --unwind 6 --unwindset memcpy.0:3,memcpy.1:1,read_rows.0:3
 * full: -DSECTIONS=3 --unwind 6 --unwindset memcpy.0:3,memcpy.1:1,read_rows.0:4
 */
#include "common/image/pe.c"
#include "tests/proof/proof.h"

static struct error error;
static struct pe_section rows_kept[SECTIONS];
static struct range ranges_kept[SECTIONS];

/* Room for as many sections as are proven, or none. */
void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    (void)arena;
    if (count > SECTIONS || nondet_bool())
        return NULL;
    if (size == sizeof(*rows_kept))
        return rows_kept;
    PROVE(size == sizeof(*ranges_kept), "nothing else is asked for");
    return ranges_kept;
}

static void prove_headers(void)
{
    struct byte_source source = proof_source();
    struct headers headers;

    if (!read_headers(&source, &headers, &error)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(headers.optional <= source.size && headers.table >= headers.optional,
          "headers are in order");
    PROVE(headers.table <= UINT32_MAX + UINT64_C(0x20000) && headers.sections <= UINT16_MAX,
          "nothing computed of them wraps");
}

static void prove_row(uint64_t size, bool in_file)
{
    struct pe_section section = {.bytes = {0, 0}};
    uint8_t row[ROW_SIZE];

    __CPROVER_havoc_object(row);
    if (!parse_row(row, in_file ? PE_IN_FILE : PE_IN_MEMORY, size, &section, &error)) {
        PROVE(error.code == ERROR_PE_SECTION_OUTSIDE, "a refusal has a reason");
        return;
    }
    PROVE(range_size(section.bytes) == 0 || section.bytes.end <= size,
          "a section is inside the file");
    PROVE(range_size(section.bytes) <= read_le32(row + ROW_VIRTUAL_SIZE),
          "it is not larger than in memory");
    PROVE(!in_file || range_size(section.bytes) <= read_le32(row + ROW_RAW_SIZE),
          "nor than in the file");
    PROVE(section.name[PE_NAME_SIZE] == '\0', "its name ends with a NUL");
}

/* What sort() is proven to do, for ranges. */
void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    struct range *ranges = array;

    PROVE(size == sizeof(*ranges) && compare == compare_starts,
          "ranges are sorted by their starts");
    for (size_t end = count; end > 1; end--) {
        for (size_t i = 1; i < end; i++) {
            const struct range range = ranges[i];

            if (ranges[i - 1].start > range.start) {
                ranges[i] = ranges[i - 1];
                ranges[i - 1] = range;
            }
        }
    }
}

/* Sections where read_rows() lets them be. */
static void any_sections(struct pe_section items[static SECTIONS])
{
    for (size_t i = 0; i < SECTIONS; i++) {
        uint64_t start = nondet_u32();

        items[i] = (struct pe_section){.bytes = {start, start + nondet_u32()}};
    }
}

static void prove_apart(uint64_t headers_end, uint64_t address)
{
    struct pe_section items[SECTIONS];
    struct pe_sections sections = {.items = items, .count = nondet_size()};
    size_t owners = address < headers_end;

    any_sections(items);
    ASSUME(sections.count <= SECTIONS);
    if (!check_apart(&sections, headers_end, NULL, &error)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY || error.code == ERROR_PE_SECTIONS_OVERLAP,
              "a refusal has a reason");
        return;
    }
    for (size_t i = 0; i < sections.count; i++)
        owners += range_contains(items[i].bytes, address);
    PROVE(owners <= 1, "no byte belongs to two sections, or to the headers and one");
}

static void prove_sections(enum pe_layout layout, uint64_t address)
{
    struct byte_source source = proof_source();
    struct pe_sections sections;
    size_t owners = 0;

    if (!pe_read_sections(&source, layout, NULL, &sections, &error)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(sections.count <= SECTIONS, "there is room for all");
    for (size_t i = 0; i < sections.count; i++) {
        owners += range_contains(sections.items[i].bytes, address);
        PROVE(range_size(sections.items[i].bytes) == 0 ||
                  sections.items[i].bytes.end <= source.size,
              "a section is inside the file");
    }
    PROVE(owners <= 1, "no byte belongs to two sections");
}

static void prove_certificates(void)
{
    struct byte_source source = proof_source();
    struct range table;

    if (pe_find_certificates(&source, &table, &error))
        PROVE(table.start <= table.end && table.end <= source.size,
              "certificates are inside the file");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}
