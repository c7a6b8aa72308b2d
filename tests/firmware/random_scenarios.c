/* SPDX-License-Identifier: BSD-2-Clause */
/* Any kernel on any machine: the seed decides. */
#include "tests/firmware/scenarios.h"

#include "tests/firmware/files.h"
#include "tests/firmware/firmware.h"
#include "tests/firmware/guest.h"
#include "tests/firmware/machines.h"
#include "tests/firmware/physical.h"
#include "tests/firmware/setup.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOWEST  UINT64_C(0x100000)
#define HIGHEST UINT64_C(0x1800000)

static uint32_t random_type(struct random *random)
{
    static const uint32_t rare[] = {EfiReservedMemoryType,
                                    EfiRuntimeServicesCode,
                                    EfiRuntimeServicesData,
                                    EfiUnusableMemory,
                                    EfiACPIReclaimMemory,
                                    EfiACPIMemoryNVS,
                                    EfiPalCode,
                                    TYPE_PERSISTENT,
                                    TYPE_UNACCEPTED};

    if (random_chance(random, 70))
        return EfiConventionalMemory;
    if (random_chance(random, 80))
        return EfiLoaderCode + (uint32_t)random_below(random, 4);
    return rare[random_below(random, ELEMENTS(rare))];
}

static uint64_t random_pages(struct random *random, uint64_t most)
{
    uint64_t bits = random_below(random, 12);

    return 1 + random_below(random, min_u64(UINT64_C(1) << bits, most));
}

static void random_machine(struct random *random)
{
    uint64_t position = LOWEST;

    machine_add_low();
    while (position < HIGHEST) {
        uint64_t end = position + random_pages(random, 2048) * PAGE_SIZE;

        if (!random_chance(random, 3)) /* else nothing is there */
            physical_add(random_type(random), position, end);
        position = end;
    }
    physical_add(EfiACPIReclaimMemory, USUAL_ACPI, USUAL_NVS);
    machine_add_high();
    machine_add_acpi(USUAL_ACPI);
    memory_ways.stride = 40 + 8 * random_below(random, 4);
    memory_ways.shuffle = random_below(random, 3) ? 0 : random_next(random);
    memory_ways.bottom_up = random_chance(random, 50);
    memory_ways.empty = random_below(random, 3);
}

static struct kernel_shape random_kernel(struct random *random)
{
    uint64_t position = LOWEST + random_below(random, 0x1000) * 0x1000;
    struct kernel_shape shape = {
        .bits = random_chance(random, 50) ? 64 : 32,
        .count = 1 + random_below(random, 6),
        .movable = random_chance(random, 40),
        .align = 0x1000u << random_below(random, 10),
        .min = (uint32_t)random_below(random, 8) * 0x100000,
        .max = UINT32_MAX >> random_below(random, 8),
        .note_last = random_chance(random, 30),
        .seed = random_next(random),
    };

    shape.entry = position;
    for (size_t i = 0; i < shape.count; i++) {
        struct kernel_segment *segment = &shape.segments[i];

        segment->address = position;
        segment->file_size =
            i > 0 && random_chance(random, 10) ? 0 : 1 + random_below(random, 40000);
        segment->memory_size =
            segment->file_size + random_below(random, 3) * random_below(random, 30000);
        position += segment->memory_size;
        position += random_chance(random, 60) ? random_below(random, 9000) : 0;
    }
    return shape;
}

/* Options that name so many modules. */
static void random_modules(struct random *random)
{
    static char options[1000];
    size_t count = random_below(random, 5);
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        char path[32];

        snprintf(path, sizeof(path), "\\m%zu", i);
        put_module(path, 1 + random_below(random, 100000), "");
        length +=
            (size_t)snprintf(options + length, sizeof(options) - length, "--module %s ", path);
    }
    snprintf(options + length, sizeof(options) - length, "kernel one two");
    options_set(options);
    expect_command_line("one two");
}

static void random_boot(uint64_t seed)
{
    struct random random = {seed};
    struct kernel_shape shape;

    random_machine(&random);
    shape = random_kernel(&random);
    put_kernel("\\kernel", &shape);
    random_modules(&random);
}

/* ------------------------------------------------------------------------------------------------
 * The memory maps of real machines
 */

#define MAP_FOLDER "tests/data/maps"
#define REAL_MAPS  40

/* As Linux is linked, with what it has of segments, but smaller. */
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

static int compare_lines(const void *a, const void *b)
{
    const struct map_line *left = a, *right = b;

    return left->range.start < right->range.start ? -1 : left->range.start > right->range.start;
}

/* Adds what has pages here, and the rest as what nobody can allocate. */
static void add_line(const struct map_line *line)
{
    static const struct range borders[] = {
        {0, LOW_MEMORY_START}, {LOW_MEMORY_START, LOW_MEMORY_END}, {LOW_MEMORY_END, UINT64_MAX}};

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

static void machine_real(const char *path)
{
    static struct map_file file;
    uint64_t end = 0;

    read_map_file(path, &file);
    qsort(file.efi, file.efi_count, sizeof(*file.efi), compare_lines);
    for (size_t i = 0; i < file.efi_count; i++) {
        if (range_size(file.efi[i].range) == 0) {
            memory_ways.empty++;
            continue;
        }
        require(file.efi[i].range.start >= end);
        end = file.efi[i].range.end;
        add_line(&file.efi[i]);
    }
}

/* Every map with a kernel as it is linked, one that can be moved, one that may have NVS, one low.
 */
static void real_maps(uint64_t seed)
{
    struct map_file_names names;
    struct kernel_shape shape = seed % 4 < 3 ? linux_kernel : plain_kernel;

    list_map_files(MAP_FOLDER, &names);
    require(names.count == REAL_MAPS); /* or some would not be tried */
    machine_real(names.paths[seed / 4]);
    shape.movable = seed % 4 == 1;
    shape.align = 0x200000;
    shape.min = 0x1000000;
    shape.max = 0x3fffffff;
    put_kernel("\\kernel", &shape);
    put_module("\\initrd", 2 * MIB + 77, "");
    options_set(seed % 4 == 2 ? "--overwrite-acpi-nvs --initrd initrd kernel"
                              : "--initrd initrd kernel");
    if (seed % 4 == 2)
        expect_nvs_allowed();
}

const struct scenario random_scenarios[] = {
    {"real-maps", real_maps, ENDING_ANY, NULL, .seeds = 4 * REAL_MAPS},
    {"random", random_boot, ENDING_ANY, NULL, .seeds = 2000},
    {.name = NULL},
};
