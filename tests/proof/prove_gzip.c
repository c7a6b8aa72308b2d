/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring gzip: it reads inside the container, and fails with a reason.
 * Bounds: none; files of any size.
 *
 * with: tests/proof/proof_reader.c common/base/error.c
 * cbmc: --unwind 7
 */
#include "common/image/gzip.c"
#include "tests/proof/containers.h"

const struct decoder_backend decoder_gzip;

static void prove_measure(void)
{
    struct container_reader reader = any_container(INT64_MAX);
    uint64_t size = range_size(container.content);

    if (!measure_gzip(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(size >= SIZE_MIN, "header and trailer are in the file");
    PROVE(reader.position == container.content.end, "its last bytes are read");
    PROVE(container.unpacked <= UINT32_MAX && !container.unpacked_exact,
          "the size is that of one member, of which nothing is sure");
}
