/* SPDX-License-Identifier: BSD-2-Clause */
/* Random kernels on random machines, by the seed. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

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

        if (!random_chance(random, 3)) /* else a hole */
            physical_add(random_type(random), position, end);
        position = end;
    }
    machine_add_tables();
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

/* Adds options with a random number of modules. */
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

const struct scenario random_scenarios[] = {
    {"random", random_boot, ENDING_ANY, NULL, .seeds = 2000},
    {.name = NULL},
};
