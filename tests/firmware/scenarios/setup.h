/* SPDX-License-Identifier: BSD-2-Clause */
/* What scenarios are put together from. */
#pragma once

#include "efi/efi.h"

#include "tests/firmware/fake/kernels.h"

/* A kernel of 64 bits with a text, a data and a bss, at 1 MiB: it fits the usual machine. */
extern const struct kernel_shape plain_kernel;

/* Makes a kernel, puts it on the volume and expects it. */
void put_kernel(const char *path, const struct kernel_shape *shape);

/* Puts one of the packed kernels of tests/samples on the volume, and expects what is in it. */
void put_packed_kernel(const char *path, const char *sample);

/* The same as gzip makes it of what it cannot compress. */
void put_stored_kernel(const char *path, const struct kernel_shape *shape);

/* Puts a file of random bytes on the volume, and expects it as (part of) a module. */
void put_module(const char *path, size_t size, const char *command);
void put_module_part(const char *path, size_t size);

/* The usual machine, with a plain kernel \vmlinux. */
void setup_plain(void);
