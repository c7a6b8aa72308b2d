/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF file that can only be read once, from front to back, because it is decompressed on the
 * way. Its headers are at the start. Its notes lie among the segments and are saved when they are
 * reached.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/plan.h"

#define KERNEL_NOTES 8 /* the most note segments that are saved; kernels have one or two */

struct kernel_note {
    struct range range; /* in the ELF file */
    uint8_t *bytes;
};

struct kernel_stream {
    struct byte_source source; /* reads what is saved, else ERROR_NOT_SEQUENTIAL; must be first */
    struct unpack *unpack;
    struct error *error;
    uint64_t position; /* offset in the ELF file up to which it has been read */
    uint8_t *prefix;   /* its first bytes, which hold all headers */
    uint64_t prefix_size;
    struct kernel_note notes[KERNEL_NOTES];
    size_t note_count;
};

/*
 * Reads the first bytes. `limit` is the largest size of the ELF file in bytes, for containers that
 * do not state its exact size. Memory comes from `arena`. All functions set *error; `unpack`,
 * `arena` and `error` must live as long as the stream.
 */
bool kernel_stream_open(struct kernel_stream *stream, struct unpack *unpack, struct arena *arena,
                        uint64_t limit, struct error *error);

/* Allocates room to save the notes of `image`, whose headers were read from stream->source. */
bool kernel_stream_keep_notes(struct kernel_stream *stream, const struct elf_image *image,
                              struct arena *arena);

/*
 * Reads the segments to the addresses in `reads`, which are sorted by file offset, and continues to
 * the end of the stream to verify the checksums. A scratch buffer comes from `buffers`.
 * ERROR_NOT_SEQUENTIAL when segments share bytes of the file.
 */
bool kernel_stream_load(struct kernel_stream *stream, const struct elf_image *image,
                        const struct plan_reads *reads, struct arena *buffers);
