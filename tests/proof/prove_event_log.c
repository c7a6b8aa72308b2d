/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM's event log and its final events, of any content: nothing outside them is read, every
 * event has a size, and what is appended has room.
 * Bounds: LOG bytes, in which BANKS algorithms have room, and one or two events behind them.
 *
 * with: tests/proof/proof_copies.c
 * cbmc: -DBANKS=1 -DLOG=100 --unwind 4 --unwindset memcmp.0:17
 * full: -DBANKS=2 -DLOG=120 --unwind 5 --unwindset memcmp.0:17
 */
#include "common/tcg/event_log.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

/* Bytes in memory of their exact size. */
static uint8_t *any_bytes(uint64_t size)
{
    uint8_t *bytes = malloc(size);

    ASSUME(size <= LOG && bytes);
    return bytes;
}

/* What read_format() says of a log with a few banks. */
static struct format any_format(void)
{
    struct format format = {any_bytes(BANKS * ALGORITHM), nondet_u32(), nondet_u64()};

    ASSUME(format.count > 0 && format.count <= BANKS);
    return format;
}

static void prove_format(uint64_t limit)
{
    uint8_t *log = any_bytes(limit);
    struct format format;

    if (!read_format(log, limit, &format))
        return;
    PROVE(format.count > 0 && format.count <= MOST_BANKS, "there is a bank, and not too many");
    PROVE(format.algorithms >= log &&
              (size_t)(format.algorithms - log) + format.count * ALGORITHM < limit,
          "its banks are in the log");
    PROVE(format.size <= limit, "the first event is in the log");
}

static void prove_event(uint64_t limit)
{
    uint8_t *event = any_bytes(limit);
    struct format format = any_format();
    uint64_t size = event_size(&format, event, limit);

    PROVE(size == 0 || size >= EVENT_HEADER + EVENT_LENGTH, "an event has a header and a length");
    PROVE(size <= limit, "it is in the log");
}

static void prove_append(uint64_t room, uint64_t limit, uint64_t known)
{
    struct tcg_log_area area = {any_bytes(room), room, nondet_u64()};
    struct tcg_final_events events = {any_bytes(limit), limit};
    uint64_t before = area.size;

    ASSUME(area.size <= room &&
           area.size <= FIRST_SIZE + ALGORITHMS + 4 + BANKS * ALGORITHM + VENDOR_LENGTH);
    ASSUME(limit <= FINAL_HEADER + 2 * (EVENT_HEADER + EVENT_LENGTH));
    tcg_log_append(&area, &events, known);
    PROVE(area.size >= before && area.size <= room, "what is appended has room");
}
