/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/messages.h"

#include "common/base/architecture.h"
#include "common/base/bytes.h"
#include "common/base/uefi_status.h"
#include "common/base/units.h"
#include "common/image/container.h"
#include "pvh/memory_map.h"

#include <string.h>

/* uint64_t's type differs between platforms; text_format() is given %llu and %llx. */
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

/* A note of type 18 by an owner other than Xen is worth mentioning. */
static const struct note_id *find_foreign_entry_note(const struct note_list *notes)
{
    for (unsigned i = 0; i < notes->kept; i++) {
        if (notes->ids[i].type == 18 && strcmp(notes->ids[i].owner, "Xen") != 0)
            return &notes->ids[i];
    }
    return NULL;
}

static void append_entry_remedy(struct text *text, const struct note_list *notes)
{
    const struct note_id *foreign = find_foreign_entry_note(notes);

    if (foreign)
        text_format(text, "; its note of type 18 has the owner \"%s\" instead of \"Xen\"",
                    foreign->owner);
    else
        text_append(text, "; build the kernel with CONFIG_PVH=y or its equivalent");
}

/* Remedies, shared by several errors. */
enum remedy {
    REMEDY_NONE, /* the sentence says it */
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
    REMEDY_IMAGE,
};

static const char *const remedies[] = {
    [REMEDY_COPY] = "copy the file again",
    [REMEDY_RELINK] = "fix the kernel's link addresses",
    [REMEDY_NOTE] = "the note must hold the physical address",
    [REMEDY_NAME] = "name the linked kernel",
    [REMEDY_MOVE] = "use a relocatable kernel (PHYS32_RELOC; Linux 6.12 and later)",
    [REMEDY_NVS] = ("use a relocatable kernel (PHYS32_RELOC; Linux 6.12 and later), or "
                    "--overwrite-acpi-nvs, which breaks sleep (S3)"),
    [REMEDY_MEMORY] = "add memory",
    [REMEDY_MEMORY_NVS] = "add memory, or use --overwrite-acpi-nvs, which breaks sleep (S3)",
    [REMEDY_MODULE] = "use a smaller module or add memory",
    [REMEDY_UPDATE] = "update the firmware",
    [REMEDY_AGAIN] = "try again",
    [REMEDY_STUB] = "start the kernel through its EFI stub",
    [REMEDY_PACK] = "compress it again, in one piece and with default options",
    [REMEDY_UNPACK] = "unpack it to the ELF file (vmlinux)",
    [REMEDY_X86] = "use an x86 kernel",
    [REMEDY_FIRMWARE] = "the firmware can start it without pvhboot",
    [REMEDY_STRIP] = "if it is a kernel, strip it",
    [REMEDY_IMAGE] = "build one image of kernel, initrd and options (ukify --stub), and sign it",
};

struct magic_name {
    char bytes[4]; /* zero-padded */
    uint8_t length;
    uint8_t number; /* index of the error's number: 0 the first bytes, 1 those at 0x38 */
    uint8_t remedy;
    char name[34];
};

/* Recognizes other files that people try to boot. An Image may be an EFI program, too. */
static const struct magic_name *find_content(const uint64_t number[ERROR_NUMBERS])
{
    static const struct magic_name names[] = {
        {"ARM\x64", 4, 1, REMEDY_X86, "it is an ARM kernel (Image)"},
        {"RSC\x05", 4, 1, REMEDY_X86, "it is a RISC-V kernel (Image)"},
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

static void append_content(struct text *text, const struct error *error)
{
    const struct magic_name *content = find_content(error->number);

    if (content)
        text_format(text, ": %s; %s", content->name, remedies[content->remedy]);
    else
        text_append(text, error->code == ERROR_NOT_ELF
                              ? "; name the kernel's file (vmlinux or vmlinuz)"
                              : "; copy the file again");
}

static void append_free(struct text *text, uint64_t start, uint64_t end)
{
    if (start >= end) {
        text_append(text, "nothing is free below 4 GiB");
        return;
    }
    text_append(text, "the largest free range below 4 GiB is ");
    text_append_size(text, end - start);
    text_format(text, " (0x%llx-0x%llx)", U(start), U(end - 1));
}

enum about {
    ABOUT_MACHINE,
    ABOUT_FILE,
};

struct sentence {
    const char *text;
    uint8_t about;
    uint8_t status;
    uint8_t remedy;
};

static const struct sentence sentences[ERROR_CODES] = {
#define ERROR_ROW(code, about, status, remedy, sentence)                                           \
    [ERROR_##code] = {sentence, ABOUT_##about, UEFI_##status, REMEDY_##remedy},
#include "common/base/error_list.h"
#undef ERROR_ROW
};

static void append_blocker(struct text *text, const uint64_t number[ERROR_NUMBERS])
{
    enum memory_class class = (enum memory_class)number[4];

    text_format(text, "it is linked at 0x%llx-0x%llx, but 0x%llx-0x%llx is %s %s", U(number[0]),
                U(number[1] - 1), U(number[2]), U(number[3] - 1), memory_class_name(class),
                class == MEMORY_ISA_HOLE ? "in every PC" : "on this machine");
}

/* Fills in a placeholder with an index; `kind` is its letter. */
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
        append_content(text, error);
        break;
    case 'k':
        text_append(text, container_name((enum container_kind)number));
        break;
    }
}

/* Fills in a placeholder: a letter and an index, or a letter alone. Returns what follows it. */
static const char *append_braces(struct text *text, const char *braces, const struct error *error)
{
    switch (braces[1]) {
    case 'N':
        text_append_short(text, error->name ? error->name : "?", NAME_SHOWN);
        break;
    case 't':
        text_append(text, error->reason ? error->reason : "no reason given");
        break;
    case 'w':
        text_append(text, uefi_status_name(error->status));
        break;
    default:
        append_field(text, braces[1], (unsigned)(braces[2] - '0'), error);
        break;
    }
    return strchr(braces, '}') + 1;
}

static void append_sentence(struct text *text, const char *sentence, const struct error *error)
{
    while (*sentence) {
        if (*sentence == '{')
            sentence = append_braces(text, sentence, error);
        else
            text_append_char(text, *sentence++);
    }
}

static void append_in_front(struct text *text, const char *name)
{
    text_append_short(text, name, NAME_SHOWN);
    text_append(text, ": ");
}

void error_append(struct text *text, const struct error *error)
{
    const struct sentence *sentence = &sentences[error->code];
    bool has_name = sentence->about == ABOUT_FILE && error->name;
    bool name_is_long = has_name && strlen(error->name) > NAME_SHOWN;

    if (!sentence->text)
        return;
    if (error->context)
        append_in_front(text, error->context);
    if (has_name && !name_is_long)
        append_in_front(text, error->name);
    append_sentence(text, sentence->text, error);
    if (sentence->remedy != REMEDY_NONE)
        text_format(text, "; %s", remedies[sentence->remedy]);
    if (error->code == ERROR_NO_ENTRY_NOTE || error->code == ERROR_NOTES_TRUNCATED)
        append_entry_remedy(text, &error->notes);
    if (name_is_long)
        text_format(text, ": %s", error->name);
}

bool error_is_about_file(const struct error *error)
{
    return sentences[error->code].about == ABOUT_FILE;
}

uint64_t error_status(const struct error *error)
{
    uint64_t status = sentences[error->code].status;

    if (status == UEFI_FIRMWARE)
        status = error->status;
    return status != 0 ? status : UEFI_LOAD_ERROR;
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
