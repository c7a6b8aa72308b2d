/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/overlay/acpi_overlay.h"

#include "common/acpi/coreboot_device.h"
#include "common/acpi/tpm2.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/overlay/coreboot_table.h"

#include <string.h>

/* RSDP's (ACPI 6.5, section 5.2.5.1), which is enough for all. */
#define ALIGNMENT 16

#define MOST_ADDED 2 /* SSDT and TPM2 */

bool acpi_overlay_wants_event_log(struct acpi_memory *memory, uint64_t rsdp)
{
    struct acpi_table tpm2;

    return acpi_find_tpm2_without_log(memory, rsdp, &tpm2);
}

static bool copy_tpm2(struct acpi_memory *memory, uint64_t rsdp, uint32_t event_log_size,
                      struct arena *arena, struct acpi_overlay *overlay, struct error *error)
{
    struct acpi_table tpm2;

    if (event_log_size == 0 || !acpi_find_tpm2_without_log(memory, rsdp, &tpm2))
        return true;
    overlay->tpm2_size = acpi_tpm2_copy_size(&tpm2);
    overlay->tpm2_copy = arena_alloc(arena, overlay->tpm2_size, 1);
    if (!overlay->tpm2_copy)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    acpi_copy_tpm2(overlay->tpm2_copy, &tpm2);
    acpi_leave_out(memory, &overlay->roots, "TPM2");
    overlay->event_log_size = event_log_size;
    return true;
}

static void choose_records(struct acpi_memory *memory, const struct acpi_overlay_request *request,
                           struct acpi_overlay *overlay)
{
    bool known = request->framebuffer && framebuffer_is_known(request->framebuffer);

    if ((!known && request->log_size == 0) ||
        acpi_has_coreboot_device(memory, &overlay->roots.xsdt))
        return;
    overlay->log_size = (uint32_t)min_u64(request->log_size, COREBOOT_LOG_MAX);
    overlay->has_framebuffer = known;
    if (known)
        overlay->framebuffer = *request->framebuffer;
}

static bool has_coreboot_table(const struct acpi_overlay *overlay)
{
    return overlay->has_framebuffer || overlay->log_size != 0;
}

static struct coreboot_table coreboot_table(const struct acpi_overlay *overlay, uint64_t address)
{
    return (struct coreboot_table){
        .framebuffer = overlay->has_framebuffer ? &overlay->framebuffer : NULL,
        .log = overlay->log_size ? address + overlay->offset.log : 0,
    };
}

/* Gives `size` bytes a place and returns it. The sum of all sizes is far below 2^64. */
static uint64_t place(uint64_t *end, uint64_t size)
{
    uint64_t start = align_up(*end, size > PAGE_SIZE ? PAGE_SIZE : ALIGNMENT);

    *end = start + size;
    return start;
}

static uint64_t log_area_size(uint32_t log_size)
{
    return sizeof(struct coreboot_log) + (uint64_t)log_size;
}

static void lay_out(struct acpi_overlay *overlay)
{
    uint32_t added = (has_coreboot_table(overlay) ? 1u : 0) + (overlay->tpm2_copy ? 1u : 0);
    uint64_t end = RSDP_V2_SIZE;

    if (added == 0)
        return;
    overlay->offset.xsdt = place(&end, acpi_root_size(&overlay->roots.xsdt, ACPI_XSDT, added));
    if (overlay->roots.has_rsdt)
        overlay->offset.rsdt = place(&end, acpi_root_size(&overlay->roots.rsdt, ACPI_RSDT, added));
    if (overlay->tpm2_copy)
        overlay->offset.tpm2 = place(&end, overlay->tpm2_size);
    if (has_coreboot_table(overlay)) {
        const struct coreboot_table table = coreboot_table(overlay, PAGE_SIZE);

        overlay->offset.ssdt = place(&end, ACPI_COREBOOT_SSDT_SIZE);
        overlay->offset.coreboot = place(&end, coreboot_table_size(&table));
    }
    if (overlay->log_size)
        overlay->offset.log = place(&end, log_area_size(overlay->log_size));
    if (overlay->event_log_size)
        overlay->offset.event_log = place(&end, overlay->event_log_size);
    overlay->size = align_up(end, PAGE_SIZE);
}

bool acpi_overlay_measure(struct acpi_memory *memory, uint64_t rsdp,
                          const struct acpi_overlay_request *request, struct arena *arena,
                          struct acpi_overlay *ret_overlay, struct error *ret_error)
{
    *ret_overlay = (struct acpi_overlay){.size = 0};
    if (!acpi_copy_roots(memory, rsdp, arena, &ret_overlay->roots, ret_error) ||
        !copy_tpm2(memory, rsdp, request->event_log_size, arena, ret_overlay, ret_error))
        return false;
    choose_records(memory, request, ret_overlay);
    lay_out(ret_overlay);
    return true;
}

void acpi_overlay_set_framebuffer(struct acpi_overlay *overlay,
                                  const struct framebuffer *framebuffer)
{
    overlay->has_framebuffer =
        overlay->has_framebuffer && framebuffer && framebuffer_is_known(framebuffer);
    if (overlay->has_framebuffer)
        overlay->framebuffer = *framebuffer;
}

uint64_t acpi_overlay_usual_size(uint32_t log_size, uint32_t event_log_size)
{
    uint64_t log = log_size ? log_area_size(log_size) : 0;

    return PAGE_SIZE + align_up(log, PAGE_SIZE) + align_up(event_log_size, PAGE_SIZE);
}

static void write_roots(const struct acpi_overlay *overlay, uint8_t *block, uint64_t address)
{
    uint64_t xsdt = address + overlay->offset.xsdt;
    uint64_t rsdt = overlay->roots.has_rsdt ? address + overlay->offset.rsdt : 0;
    uint64_t added[MOST_ADDED];
    uint32_t count = 0;

    if (overlay->offset.ssdt)
        added[count++] = address + overlay->offset.ssdt;
    if (overlay->offset.tpm2)
        added[count++] = address + overlay->offset.tpm2;
    acpi_write_rsdp(block, &overlay->roots, xsdt, (uint32_t)rsdt);
    acpi_write_root(block + overlay->offset.xsdt, &overlay->roots.xsdt, ACPI_XSDT, added, count);
    if (rsdt)
        acpi_write_root(block + overlay->offset.rsdt, &overlay->roots.rsdt, ACPI_RSDT, added,
                        count);
}

static void write_coreboot(const struct acpi_overlay *overlay, uint8_t *block, uint64_t address)
{
    const struct coreboot_table table = coreboot_table(overlay, address);

    acpi_write_coreboot_ssdt(block + overlay->offset.ssdt,
                             (uint32_t)(address + overlay->offset.coreboot),
                             coreboot_table_size(&table));
    coreboot_table_write(block + overlay->offset.coreboot, &table);
}

static void write_tpm2(const struct acpi_overlay *overlay, uint8_t *block, uint64_t address)
{
    uint8_t *tpm2 = block + overlay->offset.tpm2;

    memcpy(tpm2, overlay->tpm2_copy, overlay->tpm2_size);
    acpi_set_event_log(tpm2, overlay->tpm2_size, address + overlay->offset.event_log,
                       overlay->event_log_size);
}

void acpi_overlay_write(const struct acpi_overlay *overlay, void *block, uint64_t address)
{
    if (overlay->size == 0)
        return;
    memset(block, 0, overlay->size);
    write_roots(overlay, block, address);
    if (overlay->offset.coreboot)
        write_coreboot(overlay, block, address);
    if (overlay->offset.tpm2)
        write_tpm2(overlay, block, address);
    acpi_overlay_write_log(overlay, block, "", 0);
}

uint64_t acpi_overlay_rsdp(const struct acpi_overlay *overlay, uint64_t address)
{
    (void)overlay; /* the RSDP comes first */
    return address;
}

void acpi_overlay_write_log(const struct acpi_overlay *overlay, void *block, const char *text,
                            size_t length)
{
    uint8_t *area = (uint8_t *)block + overlay->offset.log;
    size_t room = overlay->log_size;
    struct coreboot_log log = {.size = overlay->log_size, .cursor = (uint32_t)length};

    if (room == 0)
        return;
    if (length > room) {
        text += length - room;
        length = room;
        log.cursor = COREBOOT_LOG_OVERFLOW; /* a full ring, whose oldest byte is the first */
    }
    memcpy(area, &log, sizeof(log));
    memcpy(area + sizeof(log), text, length);
}

void *acpi_overlay_event_log(const struct acpi_overlay *overlay, void *block)
{
    return overlay->event_log_size ? (uint8_t *)block + overlay->offset.event_log : NULL;
}
