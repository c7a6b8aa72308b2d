/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Magic numbers, and Linux' bzImage (Documentation/arch/x86/boot.rst):
 *
 *   0x1f1 setup_sects   0x202 "HdrS"   0x206 version   0x248 payload_offset   0x24c payload_length
 *
 * payload_offset counts from the end of the setup sectors. The payload's last 4 bytes are its
 * unpacked size; for gzip they are a part of the format, for the others they come on top.
 */
#include "common/image/container.h"

#include "common/base/bytes.h"

#include <string.h>

#define BZIMAGE_SETUP_SECTORS 0x1f1
#define BZIMAGE_MAGIC         0x202
#define BZIMAGE_VERSION       0x206
#define BZIMAGE_PAYLOAD       0x248
#define BZIMAGE_LENGTH        0x24c
#define BZIMAGE_HEADER_END    0x250
#define PAYLOAD_SINCE         0x208
#define SECTOR_SIZE           UINT64_C(512)
#define DEFAULT_SETUP_SECTORS 4 /* what 0 stands for */
#define SIZE_TRAILER          4

_Static_assert(CONTAINER_HEAD_SIZE >= BZIMAGE_HEADER_END,
               "the head must hold all that is looked at");

struct container_magic {
    uint8_t bytes[6];
    uint8_t length;
    uint8_t kind;
};

static const struct container_magic magics[] = {
    {{0x7f, 'E', 'L', 'F'}, 4, CONTAINER_ELF},
    {{0x1f, 0x8b}, 2, CONTAINER_GZIP},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, CONTAINER_XZ},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, CONTAINER_ZSTD},
    {{0x02, 0x21, 0x4c, 0x18}, 4, CONTAINER_LZ4_LEGACY},
    {{0x04, 0x22, 0x4d, 0x18}, 4, CONTAINER_LZ4},
};

enum container_kind container_kind_of(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < ELEMENTS(magics); i++) {
        if (size >= magics[i].length && memcmp(head, magics[i].bytes, magics[i].length) == 0)
            return (enum container_kind)magics[i].kind;
    }
    if (size >= BZIMAGE_VERSION && memcmp(head + BZIMAGE_MAGIC, "HdrS", 4) == 0)
        return CONTAINER_BZIMAGE;
    return CONTAINER_UNKNOWN;
}

const char *container_name(enum container_kind kind)
{
    static const char names[CONTAINER_KINDS][13] = {
        [CONTAINER_UNKNOWN] = "unknown", [CONTAINER_ELF] = "ELF",
        [CONTAINER_BZIMAGE] = "bzImage", [CONTAINER_GZIP] = "gzip",
        [CONTAINER_XZ] = "xz",           [CONTAINER_ZSTD] = "zstd",
        [CONTAINER_LZ4] = "lz4",         [CONTAINER_LZ4_LEGACY] = "lz4 (legacy)",
    };

    return names[kind < CONTAINER_KINDS ? kind : CONTAINER_UNKNOWN];
}

/* Reads as much of the head as there is. */
static bool read_head(struct byte_source *source, struct range where,
                      uint8_t head[CONTAINER_HEAD_SIZE], size_t *ret_size, struct error *error)
{
    *ret_size = (size_t)min_u64(range_size(where), CONTAINER_HEAD_SIZE);
    if (*ret_size > 0 && !source->read(source, where.start, head, *ret_size))
        return error_set(error, ERROR_READ);
    return true;
}

/* Where a bzImage's payload lies, its trailing size included. */
static bool find_payload(const uint8_t *head, size_t size, struct range where,
                         struct range *ret_payload, struct error *error)
{
    unsigned version = size >= BZIMAGE_VERSION + 2 ? read_le16(head + BZIMAGE_VERSION) : 0;
    unsigned setup_sectors = head[BZIMAGE_SETUP_SECTORS];
    uint64_t offset, length;

    if (size < BZIMAGE_HEADER_END)
        return error_set(error, ERROR_PAYLOAD_OUTSIDE, BZIMAGE_HEADER_END, range_size(where));
    if (version < PAYLOAD_SINCE)
        return error_set(error, ERROR_BZIMAGE_OLD, version >> 8, version & 0xff);
    if (setup_sectors == 0)
        setup_sectors = DEFAULT_SETUP_SECTORS;
    offset = (setup_sectors + 1) * SECTOR_SIZE + read_le32(head + BZIMAGE_PAYLOAD);
    length = read_le32(head + BZIMAGE_LENGTH);
    if (length <= SIZE_TRAILER)
        return error_set(error, ERROR_PAYLOAD_UNKNOWN, 0);
    if (!fits_inside(offset, length, range_size(where)))
        return error_set(error, ERROR_PAYLOAD_OUTSIDE, offset + length, range_size(where));
    *ret_payload = (struct range){where.start + offset, where.start + offset + length};
    return true;
}

static bool read_trailer(struct byte_source *source, struct range payload, uint32_t *ret_size,
                         struct error *error)
{
    uint8_t trailer[SIZE_TRAILER];

    if (!source->read(source, payload.end - SIZE_TRAILER, trailer, sizeof(trailer)))
        return error_set(error, ERROR_READ);
    *ret_size = read_le32(trailer);
    return true;
}

/* The sizes that the format and the bzImage name must agree. */
static bool agree_on_size(struct container *container, uint64_t stated, struct error *error)
{
    if (container->unpacked_exact ? stated != container->unpacked : stated > container->unpacked)
        return error_set(error, ERROR_UNPACKED_SIZE, container->kind, container->unpacked, stated);
    container->unpacked = stated;
    container->unpacked_exact = true;
    return true;
}

/* Not packed, it may go without the trailer: the last bytes are then its own. */
static bool measure_elf_payload(struct container *container, uint64_t stated)
{
    uint64_t size = range_size(container->content);

    if (stated == size - SIZE_TRAILER)
        container->content.end -= SIZE_TRAILER;
    container->unpacked = range_size(container->content);
    container->unpacked_exact = true;
    return true;
}

static bool identify_payload(struct byte_source *source, struct range payload,
                             struct container *container, struct error *error)
{
    uint8_t head[CONTAINER_HEAD_SIZE] = {0};
    size_t size;
    uint32_t stated = 0;

    if (!read_head(source, payload, head, &size, error) ||
        !read_trailer(source, payload, &stated, error))
        return false;
    *container = (struct container){
        .kind = container_kind_of(head, size), .in_bzimage = true, .content = payload};
    if (container->kind == CONTAINER_UNKNOWN || container->kind == CONTAINER_BZIMAGE)
        return error_set(error, ERROR_PAYLOAD_UNKNOWN, read_le32(head));
    if (container->kind == CONTAINER_ELF)
        return measure_elf_payload(container, stated);
    if (container->kind != CONTAINER_GZIP)
        container->content.end -= SIZE_TRAILER;
    return container_measure(source, container, error) && agree_on_size(container, stated, error);
}

bool container_identify(struct byte_source *source, struct range where,
                        struct container *ret_container, struct error *ret_error)
{
    uint8_t head[CONTAINER_HEAD_SIZE] = {0};
    size_t size;
    struct range payload = {0};

    *ret_error = (struct error){0};
    *ret_container = (struct container){.content = where};
    if (!read_head(source, where, head, &size, ret_error))
        return false;
    ret_container->kind = container_kind_of(head, size);
    if (ret_container->kind != CONTAINER_BZIMAGE)
        return container_measure(source, ret_container, ret_error);
    return find_payload(head, size, where, &payload, ret_error) &&
           identify_payload(source, payload, ret_container, ret_error);
}
