/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring lz4: it ends, reads inside the container, and fails with a reason.
 * Bounds: frames of SIZE bytes, anywhere in a file.
 *
 * with: tests/proof/proof_reader.c common/base/error.c common/image/skippable.c
 * cbmc: -DSIZE=20 --unwind 7
 * full: -DSIZE=40 --unwind 12
 */
#include "common/image/lz4.c"
#include "tests/proof/containers.h"

static void prove_frame(void)
{
    struct container_reader reader = any_container(SIZE);

    if (measure_frame(&reader))
        PROVE(reader.position <= reader.end && container.block <= 4 * MIB, "blocks are bounded");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}

static void prove_legacy(void)
{
    struct container_reader reader = any_container(SIZE);

    if (measure_legacy(&reader))
        PROVE(reader.position <= reader.end, "the reader is inside the container");
    else
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
}
