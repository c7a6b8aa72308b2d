/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI overlay: an RSDP of our own for the kernel, whose root tables list the firmware's tables
 * at their addresses and ours beside them. So the kernel gets what firmware has no table for: the
 * screen, what the loader has said, and the TPM's event log. Nothing of the firmware's is written.
 *
 *     +------+------+------+------+------+----------------+-------------+---------------+
 *     | RSDP | XSDT | RSDT | TPM2 | SSDT | coreboot table | loader's log| TPM event log |
 *     +------+------+------+------+------+----------------+-------------+---------------+
 *
 * One block, below 4 GiB, of E820 type 3. The SSDT has a device BOOT0000 whose memory is the
 * coreboot table, which Linux knows (drivers/firmware/google/coreboot_table.c): its record 0x12 is
 * the framebuffer, 0x17 the log. RSDT is there if the firmware has a valid one, TPM2, in place of the
 * firmware's, if an event log is wanted.
 */
#pragma once

#include "common/acpi/memory.h"
#include "common/acpi/root_copy.h"
#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/overlay/framebuffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acpi_overlay_request {
    const struct framebuffer *framebuffer; /* NULL for none; left out unless it is known */
    uint32_t log_size;                     /* bytes of text that there is room for; 0: no log */
    uint32_t event_log_size;               /* bytes; 0: the firmware's TPM2 table stays */
};

/* An overlay that has been measured. All that it needs of the firmware's tables is in the arena. */
struct acpi_overlay {
    uint64_t size;     /* of the block, in whole pages; 0: there is nothing to tell the kernel */
    uint32_t log_size; /* 0: no log, also where the firmware has a coreboot table of its own */
    uint32_t event_log_size; /* 0: no event log, also where the firmware's TPM2 table names one */
    bool has_framebuffer;

    /* The rest is acpi_overlay.c's own. */
    struct framebuffer framebuffer;
    struct acpi_root_copy roots;
    uint8_t *tpm2_copy;
    uint32_t tpm2_size;
    struct {
        uint64_t xsdt, rsdt, ssdt, tpm2, coreboot, log, event_log;
    } offset; /* in the block, of what is there; the RSDP is at 0 */
};

/*
 * Reads the firmware's tables from the RSDP at physical `rsdp`, which acpi_check_rsdp() accepted,
 * and lays out the block. Fails with ERROR_ACPI_ROOT_DAMAGED or ERROR_OUT_OF_MEMORY; the kernel is
 * then given the firmware's RSDP.
 */
bool acpi_overlay_measure(struct acpi_memory *memory, uint64_t rsdp,
                          const struct acpi_overlay_request *request, struct arena *arena,
                          struct acpi_overlay *ret_overlay, struct error *ret_error);

/* True if the firmware has a TPM2 table without an event log. */
bool acpi_overlay_wants_event_log(struct acpi_memory *memory, uint64_t rsdp);

/*
 * The size of the block, in bytes, where the tables fit into a page, as those of all machines that
 * are known do, and logs that are there need more than one page.
 */
uint64_t acpi_overlay_usual_size(uint32_t log_size, uint32_t event_log_size);

/*
 * Replaces the framebuffer, if there is one: with another one, or by none if that is NULL or not
 * known. Size and layout stay.
 */
void acpi_overlay_set_framebuffer(struct acpi_overlay *overlay,
                                  const struct framebuffer *framebuffer);

/*
 * Writes the whole block of overlay->size bytes; its final place is physical `address`, a page
 * below 4 GiB with room for all of it. Both logs are empty.
 */
void acpi_overlay_write(const struct acpi_overlay *overlay, void *block, uint64_t address);

/* The physical address of the RSDP in a block at `address`. */
uint64_t acpi_overlay_rsdp(const struct acpi_overlay *overlay, uint64_t address);

/* Writes the loader's log into a written block, if it has one: the end of a text that is longer. */
void acpi_overlay_write_log(const struct acpi_overlay *overlay, void *block, const char *text,
                            size_t length);

/* Where overlay->event_log_size zeroed bytes of a written block wait for the event log, or NULL. */
void *acpi_overlay_event_log(const struct acpi_overlay *overlay, void *block);
