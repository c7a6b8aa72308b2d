/* SPDX-License-Identifier: BSD-2-Clause */
/* Building blocks of scenarios. */
#pragma once

#include "efi/efi.h"

#include "tests/firmware/fake/kernels.h"

#include <stdbool.h>

/* A 64-bit kernel with text, data and bss, at 1 MiB, which fits the usual machine. */
extern const struct kernel_shape plain_kernel;

/* One that is linked where the usual machine has drivers: it is staged. */
extern const struct kernel_shape driver_kernel;

/* Builds a kernel, puts it on the volume and expects it. */
void put_kernel(const char *path, const struct kernel_shape *shape);

/* Puts a compressed kernel of build/samples on the volume, and expects the kernel in it. */
void put_packed_kernel(const char *path, const char *sample);

/* The same with a kernel in stored blocks of gzip. */
void put_stored_kernel(const char *path, const struct kernel_shape *shape);

/*
 * The same with a plain kernel whose text has so many bytes, whose data is at this address behind
 * it, and whose program headers may be last in the file.
 */
void put_large_kernel(const char *path, uint64_t text_size, uint64_t data, bool headers_last);

/* Puts a file of random bytes on the volume, and expects it as (part of) a module. */
void put_module(const char *path, size_t size, const char *command);
void put_module_part(const char *path, size_t size);

/* An archive of Linux's initrd with up to two files, each of which contains its name. */
struct archive_shape {
    const char *directory;
    uint32_t directory_mode, file_mode;
    const char *names[2];
};

/* The archive's bytes, which the caller may free. */
uint8_t *make_archive(const struct archive_shape *shape, uint64_t *ret_size);

/*
 * SMBIOS with one structure: its header and formatted part, and its strings, each with its NUL, of
 * `size` bytes.
 */
void put_smbios(const uint8_t *header, const char *strings, size_t size);

/* Sets Secure Boot's variables: it is enabled or not, and not in setup mode. */
void set_secure_boot(bool enabled);

/* The firmware can restart into its setup. */
void support_setup(void);

/* The usual machine, with a plain kernel \vmlinux. */
void setup_plain(void);

/* The same in a machine whose memory for ACPI tables has none. */
void setup_without_acpi(void);

/* The same as setup_plain() with a kernel that is Linux. */
void setup_linux(void);

/* The usual machine, with a kernel \kernel that is linked inside ACPI NVS and cannot be moved. */
void setup_kernel_over_nvs(void);

/* Fails the run unless the loader's variable `name` holds this text. */
void check_loader_variable(const char *name, const char *text);

/* Whether all of these texts are on the console. */
void check_all_said(const char *const texts[], size_t count);

/* How often a text is on the console. */
size_t count_said(const char *text);
