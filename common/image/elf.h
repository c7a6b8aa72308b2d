/* SPDX-License-Identifier: BSD-2-Clause */
/* An ELF32 or ELF64 file as PVH sees it: where its segments go, and where it is entered. */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "common/image/elf_headers.h"
#include "common/image/elf_notes.h"

/* A PT_LOAD with a size. paddr + memsz is at most 4 GiB; file bytes lie inside the file. */
struct elf_segment {
    uint64_t paddr;
    uint64_t memsz;
    uint64_t offset;
    uint64_t filesz; /* at most memsz; the rest is zeroed */
    unsigned header; /* index of its program header, for messages */
};

struct elf_image {
    unsigned bits; /* 32 or 64: the class */
    uint16_t machine;
    struct elf_segment *segments; /* sorted by paddr, disjoint, at least one; owned by the arena */
    size_t segment_count;
    struct range span;    /* from the lowest paddr to the highest paddr + memsz, in bytes */
    uint32_t entry_point; /* as linked; inside the file bytes of a segment */
    struct elf_notes notes;
    struct elf_tables *tables; /* the headers, kept for the notes; owned by the arena */
};

/*
 * Reads headers and notes, nothing of the segments. False with *ret_error when the file is not a
 * kernel that can be entered through PVH.
 */
bool elf_read(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
              struct error *ret_error);

/*
 * The same, and calls the visitor for each note. When it fails, *ret_image holds what has been
 * found out: bits and machine (0 if nothing has), the segments once the span has a size, the notes.
 */
bool elf_read_with_visitor(struct byte_source *source, struct arena *arena,
                           struct note_visitor *visitor, struct elf_image *ret_image,
                           struct error *ret_error);

/*
 * The two halves of elf_read(), for a source that can be read only once, front to back: its headers
 * come first, but its notes somewhere among the segments (see elf_note_ranges()). Before
 * elf_read_notes() the entry point and the relocation are unknown.
 */
bool elf_read_headers(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
                      struct error *ret_error);
bool elf_read_notes(struct byte_source *source, struct arena *arena, struct elf_image *image,
                    struct error *ret_error);
