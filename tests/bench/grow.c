/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does the loader's work for N items, between the marks, on the host:
 *
 *     grow descriptors N KERNEL    the memory map, and its E820 table
 *     grow modules N KERNEL        the load plan of KERNEL with so many modules
 *     grow entries N KERNEL        entry files: parsing, order, labels, default
 *
 * Items are shuffled. KERNEL is an ELF file.
 */
#include "common/base/sort.h"
#include "common/bls/entry.h"
#include "common/bls/entry_default.h"
#include "common/bls/entry_label.h"
#include "common/bls/entry_order.h"
#include "common/bls/type1.h"
#include "pvh/e820.h"
#include "pvh/plan.h"
#include "tests/bench/marks.h"
#include "tools/pvhinfo/host/arena.h"
#include "tools/pvhinfo/host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRIDE       48
#define PIECE        (4 * MIB) /* of memory; the first 4 GiB have room for a kernel in between */
#define CONVENTIONAL 7
#define RESERVED     0
#define MODULE_SIZE  (64 * KIB)
#define ENTRY_TEXT   400

static void __attribute__((noreturn)) fail(const char *reason)
{
    fprintf(stderr, "grow: %s\n", reason);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        fail("out of memory");
    return memory;
}

/* The numbers 0 .. count - 1 in a reproducible random order. */
static size_t *shuffled(size_t count)
{
    size_t *order = allocate(count, sizeof(*order));
    uint32_t random = 1;

    for (size_t i = 0; i < count; i++) {
        size_t at = (random = random * 1664525 + 1013904223) % (i + 1);

        order[i] = order[at];
        order[at] = i;
    }
    return order;
}

/* Alternating free and reserved memory, so that nothing can be merged. */
static struct firmware_map make_map(size_t count)
{
    struct firmware_map map = {allocate(count, STRIDE), count * STRIDE, STRIDE};
    uint8_t *bytes = allocate(count, STRIDE);
    size_t *order = shuffled(count);

    for (size_t i = 0; i < count; i++) {
        uint32_t type = order[i] % 2 ? RESERVED : CONVENTIONAL;
        uint64_t start = order[i] * PIECE;
        uint64_t pages = (type == RESERVED ? 1 : PIECE / PAGE_SIZE - order[i] % 7 - 1);

        memcpy(bytes + i * STRIDE, &type, sizeof(type));
        memcpy(bytes + i * STRIDE + 8, &start, sizeof(start));
        memcpy(bytes + i * STRIDE + 24, &pages, sizeof(pages));
    }
    map.descriptors = bytes;
    free(order);
    return map;
}

static void build_map(struct memory_map *map, const struct firmware_map *firmware,
                      struct arena *arena)
{
    static const struct map_overlays overlays = {.ecam_count = 0};
    size_t count = firmware->size / firmware->stride;
    struct error error;

    if (!memory_map_reserve(map, arena, count, 0, &error) ||
        !memory_map_build(map, firmware, &overlays, &error))
        fail("no memory map");
}

static void grow_descriptors(size_t count, struct arena *arena)
{
    struct firmware_map firmware = make_map(count);
    struct memory_map map;
    struct e820_table table;
    struct error error;

    MARK(MARK_BEGIN);
    build_map(&map, &firmware, arena);
    if (!e820_reserve(&table, arena, &map, &error) || !e820_build(&table, &map, NULL, 0, &error))
        fail("no E820 table");
    MARK(MARK_END);
}

static void grow_modules(size_t count, const char *kernel, struct arena *arena)
{
    struct plan_request request = {.module_count = count, .boot_info_size = PAGE_SIZE};
    uint64_t *sizes = allocate(count, sizeof(*sizes));
    struct firmware_map firmware = make_map(600); /* a realistic number for 2 GiB */
    struct host_file file;
    struct elf_image image;
    struct memory_map map;
    struct load_plan plan = {.module_count = 0};
    struct error error;

    for (size_t i = 0; i < count; i++)
        sizes[i] = MODULE_SIZE;
    build_map(&map, &firmware, arena);
    if (!host_file_open(kernel, &file) || !elf_read(&file.source, arena, &image, &error))
        fail("KERNEL cannot be read");
    request.image = &image;
    request.module_sizes = sizes;
    MARK(MARK_BEGIN);
    if (!plan_make(&request, &map, arena, &plan, &error))
        fail("no plan");
    MARK(MARK_END);
}

static void grow_entries(size_t count, struct arena *arena)
{
    static const struct default_selection selection = {.saved = ""};
    struct boot_entry *entries = allocate(count, sizeof(*entries));
    char(*names)[32] = allocate(count, sizeof(*names));
    char(*texts)[ENTRY_TEXT] = allocate(count, sizeof(*texts));
    size_t *order = shuffled(count);

    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "entry-%06zu.conf", order[i]);
        snprintf(texts[i], sizeof(texts[i]),
                 "title Linux\nversion 6.1.%zu-13-amd64\nsort-key debian\nlinux /vmlinuz\n"
                 "initrd /initrd.img\noptions root=/dev/sda2 ro\n",
                 order[i]);
    }
    MARK(MARK_BEGIN);
    for (size_t i = 0; i < count; i++) {
        struct entry_source source = {.kind = ENTRY_TYPE1, .file_name = names[i]};

        if (!type1_parse(&source, texts[i], strlen(texts[i]), arena, &entries[i]))
            fail("out of memory");
    }
    sort(entries, count, sizeof(*entries), entry_compare);
    if (!entries_make_labels(entries, count, arena) ||
        entries_choose_default(entries, count, &selection) != 0)
        fail("no default entry");
    MARK(MARK_END);
}

int main(int argument_count, char **arguments)
{
    struct arena arena = host_arena();
    size_t count = argument_count > 2 ? strtoul(arguments[2], NULL, 10) : 0;

    if (argument_count == 4 && strcmp(arguments[1], "descriptors") == 0)
        grow_descriptors(count, &arena);
    else if (argument_count == 4 && strcmp(arguments[1], "modules") == 0)
        grow_modules(count, arguments[3], &arena);
    else if (argument_count == 4 && strcmp(arguments[1], "entries") == 0)
        grow_entries(count, &arena);
    else
        fail("usage: grow descriptors|modules|entries N KERNEL");
    return 0;
}
