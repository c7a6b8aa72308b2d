/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/output/note_text.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <string.h>

enum value_kind {
    VALUE_STRING,
    VALUE_NUMBERS, /* one number of 4 bytes, or any of 8 bytes */
    VALUE_WORDS,   /* any numbers of 4 bytes */
    VALUE_BYTES,
};

struct note_kind {
    const char *owner;
    uint32_t type;
    const char *name;
    enum value_kind value;
};

static const struct note_kind kinds[] = {
    {"Xen", 0, "INFO", VALUE_STRING},
    {"Xen", 1, "ENTRY", VALUE_NUMBERS},
    {"Xen", 2, "HYPERCALL_PAGE", VALUE_NUMBERS},
    {"Xen", 3, "VIRT_BASE", VALUE_NUMBERS},
    {"Xen", 4, "PADDR_OFFSET", VALUE_NUMBERS},
    {"Xen", 5, "XEN_VERSION", VALUE_STRING},
    {"Xen", 6, "GUEST_OS", VALUE_STRING},
    {"Xen", 7, "GUEST_VERSION", VALUE_STRING},
    {"Xen", 8, "LOADER", VALUE_STRING},
    {"Xen", 9, "PAE_MODE", VALUE_STRING},
    {"Xen", 10, "FEATURES", VALUE_STRING},
    {"Xen", 11, "BSD_SYMTAB", VALUE_STRING},
    {"Xen", 12, "HV_START_LOW", VALUE_NUMBERS},
    {"Xen", 13, "L1_MFN_VALID", VALUE_NUMBERS},
    {"Xen", 14, "SUSPEND_CANCEL", VALUE_NUMBERS},
    {"Xen", 15, "INIT_P2M", VALUE_NUMBERS},
    {"Xen", 16, "MOD_START_PFN", VALUE_NUMBERS},
    {"Xen", 17, "SUPPORTED_FEATURES", VALUE_NUMBERS},
    {"Xen", XEN_ELFNOTE_PHYS32_ENTRY, "PHYS32_ENTRY", VALUE_NUMBERS},
    {"Xen", XEN_ELFNOTE_PHYS32_RELOC, "PHYS32_RELOC", VALUE_WORDS},
    {"GNU", 1, "ABI tag", VALUE_WORDS},
    {"GNU", 3, "build-id", VALUE_BYTES},
    {"GNU", 5, "property", VALUE_BYTES},
    {"Linux", 0x100, "build salt", VALUE_STRING},
    {"Linux", 0x101, "LTO", VALUE_WORDS},
};

static const struct note_kind *find_kind(const struct note *note)
{
    for (size_t i = 0; i < ELEMENTS(kinds); i++) {
        if (kinds[i].type == note->type && strcmp(kinds[i].owner, note->name) == 0 &&
            note->name_size == strlen(note->name) + 1)
            return &kinds[i];
    }
    return NULL;
}

const char *note_name(const struct note *note)
{
    const struct note_kind *kind = find_kind(note);

    return kind ? kind->name : NULL;
}

void note_append_owner(struct text *text, const struct note *note)
{
    text_append_ascii(text, note->name);
}

static void append_numbers(struct text *text, const struct note *note, size_t kept, size_t width)
{
    for (size_t i = 0; i + width <= kept; i += width) {
        uint64_t number = width == 8 ? read_le64(note->desc + i) : read_le32(note->desc + i);

        text_format(text, "%s0x%llx", i ? " " : "", (unsigned long long)number);
    }
}

void note_append_value(struct text *text, const struct note *note)
{
    const struct note_kind *kind = find_kind(note);
    size_t kept = (size_t)min_u64(note->desc_size, NOTE_DESC_KEPT);

    if (!kind)
        return;
    switch (kind->value) {
    case VALUE_STRING:
        text_append_ascii(text, (const char *)note->desc);
        break;
    case VALUE_NUMBERS:
        append_numbers(text, note, kept, note->desc_size % 8 == 0 ? 8 : 4);
        break;
    case VALUE_WORDS:
        append_numbers(text, note, kept, 4);
        break;
    case VALUE_BYTES:
        text_append_hex(text, note->desc, kept);
        break;
    }
    if (note->desc_size > NOTE_DESC_KEPT)
        text_append(text, "...");
}
