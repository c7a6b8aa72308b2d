/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lz4's two formats, as lz4.c measures them and decode_lz4.c unpacks them:
 *
 * - legacy (the one in bzImages): a magic number, then blocks, each behind its size; no checksum,
 * no end mark. Every block but the last unpacks to 8 MiB.
 * - frame (lz4_Frame_format.md): a header, blocks, an end mark; checksums of the header, and by its
 *   flags of each block and of all that comes out.
 *
 * Frames of both follow each other, with skippable ones (skippable.h) around them.
 */
#pragma once

#include "common/base/overflow.h"
#include "common/image/container_format.h"

#define LZ4_MAGIC        0x184d2204
#define LZ4_LEGACY_MAGIC 0x184c2102

#define LZ4_MAGIC_SIZE  4
#define LZ4_NUMBER_SIZE 4 /* of block sizes and checksums */

/* What a legacy block unpacks to. */
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

/* The second, BD: the block size's code, and bits that must be 0. */
#define LZ4_BLOCK_CODE_SHIFT 4
#define LZ4_BLOCK_CODE_MASK  7
#define LZ4_BLOCK_CODE_MIN   4 /* 64 KiB; each step is four times more, up to 7 */
#define LZ4_BLOCK_RESERVED   0x8f
#define LZ4_BLOCK_SIZE(code) (UINT64_C(1) << (8 + 2 * (code)))

/* In a frame's block size: the block is not compressed. */
#define LZ4_STORED 0x80000000u
