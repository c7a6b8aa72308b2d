/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/version.h"

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void assert_order(const char *a, int order, const char *b)
{
    if (sign(version_compare(a, b)) != order || sign(version_compare(b, a)) != -order)
        fail_msg("%s and %s compare as %d and %d", a, b, version_compare(a, b),
                 version_compare(b, a));
}

/* The examples of the Version Format Specification (UAPI.10). */
static void the_specifications_examples(void **state)
{
    (void)state;
    assert_order("11", 0, "11");
    assert_order("systemd-123", 0, "systemd-123");
    assert_order("bar-123", -1, "foo-123");
    assert_order("123a", 1, "123");
    assert_order("123.a", 1, "123");
    assert_order("123.a", -1, "123.b");
    assert_order("123a", 1, "123.a");
    assert_order("11\xce\xb1", 0, "11\xce\xb2");
    assert_order("A", -1, "a");
    assert_order("", -1, "0");
    assert_order("0.", 1, "0");
    assert_order("0.0", 1, "0");
    assert_order("0", 1, "~");
    assert_order("", 1, "~");
    assert_order("1_", 0, "1");
    assert_order("_1", 0, "1");
    assert_order("1_", -1, "1.2");
    assert_order("1_2_3", 1, "1.3.3");
    assert_order("1+", 0, "1");
    assert_order("+1", 0, "1");
    assert_order("1+", -1, "1.2");
    assert_order("1+2+3", 1, "1.3.3");
}

/* From systemd's description of the same rules: each is older than all following ones. */
static void a_chain_of_versions(void **state)
{
    static const char *const chain[] = {
        "122.1",   "123~rc1-1", "123",     "123-a",   "123-a.1", "123-1",
        "123-1.1", "123^post1", "123.a-1", "123.1-1", "123a-1",  "124-1",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(chain); i++) {
        for (size_t j = i + 1; j < ELEMENTS(chain); j++)
            assert_order(chain[i], -1, chain[j]);
    }
}

/*
 * What may follow when one version has it and the other something else, from old to new: all pairs
 * meet, behind a number and behind letters (UAPI.10, "Version Comparison").
 */
static void separators_in_their_order(void **state)
{
    static const char *const behind_a_number[] = {"1~1", "1", "1-1", "1^1", "1.1", "1a"};
    static const char *const behind_letters[] = {"a~1", "a", "a-1", "a^1", "a.1", "a1"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(behind_a_number); i++) {
        for (size_t j = i + 1; j < ELEMENTS(behind_a_number); j++) {
            assert_order(behind_a_number[i], -1, behind_a_number[j]);
            assert_order(behind_letters[i], -1, behind_letters[j]);
        }
    }
    assert_order("1-", -1, "1^");
    assert_order("1^", -1, "1.");
    assert_order("1~", -1, "1-");
    assert_order("1-2", -1, "1^1");
    assert_order("1.1", 1, "1^2");
    assert_order("-1", -1, "^1");
}

static void numbers_of_any_length(void **state)
{
    (void)state;
    assert_order("007", 0, "7");
    assert_order("9", -1, "10");
    assert_order("99999999999999999999999999999998", -1, "99999999999999999999999999999999");
    assert_order("100000000000000000000000000000000", 1, "99999999999999999999999999999999");
    assert_order("6.1.0-56-cloud-amd64", -1, "6.12.9-1-cloud-amd64");
    assert_order("6.9", -1, "6.10");
    assert_order("0000", 0, "0");
}

/* The comparison must be a consistent order, or sorting does not work. */
static void comparing_is_an_order(void **state)
{
    static const char alphabet[] = "01ab.-~^_A";
    static char texts[60][8];

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random random = random_start(seed);

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
            size_t length = random_below(&random, 7);

            for (size_t at = 0; at < length; at++)
                texts[i][at] = alphabet[random_below(&random, sizeof(alphabet) - 1)];
            texts[i][length] = '\0';
        }
        for (size_t i = 0; i < ELEMENTS(texts); i++) {
            for (size_t j = 0; j < ELEMENTS(texts); j++) {
                int order = sign(version_compare(texts[i], texts[j]));

                check(order == -sign(version_compare(texts[j], texts[i])));
                check(i != j || order == 0);
                for (size_t k = 0; k < ELEMENTS(texts) && order < 0; k++)
                    check(version_compare(texts[j], texts[k]) >= 0 ||
                          version_compare(texts[i], texts[k]) < 0);
            }
        }
    }
}

/* An ignored character in front of one of two makes nothing of them common from the start. */
static void a_common_start_makes_no_difference(void **state)
{
    static const char alphabet[] = "0019aB.-~^_";
    struct random random = random_start(7);

    (void)state;
    for (unsigned round = 0; round < 200000; round++) {
        char a[12] = "_", b[12] = "_";
        size_t common = random_below(&random, 6);

        for (size_t at = 0; at < common; at++)
            a[1 + at] = b[1 + at] = alphabet[random_below(&random, sizeof(alphabet) - 1)];
        for (size_t at = common, end = common + random_below(&random, 5); at < end; at++)
            a[1 + at] = alphabet[random_below(&random, sizeof(alphabet) - 1)];
        for (size_t at = common, end = common + random_below(&random, 5); at < end; at++)
            b[1 + at] = alphabet[random_below(&random, sizeof(alphabet) - 1)];
        check(sign(version_compare(a + 1, b + 1)) == sign(version_compare(a, b + 1)));
    }
}

#define test(function) cmocka_unit_test(function)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_specifications_examples), test(a_chain_of_versions),
        test(separators_in_their_order),   test(numbers_of_any_length),
        test(comparing_is_an_order),       test(a_common_start_makes_no_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
