/* SPDX-License-Identifier: BSD-2-Clause */
/* For proofs of the containers' formats. */
#pragma once

#include "common/image/container_reader.h"
#include "tests/proof/nondet.h"

static struct error error;
static struct container container;

/* One of up to `most` bytes, anywhere in a file. */
static inline struct container_reader any_container(uint64_t most)
{
    struct container_reader reader = {.container = &container, .error = &error};

    container = (struct container){.content = {nondet_u64(), nondet_u64()}};
    container.in_bzimage = nondet_bool();
    ASSUME(container.content.start <= container.content.end && container.content.end <= INT64_MAX);
    ASSUME(range_size(container.content) <= most);
    reader_restrict(&reader, container.content);
    return reader;
}

/* One of up to `most` bytes, which is the file. */
static inline struct container_reader first_container(uint8_t most)
{
    struct container_reader reader = {.container = &container, .error = &error};

    container = (struct container){.content = {0, nondet_u8()}, .in_bzimage = nondet_bool()};
    ASSUME(container.content.end <= most);
    reader_restrict(&reader, container.content);
    return reader;
}
