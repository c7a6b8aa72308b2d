/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Something with a size that can be read at any offset: a file, and two that are made here, bytes
 * in memory and a part of another source.
 */
#pragma once

#include "common/base/error.h"
#include "common/base/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_source {
    uint64_t size; /* bytes in all */
    /*
     * Reads exactly `length` bytes at `offset`, which the caller has checked against `size`. False
     * with *error when they cannot be read.
     */
    bool (*read)(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                 struct error *error);
};

struct memory_source {
    struct byte_source source; /* first, so that it can be cast back */
    const uint8_t *bytes;
};

/* The bytes stay the caller's, and must outlive the source. */
void memory_source_init(struct memory_source *memory, const uint8_t *bytes, uint64_t size);

#define SOURCE_PIECES 24

/* Bytes in memory, in several pieces. */
struct pieces_source {
    struct byte_source source; /* first, so that it can be cast back */
    struct {
        const uint8_t *bytes;
        uint64_t end; /* offset in the source behind its last byte */
    } pieces[SOURCE_PIECES];
    size_t count;
};

void pieces_source_init(struct pieces_source *pieces);

/* Adds bytes at the end, with room for one piece more; as with memory_source, they stay the
 * caller's. */
void pieces_source_add(struct pieces_source *pieces, const uint8_t *bytes, uint64_t size);

struct part_source {
    struct byte_source source; /* first, so that it can be cast back */
    struct byte_source *whole;
    uint64_t start;
};

/* `part` lies inside `whole`, which must outlive the source. */
void part_source_init(struct part_source *source, struct byte_source *whole, struct range part);
