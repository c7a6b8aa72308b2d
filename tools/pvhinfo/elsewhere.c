/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/elsewhere.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <string.h>

#define MONITORS "QEMU, Cloud Hypervisor and Firecracker"
#define CRATE    "Cloud Hypervisor and Firecracker"

/* linux-loader compares e_entry with the start of high memory, although PVH does not use it. */
#define HIGH_MEMORY 0x100000U
#define E_ENTRY     24 /* its offset in the header of an ELF64 file */
#define PADDING_MAX 4096U

static void add(struct elsewhere *elsewhere, const char *line)
{
    elsewhere->lines[elsewhere->count++] = line;
}

/* The header of a note is three words: sizes of name and descriptor, and type. */
#define NOTE_HEADER 12
#define OWNER       "Xen" /* with its NUL */

/* Adds a size, padded. */
static bool skip(uint64_t size, uint64_t padding, uint64_t *offset)
{
    return checked_align_up(size, padding, &size) && checked_add(*offset, size, offset);
}

/* True when the note at `offset` is the one that pvhboot uses, where its name ends as they think.
 */
static bool is_entry_note(struct byte_source *elf, const uint8_t *header, uint64_t offset,
                          uint64_t padding, uint64_t entry)
{
    uint8_t name[sizeof(OWNER)];
    uint8_t value[sizeof(uint32_t)];
    struct error error;

    if (read_le32(header) != sizeof(OWNER) || read_le32(header + 8) != XEN_ELFNOTE_PHYS32_ENTRY ||
        read_le32(header + 4) < sizeof(value))
        return false;
    if (!elf->read(elf, offset + NOTE_HEADER, name, sizeof(name), &error) ||
        memcmp(name, OWNER, sizeof(name)) != 0)
        return false;
    offset += NOTE_HEADER + align_up(sizeof(OWNER), padding);
    return elf->read(elf, offset, value, sizeof(value), &error) && read_le32(value) == entry;
}

/*
 * Scans one PT_NOTE segment as these programs do: they pad the size of the name, and that of the
 * descriptor, to p_align. With 8 this is neither what the ABI nor what GNU's tools do.
 */
static bool has_entry_note(const struct kernel *kernel, const struct elf_program_header *segment)
{
    struct byte_source *elf = kernel->file.elf;
    uint64_t padding = segment->align;
    uint64_t offset = segment->offset;
    uint64_t end;
    uint8_t header[NOTE_HEADER];
    struct error error;

    if (!is_power_of_two(padding) || padding > PADDING_MAX ||
        !checked_add(offset, segment->filesz, &end) || end > elf->size)
        return false;
    while (fits_inside(offset, sizeof(header), end) &&
           elf->read(elf, offset, header, sizeof(header), &error)) {
        if (is_entry_note(elf, header, offset, padding, kernel->image.notes.entry_value))
            return true;
        offset += NOTE_HEADER;
        if (!skip(read_le32(header), padding, &offset) ||
            !skip(read_le32(header + 4), padding, &offset))
            return false;
    }
    return false;
}

struct note_segments {
    bool any;  /* one of them has the entry note */
    bool last; /* the last one has it */
};

static struct note_segments find_note_segments(const struct kernel *kernel)
{
    const struct elf_tables *tables = kernel->image.tables;
    struct note_segments found = {false, false};

    for (size_t i = 0; i < tables->programs.count; i++) {
        struct elf_program_header header = elf_program_header(tables, i);

        if (header.type != ELF_PROGRAM_NOTE)
            continue;
        found.last = has_entry_note(kernel, &header);
        found.any = found.any || found.last;
    }
    return found;
}

static void check_container(const struct kernel *kernel, struct elsewhere *elsewhere)
{
    if (kernel->file.container_count > 0)
        add(elsewhere, MONITORS " start only the ELF file in it by PVH: --extract writes it");
}

static void check_notes(const struct kernel *kernel, struct elsewhere *elsewhere)
{
    struct note_segments found = find_note_segments(kernel);

    if (!found.any)
        add(elsewhere,
            MONITORS " do not find this PVH entry: it is in no PT_NOTE segment whose notes "
                     "are padded to its p_align; put it into one with p_align 4");
    else if (!found.last)
        add(elsewhere, CRATE " do not find this PVH entry: they use the last PT_NOTE segment only; "
                             "put all notes into one");
}

static void check_header(const struct kernel *kernel, struct elsewhere *elsewhere)
{
    const struct elf_tables *tables = kernel->image.tables;

    if (elf_bits(tables) == 32)
        add(elsewhere, CRATE " refuse it: they load only ELF64 files");
    else if (read_le64(tables->header + E_ENTRY) < HIGH_MEMORY)
        add(elsewhere, CRATE " refuse it: its e_entry is below 1 MiB; name the entry with ENTRY(), "
                             "although PVH does not use it");
}

void elsewhere_check(const struct kernel *kernel, struct elsewhere *ret)
{
    *ret = (struct elsewhere){.count = 0};
    if (kernel->status != STATUS_BOOTABLE)
        return;
    check_container(kernel, ret);
    check_notes(kernel, ret);
    check_header(kernel, ret);
}
