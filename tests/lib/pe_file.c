/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/pe_file.h"

#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define HEADER   0x80
#define OPTIONAL 240
#define TABLE    (HEADER + 24 + OPTIONAL)
#define ALIGN    0x1000

static void set_size(struct pe_file *file, size_t size)
{
    file->bytes = realloc(file->bytes, size);
    if (!file->bytes)
        abort();
    if (size > file->size)
        memset(file->bytes + file->size, 0, size - file->size);
    file->size = size;
    memory_source_init(&file->source, file->bytes, size);
}

void pe_file_start(struct pe_file *file)
{
    uint8_t *header;

    *file = (struct pe_file){.bytes = NULL};
    set_size(file, ALIGN);
    header = pe_file_header(file);
    memcpy(file->bytes, "MZ", 2);
    put_number(file->bytes + 0x3c, 4, HEADER);
    memcpy(header, "PE\0\0", 4);
    put_number(header + 4, 2, 0x8664);
    put_number(header + 20, 2, OPTIONAL);
    put_number(header + 24, 2, 0x20b);
}

uint64_t pe_file_add(struct pe_file *file, const char *name, const void *bytes, size_t size)
{
    size_t start = file->size;
    uint8_t *row;

    if (file->count == PE_FILE_SECTIONS)
        abort();
    set_size(file, start + (size + ALIGN - 1) / ALIGN * ALIGN);
    if (size > 0)
        memcpy(file->bytes + start, bytes, size);
    row = pe_file_row(file, file->count++);
    memcpy(row, name, strnlen(name, 8));
    put_number(row + 8, 4, size);
    put_number(row + 12, 4, start);
    put_number(row + 16, 4, file->size - start);
    put_number(row + 20, 4, start);
    put_number(pe_file_header(file) + 6, 2, file->count);
    return start;
}

uint64_t pe_file_add_text(struct pe_file *file, const char *name, const char *text)
{
    return pe_file_add(file, name, text, strlen(text));
}

uint8_t *pe_file_row(struct pe_file *file, size_t section)
{
    return file->bytes + TABLE + 40 * section;
}

uint8_t *pe_file_header(struct pe_file *file)
{
    return file->bytes + HEADER;
}

void pe_file_free(struct pe_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}
