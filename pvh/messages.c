/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/messages.h"

#include "common/base/bytes.h"
#include "common/base/units.h"
#include "common/image/container.h"
#include "pvh/memory_map.h"

#include <string.h>

/* As text_format() wants them, whatever the width of uint64_t's type is here. */
#define U(number) ((unsigned long long)(number))

struct note_name {
    char owner[6];
    uint16_t type;
    char name[17];
};

void note_append(struct text *text, const struct note_id *id)
{
    static const struct note_name names[] = {
        {"GNU", 1, "GNU ABI tag"},     {"GNU", 3, "GNU build-id"},
        {"GNU", 5, "GNU property"},    {"Linux", 0x100, "Linux build salt"},
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
        text_append(text, ", and more");
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

static void append_entry_remedy(struct text *text, const struct note_list *notes)
{
    const struct note_id *foreign = foreign_entry(notes);

    if (foreign)
        text_format(text, "; its note of type 18 has the owner \"%s\" where PVH asks for \"Xen\"",
                    foreign->owner);
    else
        text_append(text, "; build the kernel with CONFIG_PVH=y, or its like");
}

/* What to do about it: shared by many. */
enum remedy {
    REMEDY_SAID, /* in the sentence itself */
    REMEDY_COPY,
    REMEDY_RELINK,
    REMEDY_NOTE,
    REMEDY_NAME,
    REMEDY_MOVE,
    REMEDY_NVS,
    REMEDY_MEMORY,
    REMEDY_MEMORY_NVS,
    REMEDY_MODULE,
    REMEDY_UPDATE,
    REMEDY_AGAIN,
    REMEDY_STUB,
    REMEDY_PACK,
    REMEDY_UNPACK,
    REMEDY_X86,
    REMEDY_FIRMWARE,
    REMEDY_STRIP,
};

static const char *const remedies[] = {
    [REMEDY_COPY] = "copy the file again",
    [REMEDY_RELINK] = "mend the kernel's link addresses",
    [REMEDY_NOTE] = "the note must hold the physical address",
    [REMEDY_NAME] = "name the linked kernel",
    [REMEDY_MOVE] = "use a kernel that can be moved (PHYS32_RELOC; Linux 6.12 and later)",
    [REMEDY_NVS] = ("use a kernel that can be moved (PHYS32_RELOC; Linux 6.12 and later), or "
                    "--overwrite-acpi-nvs, which costs sleep (S3)"),
    [REMEDY_MEMORY] = "add memory",
    [REMEDY_MEMORY_NVS] = "add memory, or use --overwrite-acpi-nvs, which costs sleep (S3)",
    [REMEDY_MODULE] = "use a smaller module or add memory",
    [REMEDY_UPDATE] = "update the firmware",
    [REMEDY_AGAIN] = "try again",
    [REMEDY_STUB] = "start the kernel through its EFI stub",
    [REMEDY_PACK] = "pack it again, in one piece and with the packer's defaults",
    [REMEDY_UNPACK] = "unpack it to the ELF file (vmlinux)",
    [REMEDY_X86] = "PVH kernels are x86",
    [REMEDY_FIRMWARE] = "the firmware starts it by itself, without pvhboot",
    [REMEDY_STRIP] = "strip it, if it is one",
};

struct magic_name {
    char bytes[4]; /* zeros behind its length */
    uint8_t length;
    uint8_t number; /* of the error: the file's first bytes, or those at 0x38 */
    uint8_t remedy;
    char name[34];
};

/* What people try to boot instead; an Image may have the first bytes of an EFI program too. */
static const struct magic_name *find_content(const uint64_t number[ERROR_NUMBERS])
{
    static const struct magic_name names[] = {
        {"ARM\x64", 4, 1, REMEDY_X86, "it is a kernel for ARM (Image)"},
        {"RSC\x05", 4, 1, REMEDY_X86, "it is a kernel for RISC-V (Image)"},
        {"MZ", 2, 0, REMEDY_FIRMWARE, "it is an EFI program"},
        {"BZh", 3, 0, REMEDY_UNPACK, "it is bzip2-compressed"},
        {"\x5d\0\0", 3, 0, REMEDY_UNPACK, "it is lzma-compressed"},
        {"\x89LZO", 4, 0, REMEDY_UNPACK, "it is lzo-compressed"},
    };

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        uint32_t mask = UINT32_MAX >> (32 - 8 * names[i].length);

        if ((number[names[i].number] & mask) == read_le32((const uint8_t *)names[i].bytes))
            return &names[i];
    }
    return NULL;
}

static void append_content(struct text *text, const uint64_t number[ERROR_NUMBERS])
{
    const struct magic_name *content = find_content(number);

    if (content)
        text_format(text, ": %s; %s", content->name, remedies[content->remedy]);
    else
        text_append(text, "; name the kernel's file (vmlinux or vmlinuz)");
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

/*
 * The sentences. In braces stands what is filled in, and from which of the error's numbers:
 * d decimal, x hexadecimal, e hexadecimal of the last address before it, s a size, m a class of
 * memory, f a free range from this number and the next, b what blocks a span (all five numbers),
 * n the notes, c the content by its first bytes and those at 0x38, k a kind of
 * container, r the reason.
 */
struct sentence {
    const char *text;
    uint8_t remedy;
};

static const struct sentence sentences[ERROR_CODES] = {
    [ERROR_OUT_OF_MEMORY] = {"the firmware has no memory left for the loader's own tables",
                             REMEDY_MEMORY},
    [ERROR_TOO_SHORT] = {"no ELF file: it has only {d0} bytes", REMEDY_COPY},
    [ERROR_NOT_ELF] = {"not an ELF file{c0}", REMEDY_SAID},
    [ERROR_ELF_HEADER] = {"damaged ELF header (class {d0}, byte order {d1})", REMEDY_COPY},
    [ERROR_ELF_BIG_ENDIAN] = {"made for a big-endian processor", REMEDY_X86},
    [ERROR_ELF_MACHINE] = {"made for another processor (ELF machine {d0})", REMEDY_X86},
    [ERROR_ELF_TYPE] = {"not an executable (ELF type {d0})", REMEDY_NAME},
    [ERROR_HEADERS_OUTSIDE_FILE] = {"damaged or truncated: {d1} ELF headers of {d2} bytes at "
                                    "offset {x0}, but the file has {d3} bytes",
                                    REMEDY_COPY},
    [ERROR_NO_SEGMENTS] = {"nothing to load: it has no PT_LOAD segment", REMEDY_NAME},
    [ERROR_SEGMENT_TRUNCATED] = {"truncated: segment {d0} needs {d2} bytes at offset {x1}, but "
                                 "the file has {d3} bytes",
                                 REMEDY_COPY},
    [ERROR_SEGMENT_SIZES] = {"damaged: segment {d0} has more bytes in the file ({x1}) than in "
                             "memory ({x2})",
                             REMEDY_COPY},
    [ERROR_SEGMENT_WRAPS] = {"segment {d0} wraps around the end of the address space ({x2} bytes "
                             "at {x1})",
                             REMEDY_RELINK},
    [ERROR_SEGMENT_TOO_HIGH] = {"segment {d0} lies above 4 GiB ({x1}-{e2}), where PVH's 32-bit "
                                "entry does not reach",
                                REMEDY_RELINK},
    [ERROR_SEGMENTS_OVERLAP] = {"segments {d0} and {d1} overlap at {x2}-{e3}", REMEDY_RELINK},
    [ERROR_NO_ENTRY_NOTE] = {"no PVH entry note (found: {n0})", REMEDY_SAID},
    [ERROR_NOTES_TRUNCATED] = {"no PVH entry note before its notes break off (found: {n0})",
                               REMEDY_COPY},
    [ERROR_ENTRY_NOTE_SIZE] = {"its PVH entry note has {d0} bytes where 4 or 8 are due",
                               REMEDY_NOTE},
    [ERROR_ENTRY_NOTE_HIGH] = {"its PVH entry {x0} is no 32-bit address", REMEDY_NOTE},
    [ERROR_ENTRY_OUTSIDE] =
        {"its PVH entry {x0} lies in none of its segments' file bytes ({x1}-{e2})", REMEDY_NOTE},
    [ERROR_PLATFORM_XEN] = {"this machine is a guest of Xen: the kernel would expect Xen's own "
                            "start; let Xen start it (type = \"pvh\")",
                            REMEDY_SAID},
    [ERROR_PLATFORM_SEV] = {"this machine's memory is encrypted (AMD SEV): a kernel entered "
                            "through PVH cannot read it",
                            REMEDY_STUB},
    [ERROR_PLATFORM_TDX] = {"this machine is a trust domain (Intel TDX): a kernel entered "
                            "through PVH cannot run in it",
                            REMEDY_STUB},
    [ERROR_MAP_STRIDE] = {"the firmware's memory map has descriptors of {d0} bytes; UEFI asks "
                          "for 40 and more",
                          REMEDY_UPDATE},
    [ERROR_MAP_TOO_LARGE] = {"the firmware's memory map grew to {d0} descriptors, more than the "
                             "{d1} there was room for",
                             REMEDY_AGAIN},
    [ERROR_MAP_FRAGMENTED] = {"the memory map has {d0} pieces that cannot be joined, and kernels "
                              "take {d1} at most",
                              REMEDY_UPDATE},
    [ERROR_MAP_CHANGED] = {"the firmware took back memory that the kernel was to have: "
                           "{x0}-{e1} is now {m2}",
                           REMEDY_AGAIN},
    [ERROR_SPAN_TAKEN] = {"{b0}", REMEDY_MOVE},
    [ERROR_SPAN_WITHOUT_MEMORY] = {"{b0}", REMEDY_MEMORY},
    [ERROR_SPAN_TAKEN_BY_NVS] = {"{b0}", REMEDY_NVS},
    [ERROR_RELOCATION_NOTE] = {"{b0}, and its PHYS32_RELOC note asks for the impossible; mend "
                               "the note's alignment and limits",
                               REMEDY_SAID},
    [ERROR_NO_ROOM_TO_RELOCATE] = {"{b0}, and nowhere is room to move it within the limits of "
                                   "its PHYS32_RELOC note",
                                   REMEDY_MEMORY},
    [ERROR_NO_ROOM_TO_RELOCATE_NVS] = {"{b0}, and nowhere is room to move it within the limits "
                                       "of its PHYS32_RELOC note",
                                       REMEDY_MEMORY_NVS},
    [ERROR_NO_ROOM_FOR_MODULE] = {"not enough memory for this module of {s1}: {f2}", REMEDY_MODULE},
    [ERROR_NO_ROOM_FOR_BOOT_INFO] = {"not enough memory below 1 GiB for the boot info ({s0}); "
                                     "shorten the command lines or add memory",
                                     REMEDY_SAID},
    [ERROR_NO_ROOM_FOR_TRAMPOLINE] = {"not enough memory below 4 GiB for the trampoline ({s0})",
                                      REMEDY_MEMORY},
    [ERROR_NO_ROOM_FOR_STAGING] =
        {"not enough memory: the boot takes {s0} below 4 GiB, and {s1} is free", REMEDY_MEMORY},
    [ERROR_BZIMAGE_OLD] =
        {"a bzImage of boot protocol {d0}.0{d1}, which does not say where its kernel lies; use "
         "Linux 2.6.26 or later",
         REMEDY_SAID},
    [ERROR_PAYLOAD_OUTSIDE] = {"truncated: the bzImage's payload ends at byte {d0}, but the "
                               "file has {d1} bytes",
                               REMEDY_COPY},
    [ERROR_PAYLOAD_UNKNOWN] = {"a bzImage whose payload is not known{c0}", REMEDY_SAID},
    [ERROR_UNPACK_TRUNCATED] = {"{k0}: truncated: more is due at offset {x1}", REMEDY_COPY},
    [ERROR_UNPACK_DAMAGED] = {"{k0}: damaged at offset {x1} ({r0})", REMEDY_COPY},
    [ERROR_UNPACK_UNSUPPORTED] = {"{k0}: packed with what cannot be unpacked here ({r0})",
                                  REMEDY_PACK},
    [ERROR_UNPACK_ABSENT] = {"{k0}: this pvhboot was built without its decoder", REMEDY_UNPACK},
    [ERROR_UNPACK_TRAILING] = {"{k0}: it ends at offset {x1}, but {d2} bytes follow", REMEDY_PACK},
    [ERROR_UNPACK_MEMORY] = {"{k0}: not enough memory: the boot takes at least {s2}, {s1} of it "
                             "to unpack the kernel; {s3} is free, {s4} of it in one piece",
                             REMEDY_MEMORY},
    [ERROR_UNPACKED_SIZE] = {"{k0}: it unpacks to {d1} bytes where {d2} are stated", REMEDY_COPY},
    [ERROR_UNPACKED_TOO_LARGE] = {"{k0}: it unpacks to more than {s2}, the limit for a kernel",
                                  REMEDY_STRIP},
    [ERROR_COMMAND_LINES_TOO_LONG] = {"the command lines are too long; shorten them", REMEDY_SAID},
    [ERROR_MODULE_EMPTY] = {"the file is empty; write it again", REMEDY_SAID},
    [ERROR_NO_PROGRAM] = {"is no EFI program for x64; name one", REMEDY_SAID},
    [ERROR_NESTED_TOO_DEEP] = {"more than {d0} containers, one in another; unpack it", REMEDY_SAID},
};

static void append_blocker(struct text *text, const uint64_t number[ERROR_NUMBERS])
{
    text_format(text, "it is linked to 0x%llx-0x%llx, but 0x%llx-0x%llx is %s on this machine",
                U(number[0]), U(number[1] - 1), U(number[2]), U(number[3] - 1),
                memory_class_name((enum memory_class)number[4]));
}

/* Fills in what one pair of braces asks for. */
static void append_field(struct text *text, char kind, unsigned index, const struct error *error)
{
    uint64_t number = error->number[index];

    switch (kind) {
    case 'd':
        text_format(text, "%llu", U(number));
        break;
    case 'x':
        text_format(text, "0x%llx", U(number));
        break;
    case 'e':
        text_format(text, "0x%llx", U(number - 1));
        break;
    case 's':
        text_append_size(text, number);
        break;
    case 'm':
        text_append(text, memory_class_name((enum memory_class)number));
        break;
    case 'f':
        append_free(text, number, error->number[index + 1]);
        break;
    case 'b':
        append_blocker(text, error->number);
        break;
    case 'n':
        append_notes(text, &error->notes);
        break;
    case 'c':
        append_content(text, error->number);
        break;
    case 'k':
        text_append(text, container_name((enum container_kind)number));
        break;
    case 'r':
        text_append(text, error->reason ? error->reason : "no reason given");
        break;
    }
}

static void append_sentence(struct text *text, const char *sentence, const struct error *error)
{
    for (; *sentence; sentence++) {
        if (*sentence != '{') {
            text_append_char(text, *sentence);
            continue;
        }
        append_field(text, sentence[1], (unsigned)(sentence[2] - '0'), error);
        sentence += 3; /* to the closing brace */
    }
}

void error_append(struct text *text, const struct error *error)
{
    const struct sentence *sentence = &sentences[error->code];

    if (!sentence->text)
        return;
    append_sentence(text, sentence->text, error);
    if (sentence->remedy != REMEDY_SAID)
        text_format(text, "; %s", remedies[sentence->remedy]);
    if (error->code == ERROR_NO_ENTRY_NOTE || error->code == ERROR_NOTES_TRUNCATED)
        append_entry_remedy(text, &error->notes);
}

void error_append_code(struct text *text, enum error_code code)
{
    const struct error error = {.code = code};

    error_append(text, &error);
}

bool error_module(const struct error *error, uint64_t *ret_index)
{
    *ret_index = error->number[0];
    return error->code == ERROR_NO_ROOM_FOR_MODULE;
}

bool error_is_of_machine(const struct error *error)
{
    return error->code == ERROR_OUT_OF_MEMORY ||
           (error->code >= ERROR_PLATFORM_XEN && error->code <= ERROR_MAP_CHANGED);
}
