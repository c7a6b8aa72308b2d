/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Skippable frames (RFC 8878, 3.1.2; lz4_Frame_format.md), which zstd and lz4 have in common: a
 * magic number, the size of what follows, and bytes that are not for the decoder. They stand in
 * front of frames, between them or behind them.
 */
#pragma once

#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

bool is_skippable(uint32_t magic);

/*
 * Passes over all skippable frames at the reader's position, and tells the magic number of what
 * follows, which is not taken; 0 at the end.
 */
bool reader_pass_skippable(struct container_reader *reader, uint32_t *ret_magic);

/* The same for a decoder. */
bool decoder_pass_skippable(struct decoder *decoder, uint32_t *ret_magic);
