/* SPDX-License-Identifier: BSD-2-Clause */
/* An ELF32 or ELF64 kernel for PVH: where its segments are loaded and where it is entered. */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "common/image/elf_headers.h"
#include "common/image/elf_notes.h"

/* A non-empty PT_LOAD. paddr + memsz is at most 4 GiB; its file bytes are inside the file. */
struct elf_segment {
    uint64_t paddr;
    uint64_t memsz;
    uint64_t offset;
    uint64_t filesz; /* at most memsz; the rest is zeroed */
    unsigned header; /* index of the program header, for messages */
};

struct elf_image {
    unsigned bits; /* the class: 32 or 64 */
    uint16_t machine;
    struct elf_segment *segments; /* sorted by paddr, disjoint, at least one; owned by the arena */
    size_t segment_count;
    struct range span;    /* from the lowest paddr to the highest paddr + memsz */
    uint32_t entry_point; /* as linked; inside the file bytes of a segment */
    struct elf_notes notes;
    struct elf_tables *tables; /* the headers, kept for the notes; owned by the arena */
};

/*
 * Reads headers and notes, not the segments. Fails if the file cannot be read or is not a kernel
 * that can be entered through PVH.
 */
bool elf_read(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
              struct error *ret_error);

/*
 * The same, and calls the visitor for each note. On failure *ret_image has what is known so far:
 * bits and machine (0 if unknown), the segments if `span` is not empty, and the notes.
 */
bool elf_read_with_visitor(struct byte_source *source, struct arena *arena,
                           struct note_visitor *visitor, struct elf_image *ret_image,
                           struct error *ret_error);

/*
 * The two halves of elf_read(), for a source that can be read only once, front to back: the headers
 * come first, but the notes may be anywhere among the segments (see elf_note_ranges()). Before
 * elf_read_notes(), entry point and relocation are unknown.
 */
bool elf_read_headers(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
                      struct error *ret_error);
bool elf_read_notes(struct byte_source *source, struct arena *arena, struct elf_image *image,
                    struct error *ret_error);
