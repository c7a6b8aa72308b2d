/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot info: one block that holds all that the kernel is told.
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
};

/* Bytes that the block takes; false when the strings are beyond all measure. */
bool boot_info_size(const struct boot_info_request *request, uint64_t *ret_size);

/*
 * Writes all but the memory map into `block`, zeroed, of boot_info_size() bytes, that the kernel
 * will find at plan->boot_info.start. Modules are where the plan has them.
 */
void boot_info_write(void *block, const struct boot_info_request *request,
                     const struct load_plan *plan, uint64_t rsdp);

/* Writes the memory map; again after every change of it. */
void boot_info_write_memmap(void *block, const struct e820_table *table);
