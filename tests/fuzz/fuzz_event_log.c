/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM's event log, and the table of final events. The first bytes: the log's size, the offset
 * of its last event, the number of events that it has of the table's, the room after it.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/tcg/event_log.h"

#define PREFIX 6

static void extend(const uint8_t *log, uint64_t size, uint64_t room,
                   const struct tcg_final_events *events, uint64_t known)
{
    struct tcg_log_area area = {malloc(size + room), size + room, size};

    require(area.bytes);
    memcpy(area.bytes, log, size);
    tcg_log_append(&area, events, known);
    require(area.size >= size && area.size <= size + room);
    require(memcmp(area.bytes, log, size) == 0);
    free(area.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcg_final_events events = {NULL, 0};
    uint64_t limit, log_size;
    char *log, *table;

    if (size < PREFIX)
        return -1;
    limit = min_u64(read_le16(data), size - PREFIX);
    events.limit = size - PREFIX - limit;
    log = copy_bytes(data + PREFIX, limit);
    table = copy_bytes(data + PREFIX + limit, events.limit);
    events.table = (const uint8_t *)table;
    if (tcg_log_measure((const uint8_t *)log, limit, read_le16(data + 2), &log_size)) {
        require(log_size <= limit && log_size > read_le16(data + 2));
        extend((const uint8_t *)log, log_size, data[5], &events, data[4]);
    }
    free(log);
    free(table);
    return 0;
}
