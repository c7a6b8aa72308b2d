/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels for the fake firmware's loader to start: small ELF files whose bytes are all different.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

#define MOST_SEGMENTS 32

struct kernel_segment {
    uint64_t address;
    uint64_t file_size;
    uint64_t memory_size;
};

struct kernel_shape {
    unsigned bits; /* 32 or 64 */
    struct kernel_segment segments[MOST_SEGMENTS];
    size_t count;
    uint64_t entry;
    bool movable; /* has PHYS32_RELOC with these */
    uint32_t align, min, max;
    bool note_last; /* the notes follow the segments in the file */
    bool shares;    /* each segment starts amid the bytes of the one before */
    uint64_t seed;  /* of the bytes */
};

/* Makes the file. The caller frees it. */
uint8_t *kernel_make(const struct kernel_shape *shape, size_t *ret_size);

/* Pseudo-random bytes. */
void fill_random(uint8_t *bytes, size_t size, uint64_t seed);

/* What a kernel's file says of itself, read anew and by other code than the loader's. */
struct kernel_facts {
    const uint8_t *bytes;
    struct {
        uint64_t address, offset, file_size, memory_size;
    } segments[MOST_SEGMENTS];
    size_t count;
    uint64_t entry;
    struct range span;
    bool movable;
    uint64_t align, min, max;
};

void kernel_read(const uint8_t *bytes, size_t size, struct kernel_facts *ret_facts);
