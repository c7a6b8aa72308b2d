/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of measurements, against bytes written down by hand from the TCG's specifications. */
#include "tests/lib/support.h"

#include "common/tcg/event.h"

#include <string.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return arena_end_test(&arena);
}

static void check_bytes(struct tcg_event event, const uint8_t *wanted, size_t size)
{
    const uint8_t *bytes = tcg_event_write(&event, &arena);

    assert_non_null(bytes);
    assert_memory_equal(bytes, wanted, size);
}

/* EFI_TCG2_EVENT: Size 30, HeaderSize 14, HeaderVersion 1, PCRIndex 12, EventType 13; "quiet". */
static void test_ipl(void **state)
{
    static const uint8_t wanted[] = {
        30, 0, 0, 0,   14, 0,   0, 0,   1, 0,   12, 0,   0, 0, 13,
        0,  0, 0, 'q', 0,  'u', 0, 'i', 0, 'e', 0,  't', 0, 0, 0,
    };

    (void)state;
    check_bytes((struct tcg_event){12, 0, false, "quiet"}, wanted, sizeof(wanted));
}

static void test_ipl_ascii(void **state)
{
    static const uint8_t wanted[] = {
        27, 0, 0, 0, 14,  0,   0,   0,   1,   0,   9,   0,   0, 0,
        13, 0, 0, 0, '/', 'v', 'm', 'l', 'i', 'n', 'u', 'x', 0,
    };

    (void)state;
    check_bytes((struct tcg_event){9, 0, true, "/vmlinux"}, wanted, sizeof(wanted));
}

/* TCG_PCClientTaggedEvent: taggedEventID, taggedEventDataSize, taggedEventData. */
static void test_tagged(void **state)
{
    static const uint8_t wanted[] = {
        30, 0, 0, 0,    14,   0,    0,    0, 1, 0, 12, 0,   0, 0, 6,
        0,  0, 0, 0xdb, 0xd6, 0xae, 0x13, 4, 0, 0, 0,  '1', 0, 0, 0,
    };

    (void)state;
    check_bytes((struct tcg_event){12, 0x13aed6db, false, "1"}, wanted, sizeof(wanted));
}

static void test_tagged_ascii(void **state)
{
    static const uint8_t wanted[] = {
        39,  0,   0,   0,   14,  0,    0,    0,    1,    0,   9,   0,   0,
        0,   6,   0,   0,   0,   0xec, 0x22, 0x3b, 0x8f, 13,  0,   0,   0,
        'L', 'i', 'n', 'u', 'x', ' ',  'i',  'n',  'i',  't', 'r', 'd', 0,
    };

    (void)state;
    check_bytes((struct tcg_event){9, 0x8f3b22ec, true, "Linux initrd"}, wanted, sizeof(wanted));
}

/* Two units for what is beyond the Basic Multilingual Plane; malformed UTF-8 is U+FFFD. */
static void test_not_ascii(void **state)
{
    static const uint8_t wanted[] = {
        28, 0, 0, 0, 14,   0,    0,    0,    1,    0,    5,    0,    0, 0,
        13, 0, 0, 0, 0xac, 0x20, 0x3d, 0xd8, 0x00, 0xde, 0xfd, 0xff, 0, 0,
    };

    (void)state;
    check_bytes((struct tcg_event){5, 0, false, "\xe2\x82\xac\xf0\x9f\x98\x80\xff"}, wanted,
                sizeof(wanted));
}

static void test_empty(void **state)
{
    static const uint8_t wanted[] = {20, 0, 0, 0, 14, 0, 0, 0, 1, 0,
                                     23, 0, 0, 0, 13, 0, 0, 0, 0, 0};

    (void)state;
    check_bytes((struct tcg_event){23, 0, false, ""}, wanted, sizeof(wanted));
}

static void test_out_of_memory(void **state)
{
    (void)state;
    arena_fail_after(0);
    assert_null(tcg_event_write(&(struct tcg_event){9, 0, true, "x"}, &arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ipl, begin, end),
        cmocka_unit_test_setup_teardown(test_ipl_ascii, begin, end),
        cmocka_unit_test_setup_teardown(test_tagged, begin, end),
        cmocka_unit_test_setup_teardown(test_tagged_ascii, begin, end),
        cmocka_unit_test_setup_teardown(test_not_ascii, begin, end),
        cmocka_unit_test_setup_teardown(test_empty, begin, end),
        cmocka_unit_test_setup_teardown(test_out_of_memory, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
