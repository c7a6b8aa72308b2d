/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot info: one block with everything that the kernel is passed.
 *
 *     start_info | memmap (room for 126) | modlist | command line, 8 NULs | module command lines
 */
#pragma once

#include "pvh/e820.h"
#include "pvh/load_plan.h"
#include "pvh/start_info.h"

struct boot_info_request {
    const char *command_line;           /* UTF-8; "" for none */
    const char *const *module_commands; /* one for each module; NULL or "" for none */
    size_t module_count;
    size_t command_line_room; /* in bytes, without NULs, if the command line may get longer */
};

/* The size of the block in bytes; false if the strings are too long (over 16 MiB). */
bool boot_info_size(const struct boot_info_request *request, uint64_t *ret_size);

/*
 * Writes everything except the memory map to `block`, a zeroed buffer of boot_info_size() bytes
 * whose final address is plan->boot_info.start. `rsdp` is a physical address, 0 for none.
 */
void boot_info_write(void *block, const struct boot_info_request *request,
                     const struct load_plan *plan, uint64_t rsdp);

/* Writes the memory map. To be repeated after every change of `table`. */
void boot_info_write_memmap(void *block, const struct e820_table *table);
