/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/unpack.h"

#include <string.h>

static struct container *innermost(struct unpack *unpack)
{
    return &unpack->layers[unpack->layer_count - 1];
}

static bool is_packed(enum container_kind kind)
{
    return kind >= CONTAINER_BZIMAGE;
}

/* The bytes that were read to see what the stream is come first. */
static uint64_t take_head(struct unpack *unpack, void *buffer, uint64_t size)
{
    uint64_t count = min_u64(size, unpack->head_end - unpack->head_start);

    memcpy(buffer, unpack->head + unpack->head_start, (size_t)count);
    unpack->head_start += (size_t)count;
    return count;
}

bool unpack_read(struct unpack *unpack, void *buffer, uint64_t size, uint64_t *ret_count)
{
    uint64_t count = take_head(unpack, buffer, size);

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
 * There is no room for what the container states. Where that is gzip's last 4 bytes, they may be
 * any of a file that was cut off: what is wrong with it shows when it is read.
 */
static bool refuse_size(struct unpack *unpack, enum error_code code)
{
    const struct container *container = unpack->decoder.container;
    uint64_t count;

    if (container->kind == CONTAINER_GZIP && !decoder_skip(&unpack->decoder, UINT64_MAX, &count))
        return false;
    return error_set(unpack->error, code, container->kind, container->unpacked, unpack->limit);
}

/* Unpacks the rest to the arena, where it can be read at any offset. */
static bool unpack_layer(struct unpack *unpack)
{
    const struct container *container = unpack->decoder.container;
    uint8_t *bytes;
    uint64_t count;

    if (container->unpacked > unpack->limit)
        return refuse_size(unpack, ERROR_UNPACKED_TOO_LARGE);
    bytes = arena_alloc_bulk(unpack->arena, container->unpacked);
    if (!bytes)
        return refuse_size(unpack, ERROR_UNPACK_MEMORY);
    if (!unpack_read(unpack, bytes, container->unpacked, &count) ||
        !decoder_finish(&unpack->decoder))
        return false;
    memory_source_init(&unpack->memory, bytes, count);
    return true;
}

bool unpack_to_memory(struct unpack *unpack)
{
    if (!unpack_layer(unpack))
        return false;
    unpack->elf = &unpack->memory.source;
    return true;
}

/* Looks at the first bytes that come out. */
static bool peek(struct unpack *unpack, enum container_kind *ret_kind)
{
    uint64_t count;

    if (!decoder_read(&unpack->decoder, unpack->head, sizeof(unpack->head), &count))
        return false;
    unpack->head_start = 0;
    unpack->head_end = (size_t)count;
    *ret_kind = container_kind_of(unpack->head, (size_t)count);
    return true;
}

static bool add_layer(struct unpack *unpack, struct byte_source *source)
{
    struct container *container = &unpack->layers[unpack->layer_count++];

    if (!container_identify(source, (struct range){0, source->size}, container, unpack->error))
        return false;
    if ((is_packed(container->kind) || container->in_bzimage) && unpack->layer_count > UNPACK_DEPTH)
        return error_set(unpack->error, ERROR_NESTED_TOO_DEEP, UNPACK_DEPTH);
    return true;
}

/* What comes out of the stream is the ELF file: it is described and left there. */
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

/* The innermost layer is no container: the ELF file lies in `source` as it is. */
static void end_at_source(struct unpack *unpack, struct byte_source *source)
{
    part_source_init(&unpack->part, source, innermost(unpack)->content);
    unpack->elf = &unpack->part.source;
}

static bool stop_incomplete(struct unpack *unpack, bool *ret_done)
{
    unpack->incomplete = *ret_done = true;
    return true;
}

/* One container further in. Sets *ret_done when the ELF file is reached. */
static bool descend(struct unpack *unpack, struct byte_source *source, bool *ret_done)
{
    enum container_kind kind = CONTAINER_UNKNOWN;
    const struct container *container = innermost(unpack);

    if (unpack->probing && decoder_wants_whole(container))
        return stop_incomplete(unpack, ret_done);
    if (!decoder_open(&unpack->decoder, container, unpack->limit, source, unpack->arena,
                      unpack->error))
        return false;
    unpack->decoder.probing = unpack->probing;
    unpack->head_start = unpack->head_end = 0;
    if (!decoder_wants_whole(container)) {
        if (!peek(unpack, &kind))
            return false;
        *ret_done = !is_packed(kind);
        if (*ret_done) {
            end_at_stream(unpack, kind);
            return true;
        }
    }
    return unpack->probing ? stop_incomplete(unpack, ret_done) : unpack_layer(unpack);
}

static void start(struct unpack *unpack, uint64_t limit, struct arena *arena, struct error *error)
{
    *error = (struct error){0};
    memset(unpack, 0, sizeof(*unpack));
    unpack->arena = arena;
    unpack->error = error;
    unpack->limit = limit;
}

static bool find_elf(struct unpack *unpack, struct byte_source *source)
{
    bool done = false;

    if (!add_layer(unpack, source))
        return false;
    while (is_packed(innermost(unpack)->kind)) {
        if (!descend(unpack, source, &done))
            return false;
        if (done)
            return true;
        source = &unpack->memory.source;
        if (!add_layer(unpack, source))
            return false;
    }
    end_at_source(unpack, source);
    return true;
}

bool unpack_open(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                 struct arena *arena, struct error *error)
{
    start(unpack, limit, arena, error);
    return find_elf(unpack, source);
}

bool unpack_probe(struct unpack *unpack, struct byte_source *source, uint64_t limit,
                  struct arena *arena, struct error *error)
{
    start(unpack, limit, arena, error);
    unpack->probing = true;
    return find_elf(unpack, source);
}
