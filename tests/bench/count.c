/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU: counts executed instructions by the address of their block, from MARK_BEGIN to
 * MARK_END. One line a block, "address instructions iterations", goes to the file of the argument
 * out=FILE when MARK_END is executed; without that mark there is no file.
 *
 * QEMU executes a REP string instruction an iteration at a time, each as a block of its own, which
 * hardware does not: these are counted apart.
 */
#include "tests/bench/marks.h"
#include "tests/bench/plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS (1u << 20) /* a power of two; firmware from power-on has some ten thousand */

struct block {
    uint64_t address;
    uint64_t instructions;
    uint64_t iterations;
};

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

static struct block blocks[BLOCKS];
static size_t used;
static const char *output;

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

static void begin(unsigned cpu, void *data)
{
    (void)cpu;
    (void)data;
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i].instructions = blocks[i].iterations = 0;
}

static void end(unsigned cpu, void *data)
{
    FILE *file = fopen(output, "w");

    (void)cpu;
    (void)data;
    if (!file)
        fail("the output file cannot be written");
    for (size_t i = 0; i < BLOCKS; i++) {
        const struct block *block = &blocks[i];

        if (block->instructions + block->iterations > 0)
            fprintf(file, "%#" PRIx64 " %" PRIu64 " %" PRIu64 "\n", block->address,
                    block->instructions, block->iterations);
    }
    if (fclose(file) != 0)
        fail("the output file cannot be written");
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
    struct block *counters = find_block(qemu_plugin_tb_vaddr(block));
    size_t count = qemu_plugin_tb_n_insns(block);
    bool iteration = count == 1 && is_repeated(qemu_plugin_tb_get_insn(block, 0));

    (void)id;
    for (size_t i = 0; i < count; i++)
        look_for_mark(qemu_plugin_tb_get_insn(block, i));
    qemu_plugin_register_vcpu_tb_exec_inline(
        block, PLUGIN_INLINE_ADD, iteration ? &counters->iterations : &counters->instructions,
        count);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argument_count,
                        char **arguments)
{
    (void)info;
    if (argument_count != 1 || strncmp(arguments[0], "out=", 4) != 0)
        fail("needs out=FILE");
    output = strdup(arguments[0] + 4); /* QEMU frees its own */
    if (!output)
        fail("out of memory");
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
