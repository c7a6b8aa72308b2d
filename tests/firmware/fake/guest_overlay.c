/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/guest_overlay.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"

#include <string.h>

#define U(number) ((unsigned long long)(number))

#define HEADER_SIZE   36
#define RECORD_SCREEN 0x12
#define RECORD_LOG    0x17
#define SCREEN_SIZE   40 /* struct lb_framebuffer */
#define COMPARED      40 /* bytes of the log's last line: the console breaks long ones */
#define MEMORY32_SIZE 12 /* Memory32Fixed: 0x86, a length of 9, access, base, length */

/* Memory of the loader's, which the firmware's own tables are not in. */
static const uint8_t *ours(uint64_t address, uint64_t size, const char *what)
{
    if (address >= 4 * GIB || size > 4 * GIB || address + size > 4 * GIB ||
        !physical_is_loaders((struct range){address, address + max_u64(size, 1)}))
        run_fail("%s at 0x%llx is not in memory of the loader's below 4 GiB", what, U(address));
    return (const uint8_t *)(uintptr_t)address;
}

static void check_sum(const uint8_t *bytes, size_t size, const char *what)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    if (sum != 0)
        run_fail("the checksum of %s is wrong", what);
}

static const uint8_t *check_table(uint64_t address, const char *name)
{
    const uint8_t *table = ours(address, HEADER_SIZE, name);
    uint32_t size = read_le32(table + 4);

    if (memcmp(table, name, 4) != 0 || size < HEADER_SIZE)
        run_fail("at 0x%llx is no %s", U(address), name);
    ours(address, size, name);
    check_sum(table, size, name);
    return table;
}

/* The addresses in a root table with entries of `width` bytes. */
static size_t count_entries(const uint8_t *root, unsigned width)
{
    return root ? (read_le32(root + 4) - HEADER_SIZE) / width : 0;
}

static uint64_t entry(const uint8_t *root, unsigned width, size_t index)
{
    const uint8_t *bytes = root + HEADER_SIZE + index * width;

    return width == 8 ? read_le64(bytes) : read_le32(bytes);
}

static size_t count_in(const uint8_t *root, unsigned width, uint64_t address)
{
    size_t found = 0;

    for (size_t i = 0; i < count_entries(root, width); i++)
        found += entry(root, width, i) == address;
    return found;
}

/* Every table of the firmware's is listed once, and one of ours, whose address is returned. */
static uint64_t check_root(const uint8_t *root, const uint8_t *firmware, unsigned width)
{
    uint64_t added = 0;

    for (size_t i = 0; i < count_entries(firmware, width); i++) {
        uint64_t address = entry(firmware, width, i);

        if (address != 0 && count_in(root, width, address) != 1)
            run_fail("the firmware's table at 0x%llx is not listed once", U(address));
    }
    for (size_t i = 0; i < count_entries(root, width); i++) {
        uint64_t address = entry(root, width, i);

        if (count_in(firmware, width, address) > 0)
            continue;
        if (added)
            run_fail("more than one table was added: 0x%llx, 0x%llx", U(added), U(address));
        added = address;
    }
    if (!added)
        run_fail("no table was added");
    return added;
}

/* The memory of the device in the SSDT. */
static struct range find_device_memory(const uint8_t *ssdt)
{
    size_t size = read_le32(ssdt + 4);

    for (size_t at = HEADER_SIZE; at + MEMORY32_SIZE <= size; at++) {
        const uint8_t *bytes = ssdt + at;

        if (bytes[0] == 0x86 && bytes[1] == 9 && bytes[2] == 0)
            return (struct range){read_le32(bytes + 4),
                                  (uint64_t)read_le32(bytes + 4) + read_le32(bytes + 8)};
    }
    run_fail("the SSDT's device has no memory");
}

static void check_screen(const uint8_t *record, const struct framebuffer *expected)
{
    struct framebuffer found = {
        .address = read_le64(record + 8),
        .width = read_le32(record + 16),
        .height = read_le32(record + 20),
        .pitch = read_le32(record + 24),
        .bits_per_pixel = record[28],
        .red = {record[29], record[30]},
        .green = {record[31], record[32]},
        .blue = {record[33], record[34]},
    };

    if (!expected)
        run_fail("the kernel is told of a screen at 0x%llx", U(found.address));
    if (found.address != expected->address || found.width != expected->width ||
        found.height != expected->height || found.pitch != expected->pitch ||
        found.bits_per_pixel != expected->bits_per_pixel ||
        memcmp(&found.red, &expected->red, sizeof(found.red)) != 0 ||
        memcmp(&found.green, &expected->green, sizeof(found.green)) != 0 ||
        memcmp(&found.blue, &expected->blue, sizeof(found.blue)) != 0)
        run_fail("the kernel is told of a screen of %ux%u at 0x%llx, pitch %u, %u bits",
                 found.width, found.height, U(found.address), found.pitch, found.bits_per_pixel);
}

static bool is_line_end(char character)
{
    return character == '\n' || character == '\r';
}

/* The length of a text without the line end. */
static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && is_line_end(text[length - 1]))
        length--;
    return length;
}

/* The log ends as what was said does, up to the last line end. Returns its end. */
static uint64_t check_log(uint64_t address)
{
    const uint8_t *log = ours(address, 8, "the log");
    uint32_t size = read_le32(log), cursor = read_le32(log + 4);
    const char *text = (const char *)log + 8, *said = run_said();
    size_t length, spoken = trimmed(said, strlen(said)), same = 0;

    ours(address, 8 + (uint64_t)size, "the log");
    if (!run_is_plain())
        return address + 8 + size;
    if (cursor == 0 || cursor > size)
        run_fail("the log has %u bytes, its cursor is at %u", size, cursor);
    length = trimmed(text, cursor);
    while (same < min_u64(length, COMPARED) && same < spoken &&
           !is_line_end(said[spoken - same - 1]) &&
           text[length - same - 1] == said[spoken - same - 1])
        same++;
    if (same < COMPARED && same < spoken && !is_line_end(said[spoken - same - 1]))
        run_fail("the log ends with \"%.*s\"", (int)min_u64(length, 60),
                 text + length - min_u64(length, 60));
    return address + 8 + size;
}

/* Returns the end of the log. */
static uint64_t check_records(struct range memory, const struct framebuffer *framebuffer)
{
    const uint8_t *table = ours(memory.start, range_size(memory), "the coreboot table");
    uint32_t bytes = read_le32(table + 12), count = read_le32(table + 20);
    const uint8_t *record = table + 24;
    bool has_screen = false;
    uint64_t end = 0;

    if (memcmp(table, "LBIO", 4) != 0 || read_le32(table + 4) != 24 ||
        24 + (uint64_t)bytes > range_size(memory))
        run_fail("the coreboot table is damaged");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t tag = read_le32(record), size = read_le32(record + 4);

        if (size < 8 || record + size > table + 24 + bytes)
            run_fail("record %u of the coreboot table has %u bytes", i, size);
        if (tag == RECORD_SCREEN) {
            if (size < SCREEN_SIZE)
                run_fail("the record of the screen has %u bytes", size);
            check_screen(record, framebuffer);
            has_screen = true;
        } else if (tag == RECORD_LOG) {
            end = check_log(read_le64(record + 8));
        }
        record += size;
    }
    if (record != table + 24 + bytes)
        run_fail("the records of the coreboot table do not fill it");
    if (!has_screen && framebuffer && run_is_plain())
        run_fail("the kernel is not told of the screen");
    if (!end)
        run_fail("the kernel gets no log");
    return end;
}

static const uint8_t *firmware_table(uint64_t address)
{
    return address ? (const uint8_t *)(uintptr_t)address : NULL;
}

struct range overlay_check(uint64_t rsdp, const struct expected_overlay *expected)
{
    const uint8_t *root = ours(rsdp, 36, "the RSDP");
    const uint8_t *firmware = firmware_table(expected->firmware_rsdp);
    const uint8_t *xsdt, *rsdt = NULL, *firmware_xsdt, *firmware_rsdt, *ssdt;
    uint64_t added, end;

    if (memcmp(root, "RSD PTR ", 8) != 0 || root[15] != 2 || read_le32(root + 20) != 36)
        run_fail("the RSDP at 0x%llx is not one of revision 2", U(rsdp));
    check_sum(root, 20, "the RSDP's first part");
    check_sum(root, 36, "the RSDP");
    firmware_rsdt = firmware_table(read_le32(firmware + 16));
    firmware_xsdt = firmware[15] >= 2 ? firmware_table(read_le64(firmware + 24)) : NULL;
    xsdt = check_table(read_le64(root + 24), "XSDT");
    if (firmware_xsdt)
        added = check_root(xsdt, firmware_xsdt, 8);
    else
        added = entry(xsdt, 8, count_entries(xsdt, 8) - 1);
    if (read_le32(root + 16))
        rsdt = check_table(read_le32(root + 16), "RSDT");
    if (!rsdt != !firmware_rsdt)
        run_fail("the firmware has an RSDT, and the kernel not, or the other way round");
    if (rsdt && check_root(rsdt, firmware_rsdt, 4) != added)
        run_fail("XSDT and RSDT differ in the table that was added");
    ssdt = check_table(added, "SSDT");
    end = check_records(find_device_memory(ssdt), expected->framebuffer);
    return range_to_pages((struct range){rsdp, end});
}
