/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/messages.h"

#include "common/checked.h"
#include "pvh/memory_map.h"

#include <string.h>

/* As text_format() wants them, whatever the width of uint64_t's type is here. */
#define U(number) ((unsigned long long)(number))

struct note_name {
    const char *owner;
    uint32_t type;
    const char *name;
};

void note_append(struct text *text, const struct note_id *id)
{
    static const struct note_name names[] = {
        {"GNU", 1, "GNU ABI tag"},
        {"GNU", 3, "GNU build-id"},
        {"GNU", 5, "GNU property"},
        {"Linux", 0x100, "Linux build salt"},
        {"Linux", 0x101, "Linux LTO"},
    };

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (names[i].type == id->type && strcmp(names[i].owner, id->owner) == 0) {
            text_append(text, names[i].name);
            return;
        }
    }
    text_format(text, "%s type %u", id->owner[0] ? id->owner : "(no owner)", id->type);
}

static void append_notes(struct text *text, const struct note_list *notes)
{
    if (notes->kept == 0)
        text_append(text, "none");
    for (unsigned i = 0; i < notes->kept; i++) {
        text_append(text, i ? ", " : "");
        note_append(text, &notes->ids[i]);
    }
    if (notes->seen > notes->kept)
        text_format(text, ", and %u more", notes->seen - notes->kept);
}

/* A type 18 note of an owner other than Xen is near enough to say so. */
static const struct note_id *foreign_entry(const struct note_list *notes)
{
    for (unsigned i = 0; i < notes->kept; i++) {
        if (notes->ids[i].type == 18 && strcmp(notes->ids[i].owner, "Xen") != 0)
            return &notes->ids[i];
    }
    return NULL;
}

static void append_missing_entry(struct text *text, const struct note_list *notes)
{
    const struct note_id *foreign = foreign_entry(notes);

    text_append(text, "no PVH entry note (found: ");
    append_notes(text, notes);
    if (foreign)
        text_format(text, "); its note of type 18 has the owner \"%s\" where PVH asks for \"Xen\"",
                    foreign->owner);
    else
        text_append(text, "); build the kernel with CONFIG_PVH=y, or its like");
}

struct magic_name {
    const char *bytes;
    size_t length;
    const char *name;
};

/* What people try to boot instead. */
static const char *name_content(uint32_t first_bytes)
{
    static const struct magic_name names[] = {
        {"\x1f\x8b", 2, "it is gzip-compressed"},    {"\xfd\x37zX", 4, "it is xz-compressed"},
        {"\x28\xb5\x2f\xfd", 4, "it is zstd-compressed"}, {"\x02\x21\x4c\x18", 4, "it is lz4-compressed"},
        {"\x04\x22\x4d\x18", 4, "it is lz4-compressed"},  {"MZ", 2, "it is a bzImage or an EFI program"},
    };
    const uint8_t bytes[4] = {(uint8_t)first_bytes, (uint8_t)(first_bytes >> 8),
                              (uint8_t)(first_bytes >> 16), (uint8_t)(first_bytes >> 24)};

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (memcmp(bytes, names[i].bytes, names[i].length) == 0)
            return names[i].name;
    }
    return NULL;
}

static void append_not_elf(struct text *text, uint32_t first_bytes)
{
    const char *content = name_content(first_bytes);

    if (content)
        text_format(text, "not an ELF file: %s; unpack it to the ELF file (vmlinux)", content);
    else
        text_append(text, "not an ELF file; name the kernel's ELF file (vmlinux)");
}

static void append_elf_error(struct text *text, enum pvh_error_code code, const uint64_t *number)
{
    switch (code) {
    case PVH_ERROR_TOO_SHORT:
        text_format(text, "no ELF file: it has only %llu bytes; copy it again", U(number[0]));
        break;
    case PVH_ERROR_NOT_ELF:
        append_not_elf(text, (uint32_t)number[0]);
        break;
    case PVH_ERROR_ELF_HEADER:
        text_format(text, "damaged ELF header (class %llu, byte order %llu); copy the file again",
                    U(number[0]), U(number[1]));
        break;
    case PVH_ERROR_ELF_MACHINE:
        text_format(text, "made for another processor (ELF machine %llu); PVH kernels are x86",
                    U(number[0]));
        break;
    case PVH_ERROR_ELF_TYPE:
        text_format(text, "not an executable (ELF type %llu); name the linked kernel", U(number[0]));
        break;
    case PVH_ERROR_HEADERS_OUTSIDE_FILE:
        text_format(text,
                    "damaged or truncated: %llu ELF headers of %llu bytes at offset 0x%llx, but the "
                    "file has %llu bytes; copy it again",
                    U(number[1]), U(number[2]), U(number[0]), U(number[3]));
        break;
    case PVH_ERROR_NO_SEGMENTS:
        text_append(text, "nothing to load: it has no PT_LOAD segment; name the linked kernel");
        break;
    default:
        text_format(text, "error %d", (int)code);
        break;
    }
}

static void append_segment_error(struct text *text, enum pvh_error_code code,
                                 const uint64_t *number)
{
    switch (code) {
    case PVH_ERROR_SEGMENT_TRUNCATED:
        text_format(text,
                    "truncated: segment %llu needs %llu bytes at offset 0x%llx, but the file has "
                    "%llu bytes; copy it again",
                    U(number[0]), U(number[2]), U(number[1]), U(number[3]));
        break;
    case PVH_ERROR_SEGMENT_SIZES:
        text_format(text,
                    "damaged: segment %llu has more bytes in the file (0x%llx) than in memory "
                    "(0x%llx); build or copy the kernel again",
                    U(number[0]), U(number[1]), U(number[2]));
        break;
    case PVH_ERROR_SEGMENT_WRAPS:
        text_format(text,
                    "segment %llu wraps around the end of the address space (0x%llx bytes at "
                    "0x%llx); mend the kernel's link addresses",
                    U(number[0]), U(number[2]), U(number[1]));
        break;
    case PVH_ERROR_SEGMENT_TOO_HIGH:
        text_format(text,
                    "segment %llu lies above 4 GiB (0x%llx-0x%llx), where PVH's 32-bit entry does "
                    "not reach; mend the kernel's physical link addresses",
                    U(number[0]), U(number[1]), U(number[2] - 1));
        break;
    case PVH_ERROR_SEGMENTS_OVERLAP:
        text_format(text,
                    "segments %llu and %llu overlap at 0x%llx-0x%llx; mend the kernel's link "
                    "addresses",
                    U(number[0]), U(number[1]), U(number[2]), U(number[3] - 1));
        break;
    default:
        append_elf_error(text, code, number);
        break;
    }
}

static void append_note_error(struct text *text, const struct pvh_error *error)
{
    const uint64_t *number = error->number;

    switch (error->code) {
    case PVH_ERROR_NO_ENTRY_NOTE:
        append_missing_entry(text, &error->notes);
        break;
    case PVH_ERROR_NOTES_TRUNCATED:
        text_append(text, "no PVH entry note before its notes break off (found: ");
        append_notes(text, &error->notes);
        text_append(text, "); the file is damaged or truncated: copy it again");
        break;
    case PVH_ERROR_ENTRY_NOTE_SIZE:
        text_format(text, "its PVH entry note has %llu bytes where 4 or 8 are due; mend the kernel",
                    U(number[0]));
        break;
    case PVH_ERROR_ENTRY_NOTE_HIGH:
        text_format(text,
                    "its PVH entry 0x%llx is no 32-bit address; the note must hold the physical "
                    "address",
                    U(number[0]));
        break;
    case PVH_ERROR_ENTRY_OUTSIDE:
        text_format(text,
                    "its PVH entry 0x%llx lies in none of its segments (0x%llx-0x%llx); the note "
                    "must hold the physical address",
                    U(number[0]), U(number[1]), U(number[2] - 1));
        break;
    default:
        append_segment_error(text, error->code, number);
        break;
    }
}

static void append_map_error(struct text *text, const struct pvh_error *error)
{
    const uint64_t *number = error->number;

    switch (error->code) {
    case PVH_ERROR_MAP_STRIDE:
        text_format(text,
                    "the firmware's memory map has descriptors of %llu bytes; UEFI asks for 40 and "
                    "more: update the firmware",
                    U(number[0]));
        break;
    case PVH_ERROR_MAP_TOO_LARGE:
        text_format(text,
                    "the firmware's memory map grew to %llu descriptors, more than the %llu there "
                    "was room for; try again",
                    U(number[0]), U(number[1]));
        break;
    case PVH_ERROR_MAP_FRAGMENTED:
        text_format(text,
                    "the memory map has %llu pieces that cannot be joined, and kernels take %llu at "
                    "most; update the firmware",
                    U(number[0]), U(number[1]));
        break;
    case PVH_ERROR_MAP_CHANGED:
        text_format(text,
                    "the firmware took back memory that the kernel was to have: 0x%llx-0x%llx is "
                    "now %s; try again",
                    U(number[0]), U(number[1] - 1), memory_class_name((unsigned)number[2]));
        break;
    default:
        append_note_error(text, error);
        break;
    }
}

static void append_blocker(struct text *text, const uint64_t *number)
{
    text_format(text, "it is linked to 0x%llx-0x%llx, but 0x%llx-0x%llx is %s on this machine",
                U(number[0]), U(number[1] - 1), U(number[2]), U(number[3] - 1),
                memory_class_name((unsigned)number[4]));
}

static void append_span_error(struct text *text, const struct pvh_error *error)
{
    append_blocker(text, error->number);
    switch (error->code) {
    case PVH_ERROR_SPAN_TAKEN_BY_NVS:
        text_append(text, "; use a kernel that can be moved (PHYS32_RELOC; Linux 6.12 and later), "
                          "or --overwrite-acpi-nvs, which costs sleep (S3)");
        break;
    case PVH_ERROR_RELOCATION_NOTE:
        text_append(text, ", and its PHYS32_RELOC note asks for the impossible; mend the kernel's "
                          "alignment and limits");
        break;
    case PVH_ERROR_NO_ROOM_TO_RELOCATE:
        text_append(text, ", and nowhere is room to move it within the limits of its PHYS32_RELOC "
                          "note; add memory");
        break;
    default:
        text_append(text, "; use a kernel that can be moved (PHYS32_RELOC; Linux 6.12 and later)");
        break;
    }
}

static void append_free(struct text *text, uint64_t start, uint64_t end)
{
    if (start >= end) {
        text_append(text, "nothing is free below 4 GiB");
        return;
    }
    text_append(text, "the largest free range below 4 GiB has ");
    text_append_size(text, end - start);
    text_format(text, " (0x%llx-0x%llx)", U(start), U(end - 1));
}

static void append_room_error(struct text *text, const struct pvh_error *error)
{
    const uint64_t *number = error->number;

    switch (error->code) {
    case PVH_ERROR_NO_ROOM_FOR_MODULE:
        text_append(text, "not enough memory: it has ");
        text_append_size(text, number[1]);
        text_append(text, ", ");
        append_free(text, number[2], number[3]);
        text_append(text, "; use a smaller one or add memory");
        break;
    case PVH_ERROR_NO_ROOM_FOR_BOOT_INFO:
        text_append(text, "not enough memory below 1 GiB for the boot info (");
        text_append_size(text, number[0]);
        text_append(text, "); shorten the command lines, or add memory");
        break;
    case PVH_ERROR_NO_ROOM_FOR_HANDOVER:
        text_append(text, "not enough memory below 4 GiB for the hand-over (");
        text_append_size(text, number[0]);
        text_append(text, "); add memory");
        break;
    case PVH_ERROR_NO_ROOM_FOR_STAGING:
        text_append(text, "not enough memory: ");
        text_append_size(text, number[0]);
        text_append(text, " must be kept elsewhere while the firmware is in their place, and no "
                          "more is free below 4 GiB; add memory, or use smaller modules");
        break;
    default:
        append_map_error(text, error);
        break;
    }
}

void pvh_error_append(struct text *text, const struct pvh_error *error)
{
    switch (error->code) {
    case PVH_OK:
    case PVH_ERROR_READ:
        break;
    case PVH_ERROR_OUT_OF_MEMORY:
        text_append(text, "the firmware has no memory left for the loader's own tables");
        break;
    case PVH_ERROR_SPAN_TAKEN:
    case PVH_ERROR_SPAN_TAKEN_BY_NVS:
    case PVH_ERROR_RELOCATION_NOTE:
    case PVH_ERROR_NO_ROOM_TO_RELOCATE:
        append_span_error(text, error);
        break;
    default:
        append_room_error(text, error);
        break;
    }
}

bool pvh_error_module(const struct pvh_error *error, uint64_t *ret_index)
{
    *ret_index = error->number[0];
    return error->code == PVH_ERROR_NO_ROOM_FOR_MODULE;
}

bool pvh_error_is_of_machine(const struct pvh_error *error)
{
    return error->code == PVH_ERROR_OUT_OF_MEMORY ||
           (error->code >= PVH_ERROR_MAP_STRIDE && error->code <= PVH_ERROR_MAP_CHANGED);
}
