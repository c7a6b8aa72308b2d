/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/overlay/coreboot_table.h"

#include "common/base/bytes.h"

#include <string.h>

/* ABI: lb_header */
#define HEADER_SIZE     24u
#define HEADER_BYTES    4
#define HEADER_CHECKSUM 8
#define TABLE_BYTES     12
#define TABLE_CHECKSUM  16
#define TABLE_ENTRIES   20

#define TAG_FRAMEBUFFER  0x12
#define FRAMEBUFFER_SIZE 40u
#define TAG_LOG          0x17
#define LOG_SIZE         16u

uint32_t coreboot_table_size(const struct coreboot_table *table)
{
    return HEADER_SIZE + (table->framebuffer ? FRAMEBUFFER_SIZE : 0) + (table->log ? LOG_SIZE : 0);
}

/* The Internet's checksum (RFC 1071) of an even number of bytes, fewer than 64 KiB. */
static uint16_t internet_checksum(const uint8_t *bytes, uint32_t size)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < size; i += 2)
        sum += read_le16(bytes + i);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

static uint8_t *write_field(uint8_t *at, struct pixel_field field)
{
    at[0] = field.position;
    at[1] = field.size;
    return at + 2;
}

/* ABI: lb_framebuffer; what follows the fields is 0: the usual orientation, no flags. */
static uint8_t *write_framebuffer(uint8_t *record, const struct framebuffer *framebuffer)
{
    uint8_t *at = record + 29;

    memset(record, 0, FRAMEBUFFER_SIZE);
    write_le32(record, TAG_FRAMEBUFFER);
    write_le32(record + 4, FRAMEBUFFER_SIZE);
    write_le64(record + 8, framebuffer->address);
    write_le32(record + 16, framebuffer->width);
    write_le32(record + 20, framebuffer->height);
    write_le32(record + 24, framebuffer->pitch);
    record[28] = framebuffer->bits_per_pixel;
    at = write_field(at, framebuffer->red);
    at = write_field(at, framebuffer->green);
    at = write_field(at, framebuffer->blue);
    write_field(at, framebuffer->reserved);
    return record + FRAMEBUFFER_SIZE;
}

/* ABI: lb_cbmem_ref */
static void write_log(uint8_t *record, uint64_t log)
{
    write_le32(record, TAG_LOG);
    write_le32(record + 4, LOG_SIZE);
    write_le64(record + 8, log);
}

void coreboot_table_write(uint8_t *bytes, const struct coreboot_table *table)
{
    uint32_t size = coreboot_table_size(table) - HEADER_SIZE;
    uint8_t *at = bytes + HEADER_SIZE;

    if (table->framebuffer)
        at = write_framebuffer(at, table->framebuffer);
    if (table->log)
        write_log(at, table->log);
    memset(bytes, 0, HEADER_SIZE);
    memcpy(bytes, "LBIO", 4);
    write_le32(bytes + HEADER_BYTES, HEADER_SIZE);
    write_le32(bytes + TABLE_BYTES, size);
    write_le32(bytes + TABLE_CHECKSUM, internet_checksum(bytes + HEADER_SIZE, size));
    write_le32(bytes + TABLE_ENTRIES, (table->framebuffer ? 1u : 0) + (table->log ? 1u : 0));
    write_le32(bytes + HEADER_CHECKSUM, internet_checksum(bytes, HEADER_SIZE));
}
