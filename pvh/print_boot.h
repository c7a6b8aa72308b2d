/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints a boot: the plan, the boot info, the memory maps. The loader prints to its console,
 * pvhinfo to standard output; the lines are the same, so that they can be compared and replayed.
 */
#pragma once

#include "common/base/range.h"
#include "common/base/writer.h"
#include "common/image/elf.h"
#include "pvh/boot_info.h"
#include "pvh/e820.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/* Segments and span of a kernel whose lowest segment is loaded at `start`. */
void print_segments(struct writer *writer, const struct elf_image *image, uint64_t start);

/* The kernel as planned: entry point, segments, span. */
void print_kernel(struct writer *writer, const char *path, const struct elf_image *image,
                  const struct load_plan *plan);

/* The size of the ACPI overlay, which the plan has a place for; 0 for none. */
void print_overlay_size(struct writer *writer, uint64_t size);

/* A module at `range`, read from the file `name` and `more` other files. */
void print_module(struct writer *writer, size_t index, struct range range, const char *name,
                  size_t more);

/* The rest of the plan, and the sizes of the memory map. */
void print_plan(struct writer *writer, const struct load_plan *plan, const struct memory_map *map,
                const struct e820_table *table);

/* The start info and everything it points to; `address` is the block's final physical address. */
void print_start_info(struct writer *writer, const void *block, uint64_t address);

/*
 * The maps, one line for each entry, as pvhinfo --map reads them. Numbers are hexadecimal except
 * for TYPE; ends are exclusive:
 *
 *     efi TYPE ATTRIBUTES START END     the firmware's descriptors, in its order
 *     mcfg START END                    a PCI configuration window
 *     acpi START END                    ACPI tables in memory that would be RAM
 *     reclaimable START END             memory that the loader needs until the kernel has been read
 *     e820 TYPE START END               the kernel's table
 *
 * A descriptor that reaches the end of the address space ends at 0xffffffffffffffff.
 */
void print_firmware_map(struct writer *writer, const struct firmware_map *firmware,
                        const struct range *ecam, size_t ecam_count);
void print_tables(struct writer *writer, const struct range *tables, size_t count);
void print_reclaimable(struct writer *writer, const struct plan_ranges *reclaimable);
void print_e820(struct writer *writer, const struct e820_table *table);
