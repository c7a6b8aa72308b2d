/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trampoline.S executed by an emulated processor (Unicorn), from a firmware's long mode to the
 * kernel's first instruction: the entry state, what was copied and zeroed, and on the way the rules
 * of the Intel SDM that the emulator itself does not enforce.
 */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/trampoline.h"

#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define CR0_PE  (UINT64_C(1) << 0)
#define CR0_ET  (UINT64_C(1) << 4)
#define CR0_NE  (UINT64_C(1) << 5)
#define CR0_WP  (UINT64_C(1) << 16)
#define CR0_PG  (UINT64_C(1) << 31)
#define CR4_VME (UINT64_C(1) << 0)
#define CR4_PAE (UINT64_C(1) << 5)
#define CR4_PGE (UINT64_C(1) << 7)

#define CR4_OSFXSR     (UINT64_C(1) << 9)
#define CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define CR4_LA57       (UINT64_C(1) << 12)
#define CR4_PCIDE      (UINT64_C(1) << 17)
#define CR4_SMEP       (UINT64_C(1) << 20)
#define CR4_CET        (UINT64_C(1) << 23)

#define MSR_EFER 0xc0000080
#define EFER_LME (UINT64_C(1) << 8)
#define EFER_LMA (UINT64_C(1) << 10)

#define RFLAGS_FIXED UINT64_C(0x2)
#define RFLAGS_CF    (UINT64_C(1) << 0)
#define RFLAGS_IF    (UINT64_C(1) << 9)
#define RFLAGS_DF    (UINT64_C(1) << 10)
#define RFLAGS_AC    (UINT64_C(1) << 18)

/* The machine's RAM: what lies between is not there, and an access ends the run. */
#define BANK_SIZE (4 * MIB)
static const uint64_t banks[] = {0, 0x7ffff000, 4 * GIB - BANK_SIZE};

/* In the first bank: what the firmware needs until the trampoline has brought its own. */
#define FIRMWARE_TABLES UINT64_C(0x1000) /* as many as the trampoline's */
#define FIRMWARE_END    (FIRMWARE_TABLES + 16 * PAGE_SIZE)
#define FIRMWARE_STACK  (FIRMWARE_END - 64)

/* The kernel: an instruction for each of DS, ES, SS, FS, GS and CS. */
#define PROBE_SIZE  6
#define PROBE_VALUE 0xfeedface
static const uint8_t segment_prefixes[] = {0x3e, 0x26, 0x36, 0x64, 0x65, 0x2e};

#define MOST_COPIES 800
#define MOST_ZEROS  200

struct processor_state {
    uint64_t cr0, cr4, efer, rflags;
    uint16_t cs;
};

static struct {
    uc_engine *engine;
    uint8_t *memory[ELEMENTS(banks)];
    uint8_t *wanted[ELEMENTS(banks)]; /* what it must hold in the end */
    uint64_t free[ELEMENTS(banks)];   /* the lowest address that nothing has taken */
    struct plan_copy copies[MOST_COPIES];
    struct range zeros[MOST_ZEROS];
    struct load_plan plan;
    struct processor_state last;
    uint64_t last_address;
    size_t instructions, steps; /* of string operations */
    uint8_t outputs[2];         /* to the interrupt controllers */
    size_t output_count;
} machine;

static uint8_t *bytes_at(uint8_t *const memory[], uint64_t address)
{
    for (size_t i = 0; i < ELEMENTS(banks); i++) {
        if (address >= banks[i] && address < banks[i] + BANK_SIZE)
            return memory[i] + (address - banks[i]);
    }
    fail_msg("no memory at 0x%llx", (unsigned long long)address);
    return NULL;
}

static uint64_t read_register(int which)
{
    uint64_t value = 0;

    assert_int_equal(uc_reg_read(machine.engine, which, &value), UC_ERR_OK);
    return value;
}

static void write_register(int which, uint64_t value)
{
    assert_int_equal(uc_reg_write(machine.engine, which, &value), UC_ERR_OK);
}

static struct processor_state read_state(void)
{
    uc_x86_msr efer = {.rid = MSR_EFER};

    assert_int_equal(uc_reg_read(machine.engine, UC_X86_REG_MSR, &efer), UC_ERR_OK);
    return (struct processor_state){
        .cr0 = read_register(UC_X86_REG_CR0),
        .cr4 = read_register(UC_X86_REG_CR4),
        .efer = efer.value,
        .rflags = read_register(UC_X86_REG_RFLAGS),
        .cs = (uint16_t)read_register(UC_X86_REG_CS),
    };
}

/* ------------------------------------------------------------------------------------------------
 * On the way
 */

/* What raises #GP on a processor (Intel SDM volume 3, sections 2.5, 4.10.1 and 10.8.5). */
static void check_change(const struct processor_state *from, const struct processor_state *to)
{
    uint64_t cr0 = from->cr0 ^ to->cr0, cr4 = from->cr4 ^ to->cr4, efer = from->efer ^ to->efer;
    bool in_64_bits = from->efer & EFER_LMA && from->cs != TRAMPOLINE_CODE_SELECTOR;

    check(!(cr0 & CR0_PG) || !in_64_bits);
    check(!(cr0 & CR0_PG) || !(from->cr4 & CR4_PCIDE));
    check(!(to->cr4 & CR4_CET) || to->cr0 & CR0_WP);
    check(!(cr4 & (CR4_PAE | CR4_LA57)) || !(from->efer & EFER_LMA));
    check(!(efer & EFER_LME) || !(from->cr0 & CR0_PG));
    check(!(to->rflags & (RFLAGS_IF | RFLAGS_DF)) || from->rflags & (RFLAGS_IF | RFLAGS_DF));
}

/*
 * Right behind the MOV that changes CR0.PE or CR0.PG there has to be a jump, or the processor may
 * have read on in the old mode (SDM volume 3, sections 10.8.5 and 10.9).
 */
static void check_jump(const struct processor_state *from, const struct processor_state *to,
                       uint64_t address)
{
    uint8_t opcode = *bytes_at(machine.memory, address);

    check(!((from->cr0 ^ to->cr0) & (CR0_PE | CR0_PG)) || (opcode >= 0xe9 && opcode <= 0xeb));
}

/* The emulator has neither NXE nor SCE: all of EFER is written, and with zeroes. */
static void check_wrmsr(uint64_t address)
{
    static const uint8_t wrmsr[] = {0x0f, 0x30};

    if (memcmp(bytes_at(machine.memory, address), wrmsr, sizeof(wrmsr)) == 0)
        check(read_register(UC_X86_REG_ECX) == MSR_EFER && read_register(UC_X86_REG_EAX) == 0 &&
              read_register(UC_X86_REG_EDX) == 0);
}

/* It has to come to an end: a list entry takes 14 instructions, a step moves 8 bytes at most. */
static void count_instruction(bool is_step)
{
    size_t entries = machine.plan.copies.count + machine.plan.zero_after_exit.count;

    if (is_step)
        check(++machine.steps <= ELEMENTS(banks) * BANK_SIZE / 8 + 8 * entries);
    else
        check(++machine.instructions <= 100 + 14 * entries);
}

static void on_instruction(uc_engine *engine, uint64_t address, uint32_t size, void *context)
{
    struct range code = machine.plan.trampoline_code;
    struct processor_state now;

    (void)engine, (void)size, (void)context;
    count_instruction(address == machine.last_address);
    if (address == machine.last_address) /* a string operation goes on */
        return;
    check(range_contains(code, address) || address == machine.plan.entry_point);
    now = read_state();
    check_change(&machine.last, &now);
    check_jump(&machine.last, &now, address);
    check_wrmsr(address);
    machine.last = now;
    machine.last_address = address;
}

static void on_output(uc_engine *engine, uint32_t port, int size, uint32_t value, void *context)
{
    (void)engine, (void)context;
    check(size == 1 && (port == 0x21 || port == 0xa1) && machine.output_count < 2);
    check(!(read_register(UC_X86_REG_RFLAGS) & RFLAGS_IF));
    machine.outputs[machine.output_count++] = (uint8_t)(port + value);
}

/* ------------------------------------------------------------------------------------------------
 * A machine with a plan
 */

static uint64_t take(struct random *random, uint64_t size, uint64_t alignment)
{
    size_t first = (size_t)random_below(random, ELEMENTS(banks));

    for (size_t i = 0; i < ELEMENTS(banks); i++) {
        size_t bank = (first + i) % ELEMENTS(banks);
        uint64_t start = align_up(machine.free[bank], alignment);

        if (start + size > banks[bank] + BANK_SIZE)
            continue;
        machine.free[bank] = start + size;
        return start;
    }
    fail_msg("the machine is too small");
    return 0;
}

/* Mostly a few bytes or some pages; with many, few bytes. */
static uint64_t random_size(struct random *random, uint64_t count)
{
    return 1 + random_below(random, count > 50 || random_chance(random, 40) ? 40 : 6 * PAGE_SIZE);
}

static void add_copies(struct random *random, size_t count)
{
    struct plan_copies *copies = &machine.plan.copies;

    /* One of them goes over the firmware's page tables, descriptors and stack. */
    *copies = (struct plan_copies){machine.copies, count, MOST_COPIES};
    for (size_t i = 0; i < count; i++) {
        uint64_t size = i == 0 ? FIRMWARE_END - FIRMWARE_TABLES : random_size(random, count);

        machine.copies[i].size = size;
        machine.copies[i].source = take(random, size, 1);
        machine.copies[i].destination = i == 0 ? FIRMWARE_TABLES : take(random, size, 1);
    }
}

static void add_zeros(struct random *random, size_t count)
{
    machine.plan.zero_after_exit = (struct plan_ranges){machine.zeros, count, MOST_ZEROS};
    for (size_t i = 0; i < count; i++) {
        uint64_t size = random_size(random, count);
        uint64_t start = take(random, size, 1);

        machine.zeros[i] = (struct range){start, start + size};
    }
}

static void make_plan(struct random *random, size_t copies, size_t zeros)
{
    uint64_t data_size = trampoline_data_size(copies, zeros);
    uint64_t start = take(random, PAGE_SIZE + data_size, PAGE_SIZE);
    uint64_t info = take(random, PAGE_SIZE, PAGE_SIZE);

    machine.plan = (struct load_plan){
        .trampoline_code = {start, start + PAGE_SIZE},
        .trampoline_data = {start + PAGE_SIZE, start + PAGE_SIZE + data_size},
        .boot_info = {info, info + PAGE_SIZE},
        /* No page's first byte: there the emulator does not go on where it has stopped. */
        .entry_point = (uint32_t)(take(random, PROBE_SIZE * 8, PROBE_SIZE * 8) + PROBE_SIZE),
    };
    add_copies(random, copies);
    add_zeros(random, zeros);
}

/* 4 GiB in large pages, marked accessed already; the fifth level above the first four. */
static void put_firmware_tables(uint8_t *tables)
{
    for (size_t i = 0; i < 16 * PAGE_SIZE / 8; i++)
        put_number(tables + 8 * i, 8, 0);
    put_number(tables, 8, (FIRMWARE_TABLES + 2 * PAGE_SIZE) | 0x23);
    put_number(tables + PAGE_SIZE, 8, FIRMWARE_TABLES | 0x23);
    for (size_t i = 0; i < 4; i++)
        put_number(tables + 2 * PAGE_SIZE + 8 * i, 8,
                   (FIRMWARE_TABLES + (3 + i) * PAGE_SIZE) | 0x23);
    for (size_t i = 0; i < 2048; i++)
        put_number(tables + 3 * PAGE_SIZE + 8 * i, 8, i * 2 * MIB | 0xe3);
}

/* The kernel reads the same address through each of its segments, with a 32-bit offset. */
static void put_kernel(void)
{
    uint64_t value = machine.plan.boot_info.end - 4;
    uint8_t *code = bytes_at(machine.memory, machine.plan.entry_point);

    put_number(bytes_at(machine.memory, value), 4, PROBE_VALUE);
    for (size_t i = 0; i < ELEMENTS(segment_prefixes); i++, code += PROBE_SIZE) {
        code[0] = segment_prefixes[i];
        code[1] = 0xa1; /* mov eax, [offset] */
        put_number(code + 2, 4, value);
    }
}

static void fill_memory(struct random *random)
{
    for (size_t bank = 0; bank < ELEMENTS(banks); bank++) {
        uint64_t seed = random_next(random);

        for (size_t i = 0; i < BANK_SIZE; i += 8, seed = seed * 5 + 0x1234567)
            memcpy(machine.memory[bank] + i, &seed, 8);
    }
    put_kernel();
    put_firmware_tables(bytes_at(machine.memory, FIRMWARE_TABLES));
    memcpy(bytes_at(machine.memory, machine.plan.trampoline_code.start), trampoline_start,
           (size_t)(trampoline_end - trampoline_start));
    trampoline_fill(bytes_at(machine.memory, machine.plan.trampoline_data.start), &machine.plan);
}

/* What the plan says of the memory afterwards. */
static void fill_wanted(void)
{
    for (size_t bank = 0; bank < ELEMENTS(banks); bank++)
        memcpy(machine.wanted[bank], machine.memory[bank], BANK_SIZE);
    for (size_t i = 0; i < machine.plan.copies.count; i++) {
        const struct plan_copy *copy = &machine.copies[i];

        memcpy(bytes_at(machine.wanted, copy->destination), bytes_at(machine.memory, copy->source),
               copy->size);
    }
    for (size_t i = 0; i < machine.plan.zero_after_exit.count; i++)
        memset(bytes_at(machine.wanted, machine.zeros[i].start), 0, range_size(machine.zeros[i]));
}

/* ------------------------------------------------------------------------------------------------
 * The processor
 */

static void open_processor(void)
{
    uc_hook hook;

    assert_int_equal(uc_open(UC_ARCH_X86, UC_MODE_64, &machine.engine), UC_ERR_OK);
    assert_int_equal(uc_ctl_set_cpu_model(machine.engine, UC_CPU_X86_ICELAKE_SERVER), UC_ERR_OK);
    for (size_t i = 0; i < ELEMENTS(banks); i++)
        assert_int_equal(
            uc_mem_map_ptr(machine.engine, banks[i], BANK_SIZE, UC_PROT_ALL, machine.memory[i]),
            UC_ERR_OK);
    assert_int_equal(uc_hook_add(machine.engine, &hook, UC_HOOK_CODE,
                                 (void *)(uintptr_t)on_instruction, NULL, (uint64_t)1, (uint64_t)0),
                     UC_ERR_OK);
    assert_int_equal(uc_hook_add(machine.engine, &hook, UC_HOOK_INSN, (void *)(uintptr_t)on_output,
                                 NULL, (uint64_t)1, (uint64_t)0, UC_X86_INS_OUT),
                     UC_ERR_OK);
}

/* As firmware leaves it: nothing that the kernel does not want is off, and registers hold anything.
 */
static void enter_firmware(struct random *random, bool five_levels)
{
    static const int registers[] = {
        UC_X86_REG_RAX, UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RSI,
        UC_X86_REG_RBP, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R15,
    };
    const uc_x86_mmr idt = {.base = FIRMWARE_STACK, .limit = 0xfff};
    const uc_x86_mmr ldt = {.selector = 0x28, .base = FIRMWARE_STACK, .limit = 0x3f};
    uint64_t cr4 =
        CR4_VME | CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_SMEP | CR4_PCIDE | CR4_CET;

    for (size_t i = 0; i < ELEMENTS(registers); i++)
        write_register(registers[i], random_next(random));
    write_register(UC_X86_REG_RDI, machine.plan.trampoline_data.start);
    write_register(UC_X86_REG_RSP, FIRMWARE_STACK);
    write_register(UC_X86_REG_CR4, five_levels ? cr4 | CR4_LA57 : cr4);
    write_register(UC_X86_REG_CR3, FIRMWARE_TABLES + (five_levels ? PAGE_SIZE : 0));
    write_register(UC_X86_REG_CR0, CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE);
    write_register(UC_X86_REG_RFLAGS, RFLAGS_FIXED | RFLAGS_CF | RFLAGS_IF | RFLAGS_DF | RFLAGS_AC);
    assert_int_equal(uc_reg_write(machine.engine, UC_X86_REG_IDTR, &idt), UC_ERR_OK);
    assert_int_equal(uc_reg_write(machine.engine, UC_X86_REG_LDTR, &ldt), UC_ERR_OK);
    machine.last = read_state();
    machine.last_address = 0;
    machine.instructions = machine.steps = 0;
    /* The emulator knows all of these, or the rules above would check nothing. */
    assert_int_equal(machine.last.cr4, five_levels ? cr4 | CR4_LA57 : cr4);
    assert_int_equal(machine.last.efer, EFER_LME | EFER_LMA);
    assert_true(machine.last.rflags & RFLAGS_DF);
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
        UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX,
        UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_RSP,
    };
    static const int data[] = {
        UC_X86_REG_DS, UC_X86_REG_ES, UC_X86_REG_SS, UC_X86_REG_FS, UC_X86_REG_GS,
    };
    uint64_t gdt = machine.plan.trampoline_data.start;
    struct processor_state state = read_state();

    check(read_register(UC_X86_REG_RIP) == machine.plan.entry_point);
    check(read_register(UC_X86_REG_RBX) == machine.plan.boot_info.start);
    for (size_t i = 0; i < ELEMENTS(zero); i++)
        check(read_register(zero[i]) == 0);
    check(state.cr0 == (CR0_PE | CR0_ET) && state.cr4 == 0 && state.efer == 0);
    check(state.rflags == RFLAGS_FIXED);
    check(state.cs == TRAMPOLINE_CODE_SELECTOR);
    for (size_t i = 0; i < ELEMENTS(data); i++)
        check(read_register(data[i]) == TRAMPOLINE_DATA_SELECTOR);
    check_table_register(UC_X86_REG_GDTR, 0, gdt, 39);
    check_table_register(UC_X86_REG_IDTR, 0, 0, 0);
    check_table_register(UC_X86_REG_LDTR, 0, 0, 0);
    check_table_register(UC_X86_REG_TR, TRAMPOLINE_TSS_SELECTOR, 0, 0x67);
    check(machine.output_count == 2 && machine.outputs[0] == (uint8_t)(0x21 + 0xff) &&
          machine.outputs[1] == (uint8_t)(0xa1 + 0xff));
}

/* LTR has marked the TSS busy; nothing else of the descriptors has changed; the stack is used up.
 */
static void allow_for_descriptors(void)
{
    uint64_t data = machine.plan.trampoline_data.start;
    uint8_t *gdt = bytes_at(machine.memory, data);
    uint8_t *wanted = bytes_at(machine.wanted, data);
    size_t access = TRAMPOLINE_TSS_SELECTOR + 5;

    check(wanted[access] == 0x89 && gdt[access] == 0x8b);
    wanted[access] = 0x8b;
    memcpy(wanted + TRAMPOLINE_STACK_TOP - 64, gdt + TRAMPOLINE_STACK_TOP - 64, 64);
}

/* The processor marks entries of its page tables: bit 5, accessed; bit 6, dirty. */
static void allow_for_tables(void)
{
    struct range data = machine.plan.trampoline_data;
    uint64_t start = data.end - TRAMPOLINE_TABLE_COUNT * (uint64_t)TRAMPOLINE_TABLE_SIZE;
    const uint8_t *tables = bytes_at(machine.memory, start);
    uint8_t *wanted = bytes_at(machine.wanted, start);

    for (size_t i = 0; i < data.end - start; i += 8) {
        if (wanted[i] & 1)
            wanted[i] |= tables[i] & 0x60;
    }
}

static void check_memory(void)
{
    allow_for_descriptors();
    allow_for_tables();
    for (size_t bank = 0; bank < ELEMENTS(banks); bank++) {
        for (size_t i = 0; i < BANK_SIZE; i++) {
            if (machine.memory[bank][i] != machine.wanted[bank][i])
                fail_msg("seed %llu: the byte at 0x%llx is 0x%02x, not 0x%02x",
                         (unsigned long long)current_seed, (unsigned long long)(banks[bank] + i),
                         machine.memory[bank][i], machine.wanted[bank][i]);
        }
    }
}

/* The segments as they are in the processor, not in their table. */
static void check_segments(void)
{
    uint64_t at = machine.plan.entry_point;

    for (size_t i = 0; i < ELEMENTS(segment_prefixes); i++, at += PROBE_SIZE) {
        write_register(UC_X86_REG_RAX, 0);
        machine.last_address = at; /* the rules have been checked */
        assert_int_equal(uc_emu_start(machine.engine, at, 0, 0, 1), UC_ERR_OK);
        check(read_register(UC_X86_REG_RAX) == PROBE_VALUE);
        check(read_register(UC_X86_REG_RIP) == at + PROBE_SIZE);
    }
}

static void boot(uint64_t seed, size_t copies, size_t zeros)
{
    struct random random = random_start(seed);
    struct range code;

    machine.output_count = 0;
    for (size_t i = 0; i < ELEMENTS(banks); i++)
        machine.free[i] = banks[i];
    machine.free[0] = FIRMWARE_END;
    make_plan(&random, copies, zeros);
    fill_memory(&random);
    fill_wanted();
    open_processor();
    enter_firmware(&random, seed % 2);
    code = machine.plan.trampoline_code;
    assert_int_equal(uc_emu_start(machine.engine, code.start, machine.plan.entry_point, 0, 0),
                     UC_ERR_OK);
    machine.last_address = 0;
    on_instruction(machine.engine, machine.plan.entry_point, 0, NULL);
    check_registers();
    check_memory();
    check_segments();
    assert_int_equal(uc_close(machine.engine), UC_ERR_OK);
}

/* ------------------------------------------------------------------------------------------------
 * Tests
 */

static int start(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(banks); i++) {
        machine.memory[i] = aligned_alloc(PAGE_SIZE, BANK_SIZE);
        machine.wanted[i] = malloc(BANK_SIZE);
        if (!machine.memory[i] || !machine.wanted[i])
            return -1;
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(banks); i++) {
        free(machine.memory[i]);
        free(machine.wanted[i]);
    }
    return 0;
}

static void nothing_to_copy(void **state)
{
    (void)state;
    boot(1, 0, 0);
    boot(2, 0, 0);
}

static void any_copies_and_zeros(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct random random = random_start(seed);
        size_t copies = (size_t)random_below(&random, 40),
               zeros = (size_t)random_below(&random, 20);

        boot(seed, copies, zeros);
    }
}

/* Beyond 326 copies they take more than a page, and the page tables come behind them. */
static void lists_of_several_pages(void **state)
{
    (void)state;
    boot(1, 326, 2);
    boot(2, 326, 3);
    boot(3, 327, 2);
    boot(4, MOST_COPIES, MOST_ZEROS);
    boot(5, 1, MOST_ZEROS);
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
        cmocka_unit_test_setup_teardown(nothing_to_copy, start, stop),
        cmocka_unit_test_setup_teardown(any_copies_and_zeros, start, stop),
        cmocka_unit_test_setup_teardown(lists_of_several_pages, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
