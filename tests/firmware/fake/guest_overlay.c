/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/guest_overlay.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/tpm.h"

#include <string.h>

#define U(number) ((unsigned long long)(number))

#define HEADER_SIZE   36
#define RECORD_SCREEN 0x12
#define RECORD_LOG    0x17
#define SCREEN_SIZE   40 /* struct lb_framebuffer */
#define COMPARED      40 /* characters of the log's last line: the console breaks long ones */
#define MEMORY32_SIZE 12 /* Memory32Fixed: 0x86, a length of 9, access, base, length */
#define TPM2_SIZE     76 /* with the log's size and address, */
#define TPM2_LOG      64 /* which are here, */
#define TPM2_METHOD   52 /* after the start method's parameters, which are here */

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

/* A root table of ours, and the firmware's that it is made from. */
struct roots {
    const uint8_t *ours, *firmware;
    unsigned width, firmware_width;
};

/* The tables that were added; 0 for none. */
struct added {
    uint64_t ssdt, tpm2;
};

static struct added find_added(const struct roots *roots)
{
    struct added added = {0, 0};

    for (size_t i = 0; i < count_entries(roots->ours, roots->width); i++) {
        uint64_t address = entry(roots->ours, roots->width, i), *place;

        if (count_in(roots->firmware, roots->firmware_width, address) > 0)
            continue;
        place = memcmp(ours(address, 4, "a table"), "TPM2", 4) == 0 ? &added.tpm2 : &added.ssdt;
        if (*place)
            run_fail("too many tables were added: 0x%llx, 0x%llx", U(*place), U(address));
        *place = address;
    }
    if (!added.ssdt)
        run_fail("no SSDT was added");
    return added;
}

/* Every table of the firmware's is listed once, or not at all if it is replaced. */
static struct added check_root(const struct roots *roots, uint64_t tpm2)
{
    const struct added added = find_added(roots);

    for (size_t i = 0; i < count_entries(roots->firmware, roots->firmware_width); i++) {
        uint64_t address = entry(roots->firmware, roots->firmware_width, i);
        size_t wanted = added.tpm2 && address == tpm2 ? 0 : 1;

        if (address != 0 && count_in(roots->ours, roots->width, address) != wanted)
            run_fail("the firmware's table at 0x%llx is not listed %s", U(address),
                     wanted ? "once" : "no more");
    }
    if (added.tpm2 && !tpm2)
        run_fail("the firmware's TPM2 table is replaced");
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

/* Steps back to the start of the last character of the text. */
static size_t before_last(const char *text, size_t length)
{
    while (length > 0 && (text[--length] & 0xc0) == 0x80)
        continue;
    return length;
}

/*
 * True if both texts end in the same way, up to the last line end in `said` or for as many
 * characters as are compared. The console shows '?' for what it has no glyph for.
 */
static bool end_alike(const char *log, size_t length, const char *said, size_t spoken)
{
    for (size_t i = 0; i < COMPARED && spoken > 0 && !is_line_end(said[spoken - 1]); i++) {
        size_t log_start = before_last(log, length), said_start = before_last(said, spoken);
        size_t size = length - log_start;
        bool shown =
            size == spoken - said_start && memcmp(log + log_start, said + said_start, size) == 0;

        if (size == 0 || (!shown && (size == 1 || said[said_start] != '?')))
            return false;
        length = log_start;
        spoken = said_start;
    }
    return true;
}

/* The log's length without the last lines, if they are about measuring: those are not shown. */
static size_t without_measurements(const char *log, size_t length)
{
    static const char about[] = ": measured into PCR ";

    for (;;) {
        size_t start = length;

        while (start > 0 && !is_line_end(log[start - 1]))
            start--;
        if (!memmem(log + start, length - start, about, sizeof(about) - 1))
            return length;
        length = trimmed(log, start);
    }
}

/* Whoever reads the log does so on a terminal. */
static void check_characters(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        bool is_c1 = i > 0 && (uint8_t)text[i - 1] == 0xc2 && byte >= 0x80 && byte < 0xa0;

        if ((byte < ' ' && byte != '\n') || byte == 0x7f || is_c1)
            run_fail("there is a control character in the log, 0x%02x", byte);
    }
}

static struct {
    const char *text;
    size_t length;
} kernels_log;

size_t overlay_count_logged(const char *text)
{
    const char *at = kernels_log.text, *end = at + kernels_log.length;
    size_t count = 0;

    for (; at && (at = memmem(at, (size_t)(end - at), text, strlen(text))); at++)
        count++;
    return count;
}

/* The log ends as what was said does. Returns its end. */
static uint64_t check_log(uint64_t address)
{
    const uint8_t *log = ours(address, 8, "the log");
    uint32_t size = read_le32(log), cursor = read_le32(log + 4);
    const char *text = (const char *)log + 8, *said = run_said();
    size_t length;

    ours(address, 8 + (uint64_t)size, "the log");
    if (!run_is_plain())
        return address + 8 + size;
    if (cursor == 0 || cursor > size)
        run_fail("the log has %u bytes, its cursor is at %u", size, cursor);
    check_characters(text, cursor);
    kernels_log.text = text;
    kernels_log.length = cursor;
    length = trimmed(text, cursor);
    if (!strstr(said, "measured into"))
        length = without_measurements(text, length);
    if (!end_alike(text, length, said, trimmed(said, strlen(said))))
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

/* The log's bytes, then zeroes; none at all is enough if a call has failed. */
static void check_events(const uint8_t *log, uint64_t room, size_t size)
{
    bool empty = true;

    for (uint64_t i = 0; i < room && empty; i++)
        empty = log[i] == 0;
    if (empty && (size == 0 || !run_is_plain()))
        return;
    if (size > room || memcmp(log, tpm_log(), size) != 0)
        run_fail("the kernel's event log is not the firmware's of %zu bytes", size);
    for (uint64_t i = size; i < room; i++) {
        if (log[i] != 0)
            run_fail("byte %llu after the event log is not zero", U(i - size));
    }
}

/* The copy is the firmware's table but for size, checksum, revision and log. Returns its log's end.
 */
static uint64_t check_tpm2(uint64_t address, const struct expected_overlay *expected)
{
    const uint8_t *copy = check_table(address, "TPM2");
    const uint8_t *firmware = (const uint8_t *)(uintptr_t)expected->tpm2;
    uint32_t size = read_le32(copy + 4), room;
    uint64_t log;

    if (size != max_u64(read_le32(firmware + 4), TPM2_SIZE) || copy[8] < 4)
        run_fail("the TPM2 table has %u bytes, its revision is %u", size, copy[8]);
    if (memcmp(copy + 10, firmware + 10, TPM2_METHOD - 10) != 0)
        run_fail("the TPM2 table is not the firmware's");
    room = read_le32(copy + TPM2_LOG);
    log = read_le64(copy + TPM2_LOG + 4);
    check_events(ours(log, room, "the event log"), room, expected->event_log_size);
    return log + room;
}

static const uint8_t *firmware_table(uint64_t address)
{
    return address ? (const uint8_t *)(uintptr_t)address : NULL;
}

/* Checks both root tables of ours. */
static struct added check_roots(const uint8_t *root, const struct expected_overlay *expected)
{
    const uint8_t *firmware = firmware_table(expected->firmware_rsdp);
    struct roots rsdt = {NULL, firmware_table(read_le32(firmware + 16)), 4, 4};
    struct roots xsdt = {check_table(read_le64(root + 24), "XSDT"), NULL, 8, 8};
    struct added added, other;

    xsdt.firmware = firmware[15] >= 2 ? firmware_table(read_le64(firmware + 24)) : NULL;
    if (!xsdt.firmware) {
        xsdt.firmware = rsdt.firmware;
        xsdt.firmware_width = 4;
    }
    added = check_root(&xsdt, expected->tpm2);
    if (!read_le32(root + 16) != !rsdt.firmware)
        run_fail("the firmware has an RSDT, and the kernel not, or the other way round");
    if (!rsdt.firmware)
        return added;
    rsdt.ours = check_table(read_le32(root + 16), "RSDT");
    other = check_root(&rsdt, expected->tpm2);
    if (other.ssdt != added.ssdt || other.tpm2 != added.tpm2)
        run_fail("XSDT and RSDT differ in the tables that were added");
    return added;
}

struct range overlay_check(uint64_t rsdp, const struct expected_overlay *expected)
{
    const uint8_t *root = ours(rsdp, 36, "the RSDP");
    struct added added;
    uint64_t end;

    if (memcmp(root, "RSD PTR ", 8) != 0 || root[15] != 2 || read_le32(root + 20) != 36)
        run_fail("the RSDP at 0x%llx is not one of revision 2", U(rsdp));
    check_sum(root, 20, "the RSDP's first part");
    check_sum(root, 36, "the RSDP");
    added = check_roots(root, expected);
    end = check_records(find_device_memory(check_table(added.ssdt, "SSDT")), expected->framebuffer);
    if (added.tpm2)
        end = max_u64(end, check_tpm2(added.tpm2, expected));
    else if (expected->tpm2 && run_is_plain())
        run_fail("the kernel gets no event log");
    return range_to_pages((struct range){rsdp, end});
}
