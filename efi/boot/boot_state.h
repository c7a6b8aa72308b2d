/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a boot, shared by the steps of efi/boot/boot.c. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/bls/boot_request.h"
#include "efi/boot/boot_map.h"
#include "efi/boot/kernel_file.h"
#include "efi/boot/modules.h"
#include "efi/boot/trust_state.h"
#include "efi/console/graphics.h"
#include "efi/firmware/acpi.h"
#include "efi/firmware/tpm.h"
#include "pvh/overlay/acpi_overlay.h"

/* Memory owned by the boot: taken by efi/boot/reserve.c, released by reserve_release(). */
struct reservation {
    size_t claimed;                   /* how many of the plan's claims have been allocated */
    struct plan_ranges reclaimable;   /* owned: the kernel's unpacking buffers */
    struct plan_ranges unallocatable; /* not owned: free in the map, but must not be allocated */
};

/* The kernel's copy of the TPM's event log, from efi/boot/event_log.c. */
struct event_log {
    struct tcg_log_area area; /* in the overlay; of size 0: no copy was made */
    struct tcg_final_events final_events;
    uint64_t known; /* number of final events that the copy has */
};

struct boot {
    EFI_HANDLE image;
    const struct boot_request *request;
    struct trust *trust;
    struct arena *arena;
    bool overwrite_nvs; /* the user allows loading over ACPI NVS */
    bool no_overlay;    /* the kernel gets the firmware's ACPI tables as they are */
    bool pass_framebuffer;

    struct boot_files initrds; /* the request's, and archives of its extras */
    const char *command_line;  /* the kernel's, without what overlay.c may put in front */
    struct kernel kernel;
    bool kernel_verified; /* by the firmware or shim, which have measured its file into PCR 4 */
    struct module_list modules;

    struct boot_map map; /* with the plan and the boot info */
    struct acpi_tables acpi;
    struct graphics graphics;
    struct acpi_overlay overlay; /* of size 0: none */
    struct event_log event_log;
    struct reservation reservation;
};

static inline struct load_plan *boot_plan(struct boot *boot)
{
    return &boot->map.preparation.plan;
}
