/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring all frames of lz4: it ends, passes each frame once, and says that the size is exact
 * only where each frame does. A frame is anything that keeps what prove_lz4.c proves of one.
 * Bounds: containers of SIZE bytes at the start of a file; only what is stubbed depends on where
 * they are.
 *
 * with: tests/proof/proof_reader.c common/base/error.c
 * cbmc: -DSIZE=16 --unwind 7
 */
#include "common/image/container_reader.h"
#include "tests/proof/stubs.h"

#define measure_frame(reader)  CALLEE(measure_frame, reader)(reader)
#define measure_legacy(reader) CALLEE(measure_legacy, reader)(reader)

static bool stub_measure_frame(struct container_reader *reader);
static bool stub_measure_legacy(struct container_reader *reader);

#include "common/image/lz4.c"
#include "tests/proof/containers.h"

static uint64_t passed; /* where the last frame ended */
static bool is_exact = true;
static uint32_t next; /* the magic number there */

/* By at least `least` bytes. */
static void go_on(struct container_reader *reader, uint64_t least)
{
    uint8_t size = nondet_u8();

    ASSUME(size >= least && size <= reader->end - passed);
    passed += size;
    reader->position = passed;
}

bool is_skippable(uint32_t magic)
{
    return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

bool reader_pass_skippable(struct container_reader *reader, uint32_t *ret_magic)
{
    PROVE(reader->position == passed, "a frame begins where the one before ended");
    if (nondet_bool())
        return error_set(reader->error, ERROR_READ);
    go_on(reader, 0);
    next = reader->end - passed < LZ4_MAGIC_SIZE ? 0 : nondet_u32();
    ASSUME(!is_skippable(next));
    *ret_magic = next;
    return true;
}

static bool pass_frame(struct container_reader *reader, uint32_t magic)
{
    PROVE(next == magic && reader->position == passed, "a frame is measured in its turn");
    next = 0;
    if (nondet_bool())
        return error_set(reader->error, ERROR_UNPACK_DAMAGED);
    go_on(reader, LZ4_MAGIC_SIZE);
    if (nondet_bool())
        reader->container->unpacked_exact = is_exact = false;
    return true;
}

static bool stub_measure_frame(struct container_reader *reader)
{
    return pass_frame(reader, 0x184d2204);
}

static bool stub_measure_legacy(struct container_reader *reader)
{
    return pass_frame(reader, 0x184c2102);
}

static void prove_all(void)
{
    struct container_reader reader = first_container(SIZE);

    passed = reader.position;
    if (!measure_lz4(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(next != LZ4_MAGIC && next != LZ4_LEGACY_MAGIC, "it ends where no frame begins");
    PROVE(reader.position == passed, "behind the last one");
    PROVE(container.unpacked_exact == is_exact, "the size is exact where that of each frame is");
}
