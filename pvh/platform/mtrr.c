/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/platform/mtrr.h"

#include "pvh/start_info.h"

#define LEAF_FEATURES      1
#define FEATURE_MTRR       (UINT32_C(1) << 12) /* EDX */
#define FEATURE_HYPERVISOR (UINT32_C(1) << 31) /* ECX */
#define LEAF_EXTENDED      0x80000000
#define LEAF_ADDRESS_BITS  0x80000008
#define USUAL_ADDRESS_BITS 36
#define MOST_ADDRESS_BITS  52
#define AMD_FAMILY         0xf /* as the base family: this one and later ones */

#define MSR_CAPABILITIES    0xfe
#define CAPABILITIES_COUNT  0xff
#define CAPABILITIES_FIXED  0x100
#define MSR_DEFAULT_TYPE    0x2ff
#define DEFAULT_ENABLED     0x800
#define DEFAULT_FIXED       0x400
#define MSR_VARIABLE        0x200 /* base and mask, by turns */
#define MASK_VALID          0x800
#define TYPE_MASK           0xff
#define MSR_FIXED_64K       0x250
#define MSR_FIXED_16K       0x258
#define MSR_SYSTEM_CONFIG   0xc0010010
#define TOP_MEMORY_2_FORCED (UINT64_C(3) << 21) /* it is valid, and what is below is write-back */
#define MSR_TOP_MEMORY_2    0xc001001d

#define FIXED_64K_END (512 * KIB)
#define FORCED_START  (4 * GIB)

/* Ordinary registers take a hundred steps; so many take a tenth of a second. */
#define MOST_STEPS 2000000

static unsigned read_address_bits(const struct processor *processor)
{
    unsigned bits;

    if (processor->cpuid(LEAF_EXTENDED, 0).eax < LEAF_ADDRESS_BITS)
        return USUAL_ADDRESS_BITS;
    bits = processor->cpuid(LEAF_ADDRESS_BITS, 0).eax & 0xff;
    return bits < USUAL_ADDRESS_BITS  ? USUAL_ADDRESS_BITS
           : bits > MOST_ADDRESS_BITS ? MOST_ADDRESS_BITS
                                      : bits;
}

static bool is_amd(const struct processor *processor)
{
    struct cpuid_result id = processor->cpuid(0, 0);

    return cpuid_has_name(id.ebx, id.edx, id.ecx, "AuthenticAMD") ||
           cpuid_has_name(id.ebx, id.edx, id.ecx, "HygonGenuine");
}

/*
 * AMD's firmware rarely has an MTRR above 4 GiB: Tom2ForceMemTypeWB makes that memory write-back.
 * Hypervisors need not have these registers.
 */
static uint64_t read_forced_end(const struct processor *processor, uint32_t signature)
{
    if ((signature >> 8 & 0xf) < AMD_FAMILY || !is_amd(processor) ||
        (processor->read_msr(MSR_SYSTEM_CONFIG) & TOP_MEMORY_2_FORCED) != TOP_MEMORY_2_FORCED)
        return 0;
    return align_down(processor->read_msr(MSR_TOP_MEMORY_2), 8 * MIB);
}

static void read_fixed(const struct processor *processor, struct mtrr_state *state)
{
    const uint64_t types[] = {processor->read_msr(MSR_FIXED_64K),
                              processor->read_msr(MSR_FIXED_16K)};

    for (size_t i = 0; i < sizeof(state->fixed); i++)
        state->fixed[i] = (uint8_t)(types[i / 8] >> i % 8 * 8);
}

static void read_variable(const struct processor *processor, uint64_t count,
                          struct mtrr_state *state)
{
    uint64_t addresses = (UINT64_C(1) << state->address_bits) - PAGE_SIZE;

    for (uint32_t i = 0; i < count && i < MTRR_VARIABLE_MAX; i++) {
        uint64_t mask = processor->read_msr(MSR_VARIABLE + 2 * i + 1);
        uint64_t base;

        if (!(mask & MASK_VALID))
            continue;
        base = processor->read_msr(MSR_VARIABLE + 2 * i);
        state->variable[state->variable_count++] = (struct mtrr_range){
            .base = base & addresses, .mask = mask & addresses, .type = base & TYPE_MASK};
    }
}

bool mtrr_read(const struct processor *processor, struct mtrr_state *ret_state)
{
    struct cpuid_result features = processor->cpuid(LEAF_FEATURES, 0);
    uint64_t capabilities, type;

    if (!(features.edx & FEATURE_MTRR))
        return false;
    capabilities = processor->read_msr(MSR_CAPABILITIES);
    type = processor->read_msr(MSR_DEFAULT_TYPE);
    *ret_state = (struct mtrr_state){
        .enabled = type & DEFAULT_ENABLED,
        .guest = features.ecx & FEATURE_HYPERVISOR,
        .default_type = type & TYPE_MASK,
        .address_bits = read_address_bits(processor),
        .fixed_enabled = type & DEFAULT_FIXED && capabilities & CAPABILITIES_FIXED,
    };
    if (!ret_state->guest)
        ret_state->forced_end = read_forced_end(processor, features.eax);
    if (ret_state->fixed_enabled)
        read_fixed(processor, ret_state);
    read_variable(processor, capabilities & CAPABILITIES_COUNT, ret_state);
    return true;
}

/* Counting what is not write-back, where the default is the same everywhere. */
struct count {
    const struct mtrr_state *state;
    bool cached_by_default;
    unsigned steps;
};

enum block_caching {
    BLOCK_WRITE_BACK,
    BLOCK_OTHER,
    BLOCK_MIXED,
};

/*
 * The caching of the block of 2^bits bytes at `block`; for a mixed one, also the masks' bits that
 * divide it. Where ranges overlap, memory is write-back only if all say so: uncacheable wins, then
 * write-through, and other mixtures are undefined (SDM 12.11.4.1).
 */
static enum block_caching classify(const struct count *count, uint64_t block, unsigned bits,
                                   uint64_t *ret_dividing)
{
    uint64_t inner = (UINT64_C(1) << bits) - 1;
    bool write_back = false;

    *ret_dividing = 0;
    for (size_t i = 0; i < count->state->variable_count; i++) {
        const struct mtrr_range *range = &count->state->variable[i];

        if ((block ^ range->base) & range->mask & ~inner)
            continue;
        if (range->mask & inner)
            *ret_dividing |= range->mask & inner;
        else if (range->type != MTRR_WRITE_BACK)
            return BLOCK_OTHER;
        else
            write_back = true;
    }
    if (*ret_dividing)
        return BLOCK_MIXED;
    return write_back || count->cached_by_default ? BLOCK_WRITE_BACK : BLOCK_OTHER;
}

/* The exponent of the largest block that starts at `start` and ends at `end` or before. */
static unsigned find_block(uint64_t start, uint64_t end)
{
    unsigned bits = 63 - (unsigned)__builtin_clzll(end - start);

    return (start & ((UINT64_C(1) << bits) - 1)) ? (unsigned)__builtin_ctzll(start) : bits;
}

/* Makes the block at `start` smaller until no mask divides it; returns its caching. */
static enum block_caching shrink_block(const struct count *count, uint64_t start,
                                       unsigned *inout_bits)
{
    for (;;) {
        uint64_t dividing;
        enum block_caching caching = classify(count, start, *inout_bits, &dividing);

        if (caching != BLOCK_MIXED)
            return caching;
        *inout_bits = 63 - (unsigned)__builtin_clzll(dividing);
    }
}

/* Goes from block to block, each with one caching. */
static uint64_t count_range(struct count *count, struct range ram)
{
    uint64_t bytes = 0;

    while (ram.start < ram.end && count->steps < MOST_STEPS) {
        unsigned bits = find_block(ram.start, ram.end);

        if (shrink_block(count, ram.start, &bits) == BLOCK_OTHER)
            bytes += UINT64_C(1) << bits;
        ram.start += UINT64_C(1) << bits;
        count->steps++;
    }
    return bytes;
}

static uint64_t count_variable(struct count *count, struct range ram)
{
    bool write_back = count->state->default_type == MTRR_WRITE_BACK;
    uint64_t forced_end = max_u64(count->state->forced_end, FORCED_START);
    const struct range all = {0, UINT64_C(1) << count->state->address_bits};
    uint64_t bytes;

    ram = range_intersect(ram, all);
    count->cached_by_default = true;
    bytes = count_range(count, range_intersect(ram, (struct range){FORCED_START, forced_end}));
    count->cached_by_default = write_back;
    bytes += count_range(count, range_intersect(ram, (struct range){0, FORCED_START}));
    return bytes + count_range(count, range_intersect(ram, (struct range){forced_end, all.end}));
}

/* There are more fixed ranges above 640 KiB, but no RAM. */
static uint64_t count_fixed(const struct mtrr_state *state, struct range ram)
{
    uint64_t bytes = 0, start = 0;

    for (size_t i = 0; i < sizeof(state->fixed); i++) {
        uint64_t end = start + (start < FIXED_64K_END ? 64 * KIB : 16 * KIB);

        if (state->fixed[i] != MTRR_WRITE_BACK)
            bytes += range_size(range_intersect(ram, (struct range){start, end}));
        start = end;
    }
    return bytes;
}

static uint64_t count_below_1m(struct count *count, struct range ram)
{
    const struct mtrr_state *state = count->state;

    ram.end = min_u64(ram.end, MIB);
    if (!state->enabled)
        return range_size(ram);
    return state->fixed_enabled ? count_fixed(state, ram) : count_variable(count, ram);
}

static uint64_t count_above_1m(struct count *count, struct range ram)
{
    ram.start = max_u64(ram.start, MIB);
    return count->state->enabled ? count_variable(count, ram) : range_size(ram);
}

/*
 * Whether Linux removes RAM that is not write-back, as mtrr_trim_uncached_memory() in
 * arch/x86/kernel/cpu/mtrr/cleanup.c decides. It leaves alone what it does not understand, and
 * machines without any write-back range, since hypervisors may have empty registers.
 */
static bool linux_trims(const struct mtrr_state *state)
{
    bool write_back = false;

    if (!state->enabled || state->default_type != MTRR_UNCACHEABLE)
        return false;
    for (size_t i = 0; i < state->variable_count; i++) {
        uint8_t type = state->variable[i].type;

        if (type == MTRR_WRITE_BACK)
            write_back = true;
        else if (type != MTRR_UNCACHEABLE)
            return false;
    }
    return write_back;
}

struct mtrr_finding mtrr_check(const struct processor *processor, const struct e820_table *table)
{
    struct mtrr_state state;
    struct count count = {.state = &state};
    uint64_t below = 0, above = 0;

    if (!mtrr_read(processor, &state))
        return (struct mtrr_finding){.uncached = 0};
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];
        struct range ram = {entry->addr, entry->addr + entry->size};

        if (entry->type != HVM_MEMMAP_RAM)
            continue;
        below += count_below_1m(&count, ram);
        above += count_above_1m(&count, ram);
    }
    if (count.steps >= MOST_STEPS)
        return (struct mtrr_finding){.uncached = 0};
    return (struct mtrr_finding){
        .uncached = below + above,
        .trimmed = above > 0 && linux_trims(&state),
        .guest = state.guest,
    };
}
