/* SPDX-License-Identifier: BSD-2-Clause */
/* From a boot request to the kernel. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/bls/options.h"
#include "common/image/elf.h"
#include "efi/boot/kernel_file.h"
#include "efi/boot/modules.h"
#include "efi/firmware/memory_map.h"
#include "pvh/boot_info.h"
#include "pvh/plan.h"

/* All that a boot holds. What it took from the firmware is given back by boot_release(). */
struct boot {
    EFI_HANDLE image;
    const struct boot_request *request;
    struct arena *arena;

    struct kernel kernel;
    struct module_list modules;
    struct boot_info_request info;

    struct memory memory;
    uint64_t rsdp;
    bool overwrite_nvs; /* allowed by the user */

    struct load_plan plan;
    struct error refused;             /* why a stream could not be placed */
    size_t claimed;                   /* how many of the plan's claims are ours now */
    struct plan_ranges reclaimable;   /* ours too: what the kernel is unpacked with */
    struct plan_ranges unallocatable; /* what the firmware would not give */
    struct plan_ranges needed;        /* what must stay RAM in the kernel's map */
};

/*
 * Loads and starts the kernel, where the machine allows that (efi/firmware/machine.h); returns only
 * when that fails, with everything given back, or at the end of a dry run, with EFI_SUCCESS. Prints
 * its own error.
 */
EFI_STATUS boot_run(EFI_HANDLE image, EFI_FILE_HANDLE root, const struct options *options,
                    const struct boot_request *request, struct arena *arena);

/* Prints an error of pvh/ with the file it is about, and returns a status for it. */
EFI_STATUS boot_error(struct boot *boot, const struct error *original);
