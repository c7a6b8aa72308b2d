/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/acpi_tables.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stdlib.h>
#include <string.h>

struct fake_table fake_tables[2048];
static size_t table_count;
static uint8_t *copies[32768];
static size_t copy_count;

size_t fake_bytes_read;

static const uint8_t *map(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    for (size_t i = 0; i < table_count; i++) {
        uint64_t offset = address - fake_tables[i].address;

        if (address < fake_tables[i].address || !fits_inside(offset, length, fake_tables[i].size))
            continue;
        assert_true(copy_count < ELEMENTS(copies));
        fake_bytes_read += length;
        copies[copy_count] = malloc(length ? length : 1);
        return memcpy(copies[copy_count++], fake_tables[i].bytes + offset, length);
    }
    return NULL;
}

struct range fake_ram;

static bool is_ram(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    return address < fake_ram.end && address + length > fake_ram.start;
}

struct acpi_memory fake_memory = {map, is_ram};

struct fake_table *add_memory(uint64_t address, size_t size)
{
    struct fake_table *table = &fake_tables[table_count++];

    assert_true(table_count <= ELEMENTS(fake_tables));
    *table = (struct fake_table){address, size, calloc(1, size)};
    return table;
}

void resize_table(struct fake_table *table, size_t size)
{
    table->bytes = realloc(table->bytes, size);
    assert_non_null(table->bytes);
    if (size > table->size)
        memset(table->bytes + table->size, 0, size - table->size);
    table->size = size;
}

void sign_rsdp(struct fake_table *rsdp)
{
    acpi_sign(rsdp->bytes, 20, 8);
    if (rsdp->size >= 36)
        acpi_sign(rsdp->bytes, 36, 32);
}

void sign_table(struct fake_table *table)
{
    put_number(table->bytes + 4, 4, table->size);
    acpi_sign(table->bytes, table->size, 9);
}

struct fake_table *add_table(uint64_t address, const char *signature, size_t size)
{
    struct fake_table *table = add_memory(address, size);

    memcpy(table->bytes, signature, 4);
    sign_table(table);
    return table;
}

struct fake_table *add_root(uint64_t address, size_t width, size_t count, const uint64_t *pointers)
{
    struct fake_table *root = add_table(address, width == 8 ? "XSDT" : "RSDT", 36 + width * count);

    memcpy(root->bytes + 10, width == 8 ? "OEM8  TABLE8  " : "OEM4  TABLE4  ", 14);
    for (size_t i = 0; pointers && i < count; i++)
        put_number(root->bytes + 36 + i * width, width, pointers[i]);
    sign_table(root);
    return root;
}

struct fake_table *add_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
    struct fake_table *rsdp = add_memory(FAKE_RSDP, revision >= 2 ? 36 : 20);

    memcpy(rsdp->bytes, "RSD PTR \0OEMPTR", 15);
    rsdp->bytes[15] = revision;
    put_number(rsdp->bytes + 16, 4, rsdt);
    if (revision >= 2) {
        put_number(rsdp->bytes + 20, 4, 36);
        put_number(rsdp->bytes + 24, 8, xsdt);
    }
    sign_rsdp(rsdp);
    return rsdp;
}

void forget_copies(void)
{
    while (copy_count > 0)
        free(copies[--copy_count]);
}

void forget_tables(void)
{
    forget_copies();
    while (table_count > 0)
        free(fake_tables[--table_count].bytes);
    fake_bytes_read = 0;
    fake_ram = (struct range){0, 0};
}
