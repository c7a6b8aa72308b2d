/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/decoder_format.h"

#define SKIP_BUFFER (64 * KIB)
#define BULK_SIZE   (1 * MIB)

static const struct decoder_format *format_of(enum container_kind kind)
{
    switch (kind) {
    case CONTAINER_GZIP:
        return &decoder_gzip;
    case CONTAINER_XZ:
        return &decoder_xz;
    case CONTAINER_ZSTD:
        return &decoder_zstd;
    default:
        return &decoder_lz4; /* both of its kinds */
    }
}

/* The input's next byte, in the source. */
static uint64_t offset(const struct decoder *decoder)
{
    return decoder->position - decoder_input_left(decoder);
}

bool(decoder_damaged)(struct decoder *decoder, const char *reason)
{
    decoder->error->reason = reason;
    return error_set(decoder->error, ERROR_UNPACK_DAMAGED, decoder->container->kind,
                     offset(decoder));
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
                     decoder_memory(decoder->container));
}

static bool too_large(struct decoder *decoder, uint64_t size)
{
    return error_set(decoder->error, ERROR_UNPACKED_TOO_LARGE, decoder->container->kind, size,
                     decoder->limit);
}

static bool wrong_size(struct decoder *decoder)
{
    return error_set(decoder->error, ERROR_UNPACKED_SIZE, decoder->container->kind,
                     decoder->produced, decoder->container->unpacked);
}

/* One that was given back; a few bytes do not take a dictionary's place unless they have to. */
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
        /* Dictionaries and blocks come as they are, state is clear. */
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

/* A small container needs no large buffer. */
static size_t input_size(const struct container *container)
{
    return (size_t)min_u64(format_of(container->kind)->input_size, range_size(container->content));
}

uint64_t decoder_memory(const struct container *container)
{
    return format_of(container->kind)->memory(container) + input_size(container) + SKIP_BUFFER;
}

bool decoder_wants_whole(const struct container *container)
{
    return format_of(container->kind)->whole;
}

static bool get_input_buffer(struct decoder *decoder)
{
    decoder->input_size = input_size(decoder->container);
    if (decoder->input_size == 0)
        return true;
    decoder->input = arena_alloc_bulk(decoder->arena, decoder->input_size);
    return decoder->input || decoder_out_of_memory(decoder);
}

bool decoder_open(struct decoder *decoder, const struct container *container, uint64_t limit,
                  struct byte_source *source, struct arena *arena, struct error *error)
{
    *error = (struct error){0};
    *decoder = (struct decoder){
        .format = format_of(container->kind),
        .container = container,
        .source = source,
        .arena = arena,
        .error = error,
        .position = container->content.start,
        .limit = limit,
    };
    if (container->unpacked > limit && (container->unpacked_exact || decoder->format->whole))
        return too_large(decoder, container->unpacked);
    decoder->budget = decoder->format->memory(container);
    return get_input_buffer(decoder) && decoder->format->open(decoder);
}

bool decoder_read_source(struct decoder *decoder, void *buffer, size_t size)
{
    if (!decoder->source->read(decoder->source, decoder->position, buffer, size))
        return error_set(decoder->error, ERROR_READ);
    decoder->position += size;
    return true;
}

static bool refill(struct decoder *decoder)
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

/* One step of the format. A step that goes nowhere waits for input that does not come. */
static bool advance(struct decoder *decoder, struct decoder_output *output)
{
    size_t room = output->left;
    uint64_t start = offset(decoder);

    if (!refill(decoder) || !decoder->format->step(decoder, output))
        return false;
    decoder->produced += room - output->left;
    if (decoder->produced > decoder->limit)
        return too_large(decoder, decoder->produced);
    if (!decoder->ended && output->left == room && offset(decoder) == start)
        return decoder_truncated(decoder);
    return true;
}

/* What is behind the end would be lost: more members, or something else altogether. */
static bool check_end(struct decoder *decoder)
{
    uint64_t left = decoder->container->content.end - offset(decoder);

    if (left > 0)
        return error_set(decoder->error, ERROR_UNPACK_TRAILING, decoder->container->kind,
                         offset(decoder), left);
    if (decoder->container->unpacked_exact && decoder->produced != decoder->container->unpacked)
        return wrong_size(decoder);
    return true;
}

static bool get_scratch(struct decoder *decoder)
{
    if (!decoder->scratch)
        decoder->scratch = arena_alloc_bulk(decoder->arena, SKIP_BUFFER);
    return decoder->scratch != NULL;
}

/* Unpacks the rest to nowhere, for what is wrong with it. */
static bool find_fault(struct decoder *decoder)
{
    if (!get_scratch(decoder))
        return decoder_out_of_memory(decoder);
    while (!decoder->ended) {
        struct decoder_output output = {decoder->scratch, SKIP_BUFFER};

        if (!advance(decoder, &output))
            return false;
    }
    return check_end(decoder) && wrong_size(decoder);
}

/*
 * What states its size at its end, as gzip does modulo 4 GiB, states any number when it was cut off
 * or something follows it. With a size that cannot be right nothing of it is of use.
 */
static bool check_size(struct decoder *decoder)
{
    const struct container *container = decoder->container;

    if (decoder->probing)
        return true;
    if (container->kind == CONTAINER_GZIP && container->unpacked > decoder->limit)
        return find_fault(decoder);
    if (decoder->produced <= container->unpacked)
        return true;
    return container->unpacked_exact ? wrong_size(decoder) : find_fault(decoder);
}

bool decoder_read(struct decoder *decoder, void *buffer, uint64_t size, uint64_t *ret_count)
{
    struct decoder_output output = {buffer, (size_t)size};

    if (size > SIZE_MAX)
        return decoder_out_of_memory(decoder);
    while (output.left > 0 && !decoder->ended) {
        if (!advance(decoder, &output) || !check_size(decoder))
            return false;
    }
    *ret_count = size - output.left;
    return !decoder->ended || check_end(decoder);
}

bool decoder_skip(struct decoder *decoder, uint64_t size, uint64_t *ret_count)
{
    *ret_count = 0;
    if (!get_scratch(decoder))
        return decoder_out_of_memory(decoder);
    while (*ret_count < size && !decoder->ended) {
        uint64_t wanted = min_u64(size - *ret_count, SKIP_BUFFER);
        uint64_t count;

        if (!decoder_read(decoder, decoder->scratch, wanted, &count))
            return false;
        *ret_count += count;
    }
    return true;
}

bool decoder_finish(struct decoder *decoder)
{
    uint8_t byte;
    uint64_t count;

    /* A library may have written the last byte and not looked at the trailer yet. */
    if (!decoder_read(decoder, &byte, 1, &count))
        return false;
    return count == 0 || wrong_size(decoder);
}
