/* SPDX-License-Identifier: BSD-2-Clause */
/* All that a boot holds, for the steps of efi/boot/boot.c. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/bls/boot_request.h"
#include "efi/boot/boot_map.h"
#include "efi/boot/kernel_file.h"
#include "efi/boot/modules.h"
#include "efi/firmware/acpi.h"

/* Memory that is the boot's: taken by efi/boot/reserve.c, given back by reserve_release(). */
struct reservation {
    size_t claimed;                   /* how many of the plan's claims are ours now */
    struct plan_ranges reclaimable;   /* ours too: what the kernel is unpacked with */
    struct plan_ranges unallocatable; /* what the firmware would not give */
};

struct boot {
    EFI_HANDLE image;
    const struct boot_request *request;
    struct arena *arena;
    bool overwrite_nvs; /* allowed by the user */

    struct kernel kernel;
    struct module_list modules;

    struct boot_map map; /* with the plan and what the kernel is told */
    struct acpi_tables acpi;
    struct reservation reservation;
};

static inline struct load_plan *boot_plan(struct boot *boot)
{
    return &boot->map.preparation.plan;
}
