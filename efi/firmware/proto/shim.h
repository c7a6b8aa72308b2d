/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocols of shim (https://github.com/rhboot/shim): the shim lock of all its versions, and
 * the image loader of 16.0 and later.
 */
#pragma once

#include "efi/efi.h"

#include <assert.h>

/* Also the vendor of shim's variables. */
#define SHIM_LOCK_GUID                                                                             \
    {                                                                                              \
        0x605dab50, 0xe046, 0x4300,                                                                \
        {                                                                                          \
            0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23                                         \
        }                                                                                          \
    }

#define SHIM_IMAGE_LOADER_GUID                                                                     \
    {                                                                                              \
        0x1f492041, 0xfadb, 0x4e59,                                                                \
        {                                                                                          \
            0x9e, 0x57, 0x7c, 0xaf, 0xe7, 0x3a, 0x55, 0xab                                         \
        }                                                                                          \
    }

/* shim stores a file's size in 32 bits with a sign. */
#define SHIM_LARGEST_FILE INT32_MAX

/* On x86-64 shim is called as Linux's programs call each other, not as UEFI does. */
struct shim_lock_protocol {
    EFI_STATUS(__attribute__((sysv_abi)) * verify)(const void *file, UINT32 size);
    void *hash;
    void *context;
};

/* The boot services of these names, with shim's verification. */
struct shim_image_loader_protocol {
    EFI_IMAGE_LOAD load_image;
    EFI_IMAGE_START start_image;
    EFI_EXIT exit;
    EFI_IMAGE_UNLOAD unload_image;
};

static_assert(sizeof(struct shim_lock_protocol) == 3 * sizeof(void *), "shim");
static_assert(sizeof(struct shim_image_loader_protocol) == 4 * sizeof(void *), "shim");
