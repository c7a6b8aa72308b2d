/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/disk/partition_table.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/disk/crc32.h"

#include <string.h>

#define MBR_SIZE         512
#define MBR_DISK_ID      440
#define MBR_ENTRIES      446
#define MBR_ENTRY_SIZE   16
#define MBR_ENTRY_START  8
#define MBR_ENTRY_TYPE   4
#define MBR_MOST_ENTRIES 4
#define MBR_MAGIC        510
#define MBR_PROTECTIVE   0xee /* type of the one partition of a disk with a GPT */

/* The header, in the second block and in the last one. */
#define GPT_SIGNATURE       UINT64_C(0x5452415020494645) /* "EFI PART" */
#define GPT_HEADER_SIZE     92
#define GPT_HEADER_LENGTH   12
#define GPT_HEADER_CRC      16
#define GPT_HEADER_BLOCK    24
#define GPT_ALTERNATE_BLOCK 32
#define GPT_ENTRIES_BLOCK   72
#define GPT_ENTRY_COUNT     80
#define GPT_ENTRY_SIZE      84
#define GPT_ENTRIES_CRC     88

/* An entry has 128 bytes times a power of two. */
#define SMALLEST_ENTRY 128
#define LARGEST_ENTRY  4096
#define ENTRY_GUID     16

const uint8_t xbootldr_gpt_type[PARTITION_SIGNATURE_SIZE] = {
    0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42, 0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72,
};

/* Where the entries of a GPT are. */
struct gpt {
    uint64_t offset; /* in bytes */
    uint32_t count, entry_size;
    uint32_t crc;
};

static bool read_at(struct byte_source *disk, uint64_t offset, uint8_t *buffer, size_t size)
{
    struct error ignored = {.code = ERROR_NONE};

    return fits_inside(offset, size, disk->size) &&
           disk->read(disk, offset, buffer, size, &ignored);
}

/* The header's checksum is that of its `length` bytes with zeroes for itself; length <= block. */
static bool header_is_whole(struct byte_source *disk, uint64_t offset, uint32_t block_size,
                            const uint8_t header[GPT_HEADER_SIZE])
{
    uint32_t length = read_le32(header + GPT_HEADER_LENGTH);
    uint8_t copy[GPT_HEADER_SIZE];
    uint32_t crc;

    if (length < GPT_HEADER_SIZE || length > block_size)
        return false;
    memcpy(copy, header, sizeof(copy));
    write_le32(copy + GPT_HEADER_CRC, 0);
    crc = crc32_continue(0, copy, sizeof(copy));
    for (uint32_t at = GPT_HEADER_SIZE; at < length; at += GPT_HEADER_SIZE) {
        size_t size = (size_t)min_u64(length - at, sizeof(copy));

        if (!read_at(disk, offset + at, copy, size))
            return false;
        crc = crc32_continue(crc, copy, size);
    }
    return crc == read_le32(header + GPT_HEADER_CRC);
}

static bool parse_header(const uint8_t header[GPT_HEADER_SIZE], uint32_t block_size,
                         struct gpt *ret_gpt)
{
    *ret_gpt = (struct gpt){
        .count = read_le32(header + GPT_ENTRY_COUNT),
        .entry_size = read_le32(header + GPT_ENTRY_SIZE),
        .crc = read_le32(header + GPT_ENTRIES_CRC),
    };
    return checked_mul(read_le64(header + GPT_ENTRIES_BLOCK), block_size, &ret_gpt->offset) &&
           ret_gpt->count <= GPT_MOST_ENTRIES && ret_gpt->entry_size >= SMALLEST_ENTRY &&
           ret_gpt->entry_size <= LARGEST_ENTRY && is_power_of_two(ret_gpt->entry_size);
}

/* Reads the header in a block. *ret_alternate is the block of the other one, 0 if unknown. */
static bool read_header(struct byte_source *disk, uint64_t block, uint32_t block_size,
                        struct gpt *ret_gpt, uint64_t *ret_alternate)
{
    uint8_t header[GPT_HEADER_SIZE];
    uint64_t offset;

    *ret_alternate = 0;
    if (!checked_mul(block, block_size, &offset) ||
        !read_at(disk, offset, header, sizeof(header)) || read_le64(header) != GPT_SIGNATURE ||
        read_le64(header + GPT_HEADER_BLOCK) != block ||
        !header_is_whole(disk, offset, block_size, header))
        return false;
    *ret_alternate = read_le64(header + GPT_ALTERNATE_BLOCK);
    return parse_header(header, block_size, ret_gpt);
}

/* Looks through all entries, since their checksum is that of all. False when it is another. */
static bool search_entries(struct byte_source *disk, const struct gpt *gpt, bool *ret_found,
                           struct partition_id *ret_id)
{
    uint8_t entry[SMALLEST_ENTRY];
    uint64_t size = (uint64_t)gpt->count * gpt->entry_size;
    uint32_t crc = 0;

    *ret_found = false;
    if (!fits_inside(gpt->offset, size, disk->size))
        return false;
    for (uint64_t at = 0; at < size; at += sizeof(entry)) {
        if (!read_at(disk, gpt->offset + at, entry, sizeof(entry)))
            return false;
        crc = crc32_continue(crc, entry, sizeof(entry));
        if (*ret_found || at % gpt->entry_size != 0 ||
            memcmp(entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type)) != 0)
            continue;
        *ret_found = true;
        *ret_id = (struct partition_id){.kind = PARTITION_SIGNATURE_GPT};
        memcpy(ret_id->signature, entry + ENTRY_GUID, sizeof(ret_id->signature));
    }
    return crc == gpt->crc;
}

static bool search_gpt(struct byte_source *disk, uint32_t block_size, struct partition_id *ret_id)
{
    uint64_t last = disk->size / block_size - 1, alternate, ignored;
    struct gpt gpt;
    bool found;

    if (read_header(disk, 1, block_size, &gpt, &alternate) &&
        search_entries(disk, &gpt, &found, ret_id))
        return found;
    if (alternate != 0 && alternate != last &&
        read_header(disk, alternate, block_size, &gpt, &ignored) &&
        search_entries(disk, &gpt, &found, ret_id))
        return found;
    return read_header(disk, last, block_size, &gpt, &ignored) &&
           search_entries(disk, &gpt, &found, ret_id) && found;
}

static uint32_t read_start(const uint8_t mbr[MBR_SIZE], uint32_t index)
{
    return read_le32(mbr + MBR_ENTRIES + (size_t)index * MBR_ENTRY_SIZE + MBR_ENTRY_START);
}

static bool search_mbr(const uint8_t mbr[MBR_SIZE], struct partition_id *ret_id)
{
    for (uint32_t i = 0; i < MBR_MOST_ENTRIES; i++) {
        if (mbr[MBR_ENTRIES + i * MBR_ENTRY_SIZE + MBR_ENTRY_TYPE] != XBOOTLDR_MBR_TYPE)
            continue;
        *ret_id = (struct partition_id){
            .kind = PARTITION_SIGNATURE_MBR, .number = i + 1, .start = read_start(mbr, i)};
        memcpy(ret_id->signature, mbr + MBR_DISK_ID, sizeof(uint32_t));
        return true;
    }
    return false;
}

static bool is_protective(const uint8_t mbr[MBR_SIZE])
{
    for (uint32_t i = 0; i < MBR_MOST_ENTRIES; i++) {
        if (mbr[MBR_ENTRIES + i * MBR_ENTRY_SIZE + MBR_ENTRY_TYPE] == MBR_PROTECTIVE)
            return true;
    }
    return false;
}

static bool read_mbr(struct byte_source *disk, uint32_t block_size, uint8_t ret_mbr[MBR_SIZE])
{
    return block_size >= MBR_SIZE && is_power_of_two(block_size) && disk->size >= block_size &&
           read_at(disk, 0, ret_mbr, MBR_SIZE) && read_le16(ret_mbr + MBR_MAGIC) == 0xaa55;
}

bool partition_table_find_xbootldr(struct byte_source *disk, uint32_t block_size,
                                   struct partition_id *ret_id)
{
    uint8_t mbr[MBR_SIZE];

    if (!read_mbr(disk, block_size, mbr))
        return false;
    return is_protective(mbr) ? search_gpt(disk, block_size, ret_id) : search_mbr(mbr, ret_id);
}

bool partition_table_locate(struct byte_source *disk, uint32_t block_size, struct partition_id *id)
{
    uint8_t mbr[MBR_SIZE];

    if (id->number == 0 || id->number > MBR_MOST_ENTRIES || !read_mbr(disk, block_size, mbr))
        return true;
    id->start = read_start(mbr, id->number - 1);
    return id->start > 0;
}
