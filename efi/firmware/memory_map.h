/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, and what is made of it. */
#pragma once

#include "efi/efi.h"

#include "common/acpi/mcfg.h"
#include "common/base/arena.h"
#include "pvh/e820.h"
#include "pvh/memory_map.h"

struct memory {
    /* The firmware's answer. */
    uint8_t *buffer;
    UINTN capacity;
    UINTN size;
    UINTN stride;
    UINTN key;
    UINT32 version;

    struct acpi_windows ecam;
    struct range override; /* ACPI NVS that the kernel gets; empty for none */

    struct memory_map map;
    struct e820_table e820;
};

/*
 * Makes room for a map somewhat larger than today's, and for what is made of it. Can be called
 * again when it has grown.
 */
bool memory_reserve(struct memory *memory, struct arena *arena, struct error *error);

/*
 * Asks the firmware for its map. No allocation, no text: EFI_BUFFER_TOO_SMALL means that
 * memory_reserve() is due.
 */
EFI_STATUS memory_read(struct memory *memory);

/* Makes `map` of what was read. No allocation, no text. */
bool memory_build(struct memory *memory, struct error *ret_error);

/* Both, with room made as often as needed. */
bool memory_update(struct memory *memory, struct arena *arena, struct error *error);

/* Bytes that are free in the map, in all and in the largest range. */
void memory_count_free(const struct memory *memory, uint64_t *ret_all, uint64_t *ret_largest);

/* The map as the firmware gave it, for printing and for pvh/. */
struct firmware_map memory_firmware_map(const struct memory *memory);
