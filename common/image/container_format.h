/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats that may contain a kernel's ELF file, one descriptor each.
 *
 * To add a format: FORMAT.c with its descriptor, a row in CONTAINER_FORMATS, and decode_FORMAT.c
 * with its library in third_party/build.mk. They are separate files because decode_FORMAT.c
 * includes a library's headers and can be left out of the loader (make DECODERS=...); FORMAT.c
 * still recognizes the format, so that the error message can name it.
 */
#pragma once

#include "common/base/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct container_reader;
struct decoder_backend;

/*
 * X(constant, descriptor): CONTAINER_constant and container_descriptor. If several magic numbers
 * match, the first row wins. The first two are not containers but contents.
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

/* A format; errors carry it as a number. */
#define CONTAINER_CONSTANT(constant, descriptor) CONTAINER_##constant,
enum container_kind { CONTAINER_FORMATS(CONTAINER_CONSTANT) CONTAINER_KINDS };
#undef CONTAINER_CONSTANT

/* The number of leading bytes needed to recognize every format. */
#define CONTAINER_HEAD_SIZE 0x250

struct container_format {
    char name[13]; /* in messages: "xz", "lz4 (legacy)" */
    uint8_t magic[6];
    uint8_t magic_size; /* 0: not recognized by a magic number */
    uint8_t magic_any;  /* bits of the first byte that may have any value */
    uint16_t magic_offset;
    /*
     * The format ends with the unpacked size of its last member modulo 4 GiB, in 4 bytes (gzip's
     * ISIZE). An intact file unpacks to at least as many bytes.
     */
    bool size_in_trailer;
    /*
     * Completes reader->container, whose kind and content are set, from headers and trailers only.
     * The reader is at the start of the content. On failure sets reader->error. NULL if the format
     * is not a container.
     */
    bool (*measure)(struct container_reader *reader);
    const struct decoder_backend *decoder; /* NULL for formats without compression */
};

#define CONTAINER_DESCRIPTOR(constant, descriptor)                                                 \
    extern const struct container_format container_##descriptor;
CONTAINER_FORMATS(CONTAINER_DESCRIPTOR)
#undef CONTAINER_DESCRIPTOR

/* An identified container. */
struct container {
    /* For a valid bzImage: the kind of its payload; for skippable frames: of the next frame. */
    enum container_kind kind;
    bool in_bzimage;
    struct range content; /* offsets in the source, without data that is not part of the format */
    /*
     * Unpacked size of all members in bytes. Unless unpacked_exact, an upper bound of it; a lower
     * bound for formats with size_in_trailer.
     */
    uint64_t unpacked;
    bool unpacked_exact;     /* `unpacked` is the size, not a bound */
    uint64_t dictionary;     /* xz: bytes of the largest LZMA2 dictionary; 0 for others */
    uint64_t block;          /* lz4: maximum bytes of a compressed block; 0 for others */
    uint64_t unpacked_block; /* lz4: maximum bytes of an unpacked block; 0 for others */
};
