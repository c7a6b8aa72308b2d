/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU that measures from MARK_BEGIN to MARK_END:
 *
 *     out=FILE,count=work     executed instructions by the address of their block: a line a block,
 *                             "address instructions iterations"
 *     out=FILE,count=linux    the same, and again in FILE.entered and FILE.message as it was when
 *                             Linux first ran at its own addresses, and first wrote to a port
 *     out=FILE,count=time     the time of the emulating thread instead: "CPU-ns wall-ns"
 *     out=FILE,count=linux-time
 *                             the same, and again in FILE.entered and FILE.message
 *
 * FILE is written when MARK_END is executed; without that mark there is no file.
 *
 * QEMU executes each iteration of a REP string instruction as a separate block, unlike hardware:
 * these are counted separately.
 */
#include "tests/bench/marks.h"
#include "tests/bench/plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINUX_ADDRESSES UINT64_C(0xffffffff80000000) /* the kernel's own mapping begins here */
#define OUT_DX_AL       0xee

#define BLOCKS (1u << 20) /* a power of two; firmware from power-on has some ten thousand */

struct block {
    uint64_t address;
    uint64_t instructions;
    uint64_t iterations;
};

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

/* Written once, at a point before the end. */
struct checkpoint {
    const char *suffix;
    bool wanted;
    bool reached;
};

static struct block blocks[BLOCKS];
static size_t used;
static const char *output;
static bool timed;
static struct timespec cpu_start, wall_start;
static struct checkpoint entered = {.suffix = ".entered"};
static struct checkpoint message = {.suffix = ".message"};

static void fail(const char *reason)
{
    fprintf(stderr, "count: %s\n", reason);
    exit(1);
}

/* The counters of the block at an address, which outlive its translation. */
static struct block *find_block(uint64_t address)
{
    size_t i = (size_t)((address * UINT64_C(0x9e3779b97f4a7c15)) >> 44);

    while (blocks[i].address != 0 && blocks[i].address != address)
        i = (i + 1) % BLOCKS;
    if (blocks[i].address == 0 && ++used == BLOCKS)
        fail("too many blocks of code");
    blocks[i].address = address;
    return &blocks[i];
}

static struct timespec now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time;
}

static uint64_t since(clockid_t clock, struct timespec start)
{
    struct timespec end = now(clock);

    return (uint64_t)(end.tv_sec - start.tv_sec) * 1000000000 + (uint64_t)end.tv_nsec -
           (uint64_t)start.tv_nsec;
}

static void begin(unsigned cpu, void *data)
{
    (void)cpu;
    (void)data;
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i].instructions = blocks[i].iterations = 0;
    entered.reached = message.reached = false;
    wall_start = now(CLOCK_MONOTONIC);
    cpu_start = now(CLOCK_THREAD_CPUTIME_ID);
}

static void write_blocks(FILE *file)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        const struct block *block = &blocks[i];

        if (block->instructions + block->iterations > 0)
            fprintf(file, "%#" PRIx64 " %" PRIu64 " %" PRIu64 "\n", block->address,
                    block->instructions, block->iterations);
    }
}

static void write_output(const char *suffix)
{
    uint64_t cpu = since(CLOCK_THREAD_CPUTIME_ID, cpu_start);
    uint64_t wall = since(CLOCK_MONOTONIC, wall_start);
    char name[4096];
    FILE *file;

    snprintf(name, sizeof(name), "%s%s", output, suffix);
    file = fopen(name, "w");
    if (!file)
        fail("the output file cannot be written");
    if (timed)
        fprintf(file, "%" PRIu64 " %" PRIu64 "\n", cpu, wall);
    else
        write_blocks(file);
    if (fclose(file) != 0)
        fail("the output file cannot be written");
}

static void end(unsigned cpu, void *data)
{
    (void)cpu;
    (void)data;
    write_output("");
}

static void reach(unsigned cpu, void *data)
{
    struct checkpoint *point = data;

    (void)cpu;
    if (point->reached)
        return;
    point->reached = true;
    write_output(point->suffix);
}

static void look_for_mark(struct qemu_plugin_insn *instruction)
{
    static const uint8_t opcode[] = MARK_OPCODE;
    const uint8_t *bytes = qemu_plugin_insn_data(instruction);
    uint32_t number;

    if (qemu_plugin_insn_size(instruction) != sizeof(opcode) + sizeof(number) ||
        memcmp(bytes, opcode, sizeof(opcode)) != 0)
        return;
    memcpy(&number, bytes + sizeof(opcode), sizeof(number));
    if (number == MARK_BEGIN)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin, PLUGIN_CB_NO_REGISTERS, NULL);
    else if (number == MARK_END)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, end, PLUGIN_CB_NO_REGISTERS, NULL);
}

/* The points that Linux reaches, each only once. */
static void look_for_linux(struct qemu_plugin_insn *instruction, uint64_t address)
{
    const uint8_t *bytes = qemu_plugin_insn_data(instruction);

    if (address < LINUX_ADDRESSES)
        return;
    if (entered.wanted && !entered.reached)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, reach, PLUGIN_CB_NO_REGISTERS,
                                               &entered);
    if (message.wanted && !message.reached && bytes[0] == OUT_DX_AL)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, reach, PLUGIN_CB_NO_REGISTERS,
                                               &message);
}

/* MOVS, CMPS, STOS, LODS or SCAS after F2 or F3 and perhaps REX. */
static bool is_repeated(const struct qemu_plugin_insn *instruction)
{
    const uint8_t *bytes = qemu_plugin_insn_data(instruction);
    size_t size = qemu_plugin_insn_size(instruction);
    uint8_t operation;

    if (size < 2 || size > 3 || (bytes[0] != 0xf2 && bytes[0] != 0xf3))
        return false;
    if (size == 3 && (bytes[1] & 0xf0) != 0x40)
        return false;
    operation = bytes[size - 1];
    return (operation >= 0xa4 && operation <= 0xa7) || (operation >= 0xaa && operation <= 0xaf);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    uint64_t address = qemu_plugin_tb_vaddr(block);
    size_t count = qemu_plugin_tb_n_insns(block);
    bool iteration = count == 1 && is_repeated(qemu_plugin_tb_get_insn(block, 0));
    struct block *counters;

    (void)id;
    for (size_t i = 0; i < count; i++) {
        look_for_mark(qemu_plugin_tb_get_insn(block, i));
        look_for_linux(qemu_plugin_tb_get_insn(block, i), address);
    }
    if (timed)
        return;
    counters = find_block(address);
    qemu_plugin_register_vcpu_tb_exec_inline(
        block, PLUGIN_INLINE_ADD, iteration ? &counters->iterations : &counters->instructions,
        count);
}

/* The value of "name=value", or NULL. QEMU frees its own strings. */
static const char *option(const char *argument, const char *name)
{
    size_t length = strlen(name);

    return strncmp(argument, name, length) == 0 && argument[length] == '='
               ? strdup(argument + length + 1)
               : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argument_count,
                        char **arguments)
{
    const char *count = argument_count == 2 ? option(arguments[1], "count") : NULL;

    (void)info;
    output = count ? option(arguments[0], "out") : NULL;
    if (!output)
        fail("needs out=FILE,count=work, linux, time or linux-time");
    timed = strstr(count, "time");
    entered.wanted = message.wanted = strncmp(count, "linux", strlen("linux")) == 0;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
