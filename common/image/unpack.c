/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/unpack.h"

#include <string.h>

#define SMALLEST_PIECE (64 * KIB)

static struct container *innermost(struct unpack *unpack)
{
    return &unpack->layers[unpack->layer_count - 1];
}

/* Returns the bytes that peek_stream() has already read. */
static uint64_t read_head(struct unpack *unpack, void *buffer, uint64_t size)
{
    uint64_t count = min_u64(size, unpack->head_end - unpack->head_start);

    memcpy(buffer, unpack->head + unpack->head_start, (size_t)count);
    unpack->head_start += (size_t)count;
    return count;
}

bool unpack_read(struct unpack *unpack, void *buffer, uint64_t size, uint64_t *ret_count)
{
    uint64_t count = read_head(unpack, buffer, size);

    if (!decoder_read(&unpack->decoder, (uint8_t *)buffer + count, size - count, ret_count))
        return false;
    *ret_count += count;
    return true;
}

bool unpack_finish(struct unpack *unpack)
{
    return unpack->elf != NULL || decoder_finish(&unpack->decoder);
}

/*
 * The container states a size that is too large. A truncated file may state any size in its
 * trailer; unpacking the rest reports that instead.
 */
static bool refuse_size(struct unpack *unpack, enum error_code code)
{
    const struct container *container = unpack->decoder.container;
    uint64_t count;

    if (container_format_of(container->kind)->size_in_trailer &&
        !decoder_skip(&unpack->decoder, UINT64_MAX, &count))
        return false;
    return error_set(unpack->error, code, container->kind, container->unpacked,
                     unpack->budget.limit);
}

/* Allocates another piece of the memory that the layer is unpacked to. */
static uint8_t *add_piece(struct unpack *unpack, struct pieces_source *memory, uint64_t size)
{
    uint8_t *bytes = arena_alloc_bulk(unpack->arena, size);

    if (!bytes)
        return NULL;
    pieces_source_add(memory, bytes, size);
    unpack->budget.taken += size;
    unpack->budget.largest = max_u64(unpack->budget.largest, size);
    return bytes;
}

/* The size of the next piece if the output is larger than stated: as much again. */
static uint64_t next_piece(const struct unpack *unpack, const struct pieces_source *memory)
{
    uint64_t wanted = max_u64(memory->source.size, SMALLEST_PIECE);

    return min_u64(wanted, unpack->decoder.limit - memory->source.size);
}

/*
 * gzip states only the size of its last member, so the output may be larger. The memory grows with
 * it, because its size is not known beforehand; the decoder stops at its limit.
 */
static bool unpack_members(struct unpack *unpack, struct pieces_source *memory)
{
    for (;;) {
        uint64_t size = memory->source.size;
        uint64_t room = next_piece(unpack, memory);
        uint64_t count, more;
        uint8_t first, *bytes;

        if (!unpack_read(unpack, &first, 1, &count))
            return false;
        if (count == 0)
            return true;
        bytes = memory->count < SOURCE_PIECES ? add_piece(unpack, memory, room) : NULL;
        if (!bytes)
            return refuse_size(unpack, ERROR_UNPACK_MEMORY);
        *bytes = first;
        if (!unpack_read(unpack, bytes + 1, room - 1, &more))
            return false;
        memory->source.size = size + 1 + more;
        if (more < room - 1)
            return true;
    }
}

/* Unpacks the rest of the stream to the arena, where it can be read at any offset. */
static bool unpack_layer(struct unpack *unpack)
{
    const struct container *container = unpack->decoder.container;
    struct pieces_source memory; /* separate, because unpack->memory is still being read */
    uint8_t *bytes;
    uint64_t count;

    pieces_source_init(&memory);
    if (container->unpacked > unpack->decoder.limit)
        return refuse_size(unpack, ERROR_UNPACKED_TOO_LARGE);
    bytes = add_piece(unpack, &memory, container->unpacked);
    if (!bytes)
        return refuse_size(unpack, ERROR_UNPACK_MEMORY);
    if (!unpack_read(unpack, bytes, container->unpacked, &count))
        return false;
    memory.source.size = count;
    if (container_format_of(container->kind)->size_in_trailer && count == container->unpacked &&
        !unpack_members(unpack, &memory))
        return false;
    if (!decoder_finish(&unpack->decoder))
        return false;
    unpack->memory = memory;
    return true;
}

bool unpack_to_memory(struct unpack *unpack)
{
    if (!unpack_layer(unpack))
        return false;
    unpack->elf = &unpack->memory.source;
    return true;
}

static bool add_layer(struct unpack *unpack, struct byte_source *source)
{
    struct container *layer = &unpack->layers[unpack->layer_count++];

    if (!container_identify(source, (struct range){0, source->size}, layer, unpack->error))
        return false;
    if ((container_is_packed(layer->kind) || layer->in_bzimage) &&
        unpack->layer_count > UNPACK_DEPTH)
        return error_set(unpack->error, ERROR_NESTED_TOO_DEEP, UNPACK_DEPTH);
    return true;
}

/* The innermost layer is not compressed: the ELF file can be read from `source`. */
static void end_at_source(struct unpack *unpack, struct byte_source *source)
{
    part_source_init(&unpack->part, source, innermost(unpack)->content);
    unpack->elf = &unpack->part.source;
}

/* The innermost layer unpacks to the ELF file, which is left as a stream. */
static void end_at_stream(struct unpack *unpack, enum container_kind kind)
{
    const struct container *container = innermost(unpack);

    unpack->layers[unpack->layer_count++] = (struct container){
        .kind = kind,
        .content = {0, container->unpacked},
        .unpacked = container->unpacked,
        .unpacked_exact = container->unpacked_exact,
    };
}

static bool open_stream(struct unpack *unpack, struct byte_source *source)
{
    if (!decoder_open(&unpack->decoder, innermost(unpack), &unpack->budget, source, unpack->arena,
                      unpack->error))
        return false;
    unpack->decoder.ignore_size = unpack->probe_only;
    unpack->head_start = unpack->head_end = 0;
    return true;
}

/* Unpacks the first bytes and recognizes the stream's format. */
static bool peek_stream(struct unpack *unpack, enum container_kind *ret_kind)
{
    uint64_t count;

    if (!decoder_read(&unpack->decoder, unpack->head, sizeof(unpack->head), &count))
        return false;
    unpack->head_end = (size_t)count;
    *ret_kind = container_kind_of(unpack->head, (size_t)count);
    return true;
}

/*
 * Opens the innermost layer as a stream. *ret_found is true if it contains the ELF file, false if
 * it contains another container or must be unpacked as a whole to find out.
 */
static bool open_layer(struct unpack *unpack, struct byte_source *source, bool *ret_found)
{
    const struct container *container = innermost(unpack);
    bool whole = decoder_wants_whole(container);
    enum container_kind kind = CONTAINER_UNKNOWN;

    *ret_found = false;
    if (!decoder_charge(container, &unpack->budget, unpack->error))
        return false;
    if (unpack->probe_only && (whole || decoder_memory(container) > UNPACK_PROBE_LIMIT))
        return true;
    if (!open_stream(unpack, source))
        return false;
    if (whole)
        return true;
    if (!peek_stream(unpack, &kind))
        return false;
    *ret_found = !container_is_packed(kind);
    if (*ret_found)
        end_at_stream(unpack, kind);
    return true;
}

static bool find_elf(struct unpack *unpack, struct byte_source *source)
{
    for (;;) {
        bool found;

        if (!add_layer(unpack, source))
            return false;
        if (!container_is_packed(innermost(unpack)->kind)) {
            end_at_source(unpack, source);
            return true;
        }
        if (!open_layer(unpack, source, &found))
            return false;
        if (found)
            return true;
        if (unpack->probe_only) {
            unpack->incomplete = true;
            return true;
        }
        if (!unpack_layer(unpack))
            return false;
        source = &unpack->memory.source;
    }
}

static void init(struct unpack *unpack, uint64_t limit, struct arena *arena, struct error *error)
{
    error_clear(error);
    memset(unpack, 0, sizeof(*unpack));
    unpack->arena = arena;
    unpack->error = error;
    unpack->budget.limit = limit;
}

bool unpack_open(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                 struct arena *arena, struct error *error)
{
    init(unpack, limit, arena, error);
    return find_elf(unpack, source);
}

bool unpack_probe(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                  struct arena *arena, struct error *error)
{
    init(unpack, limit, arena, error);
    unpack->probe_only = true;
    return find_elf(unpack, source);
}

bool unpack_has_bzimage(const struct unpack *unpack)
{
    for (unsigned i = 0; i < unpack->layer_count; i++) {
        if (unpack->layers[i].in_bzimage)
            return true;
    }
    return false;
}

void unpack_memory(const struct unpack *unpack, uint64_t *ret_all, uint64_t *ret_largest)
{
    *ret_all = unpack->budget.taken;
    *ret_largest = unpack->budget.largest;
}
