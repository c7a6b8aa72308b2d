/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels to start on the fake firmware: small ELF files with pseudo-random contents. */
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
    bool movable; /* has PHYS32_RELOC with these values */
    uint32_t align, min, max;
    bool note_last;    /* the notes follow the segments in the file */
    bool headers_last; /* the program headers follow all of that */
    bool is_linux;     /* it says so in a note */
    bool shares;       /* each segment shares bytes of the file with the previous one */
    uint64_t seed;     /* of the bytes */
};

/* Builds the file. The caller frees it. */
uint8_t *kernel_make(const struct kernel_shape *shape, size_t *ret_size);

/* Pseudo-random bytes. */
void fill_random(uint8_t *bytes, size_t size, uint64_t seed);

/* The properties of a kernel file, read independently of the loader's code. */
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
