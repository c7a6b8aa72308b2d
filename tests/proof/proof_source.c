/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/proof/proof.h"

/* Any bytes, other ones at each read: what is proven holds for a file that changes while it is
 * read. */
static bool read_anything(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                          struct error *error)
{
    PROVE(fits_inside(offset, length, source->size), "reads are inside the file");
    PROVE(length == 0 || __CPROVER_w_ok(buffer, length), "a read's buffer is large enough");
    if (nondet_bool())
        return error_set(error, ERROR_READ);
    if (length > 0)
        __CPROVER_havoc_slice(buffer, length);
    return true;
}

struct byte_source proof_source(void)
{
    struct byte_source source = {.size = nondet_u64(), .read = read_anything};

    ASSUME(source.size <= INT64_MAX);
    return source;
}
