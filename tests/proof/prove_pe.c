/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI programs: headers, rows of the section table and certificates are inside the file.
 * Bounds: none; a file of any size below 2^63 bytes with any content.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: --unwind 6 --unwindset memcpy.0:3,memcpy.1:1
 */
#include "common/image/pe.c"
#include "tests/proof/proof.h"

static struct error error;

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
