/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's image: its address, and that every byte is as in its ELF file. */
#include "crc32.h"
#include "handover.h"
#include "report.h"

extern const uint8_t bss_start[] __attribute__((visibility("hidden")));
extern const uint8_t bss_end[] __attribute__((visibility("hidden")));

static uint32_t address_of(const void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

/* A segment's checksum does not cover the table that contains it. */
static uint32_t segment_crc(const struct image_table *table, const uint8_t *start, uint32_t size)
{
    const uint8_t *hole = (const uint8_t *)table;
    const uint8_t *end = start + size;

    if (hole < start || hole >= end)
        return crc32_continue(0, start, size);
    uint32_t crc = crc32_continue(0, start, (size_t)(hole - start));
    hole += sizeof *table;
    return crc32_continue(crc, hole, (size_t)(end - hole));
}

/* The first byte from start on that is not zero, or end. */
static const uint8_t *skip_zeros(const uint8_t *start, const uint8_t *end)
{
    while (start < end && (address_of(start) & 3) && *start == 0)
        start++;
    if (!(address_of(start) & 3))
        while (end - start >= 4 && *(const uint32_t *)start == 0)
            start += 4;
    while (start < end && *start == 0)
        start++;
    return start;
}

/* The kernel's own bss is in use by now; entry.S has checked it before. */
static void check_own_bss(const struct handover *handover)
{
    uint32_t dirty = handover->entry->dirty_bss;

    report("own-bss 0x%x 0x%x", address_of(bss_start), address_of(bss_end));
    check(dirty == 0, "own-bss", "not zero at 0x%x", dirty);
}

static void check_segment(const struct handover *handover, uint32_t number)
{
    const struct image_segment *segment = &handover->table->segment[number];
    const uint8_t *start = at_physical(handover->image.start + segment->offset);
    const uint8_t *zeros = start + segment->file_size;
    const uint8_t *end = start + segment->mem_size;

    if (segment->file_size) {
        uint32_t crc = segment_crc(handover->table, start, segment->file_size);
        check(crc == segment->crc, numbered("segment", number, "data"),
              "0x%x+0x%x: crc32 0x%08x, in the file 0x%08x", address_of(start), segment->file_size,
              crc, segment->crc);
    }
    if (zeros == bss_start)
        zeros = bss_end;
    if (zeros < end) {
        const uint8_t *dirty = skip_zeros(zeros, end);
        check(dirty == end, numbered("segment", number, "bss"), "not zero at 0x%x of 0x%x..0x%x",
              address_of(dirty), address_of(zeros), address_of(end));
    }
}

static void check_note(const struct handover *handover)
{
    const struct image_table *table = handover->table;

    if (table->note_size == 0)
        return;
    const uint8_t *note = at_physical(handover->image.start + table->note_offset);
    uint32_t crc = crc32_continue(0, note, table->note_size);
    check(crc == table->note_crc, "note-unchanged", "0x%x+0x%x: crc32 0x%08x, in the file 0x%08x",
          address_of(note), table->note_size, crc, table->note_crc);
}

/* At the link address, or where the PHYS32_RELOC note allows. */
static bool is_place_allowed(const struct handover *handover)
{
    const struct image_table *table = handover->table;
    uint32_t start = (uint32_t)handover->image.start;

    if (start == table->link_address)
        return true;
    return table->relocatable && (start & (table->reloc_align - 1)) == 0 &&
           start >= table->reloc_min && handover->image.end - 1 <= table->reloc_max;
}

static void check_place(const struct handover *handover, const struct options *options)
{
    uint32_t start = (uint32_t)handover->image.start;
    uint32_t moved = start - handover->table->link_address;

    report("image 0x%llx 0x%llx", handover->image.start, handover->image.end);
    report("relocation-delta=0x%x", moved);
    check(is_place_allowed(handover), "image-place",
          "at 0x%x, linked at 0x%x, align 0x%x 0x%x..0x%x", start, handover->table->link_address,
          handover->table->reloc_align, handover->table->reloc_min, handover->table->reloc_max);
    if (options->expects_relocation)
        check((moved != 0) == (options->relocation != 0), "relocated", "moved by 0x%x", moved);
}

void check_image(const struct handover *handover, const struct options *options)
{
    const struct image_table *table = handover->table;
    uint32_t crc = crc32_continue(0, &table->link_address, sizeof *table - sizeof table->crc);

    check_own_bss(handover);
    if (!check(crc == table->crc, "image-table", "crc32 0x%08x, in the file 0x%08x", crc,
               table->crc))
        return;
    check_place(handover, options);
    for (uint32_t number = 0; number < table->segments; number++)
        check_segment(handover, number);
    check_note(handover);
}
