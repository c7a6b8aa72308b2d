/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "pvh/platform/platform.h"

#define HYPERVISOR_BIT (UINT32_C(1) << 31)

/* A simulated processor. Leaves above the highest return garbage, as on real ones. */
static struct machine {
    bool guest;
    uint32_t max_leaf;
    uint32_t xen_leaf;    /* with Xen's name; 0 for none */
    const char *tdx_name; /* leaf 0x21 */
    uint32_t max_extended;
    uint32_t extended_features; /* EDX of 0x80000001 */
    uint32_t encryption;        /* EAX of 0x8000001f */
    uint64_t sev_status;
} machine;

static struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    assert_int_equal(subleaf, 0);
    if (leaf == 0)
        return (struct cpuid_result){.eax = machine.max_leaf};
    if (leaf == 1)
        return (struct cpuid_result){.ecx = machine.guest ? HYPERVISOR_BIT : ~HYPERVISOR_BIT};
    if (leaf == 0x80000000)
        return (struct cpuid_result){.eax = machine.max_extended};
    if (leaf == machine.xen_leaf)
        return cpuid_name("XenVMMXenVMM");
    if (leaf == 0x40000000)
        return cpuid_name("KVMKVMKVM\0\0\0");
    if (leaf == 0x21 && machine.tdx_name) {
        struct cpuid_result result = cpuid_name(machine.tdx_name); /* EBX, EDX, ECX is its order */
        uint32_t ecx = result.ecx;

        result.ecx = result.edx;
        result.edx = ecx;
        return result;
    }
    if (leaf == 0x80000001)
        return (struct cpuid_result){.edx = machine.extended_features};
    if (leaf == 0x8000001f)
        return (struct cpuid_result){.eax = machine.encryption};
    return (struct cpuid_result){0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a};
}

static uint64_t read_msr(uint32_t msr)
{
    assert_int_equal(msr, 0xc0010131);
    /* The MSR only exists if CPUID says so; reading it faults otherwise. */
    assert_true(machine.guest && machine.max_extended >= 0x8000001f && machine.encryption & 2);
    return machine.sev_status;
}

static void assert_platform(struct machine which, enum error_code expected)
{
    const struct processor processor = {cpuid, read_msr};

    machine = which;
    assert_int_equal(platform_check(&processor), expected);
}

static void plain_machines(void **state)
{
    (void)state;
    assert_platform((struct machine){.max_leaf = 0xd}, ERROR_NONE);
    assert_platform((struct machine){.guest = true, .max_leaf = 0xd}, ERROR_NONE);
    assert_platform((struct machine){.guest = true, .max_leaf = 0x21}, ERROR_NONE);
    /* An AMD host supports SEV without being encrypted itself. */
    assert_platform((struct machine){.max_extended = 0x8000001f, .encryption = 3, .sev_status = 1},
                    ERROR_NONE);
    assert_platform((struct machine){.xen_leaf = 0x40000000}, ERROR_NONE);
}

static void xen_guests(void **state)
{
    (void)state;
    for (uint32_t leaf = 0x40000000; leaf <= 0x4000ff00; leaf += 0x100)
        assert_platform((struct machine){.guest = true, .xen_leaf = leaf}, ERROR_PLATFORM_XEN);
    assert_platform((struct machine){.guest = true, .xen_leaf = 0x40010000}, ERROR_NONE);
    assert_platform((struct machine){.guest = true, .xen_leaf = 0x40000080}, ERROR_NONE);
}

static void virtual_machines(void **state)
{
    const struct processor processor = {cpuid, read_msr};

    (void)state;
    machine = (struct machine){.guest = false};
    assert_false(platform_is_virtual(&processor));
    machine.guest = true;
    assert_true(platform_is_virtual(&processor));
}

static void trust_domains(void **state)
{
    struct machine domain = {.guest = true, .max_leaf = 0x21, .tdx_name = "IntelTDX    "};

    (void)state;
    assert_platform(domain, ERROR_PLATFORM_TDX);
    domain.max_leaf = 0x20;
    assert_platform(domain, ERROR_NONE);
    domain.max_leaf = 0x22;
    domain.tdx_name = "IntelTDX   x";
    assert_platform(domain, ERROR_NONE);
}

static void encrypted_guests(void **state)
{
    struct machine guest = {
        .guest = true, .max_extended = 0x8000001f, .encryption = 2, .sev_status = 1};

    (void)state;
    assert_platform(guest, ERROR_PLATFORM_SEV);
    guest.sev_status = 7; /* SEV-ES and SEV-SNP */
    assert_platform(guest, ERROR_PLATFORM_SEV);
    guest.sev_status = 0;
    assert_platform(guest, ERROR_NONE);
    guest.sev_status = 1;
    guest.encryption = 1; /* SME alone */
    assert_platform(guest, ERROR_NONE);
    guest.encryption = 2;
    guest.max_extended = 0x8000001e;
    assert_platform(guest, ERROR_NONE);
}

static void long_mode(void **state)
{
    const struct processor processor = {cpuid, read_msr};

    (void)state;
    machine = (struct machine){.max_extended = 0x80000001, .extended_features = 1u << 29};
    assert_true(platform_has_long_mode(&processor));
    machine.max_extended = 0x80000008;
    assert_true(platform_has_long_mode(&processor));
    machine.extended_features = ~(1u << 29);
    assert_false(platform_has_long_mode(&processor));
    /* A processor without extended leaves answers with the registers of another one. */
    machine = (struct machine){.max_extended = 0x3020101, .extended_features = 1u << 29};
    assert_false(platform_has_long_mode(&processor));
    machine.max_extended = 0x80000000;
    assert_false(platform_has_long_mode(&processor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_machines),   cmocka_unit_test(xen_guests),
        cmocka_unit_test(virtual_machines), cmocka_unit_test(trust_domains),
        cmocka_unit_test(encrypted_guests), cmocka_unit_test(long_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
