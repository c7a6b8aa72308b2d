/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/scenarios/setup.h"

#include "common/uki/cpio.h"
#include "tests/firmware/fake/run.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/lib/samples.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define GZIP_STORED     UINT64_C(0xffff) /* largest block in bytes: RFC 1951, section 3.2.4 */
#define GZIP_POLYNOMIAL UINT32_C(0xedb88320)

const struct kernel_shape plain_kernel = {
    .bits = 64,
    .segments = {{0x100000, 0x3123, 0x3123}, {0x104000, 0x801, 0x2345}},
    .count = 2,
    .entry = 0x100040,
    .seed = 1,
};

const struct kernel_shape driver_kernel = {
    .bits = 64,
    .segments = {{USUAL_DRIVERS, 0x3000, 0x4000}},
    .count = 1,
    .entry = USUAL_DRIVERS,
    .seed = 6,
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

/* Four bits at a time. */
static uint32_t crc32(const uint8_t *bytes, size_t size)
{
    uint32_t table[16];
    uint32_t sum = UINT32_MAX;

    for (uint32_t i = 0; i < ELEMENTS(table); i++) {
        table[i] = i;
        for (int bit = 0; bit < 4; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? GZIP_POLYNOMIAL : 0);
    }
    for (size_t i = 0; i < size; i++) {
        sum = sum >> 4 ^ table[(sum ^ bytes[i]) & 15];
        sum = sum >> 4 ^ table[(sum ^ bytes[i] >> 4) & 15];
    }
    return ~sum;
}

void put_stored_kernel(const char *path, const struct kernel_shape *shape)
{
    static const uint8_t header[10] = {0x1f, 0x8b, 8};
    size_t size, done = 0;
    uint8_t *bytes = kernel_make(shape, &size);
    uint8_t *packed = malloc(sizeof(header) + size + (size / GZIP_STORED + 1) * 5 + 8);
    uint8_t *at = packed + sizeof(header);

    require(packed);
    memcpy(packed, header, sizeof(header));
    while (done < size) {
        size_t count = min_u64(size - done, GZIP_STORED);

        *at = done + count == size; /* the last block, stored: RFC 1951, section 3.2.4 */
        put_number(at + 1, 2, count);
        put_number(at + 3, 2, ~count & 0xffff);
        memcpy(at + 5, bytes + done, count);
        at += 5 + count;
        done += count;
    }
    put_number(at, 4, crc32(bytes, size));
    put_number(at + 4, 4, size);
    file_put(path, packed, (size_t)(at + 8 - packed));
    expect_kernel(bytes, size);
    free(packed);
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

void put_large_kernel(const char *path, uint64_t text_size, uint64_t data, bool headers_last)
{
    struct kernel_shape kernel = plain_kernel;

    kernel.segments[0].file_size = kernel.segments[0].memory_size = text_size;
    kernel.segments[1].address = data;
    kernel.headers_last = headers_last;
    put_stored_kernel(path, &kernel);
}

void put_module(const char *path, size_t size, const char *command)
{
    expect_module(command);
    put_module_part(path, size);
}

uint8_t *make_archive(const struct archive_shape *shape, uint64_t *ret_size)
{
    struct cpio_file files[ELEMENTS(shape->names)];
    struct cpio_archive archive = {.directory = shape->directory,
                                   .directory_mode = shape->directory_mode,
                                   .file_mode = shape->file_mode,
                                   .files = files};
    uint8_t *bytes;

    for (; archive.count < ELEMENTS(files) && shape->names[archive.count]; archive.count++) {
        const char *name = shape->names[archive.count];

        files[archive.count] = (struct cpio_file){name, (const uint8_t *)name, strlen(name)};
    }
    require(cpio_size(&archive, ret_size));
    require(bytes = malloc(*ret_size));
    cpio_write(&archive, bytes);
    return bytes;
}

void put_smbios(const uint8_t *header, const char *strings, size_t size)
{
    static const EFI_GUID guid = {
        0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};
    static uint8_t structures[2000], entry[24] = {'_', 'S', 'M', '3', '_', 0, 24};
    size_t length = header[1];

    require(length + size + 2 <= sizeof(structures));
    memcpy(structures, header, length);
    memcpy(structures + length, strings, size);
    put_number(entry + 12, 4, length + size + 1);
    put_number(entry + 16, 8, (uintptr_t)structures);
    for (size_t i = 0; i < sizeof(entry); i++)
        entry[5] = (uint8_t)(entry[5] - (i == 5 ? 0 : entry[i]));
    configuration_add(&guid, (uintptr_t)entry);
}

void set_secure_boot(bool enabled)
{
    variable_put(&global_variable_guid, "SecureBoot", &(const uint8_t){enabled}, 1);
    variable_put(&global_variable_guid, "SetupMode", &(const uint8_t){0}, 1);
}

void support_setup(void)
{
    static const uint64_t supported = 1; /* EFI_OS_INDICATIONS_BOOT_TO_FW_UI */

    variable_put(&global_variable_guid, "OsIndicationsSupported", &supported, sizeof(supported));
}

void setup_plain(void)
{
    machine_usual();
    put_kernel("\\vmlinux", &plain_kernel);
}

void setup_without_acpi(void)
{
    machine_add_low();
    physical_add(EfiConventionalMemory, 0x100000, 0x3000000);
    physical_add(EfiACPIReclaimMemory, USUAL_ACPI, USUAL_NVS);
    machine_add_high();
    put_kernel("\\vmlinux", &plain_kernel);
    options_set("vmlinux");
}

void setup_linux(void)
{
    struct kernel_shape kernel = plain_kernel;

    kernel.is_linux = true;
    machine_usual();
    put_kernel("\\vmlinux", &kernel);
}

void setup_kernel_over_nvs(void)
{
    static const struct kernel_shape kernel = {
        .bits = 64,
        .segments = {{USUAL_NVS + 0x2000, 0x3000, 0x5000}},
        .count = 1,
        .entry = USUAL_NVS + 0x2000,
        .seed = 4,
    };

    machine_usual();
    put_kernel("\\kernel", &kernel);
}

void check_all_said(const char *const texts[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!strstr(run_said(), texts[i]))
            run_fail("does not say \"%s\"", texts[i]);
    }
}

size_t count_said(const char *text)
{
    size_t count = 0;

    for (const char *at = run_said(); (at = strstr(at, text)); at++)
        count++;
    return count;
}

void check_loader_variable(const char *name, const char *text)
{
    size_t size;
    const void *value = variable_find(&loader_variable_guid, name, &size);
    CHAR16 *wanted = widen(text);
    size_t wanted_size = (units_length(wanted) + 1) * sizeof(*wanted);

    if (!value || size != wanted_size || memcmp(value, wanted, size) != 0)
        run_fail("%s is not %s", name, text);
    free(wanted);
}
