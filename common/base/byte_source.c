/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/byte_source.h"

#include <string.h>

static bool read_memory(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    (void)error;
    memcpy(buffer, ((struct memory_source *)source)->bytes + offset, length);
    return true;
}

void memory_source_init(struct memory_source *memory, const uint8_t *bytes, uint64_t size)
{
    *memory = (struct memory_source){.source = {.size = size, .read = read_memory}, .bytes = bytes};
}

static bool read_part(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                      struct error *error)
{
    struct part_source *part = (struct part_source *)source;

    return part->whole->read(part->whole, part->start + offset, buffer, length, error);
}

void part_source_init(struct part_source *source, struct byte_source *whole, struct range part)
{
    *source = (struct part_source){.source = {.size = range_size(part), .read = read_part},
                                   .whole = whole,
                                   .start = part.start};
}

static bool read_pieces(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    const struct pieces_source *pieces = (const struct pieces_source *)source;
    uint8_t *next = buffer;
    uint64_t start = 0;

    (void)error;
    for (size_t i = 0; i < pieces->count && length > 0; i++) {
        uint64_t end = pieces->pieces[i].end;

        if (offset < end) {
            size_t count = (size_t)min_u64(length, end - offset);

            memcpy(next, pieces->pieces[i].bytes + (offset - start), count);
            next += count;
            offset += count;
            length -= count;
        }
        start = end;
    }
    return true;
}

void pieces_source_init(struct pieces_source *pieces)
{
    *pieces = (struct pieces_source){.source = {.read = read_pieces}};
}

void pieces_source_add(struct pieces_source *pieces, const uint8_t *bytes, uint64_t size)
{
    pieces->source.size += size;
    pieces->pieces[pieces->count].bytes = bytes;
    pieces->pieces[pieces->count].end = pieces->source.size;
    pieces->count++;
}
