/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/trust/key_file.h"

#include <string.h>

/* A value of one byte behind a header without a signature, as UEFI 2.10, section 8.2.2, has it. */
static const uint8_t plain[41] = {
    0xea, 7,    11,   28,   12,   0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    24,   0,    0,    0,    0,    2,    0xf1, 0x0e, 0x9d, 0xd2, 0xaf, 0x4a,
    0xdf, 0x68, 0xee, 0x49, 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7, 1,
};

#define LENGTH_OFFSET 16
#define REFUSED       (-1)

static struct error error;

/* Whether the first `size` bytes are signed, in an allocation of their own; REFUSED. */
static int judge(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = test_malloc(size + 1);
    bool is_signed = false, accepted;

    memcpy(copy + 1, bytes, size); /* nothing need be aligned */
    error = (struct error){.code = ERROR_NONE};
    accepted = key_file_check(copy + 1, size, &is_signed, &error);
    test_free(copy);
    assert_int_equal(error.code, accepted ? ERROR_NONE : ERROR_KEY_FILE);
    return accepted ? is_signed : REFUSED;
}

static void signed_and_unsigned(void **state)
{
    uint8_t file[60] = {0};

    (void)state;
    assert_int_equal(judge(plain, sizeof(plain)), false);
    memcpy(file, plain, sizeof(plain));
    file[LENGTH_OFFSET] = 25;
    assert_int_equal(judge(file, sizeof(file)), true);
    file[LENGTH_OFFSET] = 43; /* the last byte is the value */
    assert_int_equal(judge(file, sizeof(file)), true);
}

static void truncated(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(plain); size++)
        assert_int_equal(judge(plain, size), REFUSED);
}

/* Each length of the certificate that leaves no room for itself or for a value. */
static void wrong_lengths(void **state)
{
    static const uint8_t lengths[][4] = {
        {0},
        {23},
        {25},
        {0xff},
        {24, 1},
        {24, 0, 1},
        {24, 0, 0, 1},
        {0xff, 0xff, 0xff, 0xff},
        {0xf0, 0xff, 0xff, 0xff},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        uint8_t file[sizeof(plain)];

        memcpy(file, plain, sizeof(plain));
        memcpy(file + LENGTH_OFFSET, lengths[i], sizeof(lengths[i]));
        assert_int_equal(judge(file, sizeof(file)), REFUSED);
    }
}

/* The certificate's type and GUID: each bit of them counts. */
static void other_types(void **state)
{
    (void)state;
    for (size_t bit = 22 * 8; bit < 40 * 8; bit++) {
        uint8_t file[sizeof(plain)];

        memcpy(file, plain, sizeof(plain));
        file[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(judge(file, sizeof(file)), REFUSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_and_unsigned),
        cmocka_unit_test(truncated),
        cmocka_unit_test(wrong_lengths),
        cmocka_unit_test(other_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
