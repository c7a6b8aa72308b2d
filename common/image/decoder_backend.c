/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/decoder_backend.h"

#include <string.h>

#define BULK_SIZE (1 * MIB)

/*
 * Finds a free piece. Unless `wasteful`, it has at most about twice `size`, so that a small
 * allocation does not take a dictionary's place.
 */
static struct decoder_piece *find_piece(struct decoder *decoder, size_t size, bool wasteful)
{
    for (size_t i = 0; i < DECODER_PIECES; i++) {
        struct decoder_piece *piece = &decoder->pieces[i];

        if (!piece->used && piece->memory && piece->size >= size &&
            (wasteful || piece->size / 2 <= size))
            return piece;
    }
    return NULL;
}

static struct decoder_piece *new_piece(struct decoder *decoder, size_t size)
{
    if (size > decoder->budget) {
        decoder->over_budget = true;
        return NULL;
    }
    for (size_t i = 0; i < DECODER_PIECES; i++) {
        struct decoder_piece *piece = &decoder->pieces[i];

        if (piece->memory)
            continue;
        /* Zeroed for state; clearing dictionaries and blocks would be a waste of time. */
        piece->memory = size >= BULK_SIZE ? arena_alloc_bulk(decoder->arena, size)
                                          : arena_alloc(decoder->arena, size, 1);
        piece->size = size;
        decoder->budget -= size;
        decoder->arena_empty = !piece->memory;
        return piece->memory ? piece : NULL;
    }
    return NULL;
}

void *decoder_allocate(struct decoder *decoder, size_t size)
{
    struct decoder_piece *piece = find_piece(decoder, size, false);

    if (!piece)
        piece = new_piece(decoder, size);
    if (!piece && !decoder->arena_empty)
        piece = find_piece(decoder, size, true);
    if (!piece)
        return NULL;
    decoder->over_budget = false;
    piece->used = true;
    return piece->memory;
}

void decoder_free(struct decoder *decoder, const void *memory)
{
    for (size_t i = 0; i < DECODER_PIECES; i++) {
        if (decoder->pieces[i].memory == memory)
            decoder->pieces[i].used = false;
    }
}

bool decoder_read_source(struct decoder *decoder, void *buffer, size_t size)
{
    if (!decoder->source->read(decoder->source, decoder->position, buffer, size, decoder->error))
        return false;
    decoder->position += size;
    return true;
}

bool decoder_refill(struct decoder *decoder)
{
    uint64_t left = decoder->container->content.end - decoder->position;
    size_t size = (size_t)min_u64(left, decoder->input_size);

    if (size == 0 || decoder_input_left(decoder) > 0)
        return true;
    if (!decoder_read_source(decoder, decoder->input, size))
        return false;
    decoder->input_start = 0;
    decoder->input_end = size;
    return true;
}

bool decoder_peek(struct decoder *decoder, uint8_t *bytes, size_t size, size_t *ret_count)
{
    size_t buffered = (size_t)min_u64(decoder_input_left(decoder), size);

    *ret_count = (size_t)min_u64(decoder_left(decoder), size);
    if (buffered > 0)
        memcpy(bytes, decoder_input(decoder), buffered);
    return *ret_count == buffered ||
           decoder->source->read(decoder->source, decoder->position, bytes + buffered,
                                 *ret_count - buffered, decoder->error);
}

bool decoder_pass(struct decoder *decoder, uint64_t size)
{
    size_t buffered = (size_t)min_u64(decoder_input_left(decoder), size);

    if (size > decoder_left(decoder))
        return false;
    decoder->input_start += buffered;
    decoder->position += size - buffered;
    return true;
}

bool decoder_pass_zeros(struct decoder *decoder)
{
    while (decoder_left(decoder) > 0) {
        if (!decoder_refill(decoder))
            return false;
        if (*decoder_input(decoder) != 0)
            break;
        decoder->input_start++;
    }
    return true;
}

bool(decoder_damaged)(struct decoder *decoder, const char *reason)
{
    decoder->error->reason = reason;
    return error_set(decoder->error, ERROR_UNPACK_DAMAGED, decoder->container->kind,
                     decoder_offset(decoder));
}

bool(decoder_unsupported)(struct decoder *decoder, const char *reason)
{
    decoder->error->reason = reason;
    return error_set(decoder->error, ERROR_UNPACK_UNSUPPORTED, decoder->container->kind);
}

bool(decoder_truncated)(struct decoder *decoder)
{
    return error_set(decoder->error, ERROR_UNPACK_TRUNCATED, decoder->container->kind,
                     decoder->container->content.end);
}

bool(decoder_out_of_memory)(struct decoder *decoder)
{
    return error_set(decoder->error, ERROR_UNPACK_MEMORY, decoder->container->kind,
                     decoder->memory);
}

bool(decoder_trailing)(struct decoder *decoder, uint64_t offset)
{
    return error_set(decoder->error, ERROR_UNPACK_TRAILING, decoder->container->kind, offset,
                     decoder->container->content.end - offset);
}
