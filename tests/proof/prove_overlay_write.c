/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the ACPI overlay: each part is written inside the block, and says where the others will
 * be. What is in a part is proven, or tested, with what writes it.
 * Bounds: those of prove_overlay.c, which has proven that no two parts overlap.
 *
 * with: common/base/error.c pvh/overlay/framebuffer.c
 * cbmc: --unwind 6
 */
#include "common/acpi/root_copy.h"
#include "tests/proof/nondet.h"

#include <stdlib.h>
#include <string.h>

#define memcpy check_copy
#define memset check_clearing
static void *check_copy(void *target, const void *source, size_t length);
static void *check_clearing(void *target, int value, size_t length);

#include "pvh/overlay/acpi_overlay.c"

static struct acpi_overlay overlay;
static uint8_t *block;
static uint64_t address;
static bool has_rsdp, has_xsdt, has_rsdt, has_ssdt, has_coreboot, has_tpm2, is_cleared;

static void *check_copy(void *target, const void *source, size_t length)
{
    PROVE(is_cleared && __CPROVER_r_ok(source, length), "what is copied can be read");
    PROVE(__CPROVER_w_ok(target, length), "what is written is in the block");
    return target;
}

static void *check_clearing(void *target, int value, size_t length)
{
    PROVE(!is_cleared && target == block && length == overlay.size && value == 0,
          "first, all of the block is cleared");
    is_cleared = true;
    return target;
}

/* `size` bytes of a part are written to `bytes`. */
static void check_part(const uint8_t *bytes, uint64_t offset, uint64_t size)
{
    PROVE(is_cleared && bytes == block + offset, "a part is written to its place");
    PROVE(__CPROVER_w_ok(bytes, size), "what is written is in the block");
}

uint32_t acpi_root_size(const struct acpi_root *root, enum acpi_root_kind kind, uint32_t added)
{
    return ACPI_HEADER_SIZE + (root->count + added) * kind;
}

void acpi_write_rsdp(uint8_t *rsdp, const struct acpi_root_copy *copy, uint64_t xsdt, uint32_t rsdt)
{
    check_part(rsdp, 0, RSDP_V2_SIZE);
    PROVE(copy == &overlay.roots && xsdt == address + overlay.offset.xsdt, "it names the XSDT");
    PROVE(rsdt == (copy->has_rsdt ? address + overlay.offset.rsdt : 0), "it names the RSDT");
    has_rsdp = true;
}

void acpi_write_root(uint8_t *table, const struct acpi_root *root, enum acpi_root_kind kind,
                     const uint64_t *added, uint32_t added_count)
{
    uint32_t at = nondet_u32();

    PROVE(root == (kind == ACPI_XSDT ? &overlay.roots.xsdt : &overlay.roots.rsdt),
          "a root table has the firmware's tables");
    check_part(table, kind == ACPI_XSDT ? overlay.offset.xsdt : overlay.offset.rsdt,
               acpi_root_size(root, kind, added_count));
    PROVE(added_count == (overlay.offset.ssdt > 0) + (overlay.tpm2_copy != NULL),
          "each of ours is listed");
    PROVE(at >= added_count || added[at] == address + overlay.offset.ssdt ||
              added[at] == address + overlay.offset.tpm2,
          "and nothing else");
    PROVE(added_count < 2 || added[0] != added[1], "once");
    has_xsdt |= kind == ACPI_XSDT;
    has_rsdt |= kind == ACPI_RSDT;
}

void acpi_write_coreboot_ssdt(uint8_t *ssdt, uint32_t table, uint32_t size)
{
    check_part(ssdt, overlay.offset.ssdt, ACPI_COREBOOT_SSDT_SIZE);
    PROVE(table == address + overlay.offset.coreboot, "the SSDT names the coreboot table");
    PROVE(size <= overlay.size - overlay.offset.coreboot, "which is in the block");
    has_ssdt = true;
}

uint32_t coreboot_table_size(const struct coreboot_table *table)
{
    return 24u + (table->framebuffer ? 50u : 0) + (table->log ? 40u : 0);
}

void coreboot_table_write(uint8_t *bytes, const struct coreboot_table *table)
{
    check_part(bytes, overlay.offset.coreboot, coreboot_table_size(table));
    PROVE(table->log == (overlay.log_size ? address + overlay.offset.log : 0), "it names the log");
    has_coreboot = true;
}

void acpi_set_event_log(uint8_t *copy, uint32_t size, uint64_t log, uint32_t log_size)
{
    check_part(copy, overlay.offset.tpm2, size);
    PROVE(log == address + overlay.offset.event_log && log_size == overlay.event_log_size &&
              log_size <= overlay.size - overlay.offset.event_log,
          "TPM2 names the event log, which is in the block");
    has_tpm2 = true;
}

/* One that has been measured, whose framebuffer may be gone since. */
static void prove_write(uint64_t page)
{
    __CPROVER_havoc_object(&overlay);
    overlay.roots.has_rsdt = nondet_bool();
    overlay.has_framebuffer = nondet_bool();
    ASSUME(overlay.roots.xsdt.count <= ACPI_ROOT_ENTRIES);
    ASSUME(overlay.roots.rsdt.count <= ACPI_ROOT_ENTRIES);
    ASSUME(overlay.tpm2_size >= ACPI_TPM2_MIN_SIZE && overlay.tpm2_size <= MIB);
    ASSUME(overlay.log_size <= COREBOOT_LOG_MAX);
    overlay.tpm2_copy = nondet_bool() ? malloc(overlay.tpm2_size) : NULL;
    ASSUME((overlay.tpm2_copy != NULL) == (overlay.event_log_size != 0));
    overlay.size = 0;
    overlay.offset = (typeof(overlay.offset)){0};
    lay_out(&overlay);
    if (nondet_bool())
        acpi_overlay_set_framebuffer(&overlay, NULL);
    block = malloc(overlay.size);
    ASSUME(block && page <= UINT32_MAX / PAGE_SIZE);
    address = page * PAGE_SIZE;
    ASSUME(overlay.size <= UINT32_MAX - address);
    acpi_overlay_write(&overlay, block, address);
    if (overlay.size == 0) {
        PROVE(!is_cleared, "where there is nothing to tell, nothing is written");
        return;
    }
    PROVE(has_rsdp && has_xsdt && has_rsdt == overlay.roots.has_rsdt, "the roots are there");
    PROVE(has_tpm2 == (overlay.tpm2_copy != NULL), "TPM2 is there if it has an event log");
    PROVE(has_ssdt == (overlay.offset.ssdt != 0) && has_coreboot == has_ssdt,
          "the coreboot table is there with its SSDT");
}
