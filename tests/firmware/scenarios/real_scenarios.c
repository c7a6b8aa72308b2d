/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory maps of real machines, each with the kernels of the boot tests. The expected result is
 * derived from the lines of the map's file and the kernel's headers.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP_FOLDER  "tests/data/maps"
#define MORE_FOLDER "tests/data/maps/efi-only"
#define REAL_MAPS   43
#define SMALL_MAP   "tests/data/maps/gen-ovmf-deb12-q35-160M.map"

#define KERNEL "\\kernel"

#define INITRD_SIZE (2 * MIB + 77)

/* Room for all but the kernel and the initrd; with less, the result is not predicted. */
#define ROOM_FOR_THE_REST (4 * MIB)

/* ------------------------------------------------------------------------------------------------
 * Maps
 */

static struct map_file map;
static const char *map_name;

static int compare_lines(const void *a, const void *b)
{
    const struct map_line *left = a, *right = b;

    return left->range.start < right->range.start ? -1 : left->range.start > right->range.start;
}

/* Adds memory that can be mapped here; the rest is added as memory that cannot be allocated. */
static void add_line(const struct map_line *line)
{
    static const struct range borders[] = {{0, HOST_MEMORY_START},
                                           {HOST_MEMORY_START, HOST_MEMORY_END},
                                           {HOST_MEMORY_END, UINT64_MAX}};

    for (size_t i = 0; i < ELEMENTS(borders); i++) {
        struct range part = range_intersect(line->range, borders[i]);
        uint32_t type = line->type;

        if (range_size(part) == 0)
            continue;
        if (type == EfiConventionalMemory && i != 1 && part.start < 4 * GIB)
            type = EfiBootServicesData;
        physical_add_with(type, part.start, part.end, line->attributes);
    }
}

static const char *map_path(size_t index)
{
    struct map_file_names names, more;

    list_map_files(MAP_FOLDER, &names);
    list_map_files(MORE_FOLDER, &more);
    require(names.count + more.count == REAL_MAPS); /* or the list is out of date */
    return index < names.count ? names.paths[index] : more.paths[index - names.count];
}

static void machine_real(size_t index)
{
    uint64_t end = 0;

    map_name = map_path(index);
    read_map_file(map_name, &map);
    qsort(map.efi, map.efi_count, sizeof(*map.efi), compare_lines);
    for (size_t i = 0; i < map.efi_count; i++) {
        if (range_size(map.efi[i].range) == 0) {
            memory_ways.empty++;
            continue;
        }
        require(map.efi[i].range.start >= end);
        end = map.efi[i].range.end;
        add_line(&map.efi[i]);
    }
}

/* ------------------------------------------------------------------------------------------------
 * The expected result
 */

static bool nvs_is_allowed;

/* The range of a kernel that cannot be moved, if it is in use; empty otherwise. */
static struct range refused;

static bool becomes_ram(const struct map_line *line)
{
    if (line->type == EfiACPIMemoryNVS)
        return nvs_is_allowed;
    return ((line->type >= EfiLoaderCode && line->type <= EfiBootServicesData) ||
            line->type == EfiConventionalMemory) &&
           !(line->attributes & ATTRIBUTE_SPECIAL);
}

/* The end of the RAM that starts at `position`, at most `end`. */
static uint64_t find_end_of_ram(uint64_t position, uint64_t end)
{
    for (size_t i = 0; i < map.efi_count && position < end; i++) {
        if (range_contains(map.efi[i].range, position) && becomes_ram(&map.efi[i]))
            position = min_u64(map.efi[i].range.end, end);
    }
    return position;
}

static bool is_all_ram(struct range range)
{
    range = range_to_pages(range);
    return find_end_of_ram(range.start, range.end) == range.end;
}

/* Segments, and gaps of up to 2 MiB before them, must be RAM. */
static bool is_place_ram(const struct kernel_facts *kernel)
{
    for (size_t i = 0; i < kernel->count; i++) {
        uint64_t start = kernel->segments[i].address;
        struct range part =
            range_to_pages((struct range){start, start + kernel->segments[i].memory_size});
        uint64_t below = 0;

        for (size_t j = 0; j < kernel->count; j++) {
            uint64_t end =
                align_up(kernel->segments[j].address + kernel->segments[j].memory_size, PAGE_SIZE);

            if (end <= part.start)
                below = max_u64(below, end);
        }
        if (part.start - below <= 2 * MIB)
            part.start = max_u64(below, align_down(kernel->span.start, PAGE_SIZE));
        if (!is_all_ram(part))
            return false;
    }
    return true;
}

/* Tries all multiples of the alignment. */
static bool can_be_moved(const struct kernel_facts *kernel)
{
    uint64_t size = range_size(kernel->span);

    if (!kernel->movable)
        return false;
    for (uint64_t start = align_up(kernel->min, kernel->align); start + size - 1 <= kernel->max;
         start += kernel->align) {
        if (is_all_ram((struct range){start, start + size}))
            return true;
    }
    return false;
}

/* The number of free bytes in a range. */
static uint64_t count_free(struct range range)
{
    uint64_t size = 0;

    for (size_t i = 0; i < map.efi_count; i++) {
        if (map.efi[i].type == EfiConventionalMemory)
            size += range_size(range_intersect(map.efi[i].range, range));
    }
    return size;
}

/* True when a free range outside the kernel's has `needed` bytes. */
static bool has_room(struct range span, uint64_t needed)
{
    const struct range sides[] = {{MIB, span.start}, {span.end, HOST_MEMORY_END}};

    for (size_t i = 0; i < map.efi_count * ELEMENTS(sides); i++) {
        const struct map_line *line = &map.efi[i / ELEMENTS(sides)];
        struct range part = range_intersect(line->range, sides[i % ELEMENTS(sides)]);

        if (line->type == EfiConventionalMemory && range_size(part) >= needed)
            return true;
    }
    return false;
}

/*
 * Besides the kernel there must be room for its staged parts, for the initrd and for the rest. A
 * kernel that is moved may use up a free range.
 */
static enum ending judge_room(struct range span, bool moves)
{
    uint64_t staged = range_size(span) - count_free(span);
    uint64_t free = count_free((struct range){0, 4 * GIB}) - count_free(span);

    if (!moves && free < staged + INITRD_SIZE)
        return ENDING_ERROR;
    if (has_room(span, (moves ? 2 * range_size(span) : staged) + INITRD_SIZE + ROOM_FOR_THE_REST))
        return ENDING_BOOT;
    require(strcmp(map_name, SMALL_MAP) == 0); /* only there it depends on the free ranges */
    return ENDING_ANY;
}

static void expect_verdict(const struct kernel_facts *kernel)
{
    struct range span = range_to_pages(kernel->span);
    bool moves = !is_place_ram(kernel);

    refused = (struct range){0, 0};
    if (moves && !can_be_moved(kernel)) {
        refused = span;
        run_expect(ENDING_ERROR);
        return;
    }
    run_expect(judge_room(span, moves));
}

/* The message names one range that is in the kernel's way. */
static void check_message(void)
{
    for (uint64_t page = refused.start; page < refused.end; page += PAGE_SIZE) {
        char start[32];

        snprintf(start, sizeof(start), " 0x%llx-", (unsigned long long)page);
        if (find_end_of_ram(page, page + PAGE_SIZE) == page && strstr(run_said(), start))
            return;
    }
    if (range_size(refused) > 0)
        run_fail("the message does not say what is in the kernel's way");
}

/* ------------------------------------------------------------------------------------------------
 * Kernels
 */

/* Boots \kernel, which contains `elf`. */
static void boot_on_map(size_t index, const char *elf, bool overwrite_nvs)
{
    struct kernel_facts kernel;
    size_t size;
    const uint8_t *bytes = file_bytes(elf, &size);

    machine_real(index);
    kernel_read(bytes, size, &kernel);
    expect_kernel(bytes, size);
    put_module("\\initrd", INITRD_SIZE, "");
    options_set(overwrite_nvs ? "--overwrite-acpi-nvs --initrd initrd kernel"
                              : "--initrd initrd kernel");
    nvs_is_allowed = overwrite_nvs;
    if (overwrite_nvs)
        expect_nvs_allowed();
    expect_verdict(&kernel);
}

/* Linked like Linux, with the same segments, but smaller. */
static const struct kernel_shape linux_kernel = {
    .bits = 64,
    .segments = {{0x1000000, 0x80123, 0x80123},
                 {0x1200000, 0x30000, 0x30000},
                 {0x1280000, 0x2a000, 0x2a000},
                 {0x12b0000, 0x41000, 0x181000}},
    .count = 4,
    .entry = 0x1000850,
    .seed = 7,
};

/* A kernel that cannot be moved, one that can, one that may use NVS, and one linked low. */
#define MADE_KERNELS 4

static void made_kernels(uint64_t seed)
{
    size_t variant = seed % MADE_KERNELS;
    struct kernel_shape shape = variant < 3 ? linux_kernel : plain_kernel;

    shape.movable = variant == 1;
    shape.align = 0x200000;
    shape.min = 0x1000000;
    shape.max = 0x3fffffff;
    put_kernel(KERNEL, &shape);
    boot_on_map(seed / MADE_KERNELS, KERNEL, variant == 2);
}

/* Those of the boot tests. */
#define KERNEL_PATTERN "build/kernel/tk[!b]*.elf" /* tkbig is with the large ones below */
#define TEST_KERNELS   12

static void test_kernels(uint64_t seed)
{
    glob_t kernels;

    require(glob(KERNEL_PATTERN, 0, NULL, &kernels) == 0);
    require(kernels.gl_pathc == TEST_KERNELS); /* or the list is out of date */
    file_put_host(KERNEL, kernels.gl_pathv[seed % TEST_KERNELS]);
    boot_on_map(seed / TEST_KERNELS, KERNEL, false);
}

/* Debian's, and the large ones of the boot tests. */
#define LARGE_KERNELS  4
#define PACKED_KERNELS 3 /* the first of them */

static const struct {
    const char *elf;
    const char *packed; /* with lz4, zstd and xz */
} large_kernels[LARGE_KERNELS] = {
    {"build/deps/kernels/6.1-cloud/vmlinux", "build/deps/kernels/6.1-cloud/vmlinuz"},
    {"build/deps/kernels/6.12-cloud/vmlinux", "build/deps/kernels/6.12-cloud/vmlinuz"},
    {"build/deps/kernels/6.1-amd64/vmlinux", "build/deps/kernels/6.1-amd64/vmlinuz"},
    {"build/kernel/tkbig.elf", NULL},
};

static void large(uint64_t seed)
{
    file_put_host(KERNEL, large_kernels[seed % LARGE_KERNELS].elf);
    boot_on_map(seed / LARGE_KERNELS, KERNEL, false);
}

static void large_with_nvs(uint64_t seed)
{
    file_put_host(KERNEL, large_kernels[seed % LARGE_KERNELS].elf);
    boot_on_map(seed / LARGE_KERNELS, KERNEL, true);
}

/* Only some of the maps. */
#define MAP_STEP  8
#define SOME_MAPS (REAL_MAPS / MAP_STEP)

/* A kernel that cannot be moved and one that can. */
static void some_large(uint64_t seed)
{
    file_put_host(KERNEL, large_kernels[seed % 2].elf);
    boot_on_map(seed / 2 * MAP_STEP, KERNEL, false);
}

static void packed(uint64_t seed)
{
    file_put_host(KERNEL, large_kernels[seed % PACKED_KERNELS].packed);
    file_put_host("\\elf", large_kernels[seed % PACKED_KERNELS].elf);
    boot_on_map(seed / PACKED_KERNELS * MAP_STEP, "\\elf", false);
}

const struct scenario real_scenarios[] = {
    {"real-maps", made_kernels, ENDING_ANY, NULL, check_message, .seeds = MADE_KERNELS * REAL_MAPS},
    {"real-test-kernels", test_kernels, ENDING_ANY, NULL, check_message,
     .seeds = TEST_KERNELS * REAL_MAPS},
    {"real-some-large", some_large, ENDING_ANY, NULL, check_message, .seeds = 2 * SOME_MAPS},
    {"real-large", large, ENDING_ANY, NULL, check_message, .seeds = LARGE_KERNELS * REAL_MAPS,
     .thorough = true},
    {"real-large-with-nvs", large_with_nvs, ENDING_ANY, NULL, check_message,
     .seeds = LARGE_KERNELS * REAL_MAPS, .thorough = true},
    {"real-packed", packed, ENDING_ANY, NULL, check_message, .seeds = PACKED_KERNELS * SOME_MAPS,
     .thorough = true},
    {.name = NULL},
};
