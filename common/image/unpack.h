/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks a kernel file to the ELF file inside, through nested containers. Outer containers are
 * unpacked to the arena. The innermost one is left to the caller as a stream, so that segments can
 * be unpacked directly to their destination.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/units.h"
#include "common/image/container.h"
#include "common/image/decoder.h"

/*
 * The most memory that unpacking a kernel may take: all decoders and everything that is unpacked.
 * No kernel needs more; a file that does is a mistake or a decompression bomb.
 */
#define UNPACK_LIMIT (1 * GIB)

/*
 * The most memory that a decoder may take for unpack_probe(). Linux before 6.12 compresses bzImages
 * with xz dictionaries of up to 32 MiB, later ones of 128 MiB (scripts/xz_wrap.sh), which is too
 * much for a look; all other formats need less.
 */
#define UNPACK_PROBE_LIMIT (36 * MIB)

/* The most nested containers; a bzImage and the format of its payload count as one. */
#define UNPACK_DEPTH 3

struct unpack {
    /* Outermost first. The last one is CONTAINER_ELF, or CONTAINER_UNKNOWN: not a kernel. */
    struct container layers[UNPACK_DEPTH + 1];
    unsigned layer_count;
    /*
     * The ELF file if it can be read at any offset, because it is not packed or already unpacked.
     * NULL if it has to be read with unpack_read(), front to back.
     */
    struct byte_source *elf;
    bool incomplete; /* set by unpack_probe(): the last layer is not the ELF file */

    /* Private. */
    bool probe_only; /* never unpack a container as a whole */
    struct arena *arena;
    struct error *error;
    struct unpack_budget budget;
    struct decoder decoder;
    uint8_t head[CONTAINER_HEAD_SIZE]; /* first bytes of the stream, read to recognize it */
    size_t head_start;
    size_t head_end;
    struct pieces_source memory; /* the last layer unpacked to the arena */
    struct part_source part;     /* an ELF file that is not compressed */
};

/*
 * Finds the ELF file in `source`. Fails if the unpacked data of all layers and the memory of their
 * decoders exceed `limit` bytes in total. This and the functions below set *error when they return
 * false. All arguments must outlive `unpack`.
 */
bool unpack_open(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                 struct arena *arena, struct error *error);

/*
 * Identifies the layers with a few reads: no container is unpacked as a whole, and no decoder takes
 * more than UNPACK_PROBE_LIMIT. Where that would be necessary, it sets `incomplete`, and the layers
 * further in remain unknown.
 */
bool unpack_probe(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                  struct arena *arena, struct error *error);

/* If elf is NULL: reads the next `size` bytes of the ELF file; fewer only at its end. */
bool unpack_read(struct unpack *unpack, void *buffer, uint64_t size, uint64_t *ret_count);

/* If elf is NULL: unpacks the whole ELF file to the arena and sets elf. */
bool unpack_to_memory(struct unpack *unpack);

/* Call after the last unpack_read(): checks that everything was read, and all checksums. */
bool unpack_finish(struct unpack *unpack);

/* True if one of the layers is in a Linux bzImage. */
bool unpack_has_bzimage(const struct unpack *unpack);

/*
 * Returns the memory that unpacking has taken so far, without the ELF file if that is a stream:
 * bytes in total, and in the largest piece.
 */
void unpack_memory(const struct unpack *unpack, uint64_t *ret_all, uint64_t *ret_largest);
