/* SPDX-License-Identifier: BSD-2-Clause */
/* Replaces efi/arch/cpu.c: the scenario determines the processor. */
#include "efi/arch/cpu.h"
#include "efi/arch/vector_registers.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/support.h"

#define HYPERVISOR_BIT (UINT32_C(1) << 31)
#define SEV_BIT        (UINT32_C(1) << 1)
#define SEV_LEAF       0x8000001f
#define SEV_STATUS     0xc0010131
#define TDX_LEAF       0x21

#define EXTENDED_FEATURES 0x80000001
#define LONG_MODE_BIT     (UINT32_C(1) << 29)

#define MTRR_BIT          (UINT32_C(1) << 12)
#define MTRR_CAPABILITIES 0xfe
#define MTRR_DEFAULT_TYPE 0x2ff
#define MTRR_BASE         0x200
#define MTRR_MASK         0x201
#define MTRR_VALID        0x800 /* in a mask, and in the default type */
#define MTRR_WRITE_BACK   6
#define ADDRESSES         (UINT64_C(1) << 36) /* leaf 0x80000008 has no number */

#define TABLE_PRESENT 0x1
#define TABLE_LARGE   0x80

#define COUNTS_PER_TICK 100 /* ticks are 100 ns: a processor of 1 GHz */
#define AGE             (3600 * TICKS_PER_SECOND)

#define OWN_STATE 0x5353

static bool vector_registers_enabled;

struct vector_state vector_registers_enable(void)
{
    vector_registers_enabled = true;
    return (struct vector_state){.cr0 = 0, .cr4 = OWN_STATE};
}

void vector_registers_restore(struct vector_state before)
{
    require(before.cr4 == OWN_STATE);
    vector_registers_enabled = false;
}

bool cpu_is_changed(void)
{
    return vector_registers_enabled;
}

struct cpuid_result cpu_read_id(uint32_t leaf, uint32_t subleaf)
{
    const struct firmware_ways *ways = &firmware_ways;
    bool guest = ways->hypervisor || ways->tdx || ways->sev;

    (void)subleaf;
    if (ways->hypervisor && leaf == ways->hypervisor_leaf)
        return cpuid_name(ways->hypervisor);
    switch (leaf) {
    case 0:
        return (struct cpuid_result){.eax = TDX_LEAF};
    case 1:
        return (struct cpuid_result){.ecx = guest ? HYPERVISOR_BIT : 0,
                                     .edx = ways->write_back ? MTRR_BIT : 0};
    case TDX_LEAF: /* EBX, EDX, ECX */
        return ways->tdx ? cpuid_name("Inte    lTDX") : (struct cpuid_result){0};
    case 0x80000000:
        return (struct cpuid_result){.eax = SEV_LEAF};
    case EXTENDED_FEATURES:
        return (struct cpuid_result){.edx = ways->no_long_mode ? 0 : LONG_MODE_BIT};
    case SEV_LEAF:
        return (struct cpuid_result){.eax = ways->sev ? SEV_BIT : 0};
    default:
        return (struct cpuid_result){0};
    }
}

/* One MTRR, which has the memory that is write-back. */
static bool read_mtrr(uint32_t msr, uint64_t *ret_value)
{
    switch (firmware_ways.write_back ? msr : 0) {
    case MTRR_CAPABILITIES:
        *ret_value = 1;
        return true;
    case MTRR_DEFAULT_TYPE:
        *ret_value = MTRR_VALID;
        return true;
    case MTRR_BASE:
        *ret_value = MTRR_WRITE_BACK;
        return true;
    case MTRR_MASK:
        *ret_value = (ADDRESSES - firmware_ways.write_back) | MTRR_VALID;
        return true;
    default:
        return false;
    }
}

uint64_t cpu_read_msr(uint32_t msr)
{
    uint64_t value;

    if (read_mtrr(msr, &value))
        return value;
    if (msr != SEV_STATUS || !firmware_ways.sev)
        run_fail("the processor has no register 0x%x", msr);
    return 1;
}

struct processor_state cpu_read_state(void)
{
    struct processor_state state = firmware_ways.processor;

    if (state.stack_pointer == 0)
        state.stack_pointer = (uintptr_t)__builtin_frame_address(0);
    return state;
}

/* Four levels of page tables one after the other, of which the last four have large pages. */
uint64_t cpu_read_memory(uint64_t address)
{
    uint64_t table = align_down(address, PAGE_SIZE);
    uint64_t number = (table - firmware_ways.processor.page_table) / PAGE_SIZE;

    if (firmware_ways.processor.page_levels == 0 || number > 5)
        run_fail("the loader reads 0x%llx, where no page table is", (unsigned long long)address);
    if (number > 1)
        return TABLE_LARGE | TABLE_PRESENT;
    return (table + PAGE_SIZE + number * (address - table) / sizeof(uint64_t) * PAGE_SIZE) |
           TABLE_PRESENT;
}

/* The machine has been running for an hour. */
uint64_t cpu_read_counter(void)
{
    return (ledger_now() + AGE) * COUNTS_PER_TICK;
}

/* The timer's channel 2 and the speaker, as on every PC. Other devices' bits are in port 0x61, too.
 */
#define TIMER_CHANNEL_2 0x42
#define TIMER_COMMAND   0x43
#define TIMER_FREQUENCY 1193182
#define SPEAKER_PORT    0x61
#define SPEAKER_BITS    0x3
#define OTHER_BITS      0x20

static struct {
    uint8_t value;
    uint8_t divisor[2];
    unsigned beeps;
    uint64_t switched_at;
} speaker = {.value = OTHER_BITS};

unsigned speaker_beeps(void)
{
    return speaker.beeps;
}

uint8_t cpu_read_port(uint16_t port)
{
    if (port != SPEAKER_PORT)
        run_fail("port 0x%x is read", port);
    return speaker.value;
}

/* It sounds for a tenth of a second, and is silent for another one at least. */
static void check_beep(bool sounds)
{
    uint64_t since = ledger_now() - speaker.switched_at;

    if (!run_is_plain() || (sounds && speaker.beeps == 0))
        return;
    if (since < TICKS_PER_SECOND / 10 || (!sounds && since > TICKS_PER_SECOND / 9))
        run_fail("the speaker is %s after %llu us", sounds ? "on" : "off",
                 (unsigned long long)(since / TICKS_PER_MICROSECOND));
}

static void switch_speaker(uint8_t value)
{
    unsigned divisor = speaker.divisor[0] | (unsigned)speaker.divisor[1] << 8;
    bool sounds = (value & SPEAKER_BITS) == SPEAKER_BITS;

    if ((value & ~SPEAKER_BITS) != OTHER_BITS)
        run_fail("other devices' bits of port 0x61 are changed");
    if (sounds && (divisor == 0 || TIMER_FREQUENCY / divisor != 440))
        run_fail("the speaker sounds at another pitch");
    check_beep(sounds);
    speaker.switched_at = ledger_now();
    speaker.beeps += sounds && speaker.value == OTHER_BITS;
    speaker.value = value;
}

void cpu_write_port(uint16_t port, uint8_t value)
{
    if (port == SPEAKER_PORT) {
        switch_speaker(value);
    } else if (port == TIMER_CHANNEL_2) {
        speaker.divisor[0] = speaker.divisor[1];
        speaker.divisor[1] = value;
    } else if (port != TIMER_COMMAND || value != 0xb6) {
        run_fail("0x%x is written to port 0x%x", value, port);
    }
}

void cpu_halt(void)
{
    if (ledger_phase() == PHASE_RUNNING)
        run_fail("the processor is halted while boot services go on");
    run_end(ENDING_RESET, EFI_ABORTED);
}

void cpu_jump(uint64_t code, uint64_t data)
{
    if (speaker.value != OTHER_BITS)
        run_fail("the speaker is left on");
    guest_enter(code, data);
}
