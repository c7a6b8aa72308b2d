/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Of the segments of an ELF file: which are refused, and what holds of the others.
 * Bounds: none for one segment, of any file; four segments where they are compared.
 *
 * with: tests/proof/proof_source.c common/base/error.c
 * cbmc: --unwind 6
 */
#include "common/image/elf.c"
#include "tests/proof/proof.h"

#define COUNT 4

static struct error error;

/* The headers have a proof of their own. */
unsigned elf_bits(const struct elf_tables *tables)
{
    (void)tables;
    return nondet_bool() ? 32 : 64;
}

static struct elf_program_header any_program_header(void)
{
    struct elf_program_header header;

    __CPROVER_havoc_object(&header);
    return header;
}

static void prove_one_segment(size_t index)
{
    struct byte_source source = proof_source();
    struct elf_reader reader = {.source = &source, .error = &error};
    struct elf_program_header header = any_program_header();
    struct elf_segment segment;
    bool good = read_segment(&reader, &header, index, &segment);
    bool inside = header.filesz == 0 ||
                  (header.offset <= source.size && header.filesz <= source.size - header.offset);

    PROVE(good || error.code != ERROR_NONE, "a refusal has a reason");
    PROVE(good == (header.filesz <= header.memsz && header.paddr <= 4 * GIB &&
                   header.memsz <= 4 * GIB - header.paddr && inside),
          "a segment is good if it lies below 4 GiB, and its bytes in the file and in it");
    PROVE(!good || (segment.paddr == header.paddr && segment.memsz == header.memsz &&
                    segment.offset == header.offset && segment.filesz == header.filesz),
          "a good segment is what its header says");
}

/* Segments as read_segments() has them when it compares them. */
static size_t any_segments(struct elf_segment segments[static COUNT])
{
    size_t count = nondet_size();

    ASSUME(count >= 1 && count <= COUNT);
    __CPROVER_havoc_slice(segments, COUNT * sizeof(segments[0]));
    for (size_t i = 0; i < count; i++) {
        ASSUME(segments[i].paddr <= 4 * GIB && segments[i].memsz <= 4 * GIB - segments[i].paddr);
        ASSUME(segments[i].filesz <= segments[i].memsz);
        ASSUME(i == 0 || compare_segments(&segments[i - 1], &segments[i]) <= 0);
    }
    return count;
}

static void prove_no_overlap(size_t a, size_t b)
{
    struct elf_reader reader = {.error = &error};
    struct elf_segment segments[COUNT];
    struct elf_image image = {.segments = segments, .segment_count = any_segments(segments)};
    bool good = check_overlap(&reader, &image);
    struct range first, second;

    ASSUME(a < b && b < image.segment_count);
    first = (struct range){segments[a].paddr, segments[a].paddr + segments[a].memsz};
    second = (struct range){segments[b].paddr, segments[b].paddr + segments[b].memsz};
    PROVE(!good || !range_overlaps(first, second), "no two segments overlap");
    PROVE(!good || first.end <= second.start, "segments are in order");
    PROVE(good || error.code == ERROR_SEGMENTS_OVERLAP, "an overlap is refused as one");
}

static void prove_entry_point(uint64_t entry)
{
    struct elf_reader reader = {.error = &error};
    struct elf_segment segments[COUNT];
    struct elf_image image = {.segments = segments, .segment_count = any_segments(segments)};
    bool good, inside = false;

    image.notes.entry_value = entry;
    good = find_entry_point(&reader, &image);
    for (size_t i = 0; i < image.segment_count; i++)
        inside |= range_contains(
            (struct range){segments[i].paddr, segments[i].paddr + segments[i].filesz}, entry);
    PROVE(good == inside, "the entry point is inside the file bytes of a segment");
    PROVE(!good || image.entry_point == entry, "the entry point is the note's");
}
