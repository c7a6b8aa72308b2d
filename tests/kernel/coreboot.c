/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ACPI device BOOT0000 leads to: a coreboot table in the memory that its _CRS names, with
 * a record of the framebuffer and one of the loader's log. The same way that Linux takes, but for
 * AML, of which only the resource descriptor is looked for.
 */
#include "coreboot.h"
#include "report.h"

/* ACPI 6.5, section 6.4.3.4 */
struct memory32_fixed {
    uint8_t tag;
    uint16_t length;
    uint8_t access;
    uint32_t base;
    uint32_t size;
} __attribute__((packed));
#define MEMORY32_FIXED        0x86
#define MEMORY32_FIXED_LENGTH 9

struct table {
    char signature[4];
    uint32_t header_bytes;
    uint32_t header_checksum;
    uint32_t table_bytes;
    uint32_t table_checksum;
    uint32_t entries;
};

struct record {
    uint32_t tag;
    uint32_t size;
};

struct framebuffer {
    struct record record;
    uint64_t paddr;
    uint32_t width;
    uint32_t height;
    uint32_t pitch;
    uint8_t bits;
    struct {
        uint8_t position;
        uint8_t size;
    } red, green, blue, reserved;
} __attribute__((packed));
#define FRAMEBUFFER_TAG 0x12

struct log_record {
    struct record record;
    uint64_t paddr;
} __attribute__((packed));
#define LOG_TAG 0x17

struct log {
    uint32_t size;
    uint32_t cursor;
    char text[];
};
#define LOG_OVERFLOW  0x80000000u
#define LOG_LINE_SIZE 1024

/* The device's memory; empty if the SSDT names none. */
static struct extent find_memory(const uint8_t *ssdt, uint32_t size)
{
    for (uint32_t at = 0; at + sizeof(struct memory32_fixed) <= size; at++) {
        const struct memory32_fixed *found = (const void *)(ssdt + at);

        if (found->tag == MEMORY32_FIXED && found->length == MEMORY32_FIXED_LENGTH)
            return (struct extent){found->base, (uint64_t)found->base + found->size};
    }
    return (struct extent){0, 0};
}

/* RFC 1071: with the checksum in its place, or added, the sum is 0xffff. */
static bool has_checksum(const void *data, uint32_t size, uint32_t checksum)
{
    const uint8_t *bytes = data;
    uint32_t sum = checksum;

    for (uint32_t i = 0; i + 1 < size; i += 2) {
        sum += bytes[i] | (uint32_t)bytes[i + 1] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum == 0xffff;
}

static bool has_header(const struct table *table, struct extent memory)
{
    return table && __builtin_memcmp(table->signature, "LBIO", 4) == 0 &&
           table->header_bytes == sizeof *table &&
           table->table_bytes == memory.end - memory.start - sizeof *table;
}

/* ------------------------------------------------------------------------------------------------
 * The framebuffer
 */

static uint32_t shade(uint32_t value, uint8_t position, uint8_t size)
{
    return (value & 0xff) >> (8 - size) << position;
}

/* Red grows to the right, green downwards, and blue makes squares. */
static void draw(const struct framebuffer *framebuffer)
{
    for (uint32_t y = 0; y < framebuffer->height; y++) {
        volatile uint32_t *line =
            at_physical(framebuffer->paddr + (uint64_t)y * framebuffer->pitch);

        for (uint32_t x = 0; x < framebuffer->width; x++)
            line[x] = shade(x, framebuffer->red.position, framebuffer->red.size) |
                      shade(y, framebuffer->green.position, framebuffer->green.size) |
                      shade(x ^ y, framebuffer->blue.position, framebuffer->blue.size);
    }
}

static bool has_8_bit_colors(const struct framebuffer *framebuffer)
{
    return framebuffer->bits == 32 && framebuffer->red.size == 8 && framebuffer->green.size == 8 &&
           framebuffer->blue.size == 8;
}

static void check_framebuffer(const struct handover *handover, const struct options *options,
                              const struct framebuffer *framebuffer)
{
    uint64_t size = (uint64_t)framebuffer->pitch * framebuffer->height;
    struct extent extent = {framebuffer->paddr, framebuffer->paddr + size};

    report("framebuffer 0x%llx %ux%u %u %u", framebuffer->paddr, framebuffer->width,
           framebuffer->height, framebuffer->pitch, framebuffer->bits);
    if (!check(framebuffer->width != 0 && size != 0 &&
                   framebuffer->pitch >= framebuffer->width * (framebuffer->bits / 8u),
               "framebuffer-size", "%ux%u, pitch %u, %u bits", framebuffer->width,
               framebuffer->height, framebuffer->pitch, framebuffer->bits) ||
        !check(!memmap_touches(handover, MEMMAP_RAM, extent), "framebuffer-not-in-ram",
               "0x%llx is called RAM", framebuffer->paddr))
        return;
    if (options->draw && is_reachable(extent.start, size) && has_8_bit_colors(framebuffer))
        draw(framebuffer);
}

/* ------------------------------------------------------------------------------------------------
 * The log
 */

/* The last line of a log of `length` bytes, without its end. */
static void report_last_line(const char *text, uint32_t length)
{
    static char line[LOG_LINE_SIZE];
    uint32_t start, count = 0;

    while (length > 0 && text[length - 1] == '\n')
        length--;
    for (start = length; start > 0 && text[start - 1] != '\n';)
        start--;
    while (start < length && count + 1 < LOG_LINE_SIZE)
        line[count++] = text[start++];
    line[count] = '\0';
    report_text("log-end", line);
}

static void check_log(const struct handover *handover, uint64_t paddr)
{
    if (!check(is_reachable(paddr, sizeof(struct log)), "log-address", "0x%llx", paddr))
        return;
    const struct log *log = at_physical(paddr);
    uint32_t length = log->cursor == LOG_OVERFLOW ? log->size : log->cursor;
    if (!check(length <= log->size && is_reachable(paddr, sizeof *log + (uint64_t)log->size),
               "log-size", "0x%x, cursor 0x%x", log->size, log->cursor))
        return;
    struct extent extent = {paddr, paddr + sizeof *log + log->size};
    check(memmap_covers(handover, MEMMAP_ACPI, extent), "log-reserved", "0x%llx..0x%llx",
          extent.start, extent.end);
    check(is_own_place(handover, extent), "log-place", "0x%llx..0x%llx", extent.start, extent.end);
    report("log %u bytes", length);
    report_last_line(log->text, length);
}

/* ------------------------------------------------------------------------------------------------
 * The table
 */

static void check_record(const struct handover *handover, const struct options *options,
                         const struct record *record)
{
    if (record->tag == FRAMEBUFFER_TAG && record->size >= sizeof(struct framebuffer))
        check_framebuffer(handover, options, (const void *)record);
    if (record->tag == LOG_TAG && record->size >= sizeof(struct log_record))
        check_log(handover, ((const struct log_record *)record)->paddr);
}

static void check_records(const struct handover *handover, const struct options *options,
                          const struct table *table)
{
    const uint8_t *at = (const uint8_t *)(table + 1), *end = at + table->table_bytes;
    uint32_t entries = 0;

    while (end - at >= (int)sizeof(struct record)) {
        const struct record *record = (const void *)at;

        if (record->size < sizeof *record || record->size > (uint32_t)(end - at))
            break;
        check_record(handover, options, record);
        at += record->size;
        entries++;
    }
    check(at == end && entries == table->entries, "coreboot-records", "%u of %u, 0x%x bytes left",
          entries, table->entries, (uint32_t)(end - at));
}

void check_coreboot(const struct handover *handover, const struct options *options,
                    const uint8_t *ssdt, uint32_t size)
{
    struct extent memory = find_memory(ssdt, size);
    uint64_t bytes = memory.end - memory.start;

    if (!check(bytes >= sizeof(struct table) && is_reachable(memory.start, bytes),
               "coreboot-memory", "0x%llx..0x%llx", memory.start, memory.end))
        return;
    check(memmap_covers(handover, MEMMAP_ACPI, memory), "coreboot-reserved", "0x%llx..0x%llx",
          memory.start, memory.end);
    check(is_own_place(handover, memory), "coreboot-place", "0x%llx..0x%llx", memory.start,
          memory.end);
    const struct table *table = at_physical(memory.start);
    if (!check(has_header(table, memory), "coreboot-header", "at 0x%llx", memory.start))
        return;
    check(has_checksum(table, sizeof *table, 0), "coreboot-header-checksum", "wrong");
    if (check(has_checksum(table + 1, table->table_bytes, table->table_checksum),
              "coreboot-checksum", "wrong"))
        check_records(handover, options, table);
}
