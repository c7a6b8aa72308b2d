/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM's event log in its crypto agile form (TCG PC Client Platform Firmware Profile 1.05,
 * section 10): an event that lists the digests' algorithms and sizes, then one TCG_PCR_EVENT2 for
 * each measurement. And the table of final events (TCG EFI Protocol Specification 2.0, section 7):
 * what was measured since the log was asked for. Both are the firmware's and may be damaged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The largest log that is believed, in bytes; known firmware has 64 to 512 KiB of room for it. */
#define TCG_LOG_MAX (UINT32_C(1) << 20)

/* True if a log begins at `log`, within `limit` bytes. */
bool tcg_log_begins(const uint8_t *log, uint64_t limit);

/*
 * The size in bytes of the log at `log`, whose last event starts at the offset `last`. At most
 * `limit` bytes of it are read. False if its events do not lead there.
 */
bool tcg_log_measure(const uint8_t *log, uint64_t limit, uint64_t last, uint64_t *ret_size);

/* Final events, in up to `limit` bytes. */
struct tcg_final_events {
    const uint8_t *table; /* NULL: there is none */
    uint64_t limit;
};

/* The number of final events so far, unchecked; 0 if there is no such table. */
uint64_t tcg_final_events_count(const struct tcg_final_events *events);

/* A log in an area of `room` bytes. */
struct tcg_log_area {
    uint8_t *bytes;
    uint64_t room;
    uint64_t size; /* of the log, which tcg_log_measure() has accepted; 0: none */
};

/*
 * Appends the final events after the first `known` ones, which the log has already. Nothing is
 * appended from the first one on that is damaged or does not fit.
 */
void tcg_log_append(struct tcg_log_area *area, const struct tcg_final_events *events,
                    uint64_t known);
