/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/platform/mtrr.h"
#include "pvh/start_info.h"

#include <string.h>

#define MTRR_BIT       (UINT32_C(1) << 12)
#define HYPERVISOR_BIT (UINT32_C(1) << 31)
#define AMD_SIGNATURE  0x00800f12 /* family 0x17 */
#define VALID          UINT64_C(0x800)
#define ENABLED        UINT64_C(0x800)
#define FIXED          UINT64_C(0x400)
#define MOST_VARIABLE  40 /* up to the register at 0x250 */

enum {
    UC = 0,
    WC = 1,
    WT = 4,
    WP = 5,
    WB = 6,
};

/* A simulated processor, with the registers as they are read. */
static struct machine {
    const char *vendor; /* as in EBX, EDX, ECX of leaf 0; NULL for one of Intel's */
    uint32_t signature;
    bool absent, guest, no_extended;
    unsigned address_bits; /* 0 for 36 */
    uint64_t capabilities, default_type, fixed_64k, fixed_16k;
    uint64_t variable[2 * MOST_VARIABLE];
    uint64_t system_config, top_memory_2;
} machine;

static struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    assert_int_equal(subleaf, 0);
    switch (leaf) {
    case 0:
        return cpuid_name(machine.vendor ? machine.vendor : "GenuntelineI");
    case 1:
        return (struct cpuid_result){
            .eax = machine.signature,
            .ecx = machine.guest ? HYPERVISOR_BIT : ~HYPERVISOR_BIT,
            .edx = machine.absent ? ~MTRR_BIT : MTRR_BIT,
        };
    case 0x80000000:
        return (struct cpuid_result){.eax = machine.no_extended ? 0x80000007 : 0x80000008};
    case 0x80000008:
        assert_false(machine.no_extended);
        return (struct cpuid_result){.eax = 0xffffff00 |
                                            (machine.address_bits ? machine.address_bits : 36)};
    default:
        return (struct cpuid_result){0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a};
    }
}

static uint64_t read_msr(uint32_t msr)
{
    assert_false(machine.absent);
    if (msr >= 0x200 && msr < 0x200 + 2 * min_u64(machine.capabilities & 0xff, MOST_VARIABLE))
        return machine.variable[msr - 0x200];
    switch (msr) {
    case 0xfe:
        return machine.capabilities;
    case 0x2ff:
        return machine.default_type;
    case 0x250:
        assert_true(machine.capabilities & 0x100);
        return machine.fixed_64k;
    case 0x258:
        assert_true(machine.capabilities & 0x100);
        return machine.fixed_16k;
    case 0xc0010010:
        assert_true(!machine.guest && machine.vendor);
        return machine.system_config;
    case 0xc001001d:
        assert_true(!machine.guest && machine.vendor);
        return machine.top_memory_2;
    default:
        fail_msg("no register 0x%x", msr);
        return 0;
    }
}

static void set_variable(size_t index, uint64_t base, uint64_t mask, uint8_t type)
{
    machine.variable[2 * index] = base | type;
    machine.variable[2 * index + 1] = mask | VALID;
    if (machine.capabilities % 0x100 <= index)
        machine.capabilities += index + 1 - machine.capabilities % 0x100;
}

/* As firmware sets one: a power of two in size, at a multiple of it, for 36 bits. */
static void set_block(size_t index, uint64_t base, uint64_t size, uint8_t type)
{
    set_variable(index, base, 0xfffffffff & ~(size - 1), type);
}

static struct hvm_memmap_entry entries[16];
static size_t entry_count;

static void add_memory(uint64_t start, uint64_t end, uint32_t type)
{
    entries[entry_count++] = (struct hvm_memmap_entry){start, end - start, type, 0};
}

/* A machine with MTRRs of this default, and the RAM of a PC with 4 GiB. */
static void start_machine(uint64_t default_type)
{
    machine = (struct machine){.default_type = ENABLED | default_type};
    entry_count = 0;
    add_memory(0, 640 * KIB, HVM_MEMMAP_RAM);
    add_memory(MIB, 3 * GIB, HVM_MEMMAP_RAM);
    add_memory(3 * GIB, 3 * GIB + MIB, HVM_MEMMAP_RESERVED);
    add_memory(4 * GIB, 5 * GIB, HVM_MEMMAP_RAM);
}

#define ALL_RAM (640 * KIB + 3 * GIB - MIB + GIB)

static struct mtrr_finding run(void)
{
    const struct processor processor = {cpuid, read_msr};
    const struct e820_table table = {.entries = entries, .count = entry_count};

    return mtrr_check(&processor, &table);
}

static void assert_finding(uint64_t uncached, bool trimmed)
{
    struct mtrr_finding finding = run();

    assert_int_equal(finding.uncached, uncached);
    assert_int_equal(finding.trimmed, trimmed);
    assert_int_equal(finding.guest, uncached > 0 && machine.guest);
}

static void no_registers(void **state)
{
    (void)state;
    start_machine(UC);
    machine.absent = true;
    assert_finding(0, false);
}

/* OVMF: everything is write-back but what is below 4 GiB and above RAM; or the reverse. */
static void registers_of_firmware(void **state)
{
    (void)state;
    start_machine(WB);
    set_block(0, 3 * GIB, GIB, UC);
    assert_finding(0, false);

    start_machine(UC);
    set_block(0, 0, 4 * GIB, WB);
    set_block(1, 4 * GIB, GIB, WB);
    set_block(2, 3 * GIB, GIB, UC);
    assert_finding(0, false);
}

static void disabled_registers(void **state)
{
    (void)state;
    start_machine(WB);
    machine.default_type &= ~ENABLED;
    set_block(0, 0, 8 * GIB, WB);
    assert_finding(ALL_RAM, false);
}

/* The last gibibyte is forgotten, which Linux mends by not using it. */
static void registers_that_lack_memory(void **state)
{
    (void)state;
    start_machine(UC);
    set_block(0, 0, 4 * GIB, WB);
    assert_finding(GIB, true);
    machine.guest = true;
    assert_finding(GIB, true);
}

/* Linux leaves these alone. */
static void registers_that_linux_does_not_trim(void **state)
{
    (void)state;
    start_machine(UC);
    assert_finding(ALL_RAM, false); /* none is write-back: "all blank" */
    set_block(0, 0, 4 * GIB, WB);
    set_block(1, 4 * GIB, GIB, WT);
    assert_finding(GIB, false);
    start_machine(WT);
    set_block(0, 0, 4 * GIB, WB);
    assert_finding(GIB, false);
    start_machine(WB);
    set_block(0, 4 * GIB, 512 * MIB, UC);
    assert_finding(512 * MIB, false);
}

static void an_invalid_range_does_not_count(void **state)
{
    (void)state;
    start_machine(UC);
    set_block(0, 0, 8 * GIB, WB);
    set_block(1, 4 * GIB, GIB, WC);
    assert_finding(GIB, false);
    machine.variable[3] &= ~VALID;
    assert_finding(0, false);
}

static void overlapping_ranges(void **state)
{
    static const uint8_t others[] = {UC, WC, WT, WP};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(others); i++) {
        start_machine(UC);
        set_block(0, 0, 8 * GIB, WB);
        set_block(1, 2 * GIB, GIB, WB);
        assert_finding(0, false);
        set_block(2, 2 * GIB, GIB, others[i]);
        assert_finding(GIB, others[i] == UC);
    }
}

/* AMD's firmware has no MTRR for what is above 4 GiB. */
static void memory_that_is_forced_to_be_write_back(void **state)
{
    (void)state;
    start_machine(UC);
    set_block(0, 0, 4 * GIB, WB);
    machine.vendor = "AuthcAMDenti";
    machine.signature = AMD_SIGNATURE;
    machine.system_config = 3 << 21;
    machine.top_memory_2 = 5 * GIB;
    assert_finding(0, false);
    machine.vendor = "HygouinenGen";
    assert_finding(0, false);
    machine.top_memory_2 = 4 * GIB + 512 * MIB;
    assert_finding(512 * MIB, true);
    machine.top_memory_2 = 5 * GIB;
    set_block(1, 4 * GIB, 256 * MIB, UC); /* MTRRs come before it */
    assert_finding(256 * MIB, true);
    machine.variable[3] = 0;
    machine.top_memory_2 = 4 * GIB + 528 * MIB - 1; /* in steps of 8 MiB */
    assert_finding(GIB - 520 * MIB, true);
    machine.top_memory_2 = 5 * GIB;
    machine.system_config = 1 << 21;
    assert_finding(GIB, true);
    machine.system_config = ~(UINT64_C(1) << 21);
    assert_finding(GIB, true);
    machine.system_config = ~UINT64_C(0); /* whatever else it says */
    assert_finding(0, false);
    machine.signature = 0x6a0; /* an Athlon does not have it */
    assert_finding(GIB, true);
    machine.signature = AMD_SIGNATURE;
    machine.guest = true; /* not even read */
    assert_finding(GIB, true);
}

/* Beyond what the processor addresses, masks say nothing: nothing is counted there. */
static void forced_beyond_all_addresses(void **state)
{
    (void)state;
    start_machine(UC);
    add_memory(68 * GIB, 69 * GIB, HVM_MEMMAP_RAM);
    set_block(0, 0, 4 * GIB, WB);
    set_block(1, 4 * GIB, 256 * MIB, UC);
    machine.vendor = "AuthcAMDenti";
    machine.signature = AMD_SIGNATURE;
    machine.system_config = 3 << 21;
    machine.top_memory_2 = 128 * GIB;
    assert_finding(256 * MIB, true);
}

static void fixed_ranges(void **state)
{
    (void)state;
    start_machine(WB);
    machine.capabilities |= 0x100;
    machine.fixed_64k = machine.fixed_16k = UINT64_C(0x0606060606060606);
    machine.fixed_64k &= ~(UINT64_C(0xff) << 8 * 3);
    machine.fixed_16k &= ~(UINT64_C(0xff) << 8 * 7);
    assert_finding(0, false); /* not enabled */
    machine.default_type |= FIXED;
    assert_finding(80 * KIB, false);

    /* They come before the others. */
    set_block(0, 0, MIB, UC);
    assert_finding(80 * KIB, false);
    machine.default_type &= ~FIXED;
    assert_finding(640 * KIB, false);
    machine.default_type |= FIXED;
    machine.capabilities &= ~UINT64_C(0x100);
    assert_finding(640 * KIB, false);
}

/* Linux does not look at fixed ranges. */
static void low_memory_is_not_trimmed(void **state)
{
    (void)state;
    start_machine(UC);
    set_block(0, 0, 8 * GIB, WB);
    machine.capabilities |= 0x100;
    machine.default_type |= FIXED;
    assert_finding(640 * KIB, false);
}

static void wide_addresses(void **state)
{
    const uint64_t high = UINT64_C(1) << 45;

    (void)state;
    start_machine(UC);
    machine.address_bits = 46;
    add_memory(high, high + 2 * GIB, HVM_MEMMAP_RAM);
    set_variable(0, 0, (UINT64_C(1) << 46) - 8 * GIB, WB);
    assert_finding(2 * GIB, true);
    set_variable(1, high, (UINT64_C(1) << 46) - GIB, WB);
    assert_finding(GIB, true);
    /* Without the leaf, addresses have 36 bits; what is above cannot be. */
    machine.no_extended = true;
    assert_finding(0, false);
    machine.no_extended = false;
    machine.address_bits = 255;
    assert_finding(GIB, true);
}

/* Up to the last address that the processor has, and not beyond. */
static void addresses_of_any_width(void **state)
{
    static const struct {
        unsigned bits, used;
        bool no_extended;
    } rows[] = {{32, 36, false}, {39, 39, false},  {52, 52, false},
                {53, 52, false}, {255, 52, false}, {39, 36, true}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        uint64_t end = UINT64_C(1) << rows[i].used;

        start_machine(UC);
        machine.address_bits = rows[i].bits;
        machine.no_extended = rows[i].no_extended;
        add_memory(end - GIB, end + 16 * GIB, HVM_MEMMAP_RAM);
        set_block(0, 0, 8 * GIB, WB);
        assert_finding(GIB, true);
    }
}

static void as_many_registers_as_can_be(void **state)
{
    (void)state;
    start_machine(UC);
    machine.capabilities = 0xff;
    set_block(MOST_VARIABLE - 2, 0, 8 * GIB, WB);
    set_block(MOST_VARIABLE - 1, 4 * GIB, 256 * MIB, UC);
    assert_finding(256 * MIB, true);
}

static void masks_with_gaps(void **state)
{
    (void)state;
    start_machine(WB);
    set_variable(0, 0, 0x1000, UC); /* every other page */
    assert_finding(ALL_RAM / 2, false);
    set_variable(1, 0x40000000, 0x40000000, UC);
    assert_finding((ALL_RAM - GIB) / 2 + GIB, false);
}

/* A maze: nothing is said, and the test ends. */
static void endless_masks(void **state)
{
    (void)state;
    start_machine(WB);
    machine.address_bits = 52;
    add_memory(8 * GIB, UINT64_C(1) << 51, HVM_MEMMAP_RAM);
    for (size_t i = 0; i < 16; i++) {
        uint64_t mask = (UINT64_C(1) << (12 + i)) | UINT64_C(1) << (28 + i);

        set_variable(i, mask, mask, i % 2 ? UC : WC);
    }
    assert_finding(0, false);
}

/* The memory type of a page, by the SDM's rules; -1 where they leave it undefined. */
static int find_type(uint64_t address, uint64_t addresses)
{
    int type = -2;

    if (!(machine.default_type & ENABLED))
        return UC;
    if (address < MIB && machine.default_type & FIXED && machine.capabilities & 0x100)
        return address < 512 * KIB
                   ? (int)(machine.fixed_64k >> address / (64 * KIB) * 8 & 0xff)
                   : (int)(machine.fixed_16k >> (address - 512 * KIB) / (16 * KIB) * 8 & 0xff);
    for (size_t i = 0; i < (machine.capabilities & 0xff); i++) {
        uint64_t mask = machine.variable[2 * i + 1];
        int other = (int)(machine.variable[2 * i] & 0xff);

        mask &= mask & VALID ? addresses & ~(PAGE_SIZE - 1) : 0;
        if (!(machine.variable[2 * i + 1] & VALID) ||
            (address & mask) != (machine.variable[2 * i] & mask))
            continue;
        if (type == -2 || type == other || other == UC)
            type = other;
        else if (type == UC)
            continue;
        else if ((type == WT && other == WB) || (type == WB && other == WT))
            type = WT;
        else
            type = -1;
    }
    return type == -2 ? (int)(machine.default_type & 0xff) : type;
}

static uint64_t random_bits(struct random *random, unsigned low, unsigned count)
{
    return random_below(random, UINT64_C(1) << count) << low;
}

/* Registers of all kinds below 16 MiB, with more bits set than mean something. */
static void make_registers(struct random *random)
{
    static const uint8_t types[] = {UC, WC, WT, WP, WB, WB, WB, WB};
    unsigned kind = (unsigned)random_below(random, 3);

    machine = (struct machine){
        .default_type = types[random_below(random, ELEMENTS(types))] |
                        (random_chance(random, 95) ? ENABLED : 0) |
                        (random_chance(random, 50) ? FIXED : 0),
        .capabilities = random_chance(random, 50) ? 0x100 : 0,
    };
    for (size_t i = 0; i < 8; i++) {
        machine.fixed_64k |= (uint64_t)types[random_below(random, ELEMENTS(types))] << 8 * i;
        machine.fixed_16k |= (uint64_t)types[random_below(random, ELEMENTS(types))] << 8 * i;
    }
    for (size_t i = 0; i < random_below(random, 6); i++) {
        uint64_t mask = random_bits(random, 12, 12);

        if (kind == 0) /* as firmware sets them */
            mask = 0xfffffffff & ~((PAGE_SIZE << random_below(random, 13)) - 1);
        else if (kind == 1)
            mask |= UINT64_C(0xfff) << 24;
        else
            mask &= random_bits(random, 12, 12);
        set_variable(i, random_bits(random, 12, 12), mask,
                     types[random_below(random, ELEMENTS(types))]);
        machine.variable[2 * i + 1] |= random_bits(random, 0, 11) | random_bits(random, 52, 12);
        machine.variable[2 * i] |= random_bits(random, 8, 4) | random_bits(random, 52, 12);
        if (random_chance(random, 20))
            machine.variable[2 * i + 1] &= ~VALID;
    }
}

static void as_page_by_page(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct random random = random_start(seed);
        uint64_t expected = 0, end = 0;

        make_registers(&random);
        entry_count = 0;
        while (entry_count < 8 && end < 16 * MIB) {
            uint64_t start = end + random_bits(&random, 12, 8);

            end = start + random_bits(&random, 12, 10);
            add_memory(start, end, random_chance(&random, 80) ? HVM_MEMMAP_RAM : HVM_MEMMAP_NVS);
            for (uint64_t page = start; page < end; page += PAGE_SIZE) {
                bool low = page < MIB && page >= 640 * KIB; /* no RAM is there */
                bool fixed = machine.default_type & FIXED && machine.capabilities & 0x100 &&
                             machine.default_type & ENABLED;

                if (entries[entry_count - 1].type == HVM_MEMMAP_RAM && !(low && fixed) &&
                    find_type(page, 0xfffffffff) != WB)
                    expected += PAGE_SIZE;
            }
        }
        check(run().uncached == expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_registers),
        cmocka_unit_test(registers_of_firmware),
        cmocka_unit_test(disabled_registers),
        cmocka_unit_test(registers_that_lack_memory),
        cmocka_unit_test(registers_that_linux_does_not_trim),
        cmocka_unit_test(an_invalid_range_does_not_count),
        cmocka_unit_test(overlapping_ranges),
        cmocka_unit_test(forced_beyond_all_addresses),
        cmocka_unit_test(memory_that_is_forced_to_be_write_back),
        cmocka_unit_test(fixed_ranges),
        cmocka_unit_test(low_memory_is_not_trimmed),
        cmocka_unit_test(wide_addresses),
        cmocka_unit_test(addresses_of_any_width),
        cmocka_unit_test(as_many_registers_as_can_be),
        cmocka_unit_test(masks_with_gaps),
        cmocka_unit_test(endless_masks),
        cmocka_unit_test(as_page_by_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
