/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI overlay: each of its parts has a place of its own in the block, and the loader's log
 * stays in its own.
 * Bounds: root tables of up to 1024 entries, as acpi_copy_roots() has them; a TPM2 table of up to
 * 1 MiB; logs of any size. What is written of the log: LOG bytes.
 *
 * with: tests/proof/proof_memory.c common/base/error.c common/acpi/root_copy.c
 * with: common/acpi/table_write.c pvh/overlay/coreboot_table.c pvh/overlay/framebuffer.c
 * cbmc: -DLOG=3 --unwind 10
 */
#include "common/base/range.h"
#include "pvh/overlay/acpi_overlay.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

#define PARTS 8

static struct range part(uint64_t start, uint64_t size)
{
    return (struct range){start, start + size};
}

static void prove_layout(struct acpi_overlay overlay)
{
    uint8_t tpm2;
    struct range parts[PARTS] = {{0, RSDP_V2_SIZE}};
    size_t one = nondet_size(), two = nondet_size();
    uint32_t added;

    ASSUME(overlay.roots.xsdt.count <= ACPI_ROOT_ENTRIES);
    ASSUME(overlay.roots.rsdt.count <= ACPI_ROOT_ENTRIES && overlay.tpm2_size <= MIB);
    ASSUME(overlay.log_size <= COREBOOT_LOG_MAX);
    overlay.tpm2_copy = nondet_bool() ? &tpm2 : NULL;
    ASSUME((overlay.tpm2_copy != NULL) == (overlay.event_log_size != 0));
    ASSUME(!overlay.tpm2_copy || overlay.tpm2_size > 0);
    overlay.size = 0;
    memset(&overlay.offset, 0, sizeof(overlay.offset));
    lay_out(&overlay);
    if (overlay.size == 0) {
        PROVE(!has_coreboot_table(&overlay) && !overlay.tpm2_copy, "all that is there has room");
        return;
    }
    added = has_coreboot_table(&overlay) + (overlay.tpm2_copy != NULL);
    parts[1] = part(overlay.offset.xsdt, acpi_root_size(&overlay.roots.xsdt, ACPI_XSDT, added));
    if (overlay.roots.has_rsdt)
        parts[2] = part(overlay.offset.rsdt, acpi_root_size(&overlay.roots.rsdt, ACPI_RSDT, added));
    if (overlay.tpm2_copy)
        parts[3] = part(overlay.offset.tpm2, overlay.tpm2_size);
    if (has_coreboot_table(&overlay)) {
        const struct coreboot_table table = coreboot_table(&overlay, PAGE_SIZE);

        parts[4] = part(overlay.offset.ssdt, ACPI_COREBOOT_SSDT_SIZE);
        parts[5] = part(overlay.offset.coreboot, coreboot_table_size(&table));
    }
    if (overlay.log_size)
        parts[6] = part(overlay.offset.log, sizeof(struct coreboot_log) + overlay.log_size);
    if (overlay.event_log_size)
        parts[7] = part(overlay.offset.event_log, overlay.event_log_size);
    PROVE(overlay.size % PAGE_SIZE == 0, "the block is whole pages");
    if (one < PARTS && two < PARTS) {
        PROVE(parts[one].start <= parts[one].end && parts[one].end <= overlay.size,
              "each part is in the block");
        PROVE(one == two || !range_overlaps(parts[one], parts[two]), "no two overlap");
        PROVE(parts[one].start % ALIGNMENT == 0, "each is aligned");
    }
}

static void prove_log(uint32_t room, uint64_t start, size_t length, size_t at)
{
    struct acpi_overlay overlay = {.log_size = room, .offset.log = start};
    struct coreboot_log log;
    uint8_t block[2 * LOG + sizeof(log)], before;
    char text[2 * LOG];
    uint64_t first;

    __CPROVER_havoc_object(block);
    __CPROVER_havoc_object(text);
    ASSUME(room > 0 && room <= LOG && start <= LOG && length <= sizeof(text) && at < sizeof(block));
    before = block[at];
    acpi_overlay_write_log(&overlay, block, text, length);
    memcpy(&log, block + start, sizeof(log));
    PROVE(log.size == room, "the log says its size");
    PROVE((log.cursor & COREBOOT_LOG_OVERFLOW) ? length > room : log.cursor == length,
          "it says how much of it is there, or that it has gone round");
    first = start + sizeof(log);
    if (at >= first && at - first < min_u64(length, room))
        PROVE(block[at] == (uint8_t)text[length - min_u64(length, room) + (at - first)],
              "it has the text's end");
    else if (at < start || at >= first)
        PROVE(block[at] == before, "nothing else is written");
}
