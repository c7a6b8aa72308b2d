/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/print_boot.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "pvh/limits.h"

#include <string.h>

/* uint64_t's type differs between platforms; writer_print() is given %llu and %llx. */
#define U(number) ((unsigned long long)(number))

/* The plural ending of a noun. */
#define PLURAL(count) ((count) == 1 ? "" : "s")

static void print_range(struct writer *writer, const char *what, struct range range)
{
    writer_print(writer, "  %-12s 0x%llx-0x%llx\n", what, U(range.start), U(range.end - 1));
}

void print_segments(struct writer *writer, const struct elf_image *image, uint64_t start)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint64_t address = segment->paddr - image->span.start + start;

        writer_print(writer, "  segment %-4u 0x%llx-0x%llx, 0x%llx bytes from offset 0x%llx\n",
                     segment->header, U(address), U(address + segment->memsz - 1),
                     U(segment->filesz), U(segment->offset));
    }
    print_range(writer, "span", (struct range){start, start + range_size(image->span)});
}

void print_kernel(struct writer *writer, const char *path, const struct elf_image *image,
                  const struct load_plan *plan)
{
    writer->write(writer, path);
    writer_print(writer, ": ELF%u, %llu segment%s, PVH entry 0x%x%s\n", image->bits,
                 U(image->segment_count), PLURAL(image->segment_count), plan->entry_point,
                 plan->relocated ? ", moved" : "");
    print_segments(writer, image, plan->span.start);
}

void print_module(struct writer *writer, size_t index, struct range range, const char *name,
                  size_t more)
{
    writer_print(writer, "  module %-5llu 0x%llx-0x%llx ", U(index), U(range.start),
                 U(range.end - 1));
    writer->write(writer, name);
    if (more > 0)
        writer_print(writer, " and %llu more", U(more));
    writer_print(writer, "\n");
}

void print_plan(struct writer *writer, const struct load_plan *plan, const struct memory_map *map,
                const struct e820_table *table)
{
    print_range(writer, "boot info", plan->boot_info);
    if (range_size(plan->acpi_overlay) > 0)
        print_range(writer, "ACPI overlay", plan->acpi_overlay);
    print_range(writer, "trampoline",
                (struct range){plan->trampoline_code.start, plan->trampoline_data.end});
    writer_print(writer, "  staged       %llu bytes in %llu %s, %llu range%s to clear after exit\n",
                 U(plan->staged), U(plan->copies.count),
                 plan->copies.count == 1 ? "copy" : "copies", U(plan->zero_after_exit.count),
                 PLURAL(plan->zero_after_exit.count));
    writer_print(writer, "  memory map   %llu descriptors, %llu entries, %llu of them RAM\n",
                 U(map->descriptors), U(table->count), U(table->ram_count));
}

/* Translates `address`, as the kernel sees it, to a pointer into the block. */
static const void *find_in_block(const void *block, uint64_t block_address, uint64_t address)
{
    return (const uint8_t *)block + (address - block_address);
}

void print_start_info(struct writer *writer, const void *block, uint64_t address)
{
    const struct hvm_start_info *info = block;

    writer_print(writer,
                 "start_info at 0x%llx: magic 0x%x version %u flags %u nr_modules %u\n"
                 "  modlist_paddr 0x%llx cmdline_paddr 0x%llx rsdp_paddr 0x%llx\n"
                 "  memmap_paddr 0x%llx memmap_entries %u\n",
                 U(address), info->magic, info->version, info->flags, info->nr_modules,
                 U(info->modlist_paddr), U(info->cmdline_paddr), U(info->rsdp_paddr),
                 U(info->memmap_paddr), info->memmap_entries);
    writer_print(writer, "  cmdline \"");
    writer->write(writer, find_in_block(block, address, info->cmdline_paddr));
    writer_print(writer, "\"\n");
    for (uint32_t i = 0; i < info->nr_modules; i++) {
        const struct hvm_modlist_entry *module =
            (const struct hvm_modlist_entry *)find_in_block(block, address, info->modlist_paddr) +
            i;

        writer_print(writer, "  module %u: paddr 0x%llx size %llu cmdline_paddr 0x%llx", i,
                     U(module->paddr), U(module->size), U(module->cmdline_paddr));
        if (module->cmdline_paddr) {
            writer_print(writer, " \"");
            writer->write(writer, find_in_block(block, address, module->cmdline_paddr));
            writer_print(writer, "\"");
        }
        writer_print(writer, "\n");
    }
}

static uint64_t descriptor_end(const struct memory_descriptor *descriptor)
{
    uint64_t size, end;

    if (!checked_mul(descriptor->pages, PAGE_SIZE, &size) ||
        !checked_add(descriptor->start, size, &end))
        return UINT64_MAX;
    return end;
}

static void print_ranges(struct writer *writer, const char *word, const struct range *ranges,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        writer_print(writer, "%s 0x%llx 0x%llx\n", word, U(ranges[i].start), U(ranges[i].end));
}

void print_firmware_map(struct writer *writer, const struct firmware_map *firmware,
                        const struct range *ecam, size_t ecam_count)
{
    for (size_t i = 0; i < firmware->size / firmware->stride; i++) {
        struct memory_descriptor descriptor = memory_map_descriptor(firmware, i);

        writer_print(writer, "efi %u 0x%llx 0x%llx 0x%llx\n", descriptor.type,
                     U(descriptor.attributes), U(descriptor.start), U(descriptor_end(&descriptor)));
    }
    print_ranges(writer, "mcfg", ecam, ecam_count);
}

void print_tables(struct writer *writer, const struct range *tables, size_t count)
{
    print_ranges(writer, "acpi", tables, count);
}

void print_overlay_size(struct writer *writer, uint64_t size)
{
    writer_print(writer, "acpi-overlay 0x%llx\n", U(size));
}

void print_reclaimable(struct writer *writer, const struct plan_ranges *reclaimable)
{
    print_ranges(writer, "reclaimable", reclaimable->items, reclaimable->count);
}

void print_e820(struct writer *writer, const struct e820_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        writer_print(writer, "e820 %u 0x%llx 0x%llx\n", entry->type, U(entry->addr),
                     U(entry->addr + entry->size));
    }
}
