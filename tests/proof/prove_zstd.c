/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring zstd: it ends, reads inside the container, and fails with a reason.
 * Bounds: none for a header and a block; frames of SIZE bytes, anywhere in a file.
 *
 * with: tests/proof/proof_reader.c common/base/error.c common/image/skippable.c
 * cbmc: -DSIZE=13 --unwind 7
 * full: -DSIZE=20 --unwind 7
 * slow: prove_frame
 */
#include "common/image/zstd.c"
#include "tests/proof/containers.h"

static void prove_header(void)
{
    struct container_reader reader = any_container(INT64_MAX);
    struct frame_header header;

    if (!take_header(&reader, &header)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(header.block_limit > 0 && header.block_limit <= BLOCK_LIMIT, "blocks are bounded");
    PROVE(reader.position <= reader.end, "the reader is inside the container");
}

static void prove_block(void)
{
    struct container_reader reader = any_container(INT64_MAX);
    struct frame_header header = {.block_limit = nondet_u64(), .sized = nondet_bool()};
    uint64_t position = reader.position;
    bool last;

    ASSUME(header.block_limit <= BLOCK_LIMIT);
    if (!count_block(&reader, &header, &last)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(reader.position >= position + 3, "each block brings the end nearer");
    PROVE(reader.position <= reader.end, "the reader is inside the container");
    PROVE(header.sized || container.unpacked < 1 << 21, "a block unpacks to less than 2 MiB");
}

static void prove_frame(void)
{
    struct container_reader reader = any_container(SIZE);

    if (measure_frame(&reader))
        PROVE(reader.position <= reader.end, "the reader is inside the container");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}
