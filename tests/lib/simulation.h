/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated physical memory that records where each byte came from instead of its value, so that
 * gigabytes need only a few list entries. Memory that was never written is garbage.
 */
#pragma once

#include "tests/lib/support.h"

enum content_kind {
    CONTENT_GARBAGE,
    CONTENT_ZERO,
    CONTENT_FILE,
};

/* For CONTENT_FILE: byte i of the range is byte offset + i of file `file`. */
struct content {
    enum content_kind kind;
    size_t file;
    uint64_t offset;
};

struct content_piece {
    struct range range;
    struct content content;
};

struct simulation {
    struct content_piece *pieces; /* in the order of the writes: later ones take precedence */
    size_t count, capacity;
};

void simulation_write(struct simulation *simulation, struct range range, struct content content);
void simulation_copy(struct simulation *simulation, uint64_t destination, uint64_t source,
                     uint64_t size);
/* True when the whole range has this content. */
bool simulation_holds(const struct simulation *simulation, struct range range,
                      struct content content);
void simulation_free(struct simulation *simulation);
