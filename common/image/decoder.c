/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/decoder.h"

#include "common/image/container.h"

#define SKIP_BUFFER (64 * KIB)

static const struct decoder_backend *backend_of(const struct container *container)
{
    return container_format_of(container->kind)->decoder;
}

static bool too_large(struct decoder *decoder, uint64_t size)
{
    return error_set(decoder->error, ERROR_UNPACKED_TOO_LARGE, decoder->container->kind, size,
                     decoder->budget_limit);
}

static bool wrong_size(struct decoder *decoder)
{
    return error_set(decoder->error, ERROR_UNPACKED_SIZE, decoder->container->kind,
                     decoder->produced, decoder->container->unpacked);
}

/* Not larger than the container. */
static size_t input_size(const struct container *container)
{
    return (size_t)min_u64(backend_of(container)->input_size, range_size(container->content));
}

uint64_t decoder_memory(const struct container *container)
{
    return backend_of(container)->memory(container) + input_size(container) + SKIP_BUFFER;
}

bool decoder_wants_whole(const struct container *container)
{
    return backend_of(container)->whole;
}

static bool get_input_buffer(struct decoder *decoder)
{
    decoder->input_size = input_size(decoder->container);
    if (decoder->input_size == 0)
        return true;
    decoder->input = arena_alloc_bulk(decoder->arena, decoder->input_size);
    return decoder->input || decoder_out_of_memory(decoder);
}

bool decoder_charge(const struct container *container, struct unpack_budget *budget,
                    struct error *error)
{
    uint64_t memory = decoder_memory(container);

    if (memory > budget->limit - budget->taken)
        return error_set(error, ERROR_UNPACK_LIMIT, container->kind, memory, budget->limit);
    budget->taken += memory;
    budget->largest = max_u64(budget->largest, container->dictionary);
    return true;
}

bool decoder_open(struct decoder *decoder, const struct container *container,
                  const struct unpack_budget *budget, struct byte_source *source,
                  struct arena *arena, struct error *error)
{
    const struct decoder_backend *backend = backend_of(container);

    error_clear(error);
    *decoder = (struct decoder){
        .backend = backend,
        .container = container,
        .source = source,
        .arena = arena,
        .error = error,
        .position = container->content.start,
        .limit = budget->limit - budget->taken,
        .budget_limit = budget->limit,
        .budget = backend->memory(container),
        .memory = decoder_memory(container),
    };
    if (container->unpacked > decoder->limit && (container->unpacked_exact || backend->whole))
        return too_large(decoder, container->unpacked);
    return get_input_buffer(decoder) && backend->open(decoder);
}

/* Runs one step of the backend. A step without progress needs input that does not exist. */
static bool advance(struct decoder *decoder, struct decoder_output *output)
{
    size_t room = output->left;
    uint64_t start = decoder_offset(decoder);

    if (!decoder_refill(decoder) || !decoder->backend->step(decoder, output))
        return false;
    decoder->produced += room - output->left;
    if (decoder->produced > decoder->limit)
        return too_large(decoder, decoder->produced);
    if (decoder->ended && decoder_left(decoder) > 0)
        return decoder->backend->next(decoder);
    if (!decoder->ended && output->left == room && decoder_offset(decoder) == start)
        return decoder_truncated(decoder);
    return true;
}

static bool check_end(struct decoder *decoder)
{
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

/* Unpacks and discards the rest to find the error in it. Returns false. */
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
 * A size stated in the trailer is arbitrary if the file is truncated or has trailing data. If it
 * cannot be right, the rest is read to report that error instead of a wrong size. gzip's trailer
 * states the size of the last member only, so more output is not an error there.
 */
static bool check_size(struct decoder *decoder)
{
    const struct container *container = decoder->container;

    if (decoder->ignore_size)
        return true;
    if (container_format_of(container->kind)->size_in_trailer)
        return container->unpacked <= decoder->limit || find_fault(decoder);
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

    /* A library may have written the last byte without having checked the trailer. */
    if (!decoder_read(decoder, &byte, 1, &count))
        return false;
    return count == 0 || wrong_size(decoder);
}
