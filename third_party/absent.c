/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replaces common/image/decode_*.c for a format that the loader is built without. DECODER_ABSENT is
 * the name of the decoder that the file defines. Opening it fails with ERROR_UNPACK_ABSENT.
 */
#include "common/image/decoder_backend.h"

static uint64_t no_memory(const struct container *container)
{
    (void)container;
    return 0;
}

static bool refuse(struct decoder *decoder)
{
    return error_set(decoder->error, ERROR_UNPACK_ABSENT, decoder->container->kind);
}

/* There is no `step`, since open() always fails. */
const struct decoder_backend DECODER_ABSENT = {.memory = no_memory, .open = refuse};
