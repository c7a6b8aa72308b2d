/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/host/arena.h"

#include <stdlib.h>

static void *get_chunk(size_t size, size_t *ret_size)
{
    *ret_size = size;
    return malloc(size);
}

static void put_chunk(void *chunk, size_t size)
{
    (void)size;
    free(chunk);
}

struct arena host_arena(void)
{
    return (struct arena){.get_chunk = get_chunk, .put_chunk = put_chunk};
}
