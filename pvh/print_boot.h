/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot in words: the plan, what the kernel is told, the memory maps. The loader prints it on its
 * console, pvhinfo on standard output; the lines are the same, to be compared and replayed.
 */
#pragma once

#include "common/base/range.h"
#include "common/image/elf.h"
#include "pvh/boot_info.h"
#include "pvh/e820.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/* Where the text goes: whole lines, but for strings of any length, which come in parts. */
struct writer {
    void (*write)(struct writer *writer, const char *text);
};

/* Segments and span of a kernel whose lowest segment is at `start`. */
void print_segments(struct writer *writer, const struct elf_image *image, uint64_t start);

/* The kernel where the plan has it: entry, segments, span. */
void print_kernel(struct writer *writer, const char *path, const struct elf_image *image,
                  const struct load_plan *plan);

/* A module at `range`, read from the file `name` and `more` others. */
void print_module(struct writer *writer, size_t index, struct range range, const char *name,
                  size_t more);

/* The rest of the plan, and what became of the firmware's map. */
void print_plan(struct writer *writer, const struct load_plan *plan, const struct memory_map *map,
                const struct e820_table *table);

/* The start info and all that it points to, in the block that the kernel finds at `address`. */
void print_start_info(struct writer *writer, const void *block, uint64_t address);

/*
 * The maps, a line for each entry, as pvhinfo --map reads them; numbers but the type are
 * hexadecimal, ends are exclusive:
 *
 *     efi TYPE ATTRIBUTES START END     the firmware's descriptors, in its order
 *     mcfg START END                    a PCI configuration window
 *     acpi START END                    ACPI tables in memory that would be RAM
 *     reclaimable START END             what the loader holds only until the kernel has been read
 *     e820 TYPE START END               the kernel's table
 *
 * A descriptor that reaches the end of the address space ends at 0xffffffffffffffff.
 */
void print_firmware_map(struct writer *writer, const struct firmware_map *firmware,
                        const struct range *ecam, size_t ecam_count);
void print_tables(struct writer *writer, const struct range *tables, size_t count);
void print_reclaimable(struct writer *writer, const struct plan_ranges *reclaimable);
void print_e820(struct writer *writer, const struct e820_table *table);

/* Warnings about what the kernel will make of it: one text each, without a line end. */
void print_warnings(struct writer *writer, const char *command_line, const struct load_plan *plan,
                    const struct e820_table *table);
