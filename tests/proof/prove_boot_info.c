/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot info: what is written has its place in the block, apart from all else, with the NULs and
 * the room that kernels read behind command lines.
 * Bounds: command lines of any length, MODULES modules. Which bytes are copied is not proven.
 *
 * with: tests/proof/proof_copies.c
 * cbmc: -DMODULES=1 --unwind 3
 * full: -DMODULES=2 --unwind 4
 */
#include "pvh/boot_info.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

static size_t lengths[MODULES + 1];
static const char *texts[MODULES + 1];
static struct plan_module modules[MODULES];
static struct load_plan plan = {.modules = modules};
static struct boot_info_request request = {.module_commands = texts + 1};

/* Texts are only as long as they say: nothing else of them matters here. */
size_t strlen(const char *text)
{
    for (size_t i = 0; i <= MODULES; i++) {
        if (text == texts[i])
            return lengths[i];
    }
    return nondet_size();
}

static void any_request(void)
{
    for (size_t i = 0; i <= MODULES; i++) {
        lengths[i] = nondet_size();
        ASSUME(lengths[i] <= INT32_MAX);
        texts[i] = malloc(lengths[i] + 1);
        ASSUME(texts[i] && !*texts[i] == !lengths[i]);
        if (i > 0 && nondet_bool())
            texts[i] = NULL;
    }
    request.command_line = texts[0];
    request.module_count = nondet_size();
    request.command_line_room = nondet_u32();
    ASSUME(request.module_count <= MODULES);
    plan.boot_info.start = nondet_u64();
    ASSUME(plan.boot_info.start <= BOOT_INFO_LIMIT && plan.boot_info.start % PAGE_SIZE == 0);
}

/* Where what is behind the command line of a module, or of the kernel, begins in the block. */
static uint64_t next_text(const struct hvm_modlist_entry *entries, size_t from, uint64_t size)
{
    for (size_t i = from; i < request.module_count; i++) {
        if (entries[i].cmdline_paddr)
            return entries[i].cmdline_paddr - plan.boot_info.start;
    }
    return size;
}

static void prove_write(uint64_t rsdp)
{
    const struct hvm_modlist_entry *entries;
    struct hvm_start_info *info;
    uint64_t size, base, start;
    uint8_t *block;

    any_request();
    if (!boot_info_size(&request, &size))
        return;
    PROVE(size >= MODLIST_OFFSET && size <= 2 * MAX_STRING, "the block is bounded");
    block = malloc(size);
    ASSUME(block);
    boot_info_write(block, &request, &plan, rsdp);
    info = (struct hvm_start_info *)block;
    entries = (const struct hvm_modlist_entry *)(block + MODLIST_OFFSET);
    base = plan.boot_info.start;
    PROVE(info->magic == HVM_START_MAGIC && info->nr_modules == request.module_count &&
              info->rsdp_paddr == rsdp && info->memmap_paddr == base + MEMMAP_OFFSET,
          "the start info says what there is");
    start = info->cmdline_paddr - base;
    PROVE(start >= MODLIST_OFFSET + request.module_count * sizeof(*entries),
          "the command line is behind the modules");
    PROVE(next_text(entries, 0, size) >=
              start + max_u64(lengths[0], request.command_line_room) + COMMAND_LINE_NULS,
          "it has room, and NULs behind it");
    PROVE(size - start >= LINUX_COMMAND_LINE_SIZE, "what Linux copies is in the block");
    for (size_t i = 0; i < request.module_count; i++) {
        bool has_text = texts[i + 1] && lengths[i + 1] > 0;

        PROVE(!entries[i].cmdline_paddr == !has_text, "a module has its command line, if any");
        PROVE(entries[i].paddr == modules[i].range.start &&
                  entries[i].size == range_size(modules[i].range),
              "the list says where modules are");
        if (has_text)
            PROVE(next_text(entries, i + 1, size) >=
                      entries[i].cmdline_paddr - base + lengths[i + 1] + COMMAND_LINE_NULS,
                  "NULs are behind it too");
    }
}

static void prove_memory_map(uint64_t size)
{
    static struct hvm_memmap_entry map[E820_MAX_ENTRIES];
    struct e820_table table = {.entries = map, .count = nondet_size()};
    uint8_t *block;

    ASSUME(table.count <= E820_MAX_ENTRIES && size >= MODLIST_OFFSET && size <= MAX_STRING);
    block = malloc(size);
    ASSUME(block);
    boot_info_write_memmap(block, &table);
    PROVE(((struct hvm_start_info *)block)->memmap_entries == table.count, "all entries are there");
}
