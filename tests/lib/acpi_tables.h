/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory that contains only ACPI tables. The code under test gets copies of exactly the
 * bytes that it asks for, so that the address sanitizer finds any access past them.
 */
#pragma once

#include "tests/lib/support.h"

#include "common/acpi/memory.h"

#define FAKE_RSDP UINT64_C(0xe0000)

extern struct acpi_memory fake_memory;
extern struct range fake_ram;  /* until the next forget_tables(): what does not last */
extern size_t fake_bytes_read; /* since the last forget_tables() */

struct fake_table {
    uint64_t address;
    size_t size;
    uint8_t *bytes;
};

/* In the order in which they were added. */
extern struct fake_table fake_tables[];

/* Adds a zeroed piece of memory. */
struct fake_table *add_memory(uint64_t address, size_t size);

/* Adds a table with a right checksum; what follows the header is zeroed. */
struct fake_table *add_table(uint64_t address, const char *signature, size_t size);

/* Adds an XSDT (`width` 8) or RSDT (4); `pointers` may be NULL for none. */
struct fake_table *add_root(uint64_t address, size_t width, size_t count, const uint64_t *pointers);

/* Adds the RSDP; revision 0 has no XSDT. */
struct fake_table *add_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt);

/* Changes the size; what is added is zeroed. */
void resize_table(struct fake_table *table, size_t size);

/* Corrects length and checksum after a change; the checksums of an RSDP. */
void sign_table(struct fake_table *table);
void sign_rsdp(struct fake_table *rsdp);

void forget_copies(void); /* what the code under test was given becomes unreadable */
void forget_tables(void);
