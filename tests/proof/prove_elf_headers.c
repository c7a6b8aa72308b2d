/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of an ELF file: no table is read from outside the file or past its end in memory, and
 * no header outside its table.
 * Bounds: none for the file, which has any size below 2^63 bytes and any content; headers of the
 * sizes that linkers write.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: --unwind 6 --unwindset memcmp.0:5
 */
#include "common/image/elf_headers.c"
#include "tests/proof/proof.h"

#include <stdlib.h>

static struct error error;
static struct elf_tables tables;
static uint64_t allocated; /* bytes asked for last */

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    (void)arena;
    PROVE(size == 1, "tables are allocated in bytes");
    allocated = count;
    return malloc(count);
}

/* A header as elf_read_file_header() has left it. */
static struct elf_reader any_reader(struct byte_source *source)
{
    *source = proof_source();
    __CPROVER_havoc_object(&tables);
    tables.layout = nondet_bool() ? &layout_32 : &layout_64;
    tables.programs = tables.sections = (struct elf_table){0};
    return (struct elf_reader){.source = source, .error = &error, .tables = &tables};
}

static void prove_file_header(void)
{
    struct byte_source source = proof_source();
    struct elf_tables fresh = {0};
    struct elf_reader reader = {.source = &source, .error = &error, .tables = &fresh};

    if (!elf_read_file_header(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(fresh.layout == &layout_32 || fresh.layout == &layout_64, "the class is known");
    PROVE(source.size >= fresh.layout->header_size, "the file has all of the header");
    PROVE(elf_machine(&fresh) == ELF_MACHINE_386 || elf_machine(&fresh) == ELF_MACHINE_X86_64,
          "it is one for x86");
}

/* `entry_size` is a constant: a product of two unknown numbers is beyond a SAT solver. */
static void check_table(uint64_t offset, uint64_t count, size_t entry_size, size_t smallest)
{
    struct byte_source source;
    struct elf_reader reader = any_reader(&source);
    struct elf_table table;

    if (!read_table(&reader, offset, count, entry_size, smallest, &table)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(table.entry_size >= smallest && table.count == count, "the table is what was asked for");
    PROVE(allocated == count * entry_size && allocated <= MAX_TABLE_SIZE, "it has a sane size");
    PROVE(fits_inside(offset, allocated, source.size), "it is in the file");
}

static void prove_table_32(uint64_t offset, uint64_t count, uint8_t smallest)
{
    check_table(offset, count, 32, smallest);
}

static void prove_table_56(uint64_t offset, uint64_t count, uint8_t smallest)
{
    check_table(offset, count, 56, smallest);
}

static void prove_table_64(uint64_t offset, uint64_t count, uint8_t smallest)
{
    check_table(offset, count, 64, smallest);
}

/* Any table that read_table() accepts. */
static struct elf_table any_table(size_t count, size_t entry_size)
{
    struct elf_table table = {NULL, entry_size, count};

    ASSUME(count <= MAX_TABLE_SIZE / entry_size);
    table.entries = malloc(count * entry_size);
    ASSUME(table.entries);
    return table;
}

static void prove_program_header(size_t count, size_t index)
{
    struct elf_program_header header;
    struct byte_source source;

    (void)any_reader(&source);
    ASSUME(index < count);
    tables.programs = tables.layout->bits == 64 ? any_table(count, 56) : any_table(count, 32);
    header = elf_program_header(&tables, index);
    PROVE(tables.layout->bits == 64 || (header.paddr <= UINT32_MAX && header.memsz <= UINT32_MAX),
          "numbers of 32-bit files have 32 bits");
}

static void prove_section_header(size_t count, size_t index)
{
    struct elf_section_header header;
    struct byte_source source;

    (void)any_reader(&source);
    ASSUME(index < count);
    tables.sections = tables.layout->bits == 64 ? any_table(count, 64) : any_table(count, 40);
    header = elf_section_header(&tables, index);
    PROVE(tables.layout->bits == 64 || (header.offset <= UINT32_MAX && header.size <= UINT32_MAX),
          "numbers of 32-bit files have 32 bits");
}

static void prove_program_headers(void)
{
    struct byte_source source;
    struct elf_reader reader = any_reader(&source);

    if (elf_read_program_headers(&reader))
        PROVE(tables.programs.count > 0 && tables.programs.entry_size >= tables.layout->ph_size,
              "there are program headers, and of a size that has all members");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}
