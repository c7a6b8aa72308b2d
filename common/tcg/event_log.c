/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/tcg/event_log.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <stddef.h>
#include <string.h>

/* TCG_PCClientPCREvent, the form of the first event: PCR, type, SHA-1 digest, size. */
#define FIRST_SIZE   32
#define FIRST_TYPE   4
#define FIRST_LENGTH 28
#define EV_NO_ACTION 3
#define ALGORITHMS   24 /* offset of their number in TCG_EfiSpecIDEvent */
#define ALGORITHM    4  /* bytes: identifier and size of a digest */
#define MOST_BANKS   16 /* HASH_COUNT in the TPM library specification */

/* TCG_EfiSpecIDEvent.signature, with its null character. */
static const char spec_id[16] = {'S', 'p', 'e', 'c', ' ', 'I', 'D', ' ',
                                 'E', 'v', 'e', 'n', 't', '0', '3'};
#define VENDOR_LENGTH 1

/* TCG_PCR_EVENT2: PCR, type, number of digests; then the digests, each after its algorithm; size.
 */
#define EVENT_TYPE    4
#define EVENT_DIGESTS 8
#define EVENT_HEADER  12
#define DIGEST_HEADER 2
#define EVENT_LENGTH  4

#define FINAL_VERSION 1
#define FINAL_COUNT   8
#define FINAL_HEADER  16

/* The log's algorithms, and the size of its first event. */
struct format {
    const uint8_t *algorithms;
    uint32_t count;
    uint64_t size;
};

static bool read_format(const uint8_t *log, uint64_t limit, struct format *ret_format)
{
    const uint8_t *event;
    uint32_t size, count;

    if (limit < FIRST_SIZE || read_le32(log + FIRST_TYPE) != EV_NO_ACTION)
        return false;
    event = log + FIRST_SIZE;
    size = read_le32(log + FIRST_LENGTH);
    if (!fits_inside(FIRST_SIZE, size, limit) || size < ALGORITHMS + 4 ||
        memcmp(event, spec_id, sizeof(spec_id)) != 0)
        return false;
    count = read_le32(event + ALGORITHMS);
    if (count == 0 || count > MOST_BANKS ||
        size < ALGORITHMS + 4 + count * ALGORITHM + VENDOR_LENGTH)
        return false;
    *ret_format = (struct format){event + ALGORITHMS + 4, count, FIRST_SIZE + (uint64_t)size};
    return true;
}

bool tcg_log_begins(const uint8_t *log, uint64_t limit)
{
    struct format format;

    return read_format(log, limit, &format);
}

/* The size of a digest in bytes; 0 for an algorithm that the log does not have. */
static uint64_t digest_size(const struct format *format, uint16_t algorithm)
{
    for (uint32_t i = 0; i < format->count; i++) {
        const uint8_t *entry = format->algorithms + (size_t)i * ALGORITHM;

        if (read_le16(entry) == algorithm)
            return read_le16(entry + 2);
    }
    return 0;
}

/* The size of the event at `event`; 0 if it is damaged or has more than `limit` bytes. */
static uint64_t event_size(const struct format *format, const uint8_t *event, uint64_t limit)
{
    uint64_t end = EVENT_HEADER;
    uint32_t digests;

    if (limit < EVENT_HEADER)
        return 0;
    digests = read_le32(event + EVENT_DIGESTS);
    if (digests > format->count)
        return 0;
    for (uint32_t i = 0; i < digests; i++) {
        uint64_t size;

        if (!fits_inside(end, DIGEST_HEADER, limit))
            return 0;
        size = digest_size(format, read_le16(event + end));
        end += DIGEST_HEADER;
        if (size == 0 || !fits_inside(end, size, limit))
            return 0;
        end += size;
    }
    if (!fits_inside(end, EVENT_LENGTH, limit) ||
        !fits_inside(end + EVENT_LENGTH, read_le32(event + end), limit))
        return 0;
    if (read_le32(event + EVENT_TYPE) == 0 && read_le32(event + end) == 0)
        return 0; /* unused memory: where Linux ends the log, too */
    return end + EVENT_LENGTH + read_le32(event + end);
}

bool tcg_log_measure(const uint8_t *log, uint64_t limit, uint64_t last, uint64_t *ret_size)
{
    uint64_t start = 0, end;
    struct format format;

    limit = min_u64(limit, TCG_LOG_MAX);
    if (!read_format(log, limit, &format))
        return false;
    end = format.size;
    while (start < last) {
        uint64_t size;

        start = end;
        size = event_size(&format, log + start, limit - start);
        if (size == 0)
            return false;
        end = start + size;
    }
    *ret_size = end;
    return start == last;
}

uint64_t tcg_final_events_count(const struct tcg_final_events *events)
{
    if (!events->table || events->limit < FINAL_HEADER || read_le64(events->table) != FINAL_VERSION)
        return 0;
    return read_le64(events->table + FINAL_COUNT);
}

void tcg_log_append(struct tcg_log_area *area, const struct tcg_final_events *events,
                    uint64_t known)
{
    uint64_t count = tcg_final_events_count(events), at = FINAL_HEADER;
    struct format format;

    if (area->size == 0 || !read_format(area->bytes, area->size, &format))
        return;
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *event = events->table + at;
        uint64_t size = event_size(&format, event, events->limit - at);

        if (size == 0)
            return;
        at += size;
        if (i < known)
            continue;
        if (!fits_inside(area->size, size, area->room))
            return;
        memcpy(area->bytes + area->size, event, size);
        area->size += size;
    }
}
