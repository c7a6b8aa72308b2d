/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats that a kernel's ELF file may be wrapped in, one descriptor each.
 *
 * To add a format: FORMAT.c with its descriptor, a row in CONTAINER_FORMATS, and decode_FORMAT.c
 * with its library in third_party/build.mk. The two files are apart because only the second one
 * includes a library's headers and can be left out of the loader (make DECODERS=...): the format is
 * then still told and measured by the first, so that its name stands in the refusal.
 */
#pragma once

#include "common/base/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct container_reader;
struct decoder_backend;

/*
 * X(constant, descriptor): CONTAINER_constant and container_descriptor. Where several magic numbers
 * match, the first row is taken. The first two are no containers but what is found in them.
 */
#define CONTAINER_FORMATS(X)                                                                       \
    X(UNKNOWN, unknown)                                                                            \
    X(ELF, elf)                                                                                    \
    X(GZIP, gzip)                                                                                  \
    X(XZ, xz)                                                                                      \
    X(ZSTD, zstd)                                                                                  \
    X(LZ4_LEGACY, lz4_legacy)                                                                      \
    X(LZ4, lz4)                                                                                    \
    X(BZIMAGE, bzimage)                                                                            \
    X(SKIPPABLE, skippable)

/* Errors carry numbers: this is a format's. */
#define CONTAINER_CONSTANT(constant, descriptor) CONTAINER_##constant,
enum container_kind { CONTAINER_FORMATS(CONTAINER_CONSTANT) CONTAINER_KINDS };
#undef CONTAINER_CONSTANT

/* As many first bytes as tell every format. */
#define CONTAINER_HEAD_SIZE 0x250

struct container_format {
    char name[13]; /* in messages: "xz", "lz4 (legacy)" */
    uint8_t magic[6];
    uint8_t magic_size; /* 0: not told by a magic number */
    uint8_t magic_any;  /* bits of the first byte that may have any value */
    uint16_t magic_offset;
    /*
     * The last 4 bytes of the format itself are the size of its last member, modulo 4 GiB (gzip's
     * ISIZE). Of an intact file it is the least that it unpacks to, never more.
     */
    bool size_in_trailer;
    /*
     * Fills in reader->container, whose kind and content are set, from headers and trailers alone.
     * The reader stands at the content's start. Records its own error. NULL: no container, the
     * content is there as it is.
     */
    bool (*measure)(struct container_reader *reader);
    const struct decoder_backend *decoder; /* NULL: nothing is compressed */
};

#define CONTAINER_DESCRIPTOR(constant, descriptor)                                                 \
    extern const struct container_format container_##descriptor;
CONTAINER_FORMATS(CONTAINER_DESCRIPTOR)
#undef CONTAINER_DESCRIPTOR

/* A container that has been looked at. */
struct container {
    /* Of a bzImage that could be read: its payload's; of skippable frames: that of the next one. */
    enum container_kind kind;
    bool in_bzimage;
    struct range content; /* offsets in the source; all of it belongs to the format */
    /* Bytes when unpacked, of all members; or an upper bound, or a lower one: size_in_trailer. */
    uint64_t unpacked;
    bool unpacked_exact;
    uint64_t dictionary;     /* xz: bytes of the largest LZMA2 dictionary; 0 for others */
    uint64_t block;          /* lz4: most bytes of a compressed block; 0 for others */
    uint64_t unpacked_block; /* lz4: most bytes that one unpacks to */
};
