/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lz4's two formats, measured by lz4.c and unpacked by decode_lz4.c:
 *
 * - legacy (used in bzImages): a magic number, then blocks, each preceded by its size; no checksum,
 *   no end mark. Every block except the last unpacks to 8 MiB.
 * - frame (lz4_Frame_format.md): a header, blocks, an end mark; a checksum of the header and,
 *   depending on its flags, of each block and of the unpacked data.
 *
 * A file may have several frames of both formats, and skippable ones (skippable.h) around them.
 */
#pragma once

#include "common/base/overflow.h"
#include "common/image/container_format.h"

#define LZ4_MAGIC        0x184d2204
#define LZ4_LEGACY_MAGIC 0x184c2102

#define LZ4_MAGIC_SIZE  4
#define LZ4_NUMBER_SIZE 4 /* of block sizes and checksums */

/* The unpacked size of a legacy block. */
#define LZ4_LEGACY_BLOCK (8 * MIB)

/* A frame's first header byte, FLG: its flags, and the version in the upper two bits. */
#define LZ4_FLAG_DICTIONARY       0x01
#define LZ4_FLAG_RESERVED         0x02
#define LZ4_FLAG_CONTENT_CHECKSUM 0x04
#define LZ4_FLAG_CONTENT_SIZE     0x08
#define LZ4_FLAG_BLOCK_CHECKSUMS  0x10
#define LZ4_FLAG_INDEPENDENT      0x20
#define LZ4_VERSION_SHIFT         6
#define LZ4_VERSION               1

/* The second header byte, BD: the block size's code, and bits that must be 0. */
#define LZ4_BLOCK_CODE_SHIFT 4
#define LZ4_BLOCK_CODE_MASK  7
#define LZ4_BLOCK_CODE_MIN   4 /* 64 KiB; each step up to 7 quadruples it */
#define LZ4_BLOCK_RESERVED   0x8f
#define LZ4_BLOCK_SIZE(code) (UINT64_C(1) << (8 + 2 * (code)))

/* Flag in a frame's block size: the block is not compressed. */
#define LZ4_STORED 0x80000000u
