/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a kernel's file to the ELF file in it, through as many containers as lie around it. Outer
 * ones are unpacked to the arena. The innermost one is left to the caller as a stream, so that
 * segments can be read straight to their places.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/image/decoder.h"

/* Containers around the ELF file; a bzImage and what its payload is packed in are one. */
#define UNPACK_DEPTH 3

struct unpack {
    /* What there is, outermost first. The last one is CONTAINER_ELF, or _UNKNOWN: no kernel. */
    struct container layers[UNPACK_DEPTH + 1];
    unsigned layer_count;
    /*
     * The ELF file where it can be read at any offset: not packed, or already unpacked. NULL when
     * it is yet to come out of unpack_read().
     */
    struct byte_source *elf;
    bool incomplete; /* by unpack_probe() */

    /* Private. */
    bool probing;
    struct arena *arena;
    struct error *error;
    uint64_t limit;
    struct decoder decoder;
    uint8_t head[CONTAINER_HEAD_SIZE]; /* of the stream, read to see what it is */
    size_t head_start;
    size_t head_end;
    struct memory_source memory;
    struct part_source part;
};

/*
 * Finds the ELF file in `source`. Nothing is unpacked that has more than `limit` bytes. Errors of
 * all functions go to *error.
 */
bool unpack_open(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                 struct arena *arena, struct error *error);

/*
 * The same to see what there is, in the time that a few reads take: no container is unpacked whole.
 * Where that would be due, `cut` is set, and nothing is known of what is further in.
 */
bool unpack_probe(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                  struct arena *arena, struct error *error);

/* Where elf is NULL: the next bytes of the ELF file; fewer than `size` only at its end. */
bool unpack_read(struct unpack *unpack, void *buffer, uint64_t size, uint64_t *ret_count);

/* Where elf is NULL: unpacks the ELF file to the arena, and sets elf. */
bool unpack_to_memory(struct unpack *unpack);

/* After the last unpack_read(): everything was there, and every checksum right. */
bool unpack_finish(struct unpack *unpack);
