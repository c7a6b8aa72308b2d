/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/arch/ia32/integers.c does what this machine's own instructions do, on the edges of all widths
 * and on random numbers of all lengths.
 */
#include "tests/lib/support.h"

#include "efi/arch/ia32/integers.h"

#define ROUNDS 200000

static void assert_same(uint64_t a, uint64_t b)
{
    int64_t x = (int64_t)a, y = (int64_t)b;
    uint64_t remainder = ~a;

    assert_true(__udivdi3(a, b) == a / b);
    assert_true(__umoddi3(a, b) == a % b);
    assert_true(__udivmoddi4(a, b, &remainder) == a / b && remainder == a % b);
    assert_true(__udivmoddi4(a, b, NULL) == a / b);
    if (x == INT64_MIN && y == -1)
        return; /* undefined */
    assert_true(__divdi3(x, y) == x / y);
    assert_true(__moddi3(x, y) == x % y);
}

/* Powers of two, and what is beside them. */
static void edges(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64 * 3; i++) {
        for (unsigned j = 0; j < 64 * 3; j++) {
            uint64_t a = (UINT64_C(1) << i / 3) - 1 + i % 3;
            uint64_t b = (UINT64_C(1) << j / 3) - 1 + j % 3;

            if (b != 0)
                assert_same(a, b);
            if (b != 0 && b != UINT64_MAX)
                assert_same(~a, ~b);
        }
    }
    assert_same(UINT64_MAX, UINT64_MAX);
    assert_same(UINT64_MAX, UINT64_C(1) << 63);
}

static uint64_t random_number(struct random *random)
{
    return random_next(random) >> random_below(random, 64);
}

static void random_numbers(void **state)
{
    struct random random = random_start(1);

    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        uint64_t divisor = random_number(&random);

        assert_same(random_number(&random), divisor ? divisor : 1);
    }
}

static void lowest_bits(void **state)
{
    struct random random = random_start(2);

    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        assert_int_equal(__ctzdi2(UINT64_C(1) << bit), bit);
        assert_int_equal(__ctzdi2((random_next(&random) | 1) << bit), bit);
    }
}

static void shifts(void **state)
{
    struct random random = random_start(3);

    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        uint64_t number = random_next(&random);
        int count = (int)(i % 64);

        assert_true(__ashldi3(number, count) == number << count);
        assert_true(__lshrdi3(number, count) == number >> count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(lowest_bits),
        cmocka_unit_test(shifts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
