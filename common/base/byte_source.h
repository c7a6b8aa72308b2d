/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A source of bytes has a size and can be read at any offset. Files implement it elsewhere; bytes
 * in memory and a part of another source are implemented here.
 */
#pragma once

#include "common/base/error.h"
#include "common/base/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_source {
    uint64_t size; /* in bytes */
    /*
     * Reads exactly `length` bytes at `offset`; the caller has checked both against `size`. Returns
     * false and sets *error when the bytes cannot be read.
     */
    bool (*read)(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                 struct error *error);
};

struct memory_source {
    struct byte_source source; /* must be first: read() casts it back */
    const uint8_t *bytes;
};

/* `bytes` stays owned by the caller and must outlive the source. */
void memory_source_init(struct memory_source *memory, const uint8_t *bytes, uint64_t size);

#define SOURCE_PIECES 24

/* A source of several pieces of memory. */
struct pieces_source {
    struct byte_source source; /* first, so that it can be cast back */
    struct {
        const uint8_t *bytes;
        uint64_t end; /* offset in the source, after its last byte */
    } pieces[SOURCE_PIECES];
    size_t count;
};

void pieces_source_init(struct pieces_source *pieces);

/*
 * Appends a piece; there must be fewer than SOURCE_PIECES. As with memory_source, the bytes stay
 * the caller's.
 */
void pieces_source_add(struct pieces_source *pieces, const uint8_t *bytes, uint64_t size);

struct part_source {
    struct byte_source source; /* must be first: read() casts it back */
    struct byte_source *whole;
    uint64_t start;
};

/* `part` must lie inside `whole`, which must outlive the source. */
void part_source_init(struct part_source *source, struct byte_source *whole, struct range part);
