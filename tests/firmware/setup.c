/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/setup.h"
#include "tests/firmware/run.h"

#include "tests/firmware/files.h"
#include "tests/firmware/guest.h"
#include "tests/firmware/machines.h"
#include "tests/unit/samples.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

const struct kernel_shape plain_kernel = {
    .bits = 64,
    .segments = {{0x100000, 0x3123, 0x3123}, {0x104000, 0x801, 0x2345}},
    .count = 2,
    .entry = 0x100040,
    .seed = 1,
};

void put_kernel(const char *path, const struct kernel_shape *shape)
{
    size_t size;
    uint8_t *bytes = kernel_make(shape, &size);

    file_put(path, bytes, size);
    expect_kernel(bytes, size);
}

void put_packed_kernel(const char *path, const char *sample)
{
    struct sample packed = sample_read(sample);
    struct sample plain = sample_read(strncmp(sample, "large", 5) == 0 ? "large" : "elf");

    file_put(path, packed.bytes, packed.size);
    expect_kernel(plain.bytes, plain.size);
}

void put_module_part(const char *path, size_t size)
{
    uint8_t *bytes = malloc(size);

    require(bytes);
    fill_random(bytes, size, size);
    file_put(path, bytes, size);
    expect_module_part(bytes, size);
    free(bytes);
}

void put_module(const char *path, size_t size, const char *command)
{
    expect_module(command);
    put_module_part(path, size);
}

void setup_plain(void)
{
    machine_usual();
    put_kernel("\\vmlinux", &plain_kernel);
}
