/* SPDX-License-Identifier: BSD-2-Clause */
/* Units of size. */
#pragma once

#include <stdint.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)

/* The page size of x86, and of UEFI's memory map (UEFI 2.10, section 7.2.1). */
#define PAGE_SIZE UINT64_C(4096)

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
