/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring xz, from the end backwards: it reads inside the container, and the start of a stream is
 * inside it, too.
 * Bounds: padding of 8 bytes and indexes of SIZE bytes, anywhere in a file; numbers of any length.
 *
 * with: tests/proof/proof_reader.c common/base/error.c
 * cbmc: -DSIZE=8 --unwind 10 --unwindset add_index.0:5
 * full: -DSIZE=16 --unwind 10 --unwindset add_index.0:9
 * slow: prove_start
 */
#include "common/image/xz.c"
#include "tests/proof/containers.h"

static void prove_number(void)
{
    struct container_reader reader = any_container(INT64_MAX);
    uint64_t position = reader.position, number;

    if (!take_number(&reader, &number))
        return;
    PROVE(number <= INT64_MAX, "a number has at most 63 bits");
    PROVE(reader.position > position && reader.position <= position + 9, "and one to nine bytes");
}

static void prove_filter(void)
{
    struct container_reader reader = any_container(INT64_MAX);

    if (take_filter(&reader))
        PROVE(container.dictionary <= UINT32_MAX && reader.position <= reader.end,
              "dictionaries are below 4 GiB");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}

static void prove_footer(void)
{
    struct container_reader reader = any_container(HEADER_SIZE + FOOTER_SIZE + 2 * PADDING);
    struct stream stream;
    bool found;

    reader.position = reader.end;
    if (!find_footer(&reader, &stream, &found) || !found)
        return;
    PROVE(stream.footer >= container.content.start + HEADER_SIZE &&
              stream.footer + FOOTER_SIZE <= container.content.end,
          "a footer is inside the container, behind a header");
}

static void prove_start(uint64_t index, uint64_t footer)
{
    struct container_reader reader = any_container(INT64_MAX);
    struct stream stream = {.index = index, .footer = footer};
    bool found;

    ASSUME(footer >= container.content.start + HEADER_SIZE);
    ASSUME(footer <= container.content.end && footer - index <= SIZE);
    if (!find_start(&reader, &stream, &found)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(!found ||
              (stream.start >= container.content.start && stream.start + HEADER_SIZE <= index),
          "a stream starts inside the container, before its index");
}
