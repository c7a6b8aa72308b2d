/* SPDX-License-Identifier: BSD-2-Clause */
/* For proofs of what walks SMBIOS tables. */
#pragma once

#include "common/smbios/smbios.h"
#include "tests/proof/nondet.h"

#include <stdlib.h>

/* Tables of up to `most` bytes of any content, in memory of their exact size. */
static inline struct smbios_walk any_tables(size_t most)
{
    struct smbios_walk walk = {.size = nondet_size()};

    ASSUME(walk.size <= most);
    walk.bytes = malloc(walk.size);
    ASSUME(walk.bytes);
    return walk;
}
