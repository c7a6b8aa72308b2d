/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's bzImage (Documentation/arch/x86/boot.rst):
 *
 *   0x1f1 setup_sects   0x202 "HdrS"   0x206 version   0x248 payload_offset   0x24c payload_length
 *
 * payload_offset is relative to the end of the setup sectors. The last 4 bytes of the payload are
 * its unpacked size; for gzip they are part of the format, for other formats they are appended.
 */
#include "common/image/bzimage.h"

#include "common/base/bytes.h"
#include "common/image/container.h"
#include "common/image/container_reader.h"

#define SETUP_SECTORS  0x1f1
#define MAGIC          0x202
#define VERSION        0x206
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END     0x250

#define PAYLOAD_SINCE         0x208 /* the boot protocol version that added payload_offset */
#define SECTOR_SIZE           UINT64_C(512)
#define DEFAULT_SETUP_SECTORS 4 /* setup_sects 0 means 4 */
#define SIZE_TRAILER          4

_Static_assert(CONTAINER_HEAD_SIZE >= HEADER_END, "the head must contain all fields");

/* Finds the payload, including its trailing size. */
static bool find_payload(struct container_reader *reader, struct range *ret_payload)
{
    const struct range file = reader->container->content;
    const uint8_t *head;
    size_t size;
    unsigned version, setup_sectors;
    uint64_t offset, length;

    if (!reader_peek_head(reader, &head, &size))
        return false;
    if (size < HEADER_END)
        return error_set(reader->error, ERROR_PAYLOAD_OUTSIDE, HEADER_END, range_size(file));
    version = read_le16(head + VERSION);
    if (version < PAYLOAD_SINCE)
        return error_set(reader->error, ERROR_BZIMAGE_OLD, version >> 8, version & 0xff);
    setup_sectors = head[SETUP_SECTORS] ? head[SETUP_SECTORS] : DEFAULT_SETUP_SECTORS;
    offset = (setup_sectors + 1) * SECTOR_SIZE + read_le32(head + PAYLOAD_OFFSET);
    length = read_le32(head + PAYLOAD_LENGTH);
    if (length <= SIZE_TRAILER)
        return error_set(reader->error, ERROR_PAYLOAD_UNKNOWN, 0);
    if (!fits_inside(offset, length, range_size(file)))
        return error_set(reader->error, ERROR_PAYLOAD_OUTSIDE, offset + length, range_size(file));
    *ret_payload = (struct range){file.start + offset, file.start + offset + length};
    return true;
}

static bool read_stated_size(struct container_reader *reader, struct range payload,
                             uint32_t *ret_size)
{
    const uint8_t *trailer;

    reader_restrict(reader, (struct range){payload.end - SIZE_TRAILER, payload.end});
    if (!reader_take(reader, SIZE_TRAILER, &trailer))
        return false;
    *ret_size = read_le32(trailer);
    return true;
}

static bool identify_payload(struct container_reader *reader, struct range payload)
{
    struct container *container = reader->container;
    const uint8_t *head;
    size_t size;

    if (!container_recognize(reader, payload))
        return false;
    container->in_bzimage = true;
    if (container->kind != CONTAINER_UNKNOWN && container->kind != CONTAINER_BZIMAGE)
        return true;
    if (!reader_peek_head(reader, &head, &size))
        return false;
    return error_set(reader->error, ERROR_PAYLOAD_UNKNOWN, read_le32(head));
}

/* An uncompressed payload may lack the trailer; its last 4 bytes are then part of the ELF file. */
static bool measure_elf(struct container *container, uint64_t stated)
{
    if (stated == range_size(container->content) - SIZE_TRAILER)
        container->content.end -= SIZE_TRAILER;
    container->unpacked = range_size(container->content);
    container->unpacked_exact = true;
    return true;
}

/* Checks that the sizes stated by the format and by the bzImage agree. */
static bool check_stated_size(struct container_reader *reader, uint64_t stated)
{
    struct container *container = reader->container;

    if (container->unpacked_exact ? stated != container->unpacked : stated > container->unpacked)
        return error_set(reader->error, ERROR_UNPACKED_SIZE, container->kind, container->unpacked,
                         stated);
    /* gzip states the last member's size, which zlib verifies; there may be other members. */
    if (container_format_of(container->kind)->size_in_trailer)
        return true;
    container->unpacked = stated;
    container->unpacked_exact = true;
    return true;
}

static bool measure_bzimage(struct container_reader *reader)
{
    struct container *container = reader->container;
    struct range payload;
    uint32_t stated;

    if (!find_payload(reader, &payload) || !read_stated_size(reader, payload, &stated) ||
        !identify_payload(reader, payload))
        return false;
    if (!container_is_packed(container->kind))
        return measure_elf(container, stated);
    if (!container_format_of(container->kind)->size_in_trailer)
        container->content.end -= SIZE_TRAILER;
    return container_measure(reader) && check_stated_size(reader, stated);
}

const struct container_format container_bzimage = {
    .name = "bzImage",
    .magic = {'H', 'd', 'r', 'S'},
    .magic_size = 4,
    .magic_offset = MAGIC,
    .measure = measure_bzimage,
};

bool bzimage_check_payload_before(struct byte_source *source, uint64_t end, struct error *error)
{
    struct container container = {.kind = CONTAINER_UNKNOWN};
    struct container_reader reader = {.source = source, .container = &container, .error = error};
    struct range payload;

    if (!container_recognize(&reader, (struct range){0, source->size}))
        return false;
    if (container.kind != CONTAINER_BZIMAGE)
        return true;
    return find_payload(&reader, &payload) &&
           (payload.end <= end || error_set(error, ERROR_PAYLOAD_UNSIGNED, payload.end, end));
}
