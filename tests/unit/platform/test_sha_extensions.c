/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's SHA extensions are there when all bits are, in leaves that exist. */
#include "tests/lib/support.h"

#include "pvh/platform/sha_extensions.h"

#define SSSE3  (UINT32_C(1) << 9)
#define SSE4_1 (UINT32_C(1) << 19)
#define SHA    (UINT32_C(1) << 29)

static uint32_t max_leaf, features, extended_features;

static struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    assert_int_equal(subleaf, 0);
    if (leaf == 0)
        return (struct cpuid_result){.eax = max_leaf};
    if (leaf == 1)
        return (struct cpuid_result){.ecx = features};
    if (leaf == 7 && max_leaf >= 7)
        return (struct cpuid_result){.ebx = extended_features};
    return (struct cpuid_result){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
}

static bool exist(uint32_t max, uint32_t ecx, uint32_t ebx)
{
    const struct processor processor = {.cpuid = cpuid};

    max_leaf = max;
    features = ecx;
    extended_features = ebx;
    return sha_extensions_exist(&processor);
}

static void all_bits_are_needed(void **state)
{
    (void)state;
    assert_true(exist(7, SSSE3 | SSE4_1, SHA));
    assert_true(exist(0x20, UINT32_MAX, UINT32_MAX));
    assert_false(exist(7, SSSE3 | SSE4_1, ~SHA));
    assert_false(exist(7, ~SSSE3, SHA));
    assert_false(exist(7, ~SSE4_1, SHA));
}

static void a_leaf_that_is_not_there_has_no_bits(void **state)
{
    (void)state;
    assert_false(exist(6, SSSE3 | SSE4_1, SHA));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bits_are_needed),
        cmocka_unit_test(a_leaf_that_is_not_there_has_no_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
