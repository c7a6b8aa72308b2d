/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for common/image/decode_*.c of a format that the loader is built without:
 * DECODER_ABSENT is the name of what that file defines. A kernel in it is refused, with a sentence.
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

/* Without `step`: open() never lets it come that far. */
const struct decoder_backend DECODER_ABSENT = {.memory = no_memory, .open = refuse};
