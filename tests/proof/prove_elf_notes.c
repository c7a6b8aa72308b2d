/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes of an ELF file, of any sizes and with any content, which may change while it is read.
 * Bounds: none; one note at a time.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_copies.c common/base/error.c
 * with: common/base/text.c
 * cbmc: --unwind 20
 */
#include "common/image/elf_notes.c"
#include "tests/proof/proof.h"

static struct error error;

/* One note anywhere in a file, with a window that is empty or has any part of it. */
static void prove_next_note(uint64_t offset, uint64_t end, bool wide)
{
    struct byte_source source = proof_source();
    struct window window;
    struct note note;
    uint64_t at = offset;
    bool more, truncated = false;

    __CPROVER_havoc_object(&window);
    window.source = &source;
    window.error = &error;
    ASSUME(window.length <= sizeof(window.bytes) && end <= source.size && offset <= end);
    if (!next_note(&window, &at, end, wide ? 8 : 4, &note, &more, &truncated)) {
        PROVE(error.code != ERROR_NONE, "a failure has a reason");
        return;
    }
    if (!more)
        return;
    PROVE(at >= offset + NOTE_HEADER_SIZE, "the scan goes on behind the note: it ends");
    PROVE(fits_inside(at - note.desc_size, note.desc_size, source.size + 8),
          "the note is in the file");
    PROVE(note.name[NOTE_NAME_KEPT] == '\0' && note.desc[NOTE_DESC_KEPT] == 0,
          "what is kept ends with a NUL");
}

static void prove_relocation(void)
{
    struct pvh_relocation relocation = {.present = false};
    struct note note;

    __CPROVER_havoc_object(&note);
    take_relocation(&note, &relocation);
    PROVE(relocation.present, "there is a note");
    PROVE(!relocation.valid || relocation.min <= relocation.max, "a valid one has a place");
    PROVE(!relocation.valid || relocation.alignment == 0 || is_power_of_two(relocation.alignment),
          "a valid alignment is a power of two, or the default");
}

static void prove_clip(uint64_t offset, uint64_t size)
{
    struct byte_source source = proof_source();
    struct elf_reader reader = {.source = &source, .error = &error};
    bool truncated = false;
    struct range range = clip_to_file(&reader, offset, size, &truncated);

    PROVE(range_size(range) == 0 || range.end <= source.size, "the range is in the file");
    PROVE(range_size(range) <= size && range.start == offset, "and a part of what was asked for");
    PROVE(truncated || range_size(range) == size, "what is missing is told");
}

static void prove_list(void)
{
    struct note_list list;
    struct note note;

    __CPROVER_havoc_object(&list);
    __CPROVER_havoc_object(&note);
    note.name[NOTE_NAME_KEPT] = '\0';
    ASSUME(list.kept <= NOTE_IDS_KEPT && list.seen < UINT32_MAX);
    for (unsigned i = 0; i < list.kept; i++)
        list.ids[i].owner[sizeof(list.ids[i].owner) - 1] = '\0';
    remember_note(&note, &list);
    PROVE(list.kept <= NOTE_IDS_KEPT, "the list stays inside its array");
}
