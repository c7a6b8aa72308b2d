/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring all blocks of a frame of zstd, and all frames: it ends, passes each once, and says that
 * the size is exact only where each frame does. A header, a block and a frame are anything that
 * keeps what is proven of one, by prove_zstd.c and here.
 * Bounds: containers of SIZE bytes at the start of a file; only what is stubbed depends on where
 * they are.
 *
 * with: tests/proof/proof_reader.c common/base/error.c
 * cbmc: -DSIZE=16 --unwind 6
 */
#include "common/image/container_reader.h"
#include "tests/proof/stubs.h"

#define measure_frame(reader)           CALLEE(measure_frame, reader)(reader)
#define take_header(reader, header)     CALLEE(take_header, reader)(reader, header)
#define count_block(reader, frame, ret) CALLEE(count_block, reader)(reader, frame, ret)

struct frame_header;
static bool stub_measure_frame(struct container_reader *reader);
static bool stub_take_header(struct container_reader *reader, struct frame_header *header);
static bool stub_count_block(struct container_reader *reader, const struct frame_header *frame,
                             bool *ret_last);

#include "common/image/zstd.c"
#include "tests/proof/containers.h"

static uint64_t passed; /* where the last of what was measured ended */
static bool is_exact = true;
static struct frame_header frame_header;
static bool has_ended; /* the last block was passed */
static uint32_t next;  /* the magic number of what follows */

/* Goes on by at least `least` bytes. */
static bool pass(struct container_reader *reader, uint64_t least)
{
    uint8_t size = nondet_u8();

    PROVE(reader->position == passed, "each begins where the one before ended");
    if (nondet_bool())
        return error_set(reader->error, ERROR_UNPACK_DAMAGED);
    ASSUME(size >= least && size <= reader->end - passed);
    passed += size;
    reader->position = passed;
    return true;
}

static bool stub_take_header(struct container_reader *reader, struct frame_header *header)
{
    frame_header = (struct frame_header){.sized = nondet_bool(),
                                         .checksum = nondet_bool(),
                                         .size = nondet_u64(),
                                         .block_limit = nondet_u64()};
    *header = frame_header;
    return pass(reader, 5);
}

static bool stub_count_block(struct container_reader *reader, const struct frame_header *frame,
                             bool *ret_last)
{
    PROVE(!has_ended, "nothing is a block behind the last one");
    PROVE(frame->sized == frame_header.sized && frame->block_limit == frame_header.block_limit,
          "a block is one of the frame");
    has_ended = *ret_last = nondet_bool();
    return pass(reader, 3);
}

static void prove_blocks(void)
{
    struct container_reader reader = first_container(SIZE);
    bool was_exact = nondet_bool();

    passed = reader.position;
    container.unpacked_exact = was_exact;
    if (!real_measure_frame(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(has_ended, "it ends with the last block");
    PROVE(reader.position >= passed && reader.position <= reader.end &&
              reader.position - passed <= (frame_header.checksum ? 4 : 0),
          "behind which is a checksum");
    PROVE(container.unpacked_exact == (was_exact && frame_header.sized) &&
              container.unpacked == (frame_header.sized ? frame_header.size : 0),
          "the size is exact where the header has it");
}

static bool stub_measure_frame(struct container_reader *reader)
{
    PROVE(next == 0xfd2fb528, "a frame has its magic number");
    if (nondet_bool())
        reader->container->unpacked_exact = is_exact = false;
    return pass(reader, 8);
}

bool reader_pass_skippable(struct container_reader *reader, uint32_t *ret_magic)
{
    next = *ret_magic = nondet_u32();
    if (!pass(reader, 0))
        return false;
    ASSUME(next == 0 || reader->end - passed >= 4);
    return true;
}

static void prove_all(void)
{
    struct container_reader reader = first_container(SIZE);

    passed = reader.position;
    if (!measure_zstd(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(next != 0xfd2fb528 && reader.position == passed, "it ends where no frame begins");
    PROVE(container.unpacked_exact == is_exact, "the size is exact where that of each frame is");
}
