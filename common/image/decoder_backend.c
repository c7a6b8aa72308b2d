/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/decoder_backend.h"

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
        return piece->memory ? piece : NULL;
    }
    return NULL;
}

void *decoder_allocate(struct decoder *decoder, size_t size)
{
    struct decoder_piece *piece = find_piece(decoder, size, false);

    if (!piece)
        piece = new_piece(decoder, size);
    if (!piece)
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
