/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzers of ACPI's tables share: memory from BASE on, with the RSDP at its start. The
 * code under test gets copies of exactly what it asks for.
 */
#pragma once

#include "tests/fuzz/fuzz_text.h"

#include "common/acpi/memory.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#define BASE        0x1000
#define RSDP_V1     20
#define RSDP_V2     36
#define HEADER      36
#define SUM_OF_RSDP 8
#define SUM_OF_V2   32
#define SUM_OF_REST 9
#define PIECES      65536
#define MOST_READ   (16 * MIB)

struct fuzzed_memory {
    struct acpi_memory memory; /* first, so that it can be cast back */
    uint8_t *bytes;
    size_t size;
    uint64_t handed_out;
};

/* Copies of their exact size, so that what reads beyond them is caught. */
static char *pieces[PIECES];
static size_t piece_count;

static inline const uint8_t *map_piece(struct acpi_memory *memory, uint64_t address,
                                       uint64_t length)
{
    struct fuzzed_memory *fuzzed = (struct fuzzed_memory *)memory;

    if (address < BASE || !fits_inside(address - BASE, length, fuzzed->size))
        return NULL;
    require(piece_count < PIECES);
    fuzzed->handed_out += length;
    require(fuzzed->handed_out < MOST_READ);
    pieces[piece_count] = copy_bytes(fuzzed->bytes + (address - BASE), length);
    return (const uint8_t *)pieces[piece_count++];
}

/* One page in four. */
static inline bool is_fuzzed_ram(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    (void)length;
    return address / PAGE_SIZE % 4 == 3;
}

static inline void forget_pieces(void)
{
    while (piece_count > 0)
        free(pieces[--piece_count]);
}

static inline void mend_sum(uint8_t *bytes, size_t length, size_t at)
{
    uint8_t sum = 0;

    bytes[at] = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[at] = (uint8_t)-sum;
}

static inline void mend_sums(uint8_t *bytes, size_t size)
{
    static const char signatures[][5] = {"MCFG", "SPCR", "XSDT", "RSDT", "TPM2"};

    for (size_t at = RSDP_V2; at + HEADER <= size; at++) {
        uint32_t length = read_le32(bytes + at + 4);

        for (size_t i = 0; i < ELEMENTS(signatures); i++) {
            if (memcmp(bytes + at, signatures[i], 4) == 0 && length >= HEADER &&
                fits_inside(at, length, size))
                mend_sum(bytes + at, length, SUM_OF_REST);
        }
    }
    if (size >= RSDP_V1)
        mend_sum(bytes, RSDP_V1, SUM_OF_RSDP);
    if (size >= RSDP_V2 && fits_inside(0, read_le32(bytes + RSDP_V1), size) &&
        read_le32(bytes + RSDP_V1) >= RSDP_V2)
        mend_sum(bytes, read_le32(bytes + RSDP_V1), SUM_OF_V2);
}

/* Memory with these bytes. Freed by close_memory(). */
static inline struct fuzzed_memory open_memory(const uint8_t *data, size_t size, bool mended)
{
    struct fuzzed_memory fuzzed = {.memory = {map_piece, is_fuzzed_ram}, .size = size};

    fuzzed.bytes = (uint8_t *)copy_bytes(data, size);
    if (mended)
        mend_sums(fuzzed.bytes, size);
    return fuzzed;
}

static inline void close_memory(struct fuzzed_memory *fuzzed)
{
    forget_pieces();
    free(fuzzed->bytes);
}
