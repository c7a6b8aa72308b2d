/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pvh/ia32/trampoline.S executed by an emulated processor (Unicorn), from each kind of paging that
 * 32-bit firmware may have to the kernel's first instruction: the entry state, what was copied and
 * zeroed, and on the way the rules of the Intel SDM. test_trampoline_run.c does it for 64 bits.
 */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/trampoline.h"

#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define CR0_PE (UINT32_C(1) << 0)
#define CR0_ET (UINT32_C(1) << 4)
#define CR0_NE (UINT32_C(1) << 5)
#define CR0_WP (UINT32_C(1) << 16)
#define CR0_PG (UINT32_C(1) << 31)

#define CR4_PSE    (UINT32_C(1) << 4)
#define CR4_PAE    (UINT32_C(1) << 5)
#define CR4_PGE    (UINT32_C(1) << 7)
#define CR4_OSFXSR (UINT32_C(1) << 9)
#define CR4_CET    (UINT32_C(1) << 23)

#define MSR_EFER 0xc0000080

#define EFLAGS_FIXED UINT32_C(0x2)
#define EFLAGS_CF    (UINT32_C(1) << 0)
#define EFLAGS_IF    (UINT32_C(1) << 9)
#define EFLAGS_DF    (UINT32_C(1) << 10)

#define MEMORY_SIZE (8 * MIB)

/* What the firmware needs until the trampoline has brought its own; a copy goes over it. */
#define FIRMWARE_TABLES UINT64_C(0x10000)
#define FIRMWARE_STACK  (FIRMWARE_TABLES + 8 * PAGE_SIZE)
#define FIRMWARE_GDT    (FIRMWARE_STACK + 0x100)
#define FIRMWARE_END    (FIRMWARE_STACK + PAGE_SIZE)

/* Null, unused, code and data: all of the 4 GiB, 32 bits. */
static const uint64_t firmware_gdt[] = {0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff};
#define FIRMWARE_CODE 0x10
#define FIRMWARE_DATA 0x18

#define MOST_COPIES 400
#define MOST_ZEROS  100

/* What CPUID says of EFER (AMD64 manual volume 2, 3.1.7): the emulator's own answers vary too
 * little. */
struct cpuid_answers {
    uint32_t
        last_extended; /* EAX of leaf 0x80000000; that of a basic leaf where there is no such */
    uint32_t features; /* EDX of leaf 0x80000001 */
    bool has_efer;
};

#define LEAF_EXTENDED UINT32_C(0x80000000)
#define LEAF_FEATURES UINT32_C(0x80000001)
#define CPUID_OTHER   UINT32_C(0xfeedface) /* in the registers that are of no concern */
#define FEATURE_NX    (UINT32_C(1) << 20)
#define FEATURE_LM    (UINT32_C(1) << 29)

static const struct cpuid_answers processors[] = {
    {0x80000008, FEATURE_NX | FEATURE_LM, true},
    {0x80000008, FEATURE_NX, true},
    {0x80000001, FEATURE_LM, true},
    {0x80000004, ~(FEATURE_NX | FEATURE_LM), false}, /* a Pentium 4, but for what is not asked */
    {0x80000000, FEATURE_NX | FEATURE_LM, false},    /* the features' leaf is beyond the last */
    {0x00000002, FEATURE_NX | FEATURE_LM, false},    /* a Pentium III */
};

enum paging { PAGING_OFF, PAGING_32_BIT, PAGING_PAE, PAGING_KINDS };

/* The loader's symbols are those of x64: unit.mk gives these another name. */
extern const uint8_t trampoline_ia32_start[], trampoline_ia32_end[];

static const int data_segments[] = {
    UC_X86_REG_DS, UC_X86_REG_ES, UC_X86_REG_SS, UC_X86_REG_FS, UC_X86_REG_GS,
};

struct state {
    uint32_t cr0, cr4, eflags;
};

static struct {
    uc_engine *engine;
    uint8_t *memory, *wanted;
    uint64_t free; /* the lowest address that nothing has taken */
    struct plan_copy copies[MOST_COPIES];
    struct range zeros[MOST_ZEROS];
    struct load_plan plan;
    const struct cpuid_answers *processor;
    struct state last;
    uint64_t last_address;
    size_t instructions, steps; /* of string operations */
    size_t outputs, efer_writes;
} machine;

static uint32_t read_register(int which)
{
    uint32_t value = 0;

    assert_int_equal(uc_reg_read(machine.engine, which, &value), UC_ERR_OK);
    return value;
}

static void write_register(int which, uint32_t value)
{
    assert_int_equal(uc_reg_write(machine.engine, which, &value), UC_ERR_OK);
}

static struct state read_state(void)
{
    return (struct state){
        .cr0 = read_register(UC_X86_REG_CR0),
        .cr4 = read_register(UC_X86_REG_CR4),
        .eflags = read_register(UC_X86_REG_EFLAGS),
    };
}

/* ------------------------------------------------------------------------------------------------
 * On the way
 */

/* What raises #GP, or changes the meaning of addresses (Intel SDM volume 3, 2.5 and 4.1.2). */
static void check_change(const struct state *from, const struct state *to)
{
    uint32_t cr4 = from->cr4 ^ to->cr4;

    check(!(to->cr4 & CR4_CET) || to->cr0 & CR0_WP);
    check(!(cr4 & (CR4_PAE | CR4_PSE)) || !(from->cr0 & CR0_PG));
    check(!(to->eflags & (EFLAGS_IF | EFLAGS_DF)) || from->eflags & (EFLAGS_IF | EFLAGS_DF));
}

/*
 * Right behind the MOV that changes CR0.PE or CR0.PG there has to be a jump, or the processor may
 * have read on in the old mode (SDM volume 3, section 10.9).
 */
static void check_jump(const struct state *from, const struct state *to, uint64_t address)
{
    uint8_t opcode = machine.memory[address];

    check(!((from->cr0 ^ to->cr0) & (CR0_PE | CR0_PG)) || (opcode >= 0xe9 && opcode <= 0xeb));
}

/* All of EFER is written, with zeroes. */
static void check_wrmsr(uint64_t address)
{
    static const uint8_t wrmsr[] = {0x0f, 0x30};

    if (memcmp(machine.memory + address, wrmsr, sizeof(wrmsr)) != 0)
        return;
    machine.efer_writes++;
    check(read_register(UC_X86_REG_ECX) == MSR_EFER && read_register(UC_X86_REG_EAX) == 0 &&
          read_register(UC_X86_REG_EDX) == 0);
}

/* It has to come to an end: a list entry takes 14 instructions, a step moves 4 bytes at most. */
static void count_instruction(bool is_step)
{
    size_t entries = machine.plan.copies.count + machine.plan.zero_after_exit.count;

    if (is_step)
        check(++machine.steps <= MEMORY_SIZE / 4 + 4 * entries);
    else
        check(++machine.instructions <= 100 + 14 * entries);
}

static void on_instruction(uc_engine *engine, uint64_t address, uint32_t size, void *context)
{
    struct state now;

    (void)engine, (void)size, (void)context;
    count_instruction(address == machine.last_address);
    if (address == machine.last_address) /* a string operation goes on */
        return;
    check(range_contains(machine.plan.trampoline_code, address) ||
          address == machine.plan.entry_point);
    now = read_state();
    check_change(&machine.last, &now);
    check_jump(&machine.last, &now, address);
    check_wrmsr(address);
    machine.last = now;
    machine.last_address = address;
}

/* Returns nonzero: the emulator's own answer is not wanted. */
static int on_cpuid(uc_engine *engine, void *context)
{
    uint32_t leaf = read_register(UC_X86_REG_EAX);

    (void)engine, (void)context;
    check(leaf == LEAF_EXTENDED || leaf == LEAF_FEATURES);
    check(leaf <= machine.processor->last_extended || leaf == LEAF_EXTENDED);
    write_register(UC_X86_REG_EAX,
                   leaf == LEAF_EXTENDED ? machine.processor->last_extended : CPUID_OTHER);
    write_register(UC_X86_REG_EBX, CPUID_OTHER);
    write_register(UC_X86_REG_ECX, CPUID_OTHER);
    write_register(UC_X86_REG_EDX,
                   leaf == LEAF_FEATURES ? machine.processor->features : CPUID_OTHER);
    return 1;
}

static void on_output(uc_engine *engine, uint32_t port, int size, uint32_t value, void *context)
{
    static const uint32_t ports[] = {0x21, 0xa1};

    (void)engine, (void)context;
    check(machine.outputs < ELEMENTS(ports) && port == ports[machine.outputs]);
    check(size == 1 && value == 0xff && !(read_register(UC_X86_REG_EFLAGS) & EFLAGS_IF));
    machine.outputs++;
}

/* ------------------------------------------------------------------------------------------------
 * A machine with a plan
 */

static uint64_t take(uint64_t size, uint64_t alignment)
{
    uint64_t start = align_up(machine.free, alignment);

    machine.free = start + size;
    assert_true(machine.free <= MEMORY_SIZE);
    return start;
}

/* Where one range ends, the next does not begin: no address comes out right by going on. */
static uint64_t take_apart(struct random *random, uint64_t size)
{
    (void)take(1 + random_below(random, 64), 1);
    return take(size, 1);
}

static void make_plan(struct random *random, size_t copies, size_t zeros)
{
    uint64_t data_size = trampoline_data_size(copies, zeros);
    uint64_t start, info;

    machine.free = FIRMWARE_END;
    start = take(PAGE_SIZE + data_size, PAGE_SIZE);
    info = take(PAGE_SIZE, PAGE_SIZE);
    machine.plan = (struct load_plan){
        .trampoline_code = {start, start + PAGE_SIZE},
        .trampoline_data = {start + PAGE_SIZE, start + PAGE_SIZE + data_size},
        .boot_info = {info, info + PAGE_SIZE},
        .entry_point = (uint32_t)take(64, 64) + 5, /* see test_trampoline_run.c */
        .copies = {machine.copies, copies, MOST_COPIES},
        .zero_after_exit = {machine.zeros, zeros, MOST_ZEROS},
    };
    for (size_t i = 0; i < copies; i++) {
        uint64_t size = i == 0 ? FIRMWARE_END - FIRMWARE_TABLES : 1 + random_below(random, 6000);

        machine.copies[i].size = size;
        machine.copies[i].source = take_apart(random, size);
        machine.copies[i].destination = i == 0 ? FIRMWARE_TABLES : take_apart(random, size);
    }
    for (size_t i = 0; i < zeros; i++) {
        uint64_t size = 1 + random_below(random, 6000), at = take_apart(random, size);

        machine.zeros[i] = (struct range){at, at + size};
    }
}

/* 4 GiB in large pages, marked accessed and dirty already. */
static void put_firmware_tables(enum paging paging)
{
    uint8_t *tables = machine.memory + FIRMWARE_TABLES;

    memset(tables, 0, 8 * PAGE_SIZE);
    if (paging == PAGING_32_BIT) {
        for (size_t i = 0; i < 1024; i++)
            put_number(tables + 4 * i, 4, i * 4 * MIB | 0xe3);
        return;
    }
    for (size_t i = 0; i < 4; i++)
        put_number(tables + 8 * i, 8, (FIRMWARE_TABLES + (1 + i) * PAGE_SIZE) | 0x1);
    for (size_t i = 0; i < 2048; i++)
        put_number(tables + PAGE_SIZE + 8 * i, 8, i * 2 * MIB | 0xe3);
}

static void fill_memory(struct random *random, enum paging paging)
{
    const struct load_plan *plan = &machine.plan;

    for (size_t i = 0; i < MEMORY_SIZE; i += 8)
        put_number(machine.memory + i, 8, random_next(random));
    put_firmware_tables(paging);
    memcpy(machine.memory + FIRMWARE_GDT, firmware_gdt, sizeof(firmware_gdt));
    put_number(machine.memory + FIRMWARE_STACK + 4, 4, plan->trampoline_data.start);
    memcpy(machine.memory + plan->trampoline_code.start, trampoline_ia32_start,
           (size_t)(trampoline_ia32_end - trampoline_ia32_start));
    trampoline_fill(machine.memory + plan->trampoline_data.start, plan);
    memcpy(machine.wanted, machine.memory, MEMORY_SIZE);
    for (size_t i = 0; i < plan->copies.count; i++)
        memcpy(machine.wanted + machine.copies[i].destination,
               machine.memory + machine.copies[i].source, machine.copies[i].size);
    for (size_t i = 0; i < plan->zero_after_exit.count; i++)
        memset(machine.wanted + machine.zeros[i].start, 0, range_size(machine.zeros[i]));
}

static void add_hook(int kind, void *function, int instruction)
{
    uc_hook hook;

    assert_int_equal(uc_hook_add(machine.engine, &hook, kind, function, NULL, (uint64_t)1,
                                 (uint64_t)0, instruction),
                     UC_ERR_OK);
}

static void open_processor(void)
{
    assert_int_equal(uc_open(UC_ARCH_X86, UC_MODE_32, &machine.engine), UC_ERR_OK);
    assert_int_equal(uc_ctl_set_cpu_model(machine.engine, UC_CPU_X86_ICELAKE_SERVER), UC_ERR_OK);
    assert_int_equal(uc_mem_map_ptr(machine.engine, 0, MEMORY_SIZE, UC_PROT_ALL, machine.memory),
                     UC_ERR_OK);
    add_hook(UC_HOOK_CODE, (void *)(uintptr_t)on_instruction, 0);
    add_hook(UC_HOOK_INSN, (void *)(uintptr_t)on_output, UC_X86_INS_OUT);
    add_hook(UC_HOOK_INSN, (void *)(uintptr_t)on_cpuid, UC_X86_INS_CPUID);
}

static void enter_firmware(struct random *random, enum paging paging)
{
    static const int registers[] = {
        UC_X86_REG_EAX, UC_X86_REG_EBX, UC_X86_REG_ECX, UC_X86_REG_EDX,
        UC_X86_REG_ESI, UC_X86_REG_EDI, UC_X86_REG_EBP,
    };
    static const uint32_t kinds[PAGING_KINDS] = {0, CR4_PSE, CR4_PAE};
    const uc_x86_mmr ldt = {.selector = 0x20, .base = FIRMWARE_STACK, .limit = 0x3f};
    const uc_x86_mmr idt = {.base = FIRMWARE_STACK, .limit = 0x7ff};
    const uc_x86_mmr gdt = {.base = FIRMWARE_GDT, .limit = sizeof(firmware_gdt) - 1};
    uint32_t cr0 = CR0_WP | CR0_NE | CR0_ET | CR0_PE;

    for (size_t i = 0; i < ELEMENTS(registers); i++)
        write_register(registers[i], (uint32_t)random_next(random));
    assert_int_equal(uc_reg_write(machine.engine, UC_X86_REG_GDTR, &gdt), UC_ERR_OK);
    assert_int_equal(uc_reg_write(machine.engine, UC_X86_REG_IDTR, &idt), UC_ERR_OK);
    assert_int_equal(uc_reg_write(machine.engine, UC_X86_REG_LDTR, &ldt), UC_ERR_OK);
    for (size_t i = 0; i < ELEMENTS(data_segments); i++)
        write_register(data_segments[i], FIRMWARE_DATA);
    write_register(UC_X86_REG_CS, FIRMWARE_CODE);
    write_register(UC_X86_REG_ESP, (uint32_t)FIRMWARE_STACK);
    write_register(UC_X86_REG_CR4, kinds[paging] | CR4_PGE | CR4_OSFXSR | CR4_CET);
    write_register(UC_X86_REG_CR3, (uint32_t)FIRMWARE_TABLES);
    write_register(UC_X86_REG_CR0, paging == PAGING_OFF ? cr0 : cr0 | CR0_PG);
    write_register(UC_X86_REG_EFLAGS, EFLAGS_FIXED | EFLAGS_CF | EFLAGS_IF | EFLAGS_DF);
    machine.last = read_state();
    machine.last_address = 0;
    machine.outputs = machine.efer_writes = 0;
    machine.instructions = machine.steps = 0;
    /* The emulator knows all of these, or the rules above would check nothing. */
    assert_int_equal(machine.last.cr4, kinds[paging] | CR4_PGE | CR4_OSFXSR | CR4_CET);
    assert_int_equal(machine.last.cr0 & CR0_PG, paging == PAGING_OFF ? 0 : CR0_PG);
}

/* ------------------------------------------------------------------------------------------------
 * At the kernel's first instruction
 */

static void check_table_register(int which, uint16_t selector, uint64_t base, uint32_t limit)
{
    uc_x86_mmr table = {0};

    assert_int_equal(uc_reg_read(machine.engine, which, &table), UC_ERR_OK);
    check(table.selector == selector && table.base == base && table.limit == limit);
}

static void check_registers(void)
{
    static const int zero[] = {
        UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_ESI,
        UC_X86_REG_EDI, UC_X86_REG_ESP, UC_X86_REG_CR3, UC_X86_REG_CR4,
    };

    check(read_register(UC_X86_REG_EIP) == machine.plan.entry_point);
    check(read_register(UC_X86_REG_EBX) == machine.plan.boot_info.start);
    for (size_t i = 0; i < ELEMENTS(zero); i++)
        check(read_register(zero[i]) == 0);
    check(read_register(UC_X86_REG_CR0) == (CR0_PE | CR0_ET));
    check(read_register(UC_X86_REG_EFLAGS) == EFLAGS_FIXED);
    check((read_register(UC_X86_REG_CS) & 0xffff) == TRAMPOLINE_CODE_SELECTOR);
    for (size_t i = 0; i < ELEMENTS(data_segments); i++)
        check((read_register(data_segments[i]) & 0xffff) == TRAMPOLINE_DATA_SELECTOR);
    check_table_register(UC_X86_REG_GDTR, 0, machine.plan.trampoline_data.start, 39);
    check_table_register(UC_X86_REG_IDTR, 0, 0, 0);
    check_table_register(UC_X86_REG_LDTR, 0, 0, 0);
    check_table_register(UC_X86_REG_TR, TRAMPOLINE_TSS_SELECTOR, 0, 0x67);
    check(machine.outputs == 2);
    check(machine.efer_writes == machine.processor->has_efer);
}

/* LTR has marked the TSS busy, and the stack is used up: all else is as the plan says. */
static void check_memory(void)
{
    uint64_t data = machine.plan.trampoline_data.start;
    size_t access = (size_t)data + TRAMPOLINE_TSS_SELECTOR + 5;

    check(machine.wanted[access] == 0x89 && machine.memory[access] == 0x8b);
    machine.wanted[access] = 0x8b;
    memcpy(machine.wanted + data + TRAMPOLINE_STACK_TOP - 64,
           machine.memory + data + TRAMPOLINE_STACK_TOP - 64, 64);
    check(memcmp(machine.memory, machine.wanted, MEMORY_SIZE) == 0);
}

static void boot(uint64_t seed, enum paging paging, size_t copies, size_t zeros)
{
    struct random random = random_start(seed);

    make_plan(&random, copies, zeros);
    fill_memory(&random, paging);
    open_processor();
    enter_firmware(&random, paging);
    assert_int_equal(uc_emu_start(machine.engine, machine.plan.trampoline_code.start,
                                  machine.plan.entry_point, 0, 0),
                     UC_ERR_OK);
    machine.last_address = 0;
    on_instruction(machine.engine, machine.plan.entry_point, 0, NULL);
    check_registers();
    check_memory();
    assert_int_equal(uc_close(machine.engine), UC_ERR_OK);
}

/* ------------------------------------------------------------------------------------------------
 * Tests
 */

static int start(void **state)
{
    (void)state;
    machine.memory = aligned_alloc(PAGE_SIZE, MEMORY_SIZE);
    machine.wanted = malloc(MEMORY_SIZE);
    return machine.memory && machine.wanted ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    free(machine.memory);
    free(machine.wanted);
    return 0;
}

static void from_any_paging(void **state)
{
    (void)state;
    machine.processor = &processors[0];
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct random random = random_start(seed);
        size_t copies = (size_t)random_below(&random, 40),
               zeros = (size_t)random_below(&random, 20);

        boot(seed, (enum paging)(seed % PAGING_KINDS), copies, zeros);
    }
    boot(1, PAGING_PAE, 0, 0);
    boot(1, PAGING_PAE, MOST_COPIES, MOST_ZEROS);
}

/* Where there is no EFER, WRMSR faults; where there is, NXE and SCE must not stay. */
static void on_any_processor(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(processors); i++) {
        machine.processor = &processors[i];
        for (int paging = 0; paging < PAGING_KINDS; paging++)
            boot(1, (enum paging)paging, 3, 3);
    }
}

/* What the emulator allocates and keeps is its own affair. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libunicorn";
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_any_paging, start, stop),
        cmocka_unit_test_setup_teardown(on_any_processor, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
