/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF file that comes out of a decoder, front to back, once. Its headers are in its first bytes;
 * its notes come by somewhere among the segments and are kept for later.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/plan.h"

#define KERNEL_NOTES 8 /* note segments that are kept; two are usual */

struct kernel_note {
    struct range range; /* in the ELF file */
    uint8_t *bytes;
};

struct kernel_stream {
    struct byte_source source; /* what is kept; for the rest ERROR_NOT_SEQUENTIAL. Comes first */
    struct unpack *unpack;
    struct error *error;
    uint64_t position; /* in the ELF file: what lies before it has been read */
    uint8_t *prefix;   /* its first bytes, with all headers */
    uint64_t prefix_size;
    struct kernel_note notes[KERNEL_NOTES];
    size_t note_count;
};

/*
 * Reads the first bytes. Memory comes from `arena`; `unpack`, `arena` and `error`, where all
 * functions record their errors, live as long as the stream.
 */
bool kernel_stream_open(struct kernel_stream *stream, struct unpack *unpack, struct arena *arena,
                        uint64_t limit, struct error *error);

/* Makes room for the notes of the image, whose headers have been read from stream->source. */
bool kernel_stream_keep_notes(struct kernel_stream *stream, const struct elf_image *image,
                              struct arena *arena);

/*
 * Reads the segments to where `reads`, by rising offset, have them, and on to the end, where the
 * checksums are. `buffers` gives a scratch buffer. ERROR_NOT_SEQUENTIAL when segments share bytes
 * of the file.
 */
bool kernel_stream_load(struct kernel_stream *stream, const struct elf_image *image,
                        const struct plan_reads *reads, struct arena *buffers);
