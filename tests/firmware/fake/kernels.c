/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/kernels.h"
#include "tests/firmware/fake/run.h"

#include "tests/lib/elf_file.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_SIZE   80
#define NOTE_SYSTEM  6 /* Xen's elfnote.h: XEN_ELFNOTE_GUEST_OS */
#define NOTE_ENTRY   18
#define NOTE_RELOC   19
#define SECTION_NOTE 7
#define LARGE_PAGE   UINT64_C(0x200000)
#define FIRST_BYTES  0x1000 /* room for the headers */

void fill_random(uint8_t *bytes, size_t size, uint64_t seed)
{
    struct random random = {seed};

    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = random_next(&random);

        memcpy(bytes + i, &word, min_u64(size - i, 8));
    }
}

static size_t put_notes(struct elf_file *file, size_t offset, const struct kernel_shape *shape)
{
    uint8_t desc[12];

    offset = elf_put_xen_note(file, offset, NOTE_ENTRY, shape->entry, shape->bits / 8);
    if (shape->is_linux)
        offset = elf_put_note(file, offset, "Xen", 4, NOTE_SYSTEM, "linux", 6, 4);
    if (!shape->movable)
        return offset;
    put_number(desc, 4, shape->align);
    put_number(desc + 4, 4, shape->min);
    put_number(desc + 8, 4, shape->max);
    return elf_put_note(file, offset, "Xen", 4, NOTE_RELOC, desc, sizeof(desc), 4);
}

/* Moves the program headers to another offset, and leaves nothing of them in their usual place. */
static void move_headers(struct elf_file *file, uint64_t offset)
{
    size_t first = elf_program_offset(file, 0);
    size_t size = elf_program_offset(file, file->program_count) - first;

    memcpy(file->bytes + offset, file->bytes + first, size);
    memset(file->bytes + first, 0, size);
    elf_set(file, ELF_PHOFF, offset);
}

uint8_t *kernel_make(const struct kernel_shape *shape, size_t *ret_size)
{
    uint64_t size = FIRST_BYTES + NOTES_SIZE;
    uint64_t notes = FIRST_BYTES;
    uint64_t offset = FIRST_BYTES + NOTES_SIZE;
    uint64_t end;
    struct elf_file file;

    for (size_t i = 0; i < shape->count; i++)
        size += shape->segments[i].file_size;
    elf_create(&file, shape->bits, size + (shape->headers_last ? FIRST_BYTES : 0));
    fill_random(file.bytes + FIRST_BYTES, size - FIRST_BYTES, shape->seed);
    if (shape->note_last) {
        notes = size - NOTES_SIZE;
        offset = FIRST_BYTES;
    }
    end = put_notes(&file, notes, shape);
    elf_add_program(&file, &(struct elf_program){PT_NOTE, notes, 0, 0, end - notes, 0, 4});
    for (size_t i = 0; i < shape->count; i++) {
        const struct kernel_segment *segment = &shape->segments[i];

        elf_add_program(&file, &(struct elf_program){PT_LOAD, offset, 0, segment->address,
                                                     segment->file_size, segment->memory_size, 1});
        offset += shape->shares ? segment->file_size / 2 : segment->file_size;
    }
    if (shape->headers_last)
        move_headers(&file, size);
    *ret_size = file.size;
    return file.bytes;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */

static uint64_t number(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;

    for (size_t i = width; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static void read_notes(const uint8_t *bytes, uint64_t size, struct kernel_facts *facts)
{
    for (uint64_t at = 0; at + 12 <= size;) {
        uint64_t owner_size = number(bytes + at, 4);
        uint64_t desc_size = number(bytes + at + 4, 4);
        uint64_t type = number(bytes + at + 8, 4);
        const uint8_t *owner = bytes + at + 12;
        const uint8_t *desc = owner + (owner_size + 3) / 4 * 4;

        at = (uint64_t)(desc - bytes) + (desc_size + 3) / 4 * 4;
        if (owner_size != 4 || memcmp(owner, "Xen", 4) != 0)
            continue;
        if (type == NOTE_ENTRY)
            facts->entry = number(desc, min_u64(desc_size, 8));
        if (type != NOTE_RELOC)
            continue;
        facts->movable = true;
        facts->align = desc_size >= 4 ? number(desc, 4) : LARGE_PAGE;
        facts->min = desc_size >= 8 ? number(desc + 4, 4) : 0;
        facts->max = desc_size >= 12 ? number(desc + 8, 4) : UINT32_MAX;
    }
}

static void add_segment(struct kernel_facts *facts, uint64_t address, uint64_t offset,
                        uint64_t file_size, uint64_t memory_size)
{
    size_t index = facts->count;

    if (memory_size == 0)
        return;
    require(index < MOST_SEGMENTS);
    facts->segments[index].address = address;
    facts->segments[index].offset = offset;
    facts->segments[index].file_size = file_size;
    facts->segments[index].memory_size = memory_size;
    facts->count++;
    if (index == 0)
        facts->span = (struct range){address, address + memory_size};
    facts->span.start = min_u64(facts->span.start, address);
    facts->span.end = max_u64(facts->span.end, address + memory_size);
}

/* Where a table of headers is, according to the ELF header. */
struct header_table {
    const uint8_t *headers;
    uint64_t header_size, count;
};

/* `address` and `size` are offsets in the ELF header; the number of headers follows their size. */
static struct header_table find_table(const uint8_t *bytes, size_t address, size_t size)
{
    return (struct header_table){
        .headers = bytes + number(bytes + address, bytes[4] == 2 ? 8 : 4),
        .header_size = number(bytes + size, 2),
        .count = number(bytes + size + 2, 2),
    };
}

/* Kernels without PT_NOTE have their notes in sections (SHT_NOTE). */
static void read_section_notes(const uint8_t *bytes, size_t size, struct kernel_facts *facts)
{
    bool wide = bytes[4] == 2;
    size_t width = wide ? 8 : 4;
    struct header_table table = find_table(bytes, wide ? 40 : 32, wide ? 58 : 46);

    for (uint64_t i = 0; i < table.count; i++) {
        const uint8_t *header = table.headers + i * table.header_size;
        uint64_t offset = number(header + (wide ? 24 : 16), width);
        uint64_t note_size = number(header + (wide ? 32 : 20), width);

        if (number(header + 4, 4) != SECTION_NOTE)
            continue;
        require(fits_inside(offset, note_size, size));
        read_notes(bytes + offset, note_size, facts);
    }
}

void kernel_read(const uint8_t *bytes, size_t size, struct kernel_facts *ret_facts)
{
    bool wide = bytes[4] == 2;
    size_t width = wide ? 8 : 4;
    struct header_table table = find_table(bytes, wide ? 32 : 28, wide ? 54 : 42);

    *ret_facts = (struct kernel_facts){.bytes = bytes};
    for (uint64_t i = 0; i < table.count; i++) {
        const uint8_t *header = table.headers + i * table.header_size;
        const uint8_t *numbers = header + (wide ? 8 : 4); /* offset, vaddr, paddr, filesz, memsz */
        uint64_t offset = number(numbers, width);
        uint64_t file_size = number(numbers + 3 * width, width);

        require(fits_inside(offset, file_size, size));
        if (number(header, 4) == PT_NOTE)
            read_notes(bytes + offset, file_size, ret_facts);
        if (number(header, 4) == PT_LOAD)
            add_segment(ret_facts, number(numbers + 2 * width, width), offset, file_size,
                        number(numbers + 4 * width, width));
    }
    if (ret_facts->entry == 0)
        read_section_notes(bytes, size, ret_facts);
    require(ret_facts->entry != 0);
}
