/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: the ACPI overlay of any firmware. The bits of the first byte say whether checksums are
 * mended (0) and what is wanted of the overlay; the rest is memory with the RSDP at its start. The
 * block, of its exact size, is written when the firmware's memory is gone, and then read.
 */
#include "tests/fuzz/fuzz_tables.h"

#include "common/acpi/rsdp.h"
#include "pvh/messages.h"
#include "pvh/overlay/acpi_overlay.h"

#define ADDRESS UINT64_C(0xfe000000) /* beyond all addresses that the memory has */

enum wanted {
    NOT_MENDED = 1,
    WANTS_SCREEN = 2,
    WANTS_LOG = 4,
    WANTS_EVENT_LOG = 8,
};

static const struct framebuffer screen = {
    .address = 0xc0000000,
    .width = 800,
    .height = 600,
    .pitch = 3200,
    .bits_per_pixel = 32,
    .red = {16, 8},
    .green = {8, 8},
    .blue = {0, 8},
};

static void require_words(const struct error *error)
{
    TEXT_ON_STACK(text, 1000);

    require(error->code == ERROR_ACPI_ROOT_DAMAGED);
    error_append(&text, error);
    require(text.length > 0);
    require_shown(text.data);
}

/* A table of the block; returns its length. */
static uint32_t require_table(const uint8_t *block, uint64_t size, uint64_t address)
{
    uint32_t length;

    require(address >= ADDRESS && fits_inside(address - ADDRESS, 36, size));
    length = read_le32(block + (address - ADDRESS) + 4);
    require(length >= 36 && fits_inside(address - ADDRESS, length, size));
    require(acpi_sums_to_zero(block + (address - ADDRESS), length));
    return length;
}

/* Its entries are there, each once, and those in the block are tables. */
static void require_root(const uint8_t *block, uint64_t size, uint64_t address, uint32_t width)
{
    uint32_t length = require_table(block, size, address);
    const uint8_t *root = block + (address - ADDRESS);

    require(memcmp(root, width == 8 ? "XSDT" : "RSDT", 4) == 0 && (length - 36) % width == 0);
    for (uint32_t at = 36; at < length; at += width) {
        uint64_t entry = width == 8 ? read_le64(root + at) : read_le32(root + at);

        require(entry != 0);
        if (entry >= ADDRESS && entry - ADDRESS < size)
            require_table(block, size, entry);
        for (uint32_t other = 36; other < at; other += width)
            require(memcmp(root + other, root + at, width) != 0);
    }
}

static void require_block(const struct acpi_overlay *overlay, const uint8_t *block, bool has_rsdt)
{
    const uint8_t *rsdp = block + (acpi_overlay_rsdp(overlay, ADDRESS) - ADDRESS);

    require(acpi_sums_to_zero(rsdp, 20) && acpi_sums_to_zero(rsdp, 36));
    require_root(block, overlay->size, read_le64(rsdp + 24), 8);
    if (has_rsdt)
        require_root(block, overlay->size, read_le32(rsdp + 16), 4);
}

/* An entry that points into the block would be there twice; the loader rules that out by type. */
static bool points_to_block(const struct acpi_overlay *overlay)
{
    for (uint32_t i = 0; i < overlay->roots.xsdt.count; i++) {
        if (overlay->roots.xsdt.tables[i] - ADDRESS < overlay->size)
            return true;
    }
    for (uint32_t i = 0; i < overlay->roots.rsdt.count; i++) {
        if (overlay->roots.rsdt.tables[i] - ADDRESS < overlay->size)
            return true;
    }
    return false;
}

static void write_block(const struct acpi_overlay *overlay)
{
    uint8_t *block = malloc(overlay->size ? overlay->size : 1);

    require(block);
    acpi_overlay_write(overlay, block, ADDRESS);
    acpi_overlay_write_log(overlay, block, "the loader's log", 16);
    if (overlay->event_log_size)
        memset(acpi_overlay_event_log(overlay, block), 0xff, overlay->event_log_size);
    if (overlay->size && !points_to_block(overlay))
        require_block(overlay, block, overlay->roots.has_rsdt);
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct acpi_overlay_request request = {NULL, 0, 0};
    struct fuzzed_memory fuzzed;
    struct acpi_overlay overlay;
    struct arena arena = {0};
    struct error error = {.code = ERROR_NONE};
    bool measured;

    if (size < 1)
        return -1;
    request.framebuffer = data[0] & WANTS_SCREEN ? &screen : NULL;
    request.log_size = data[0] & WANTS_LOG ? 10 : 0;
    request.event_log_size = data[0] & WANTS_EVENT_LOG ? 5000 : 0;
    fuzzed = open_memory(data + 1, size - 1, !(data[0] & NOT_MENDED));
    if (acpi_check_rsdp(&fuzzed.memory, BASE)) {
        (void)acpi_overlay_wants_event_log(&fuzzed.memory, BASE);
        measured = acpi_overlay_measure(&fuzzed.memory, BASE, &request, &arena, &overlay, &error);
        forget_pieces();
        if (measured)
            write_block(&overlay);
        else
            require_words(&error);
    }
    arena_release(&arena);
    close_memory(&fuzzed);
    return 0;
}
