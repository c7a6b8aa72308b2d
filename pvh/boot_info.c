/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/boot_info.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/limits.h"

#include <string.h>

#define ALIGNMENT 8

/* Longer than any realistic command line; keeps sums from wrapping. */
#define MAX_STRING (16 * MIB)

#define MEMMAP_OFFSET  64
#define MODLIST_OFFSET (MEMMAP_OFFSET + E820_MAX_ENTRIES * sizeof(struct hvm_memmap_entry))

static_assert(MEMMAP_OFFSET >= sizeof(struct hvm_start_info), "layout");
static_assert(MODLIST_OFFSET % ALIGNMENT == 0, "layout");

static uint64_t command_line_offset(const struct boot_info_request *request)
{
    return MODLIST_OFFSET + request->module_count * sizeof(struct hvm_modlist_entry);
}

static uint64_t command_line_size(const struct boot_info_request *request)
{
    uint64_t length = max_u64(strlen(request->command_line), request->command_line_room);

    return align_up(max_u64(length + COMMAND_LINE_NULS, LINUX_COMMAND_LINE_SIZE), ALIGNMENT);
}

/* The size in bytes with NULs; 0 for a module without a command line. */
static uint64_t module_command_size(const char *command)
{
    return command && *command ? align_up(strlen(command) + COMMAND_LINE_NULS, ALIGNMENT) : 0;
}

bool boot_info_size(const struct boot_info_request *request, uint64_t *ret_size)
{
    uint64_t size = command_line_offset(request);

    if (max_u64(strlen(request->command_line), request->command_line_room) > MAX_STRING)
        return false;
    size += command_line_size(request);
    for (size_t i = 0; i < request->module_count; i++) {
        size += module_command_size(request->module_commands[i]);
        if (size > MAX_STRING)
            return false;
    }
    *ret_size = size;
    return true;
}

static void write_modules(uint8_t *block, const struct boot_info_request *request,
                          const struct load_plan *plan)
{
    struct hvm_modlist_entry *entries = (struct hvm_modlist_entry *)(block + MODLIST_OFFSET);
    uint64_t offset = command_line_offset(request) + command_line_size(request);

    for (size_t i = 0; i < request->module_count; i++) {
        const char *command = request->module_commands[i];
        uint64_t size = module_command_size(command);

        entries[i] = (struct hvm_modlist_entry){
            .paddr = plan->modules[i].range.start,
            .size = range_size(plan->modules[i].range),
            .cmdline_paddr = size ? plan->boot_info.start + offset : 0,
        };
        if (size)
            memcpy(block + offset, command, strlen(command));
        offset += size;
    }
}

void boot_info_write(void *block, const struct boot_info_request *request,
                     const struct load_plan *plan, uint64_t rsdp)
{
    uint64_t base = plan->boot_info.start;
    uint64_t command_line = command_line_offset(request);

    *(struct hvm_start_info *)block = (struct hvm_start_info){
        .magic = HVM_START_MAGIC,
        .version = HVM_START_VERSION,
        .nr_modules = (uint32_t)request->module_count,
        .modlist_paddr = request->module_count ? base + MODLIST_OFFSET : 0,
        .cmdline_paddr = base + command_line,
        .rsdp_paddr = rsdp,
        .memmap_paddr = base + MEMMAP_OFFSET,
    };
    memcpy((uint8_t *)block + command_line, request->command_line, strlen(request->command_line));
    write_modules(block, request, plan);
}

void boot_info_write_memmap(void *block, const struct e820_table *table)
{
    struct hvm_start_info *info = block;

    memcpy((uint8_t *)block + MEMMAP_OFFSET, table->entries,
           table->count * sizeof(*table->entries));
    info->memmap_entries = (uint32_t)table->count;
}
