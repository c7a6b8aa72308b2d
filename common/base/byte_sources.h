/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources made of something else: bytes in memory, a part of another source. */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/range.h"

struct memory_source {
    struct byte_source source; /* first, so that it can be cast back */
    const uint8_t *bytes;
};

void memory_source_init(struct memory_source *memory, const uint8_t *bytes, uint64_t size);

struct part_source {
    struct byte_source source; /* first, so that it can be cast back */
    struct byte_source *whole;
    uint64_t start;
};

/* `part` lies inside `whole`. */
void part_source_init(struct part_source *source, struct byte_source *whole, struct range part);
