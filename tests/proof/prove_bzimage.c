/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the payload of a bzImage is, and the reader of containers' headers.
 * Bounds: none; a file of any size below 2^63 bytes with any content.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: --unwind 6
 */
#include "common/image/container_reader.c"

#include "common/image/bzimage.c"
#include "tests/proof/proof.h"

static struct error error;
static struct container container;

/* A reader in any state that its functions leave. */
static struct container_reader any_reader(struct byte_source *source)
{
    struct container_reader reader;

    *source = proof_source();
    __CPROVER_havoc_object(&reader);
    __CPROVER_havoc_object(&container);
    reader.source = source;
    reader.container = &container;
    reader.error = &error;
    ASSUME(reader.position <= reader.end && reader.end <= source->size);
    ASSUME(reader.window_size <= sizeof(reader.window) && reader.window_start <= source->size);
    ASSUME(container.content.start <= reader.position && reader.position <= container.content.end);
    ASSUME(container.content.end <= source->size);
    return reader;
}

static void prove_payload(void)
{
    struct byte_source source;
    struct container_reader reader = any_reader(&source);
    struct range payload;

    reader_restrict(&reader, container.content);
    if (!find_payload(&reader, &payload)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(payload.start < payload.end, "the payload is not empty");
    PROVE(payload.start >= container.content.start && payload.end <= container.content.end,
          "the payload is inside the bzImage");
    PROVE(range_size(payload) > SIZE_TRAILER, "there is something before its trailing size");
}

static void prove_take(size_t size)
{
    struct byte_source source;
    struct container_reader reader = any_reader(&source);
    uint64_t position = reader.position;
    const uint8_t *bytes;

    ASSUME(size <= READER_TAKE_MAX);
    if (!reader_take(&reader, size, &bytes)) {
        PROVE(error.code != ERROR_NONE && reader.position == position, "a failure moves nothing");
        return;
    }
    PROVE(size == 0 || __CPROVER_r_ok(bytes, size), "what is taken can be read");
    PROVE(reader.position == position + size && reader.position <= reader.end,
          "the reader moves by it");
}

static void prove_take_back(size_t size)
{
    struct byte_source source;
    struct container_reader reader = any_reader(&source);
    uint64_t position = reader.position;
    const uint8_t *bytes;

    ASSUME(size <= READER_TAKE_MAX && size <= position - container.content.start);
    if (!reader_take_back(&reader, size, &bytes))
        return;
    PROVE(size == 0 || __CPROVER_r_ok(bytes, size), "what is taken can be read");
    PROVE(reader.position == position - size && reader.position >= container.content.start,
          "the reader moves back by it");
}

static void prove_skip(uint64_t size)
{
    struct byte_source source;
    struct container_reader reader = any_reader(&source);
    uint64_t position = reader.position;

    if (reader_skip(&reader, size))
        PROVE(reader.position == position + size && reader.position <= reader.end,
              "skipping stays inside");
    else
        PROVE(reader.position == position && error.code != ERROR_NONE, "or is refused");
}
