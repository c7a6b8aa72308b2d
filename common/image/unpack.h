/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a kernel's file to the ELF file in it, through as many containers as lie around it. Outer
 * containers are unpacked to the arena. The innermost one is left to the caller as a stream, so
 * that segments can be read straight to their places.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/units.h"
#include "common/image/container.h"
#include "common/image/decoder.h"

/* Most memory that unpacking a kernel may take, decoders and all that comes out. */
#define UNPACK_LIMIT (1 * GIB)

/*
 * Most memory that a decoder takes for a look. Linux packs bzImages with dictionaries of 32 MiB
 * (scripts/xz_wrap.sh), all but xz do with less.
 */
#define UNPACK_PROBE_LIMIT (36 * MIB)

/* Most containers around the ELF file; a bzImage and the format of its payload are one. */
#define UNPACK_DEPTH 3

struct unpack {
    /* What there is, outermost first. The last one is CONTAINER_ELF, or _UNKNOWN: no kernel. */
    struct container layers[UNPACK_DEPTH + 1];
    unsigned layer_count;
    /*
     * The ELF file where it can be read at any offset: not packed, or already unpacked. NULL while
     * it has to be read with unpack_read(), front to back.
     */
    struct byte_source *elf;
    bool incomplete; /* by unpack_probe(): the last layer is not the ELF file */

    /* Private. */
    bool probing; /* nothing is unpacked whole */
    struct arena *arena;
    struct error *error;
    struct unpack_budget budget;
    struct decoder decoder;
    uint8_t head[CONTAINER_HEAD_SIZE]; /* first bytes of the stream, read to tell what it is */
    size_t head_start;
    size_t head_end;
    struct pieces_source memory; /* the last layer that was unpacked to the arena */
    struct part_source part;
};

/*
 * Finds the ELF file in `source`. What comes out of all layers and what their decoders take stays
 * below `limit` bytes in all. Errors of all functions go to *error. All arguments must outlive
 * `unpack`.
 */
bool unpack_open(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                 struct arena *arena, struct error *error);

/*
 * The same in the time that a few reads take, to see what there is: no container is unpacked whole,
 * and no decoder takes more than UNPACK_PROBE_LIMIT. Where that would be necessary, `incomplete` is
 * set, and what is further in remains unknown.
 */
bool unpack_probe(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                  struct arena *arena, struct error *error);

/* Where elf is NULL: the next bytes of the ELF file; fewer than `size` only at its end. */
bool unpack_read(struct unpack *unpack, void *buffer, uint64_t size, uint64_t *ret_count);

/* Where elf is NULL: unpacks the ELF file to the arena, and sets elf. */
bool unpack_to_memory(struct unpack *unpack);

/* After the last unpack_read(): checks that everything was read, and every checksum. */
bool unpack_finish(struct unpack *unpack);

/*
 * What unpacking has taken so far, the ELF file left out where it is a stream: bytes in all, and in
 * the largest piece.
 */
void unpack_memory(const struct unpack *unpack, uint64_t *ret_all, uint64_t *ret_largest);
