/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/kernel_stream.h"

#include <string.h>

/* All kernels have their ELF and program headers within this many bytes. */
#define PREFIX_SIZE  (64 * KIB)
#define SCRATCH_SIZE (64 * KIB)

/* The note segments of kernels have a few hundred bytes. */
#define LARGEST_NOTES (64 * KIB)

/* Finds bytes of the ELF file that have been saved; NULL when they have not. */
static const uint8_t *find_saved(const struct kernel_stream *stream, uint64_t offset,
                                 uint64_t length)
{
    if (fits_inside(offset, length, stream->prefix_size))
        return stream->prefix + offset;
    for (size_t i = 0; i < stream->note_count; i++) {
        struct range range = stream->notes[i].range;

        if (offset >= range.start && fits_inside(offset - range.start, length, range_size(range)))
            return stream->notes[i].bytes + (offset - range.start);
    }
    return NULL;
}

static bool read_saved(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                       struct error *error)
{
    const uint8_t *bytes = find_saved((struct kernel_stream *)source, offset, length);

    if (!bytes)
        return error_set(error, ERROR_NOT_SEQUENTIAL);
    memcpy(buffer, bytes, length);
    return true;
}

bool kernel_stream_open(struct kernel_stream *stream, struct unpack *unpack, struct arena *arena,
                        uint64_t limit, struct error *error)
{
    const struct container *elf = &unpack->layers[unpack->layer_count - 1];

    *stream = (struct kernel_stream){.unpack = unpack, .error = error};
    stream->prefix = arena_alloc_bulk(arena, PREFIX_SIZE);
    if (!stream->prefix)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!unpack_read(unpack, stream->prefix, PREFIX_SIZE, &stream->prefix_size))
        return false;
    stream->source.size = elf->unpacked_exact ? elf->unpacked : limit;
    stream->source.read = read_saved;
    if (stream->prefix_size < PREFIX_SIZE)
        stream->source.size = stream->prefix_size;
    return true;
}

bool kernel_stream_keep_notes(struct kernel_stream *stream, const struct elf_image *image,
                              struct arena *arena)
{
    struct range ranges[KERNEL_NOTES];
    size_t count = elf_note_ranges(image->tables, ranges, KERNEL_NOTES);

    for (size_t i = 0; i < count; i++) {
        struct kernel_note *note = &stream->notes[stream->note_count];

        if (range_size(ranges[i]) == 0 || range_size(ranges[i]) > LARGEST_NOTES)
            continue;
        note->range = ranges[i];
        note->bytes = arena_alloc(arena, range_size(ranges[i]), 1);
        if (!note->bytes)
            return error_set(stream->error, ERROR_OUT_OF_MEMORY);
        stream->note_count++;
    }
    return true;
}

/* Reads the next bytes of the stream. *ret_count is less than `size` only at its end. */
static bool read_next(struct kernel_stream *stream, void *buffer, uint64_t size,
                      uint64_t *ret_count)
{
    uint64_t saved = 0;

    if (stream->position < stream->prefix_size) {
        saved = min_u64(size, stream->prefix_size - stream->position);
        memcpy(buffer, stream->prefix + stream->position, saved);
    }
    if (!unpack_read(stream->unpack, (uint8_t *)buffer + saved, size - saved, ret_count))
        return false;
    *ret_count += saved;
    stream->position += *ret_count;
    return true;
}

/* Saves the parts of the notes that are in `bytes`, read from file offset `offset`. */
static void copy_notes(struct kernel_stream *stream, uint64_t offset, const uint8_t *bytes,
                       uint64_t size)
{
    for (size_t i = 0; i < stream->note_count; i++) {
        struct kernel_note *note = &stream->notes[i];
        struct range both = range_intersect(note->range, (struct range){offset, offset + size});

        if (range_size(both) > 0)
            memcpy(note->bytes + (both.start - note->range.start), bytes + (both.start - offset),
                   range_size(both));
    }
}

/* The number of the program header whose segment contains file offset `offset`. */
static uint64_t find_segment(const struct elf_image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (offset >= segment->offset && offset - segment->offset < segment->filesz)
            return segment->header;
    }
    return 0;
}

/* Reads `size` bytes to an address; fewer are an error. */
static bool read_exactly(struct kernel_stream *stream, const struct elf_image *image, void *buffer,
                         uint64_t size)
{
    uint64_t offset = stream->position;
    uint64_t count;

    if (!read_next(stream, buffer, size, &count))
        return false;
    copy_notes(stream, offset, buffer, count);
    return count == size || error_set(stream->error, ERROR_SEGMENT_TRUNCATED,
                                      find_segment(image, offset), offset, size, stream->position);
}

/* Skips to file offset `offset`, or to the end, and saves only notes. */
static bool skip_to(struct kernel_stream *stream, uint64_t offset, uint8_t *scratch)
{
    uint64_t count = 1;

    while (count > 0 && stream->position < offset) {
        uint64_t start = stream->position;

        if (!read_next(stream, scratch, min_u64(offset - start, SCRATCH_SIZE), &count))
            return false;
        copy_notes(stream, start, scratch, count);
    }
    return true;
}

bool kernel_stream_load(struct kernel_stream *stream, const struct elf_image *image,
                        const struct plan_reads *reads, struct arena *buffers)
{
    uint8_t *scratch = arena_alloc_bulk(buffers, SCRATCH_SIZE);

    if (!scratch)
        return error_set(stream->error, ERROR_OUT_OF_MEMORY);
    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *read = &reads->items[i];

        if (read->offset < stream->position) /* the segments share bytes of the file */
            return error_set(stream->error, ERROR_NOT_SEQUENTIAL);
        if (!skip_to(stream, read->offset, scratch) ||
            !read_exactly(stream, image, (void *)(uintptr_t)read->address, read->size))
            return false;
    }
    return skip_to(stream, UINT64_MAX, scratch) && unpack_finish(stream->unpack);
}
