/* SPDX-License-Identifier: BSD-2-Clause */
/* A table with the shape of the kernel's ELF file, written by mkelf.py. */
#pragma once

#define IMAGE_TABLE_SEGMENTS 16
#define IMAGE_TABLE_SIZE     (12 * 4 + IMAGE_TABLE_SEGMENTS * 16)

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Offsets are relative to the lowest address of the image. */
struct image_segment {
    uint32_t offset;
    uint32_t file_size;
    uint32_t mem_size;
    uint32_t crc; /* of the file's bytes, except this table */
};

struct image_table {
    uint32_t crc; /* of the rest of the table */
    uint32_t link_address;
    uint32_t span;
    uint32_t body_offset;
    uint32_t note_offset;
    uint32_t note_size; /* 0: the note is in no segment */
    uint32_t note_crc;
    uint32_t relocatable;
    uint32_t reloc_align;
    uint32_t reloc_min;
    uint32_t reloc_max;
    uint32_t segments;
    struct image_segment segment[IMAGE_TABLE_SEGMENTS];
};
_Static_assert(sizeof(struct image_table) == IMAGE_TABLE_SIZE, "mkelf.py");
#endif
