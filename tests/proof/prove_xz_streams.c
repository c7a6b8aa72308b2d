/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring all streams of xz, from the last one backwards: it ends, and each is before the one
 * behind it. A stream is anything that keeps what prove_xz.c proves of one.
 * Bounds: containers of SIZE bytes at the start of a file; only what is stubbed depends on where
 * they are.
 *
 * with: tests/proof/proof_reader.c common/base/error.c
 * cbmc: -DSIZE=60 --unwind 6
 */
#include "common/image/container_reader.h"
#include "tests/proof/stubs.h"

#define find_footer(reader, stream, ret)     CALLEE(find_footer, reader)(reader, stream, ret)
#define find_start(reader, stream, ret)      CALLEE(find_start, reader)(reader, stream, ret)
#define is_stream(reader, stream, ret)       CALLEE(is_stream, reader)(reader, stream, ret)
#define measure_dictionaries(reader, stream) CALLEE(measure_dictionaries, reader)(reader, stream)
#define measure_without_index(reader, why)   CALLEE(measure_without_index, reader)(reader, why)

struct stream;
static bool stub_find_footer(struct container_reader *reader, struct stream *stream, bool *ret);
static bool stub_find_start(struct container_reader *reader, struct stream *stream, bool *ret);
static bool stub_is_stream(struct container_reader *reader, const struct stream *stream, bool *ret);
static bool stub_measure_dictionaries(struct container_reader *reader, const struct stream *stream);
static bool stub_measure_without_index(struct container_reader *reader, const char *reason);

#include "common/image/xz.c"
#include "tests/proof/containers.h"

static uint64_t left;     /* before the streams that were found */
static struct stream one; /* being found */
static bool is_measured;  /* it was */
static bool is_lost;      /* something else is in the way */

static bool may_fail(struct container_reader *reader)
{
    return nondet_bool() || error_set(reader->error, ERROR_UNPACK_DAMAGED);
}

static bool stub_find_footer(struct container_reader *reader, struct stream *stream, bool *ret)
{
    PROVE(reader->position == left, "a footer is looked for before the streams that are known");
    one = (struct stream){.footer = nondet_u64(), .index = nondet_u64()};
    is_measured = false;
    *ret = nondet_bool();
    ASSUME(!*ret || (one.footer >= container.content.start + 12 && one.footer <= left &&
                     left - one.footer >= 12));
    *stream = one;
    return may_fail(reader);
}

static bool stub_find_start(struct container_reader *reader, struct stream *stream, bool *ret)
{
    PROVE(stream->footer == one.footer && stream->index == one.index, "a stream has its footer");
    one.start = nondet_u64();
    *ret = nondet_bool();
    ASSUME(!*ret || (one.start >= container.content.start && one.start < one.footer &&
                     one.footer - one.start >= 12));
    stream->start = one.start;
    is_lost = !*ret;
    return may_fail(reader);
}

static bool stub_is_stream(struct container_reader *reader, const struct stream *stream, bool *ret)
{
    PROVE(!is_lost && stream->start == one.start, "a stream has its start");
    *ret = nondet_bool();
    is_lost = !*ret;
    return may_fail(reader);
}

static bool stub_measure_dictionaries(struct container_reader *reader, const struct stream *stream)
{
    PROVE(!is_lost && stream->start == one.start, "dictionaries are those of a stream");
    is_measured = true;
    left = one.start;
    return may_fail(reader);
}

static bool stub_measure_without_index(struct container_reader *reader, const char *reason)
{
    (void)reason;
    PROVE(!is_measured, "what is not a stream has none of its sizes");
    is_lost = true;
    return may_fail(reader);
}

static void prove_all(void)
{
    struct container_reader reader = first_container(SIZE);

    left = reader.end;
    if (!measure_xz(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(range_size(container.content) >= 24, "there is room for a stream");
    PROVE(is_lost || (is_measured && left == container.content.start && container.unpacked_exact),
          "streams are all that there is, or something else was seen");
}
