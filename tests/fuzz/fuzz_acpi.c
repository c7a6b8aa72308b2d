/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: ACPI's tables. The input is memory from BASE on, with the RSDP at its start. A first
 * byte with its lowest bit clear has the checksums mended, or no fuzzer would get past them.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/acpi/mcfg.h"
#include "common/acpi/rsdp.h"
#include "common/acpi/spcr.h"
#include "common/acpi/table_walk.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/ecam.h"

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

static const uint8_t *map(struct acpi_memory *memory, uint64_t address, uint64_t length)
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

static void forget_pieces(void)
{
    while (piece_count > 0)
        free(pieces[--piece_count]);
}

static void mend_sum(uint8_t *bytes, size_t length, size_t at)
{
    uint8_t sum = 0;

    bytes[at] = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[at] = (uint8_t)-sum;
}

static void mend_sums(uint8_t *bytes, size_t size)
{
    static const char signatures[][5] = {"MCFG", "SPCR", "XSDT", "RSDT"};

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

/* The results of walking all tables. */
struct table_list {
    struct acpi_visitor visitor; /* first, so that it can be cast back */
    struct acpi_ranges ranges;
};

static void require_windows(const struct acpi_windows *windows)
{
    require(windows->count <= ACPI_ECAM_WINDOWS);
    require(windows->damaged <= (ACPI_DAMAGED_XSDT | ACPI_DAMAGED_RSDT | ACPI_DAMAGED_TABLE));
    for (size_t i = 0; i < windows->count; i++) {
        require(range_size(windows->windows[i]) > 0);
        require(range_size(windows->windows[i]) <= 256 * MIB);
        require(windows->windows[i].start % MIB == 0);
        require(windows->windows[i].end <= UINT64_C(1) << 52);
    }
}

static bool require_found(struct acpi_visitor *visitor, struct range table)
{
    struct acpi_ranges *ranges = &((struct table_list *)visitor)->ranges;

    require(table.start >= BASE && table.end > table.start);
    return acpi_ranges_add(ranges, table);
}

static bool ignore_missing(struct acpi_visitor *visitor, struct range place)
{
    (void)visitor;
    require(place.end >= place.start);
    return true;
}

static void list_tables(struct fuzzed_memory *fuzzed)
{
    struct table_list list = {.visitor = {require_found, ignore_missing}};

    (void)acpi_visit_tables(&fuzzed->memory, BASE, &list.visitor);
    require(list.ranges.count <= ACPI_TABLE_RANGES);
    for (size_t i = 0; i < list.ranges.count; i++) {
        require(range_size(list.ranges.items[i]) > 0);
        require(i == 0 || list.ranges.items[i - 1].end < list.ranges.items[i].start);
    }
}

static void read_tables(struct fuzzed_memory *fuzzed)
{
    static struct memory_range ranges[] = {{{BASE, 0x80000000}, MEMORY_CONVENTIONAL}};
    const struct memory_map ram = {.ranges = ranges, .count = ELEMENTS(ranges)};
    struct acpi_windows windows;
    struct acpi_serial serial;

    if (acpi_check_rsdp(&fuzzed->memory, BASE)) {
        require(memcmp(fuzzed->bytes, "RSD PTR ", 8) == 0);
        list_tables(fuzzed);
    }
    acpi_find_ecam(&fuzzed->memory, BASE, &windows);
    require_windows(&windows);
    acpi_find_serial(&fuzzed->memory, BASE, &serial);
    require(serial.number < 4 && (serial.present || !serial.baud));
    ecam_drop_over_memory(&windows, &ram);
    for (size_t i = 0; i < windows.count; i++)
        require(!range_overlaps(windows.windows[i], ranges[0].range));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzzed_memory fuzzed = {.memory = {map}};

    if (size < 1)
        return -1;
    fuzzed.size = size - 1;
    fuzzed.bytes = (uint8_t *)copy_bytes(data + 1, size - 1);
    if (!(data[0] & 1))
        mend_sums(fuzzed.bytes, fuzzed.size);
    read_tables(&fuzzed);
    forget_pieces();
    free(fuzzed.bytes);
    return 0;
}
