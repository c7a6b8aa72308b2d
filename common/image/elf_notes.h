/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF notes: where they are in a file, and which of them make a kernel bootable through PVH
 * (xen/include/public/elfnote.h).
 *
 *   0 namesz   4 descsz   8 type   12 name, padded to 4   desc, padded to 4
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/range.h"

struct elf_reader;
struct elf_tables;

#define XEN_ELFNOTE_GUEST_OS      6
#define XEN_ELFNOTE_GUEST_VERSION 7
#define XEN_ELFNOTE_PHYS32_ENTRY  18
#define XEN_ELFNOTE_PHYS32_RELOC  19

#define NOTE_NAME_KEPT 16 /* the owners that matter are shorter */
#define NOTE_DESC_KEPT 48 /* the longest value that is looked at: a version string */

struct note {
    uint64_t offset; /* in the file */
    uint32_t name_size;
    uint32_t desc_size;
    uint32_t type;
    char name[NOTE_NAME_KEPT + 1]; /* cut off; zeroed behind its end, as desc is */
    uint8_t
        desc[NOTE_DESC_KEPT + 1]; /* cut off, with a NUL behind it, for those that are strings */
};

/* Called for every note that is read: twice for one that two headers name, or that is read twice.
 */
struct note_visitor {
    void (*visit)(struct note_visitor *visitor, const struct note *note);
};

/* PHYS32_RELOC, with what its author left out filled in. */
struct pvh_relocation {
    bool present;
    bool valid;         /* false when it asks for the impossible: it is then as good as none */
    uint32_t alignment; /* of the new span start; a power of two. 0 until defaults are known */
    uint32_t min;       /* lowest new span start */
    uint32_t max;       /* highest address of the span's last byte */
};

struct elf_notes {
    bool has_entry;
    unsigned entry_size; /* bytes of the descriptor */
    uint64_t entry_value;
    struct pvh_relocation relocation;
    bool truncated;   /* a note ran past the end of its segment */
    unsigned scanned; /* how many were tried, of all segments: there is a limit */
    struct note_list found;
    char system[64]; /* "Linux 6.1.0-56-cloud-amd64", "FreeBSD 14"; empty when no note says */
    struct note_visitor *visitor; /* NULL for none */
};

/*
 * Scans the notes in `where` (file offsets, inside the source). A later call adds to what an
 * earlier one found; the first PHYS32_ENTRY wins. padding is 4, or 8 for a producer that took
 * p_align for the notes' padding. False only when the source cannot be read.
 */
bool notes_scan(struct byte_source *source, struct range where, unsigned padding,
                struct elf_notes *notes, struct error *error);

/*
 * Finds the notes of a file whose program headers have been read: in its PT_NOTE segments, and
 * where these have no PHYS32_ENTRY in its SHT_NOTE sections. `notes` is zeroed but for the visitor.
 * False with an error when there is no PHYS32_ENTRY, or none that holds a 32-bit address.
 */
bool elf_find_notes(struct elf_reader *reader, struct elf_notes *notes);

/*
 * Fills `ranges` with the file ranges of up to `limit` PT_NOTE segments, which may go beyond the
 * file's end; returns how many. Who reads a file front to back keeps these for elf_find_notes().
 */
size_t elf_note_ranges(const struct elf_tables *tables, struct range *ranges, size_t limit);
