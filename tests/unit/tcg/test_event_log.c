/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM's event log: measured, extended by final events, and cut and damaged everywhere. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/tcg/event_log.h"

#include <stdlib.h>
#include <string.h>

#define ROOM       4096
#define MOST       12
#define FINAL_HEAD 16

static const struct {
    uint16_t algorithm, size;
} banks[] = {{4, 20}, {11, 32}, {12, 48}, {13, 64}, {18, 32}};

/* A log or a table of final events, with the ends of its events. */
struct bytes {
    uint8_t data[ROOM];
    size_t size, last;
    size_t ends[MOST + 1], count;
};

static void put(struct bytes *bytes, size_t width, uint64_t value)
{
    assert_true(bytes->size + width <= ROOM);
    put_number(bytes->data + bytes->size, width, value);
    bytes->size += width;
}

static void put_random(struct bytes *bytes, struct random *random, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put(bytes, 1, random_below(random, 256));
}

static void put_first(struct bytes *log, struct random *random, size_t bank_count)
{
    size_t vendor = random_below(random, 8);

    put(log, 4, 0);
    put(log, 4, 3);
    put(log, 8, 0);
    put(log, 8, 0);
    put(log, 4, 0);
    put(log, 4, 24 + 4 + 4 * bank_count + 1 + vendor);
    memcpy(log->data + log->size, "Spec ID Event03", 16);
    log->size += 16;
    put(log, 8, 0x0200020000000000);
    put(log, 4, bank_count);
    for (size_t i = 0; i < bank_count; i++) {
        put(log, 2, banks[i % ELEMENTS(banks)].algorithm);
        put(log, 2, banks[i % ELEMENTS(banks)].size);
    }
    put(log, 1, vendor);
    put_random(log, random, vendor);
    log->ends[0] = log->size;
}

static void put_event(struct bytes *log, struct random *random, size_t bank_count)
{
    size_t digests = random_below(random, bank_count + 1), size = random_below(random, 60);

    log->last = log->size;
    put(log, 4, random_below(random, 24));
    put(log, 4, 1 + random_below(random, 20));
    put(log, 4, digests);
    for (size_t i = 0; i < digests; i++) {
        size_t bank = random_below(random, bank_count);

        put(log, 2, banks[bank].algorithm);
        put_random(log, random, banks[bank].size);
    }
    put(log, 4, size);
    put_random(log, random, size);
    log->ends[++log->count] = log->size;
}

/* A log and final events, of which the log has `known`. */
struct pair {
    struct bytes log, final;
    size_t known;
};

static struct pair make_pair(struct random *random)
{
    struct pair pair = {.known = 0};
    size_t bank_count = 1 + random_below(random, ELEMENTS(banks));
    size_t events = random_below(random, MOST / 2), later = random_below(random, MOST / 2);

    put_first(&pair.log, random, bank_count);
    for (size_t i = 0; i < events; i++)
        put_event(&pair.log, random, bank_count);
    put(&pair.final, 8, 1);
    put(&pair.final, 8, later);
    pair.final.ends[0] = pair.final.size;
    for (size_t i = 0; i < later; i++)
        put_event(&pair.final, random, bank_count);
    pair.known = random_below(random, later + 1);
    return pair;
}

/* In memory of exactly `size` bytes, so that what reads beyond is caught. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return copy;
}

static bool measure(const struct bytes *log, size_t limit, uint64_t last, uint64_t *ret_size)
{
    uint8_t *copy = copy_of(log->data, limit);
    bool result = tcg_log_measure(copy, limit, last, ret_size);

    free(copy);
    return result;
}

static void logs_of_any_length(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct random random = random_start(seed);
        struct pair pair = make_pair(&random);
        uint64_t size = 0;

        check(measure(&pair.log, pair.log.size, pair.log.last, &size) && size == pair.log.size);
        check(measure(&pair.log, ROOM, pair.log.last, &size) && size == pair.log.size);
        for (size_t i = 0; i < pair.log.size; i++)
            check(!measure(&pair.log, i, pair.log.last, &size));
        for (size_t i = 1; i < pair.log.size + 40; i++) {
            bool is_start = false;

            for (size_t event = 0; event < pair.log.count; event++)
                is_start |= pair.log.ends[event] == i;
            check(measure(&pair.log, ROOM, i, &size) == is_start);
        }
        check(!measure(&pair.log, ROOM, UINT64_MAX, &size));
    }
}

/* The first event has room for the list of banks, or is none, and nothing behind it is read. */
static void first_events_of_any_size(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 40; size++) {
        struct random random = random_start(1);
        struct bytes log = {.size = 0};
        uint64_t measured;

        put_first(&log, &random, 1);
        put_number(log.data + 28, 4, size);
        assert_int_equal(measure(&log, 32 + size, 0, &measured), size >= 24 + 4 + 4 + 1);
    }
}

/* As many banks as a TPM may have, and not more. */
static void as_many_banks_as_can_be(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 20; count++) {
        struct random random = random_start(count);
        struct bytes log = {.size = 0};
        uint64_t size;

        put_first(&log, &random, count);
        assert_int_equal(measure(&log, log.size, 0, &size), count >= 1 && count <= 16);
    }
}

/* What Linux, too, takes for the end. */
static void zeroes_are_no_event(void **state)
{
    struct random random = random_start(1);
    struct bytes log = {.size = 0};
    uint64_t size;

    (void)state;
    put_first(&log, &random, 2);
    assert_true(measure(&log, ROOM, 0, &size));
    assert_false(measure(&log, ROOM, log.size, &size));
}

/* What the vendor put behind the list of banks is none of them, whatever it looks like. */
static void vendors_bytes_are_no_bank(void **state)
{
    /* How many there are, and what they are: as a bank, algorithm 3 with digests of 4 bytes. */
    static const uint8_t vendor[] = {3, 0, 4, 0};
    struct bytes log = {.size = 0};
    struct random random = random_start(1);
    size_t size_at = 28, vendor_at;
    uint64_t size;

    (void)state;
    put_first(&log, &random, 1);
    vendor_at = 32 + 24 + 4 + 4;
    log.size = vendor_at;
    for (size_t i = 0; i < sizeof(vendor); i++)
        put(&log, 1, vendor[i]);
    put_number(log.data + size_at, 4, log.size - 32);
    log.last = log.size;
    put(&log, 4, 0);
    put(&log, 4, 13);
    put(&log, 4, 1);
    put(&log, 2, 3);
    put(&log, 4, 0);
    put(&log, 4, 0);
    assert_false(measure(&log, ROOM, log.last, &size));
    put_number(log.data + log.last + 12, 2, banks[0].algorithm);
    assert_true(measure(&log, ROOM, log.last, &size));
}

static void no_larger_than_the_limit(void **state)
{
    struct random random = random_start(1);
    struct bytes start = {.size = 0};
    uint8_t *log = calloc(1, 2 * TCG_LOG_MAX);
    size_t event;
    uint64_t size;

    (void)state;
    assert_non_null(log);
    put_first(&start, &random, 1);
    event = start.size;
    memcpy(log, start.data, start.size);
    log[event + 4] = 13;
    put_number(log + event + 12, 4, TCG_LOG_MAX - event - 16);
    assert_true(tcg_log_measure(log, 2 * TCG_LOG_MAX, event, &size));
    assert_int_equal(size, TCG_LOG_MAX);
    put_number(log + event + 12, 4, TCG_LOG_MAX - event - 15);
    assert_false(tcg_log_measure(log, 2 * TCG_LOG_MAX, event, &size));
    free(log);
}

/* Appends to a log in an area of `room` bytes; returns how many bytes. */
static size_t append(const struct pair *pair, size_t room, size_t limit)
{
    uint8_t *final = copy_of(pair->final.data, limit), *bytes = copy_of(pair->log.data, room);
    struct tcg_log_area area = {bytes, room, pair->log.size};
    struct tcg_final_events events = {final, limit};
    size_t added;

    tcg_log_append(&area, &events, pair->known);
    check(area.size >= pair->log.size && area.size <= room);
    added = area.size - pair->log.size;
    check(memcmp(bytes, pair->log.data, pair->log.size) == 0);
    check(memcmp(bytes + pair->log.size, pair->final.data + pair->final.ends[pair->known], added) ==
          0);
    free(final);
    free(bytes);
    return added;
}

/* The bytes of the whole events after the known ones that end within `size` bytes of the table. */
static size_t whole_events(const struct pair *pair, size_t size)
{
    size_t start = pair->final.ends[pair->known], end = start;

    for (size_t i = pair->known; i <= pair->final.count; i++)
        end = pair->final.ends[i] <= size ? max_u64(end, pair->final.ends[i]) : end;
    return end - start;
}

static void final_events(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct random random = random_start(seed);
        struct pair pair = make_pair(&random);
        size_t start = pair.final.ends[pair.known];

        check(append(&pair, ROOM, pair.final.size) == pair.final.size - start);
        for (size_t limit = 0; limit <= pair.final.size; limit++)
            check(append(&pair, ROOM, limit) == whole_events(&pair, limit));
        for (size_t room = pair.log.size; room <= pair.log.size + pair.final.size; room++)
            check(append(&pair, room, pair.final.size) ==
                  whole_events(&pair, start + room - pair.log.size));
        if (pair.final.count > pair.known) {
            size_t last = pair.final.count - 1; /* which is not counted any more */

            put_number(pair.final.data + 8, 8, last);
            check(append(&pair, ROOM, pair.final.size) == pair.final.ends[last] - start);
        }
        put_number(pair.final.data + 8, 8, UINT64_MAX); /* more than there are */
        check(append(&pair, ROOM, ROOM) == pair.final.size - start);
        put_number(pair.final.data, 8, 2); /* another version */
        check(append(&pair, ROOM, ROOM) == 0);
    }
}

static void no_final_events(void **state)
{
    struct random random = random_start(3);
    struct pair pair = make_pair(&random);
    struct tcg_final_events none = {NULL, 0};
    struct tcg_final_events some = {pair.final.data, pair.final.size};
    struct tcg_log_area area = {pair.log.data, ROOM, pair.log.size},
                        empty = {pair.log.data, ROOM, 0};

    (void)state;
    assert_int_equal(tcg_final_events_count(&none), 0);
    assert_int_equal(tcg_final_events_count(&some), pair.final.count);
    some.limit = FINAL_HEAD;
    assert_int_equal(tcg_final_events_count(&some), pair.final.count);
    some.limit = FINAL_HEAD - 1;
    assert_int_equal(tcg_final_events_count(&some), 0);
    some.limit = pair.final.size;
    tcg_log_append(&area, &none, 0);
    assert_int_equal(area.size, pair.log.size);
    tcg_log_append(&empty, &some, 0);
    assert_int_equal(empty.size, 0);
}

/* Every byte of the log damaged: it is measured within its bounds, or not at all. */
static void damaged_bytes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct random random = random_start(seed);
        struct pair pair = make_pair(&random);

        for (size_t i = 0; i < pair.log.size; i++) {
            uint8_t kept = pair.log.data[i];
            uint64_t size = 0;

            pair.log.data[i] = (uint8_t)random_below(&random, 256);
            if (measure(&pair.log, pair.log.size, pair.log.last, &size))
                check(size <= pair.log.size);
            pair.log.data[i] = kept;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_of_any_length),
        cmocka_unit_test(first_events_of_any_size),
        cmocka_unit_test(as_many_banks_as_can_be),
        cmocka_unit_test(zeroes_are_no_event),
        cmocka_unit_test(vendors_bytes_are_no_bank),
        cmocka_unit_test(no_larger_than_the_limit),
        cmocka_unit_test(final_events),
        cmocka_unit_test(no_final_events),
        cmocka_unit_test(damaged_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
