/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/own_image.h"

#include "common/base/units.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <string.h>

static struct pe_file file;
static uint64_t place;

void own_image_add(const char *name, const void *bytes, size_t size)
{
    if (!file.bytes)
        pe_file_start(&file);
    (void)pe_file_add(&file, name, bytes, size);
}

void own_image_add_text(const char *name, const char *text)
{
    own_image_add(name, text, strlen(text));
}

void own_image_install(uint64_t address)
{
    require(physical_change(EfiLoaderCode, (struct range){address, address + file.size}));
    physical_write(address, file.bytes, file.size);
    place = address;
    fake_loaded_image.ImageBase = (void *)(uintptr_t)address;
    fake_loaded_image.ImageSize = file.size;
}

uint64_t own_image_address(size_t section)
{
    const uint8_t *row = pe_file_row(&file, section);

    return place + (row[12] | (uint64_t)row[13] << 8 | (uint64_t)row[14] << 16);
}

struct pe_file *own_image_file(void)
{
    return &file;
}
