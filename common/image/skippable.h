/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Skippable frames (RFC 8878, 3.1.2; lz4_Frame_format.md), which zstd and lz4 have in common: a
 * magic number, a size, and as many bytes for the decoder to ignore. They may be before, between
 * and after other frames.
 */
#pragma once

#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

bool is_skippable(uint32_t magic);

/*
 * Skips all skippable frames at the reader's position and returns the magic number that follows
 * them, without consuming it; 0 if fewer than 4 bytes follow.
 */
bool reader_pass_skippable(struct container_reader *reader, uint32_t *ret_magic);

/* The same for a decoder. */
bool decoder_pass_skippable(struct decoder *decoder, uint32_t *ret_magic);
