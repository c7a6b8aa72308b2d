/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel's ELF file may be wrapped in, told by content and never by name. A bzImage and the
 * format that its payload is packed in are looked at as one.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/range.h"

enum container_kind {
    CONTAINER_UNKNOWN,
    CONTAINER_ELF,
    CONTAINER_BZIMAGE, /* only as what bytes begin like: what is in it counts */
    CONTAINER_GZIP,
    CONTAINER_XZ,
    CONTAINER_ZSTD,
    CONTAINER_LZ4_LEGACY,
    CONTAINER_LZ4,

    CONTAINER_KINDS
};

struct container {
    enum container_kind kind; /* of the content; never CONTAINER_BZIMAGE */
    bool in_bzimage;
    struct range content; /* offsets in the source; nothing around it belongs to the format */
    uint64_t unpacked;    /* bytes when unpacked, or a number that they cannot exceed */
    bool unpacked_exact;
    uint64_t dictionary; /* xz: bytes of its dictionary; 0 for others */
    uint64_t block;      /* lz4: most bytes of a packed block; 0 for others */
};

/* As many first bytes as tell every kind. */
#define CONTAINER_HEAD_SIZE 0x250

/* Of lz4: what a legacy block unpacks to, and the bit in a frame's block size of one not packed. */
#define LZ4_LEGACY_BLOCK (8 * MIB)
#define LZ4_STORED       0x80000000u

/* What something begins like that has these first bytes, CONTAINER_HEAD_SIZE or all there are. */
enum container_kind container_kind_of(const uint8_t *head, size_t size);

/* "xz", "lz4 (legacy)" */
const char *container_name(enum container_kind kind);

/*
 * Looks at the bytes in `where`, inside the source: headers and trailers only. What is in no known
 * container is one of its own, CONTAINER_ELF or CONTAINER_UNKNOWN. False with *ret_error when a
 * container is damaged, truncated or of a variety that cannot be unpacked here.
 */
bool container_identify(struct byte_source *source, struct range where,
                        struct container *ret_container, struct error *ret_error);

/* Fills in the sizes of a compressed container from its own headers; see
 * common/image/container_size.c. */
bool container_measure(struct byte_source *source, struct container *container,
                       struct error *error);
