/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF notes: finding them, and interpreting those for PVH (xen/include/public/elfnote.h).
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

#define NOTE_NAME_KEPT 16 /* longer than the owners of interest */
#define NOTE_DESC_KEPT 48 /* long enough for a version string */

struct note {
    uint64_t offset; /* in the file */
    uint32_t name_size;
    uint32_t desc_size;
    uint32_t type;
    /* Truncated and zero-padded; NUL-terminated in case they are strings. */
    char name[NOTE_NAME_KEPT + 1];
    uint8_t desc[NOTE_DESC_KEPT + 1];
};

/* Called for every note read; more than once if several headers cover it or it is scanned twice. */
struct note_visitor {
    void (*visit)(struct note_visitor *visitor, const struct note *note);
};

/* PHYS32_RELOC, with defaults for missing values. */
struct pvh_relocation {
    bool present;
    bool valid;         /* false if its constraints are contradictory; it is then ignored */
    uint32_t alignment; /* of the new span start; a power of two. 0 until the default is known */
    uint32_t min;       /* lowest new span start */
    uint32_t max;       /* highest address of the span's last byte */
};

struct elf_notes {
    bool has_entry;
    unsigned entry_size;  /* of the descriptor of PHYS32_ENTRY, in bytes */
    uint64_t entry_value; /* the address in it */
    struct pvh_relocation relocation;
    bool truncated;   /* a note runs past the end of its segment */
    unsigned scanned; /* number of notes in all segments so far, which is limited */
    struct note_list found;
    char system[64];              /* "Linux 6.1.0-56-cloud-amd64", "FreeBSD 14"; empty if unknown */
    bool is_linux;                /* has a note of Linux's own, or says so to Xen */
    struct note_visitor *visitor; /* NULL for none */
};

/*
 * Scans the notes in `where`, a range of the source. Results are added to those of earlier calls;
 * the first PHYS32_ENTRY wins. `padding` is 4, or 8 for tools that pad notes to p_align. Fails only
 * if the source cannot be read.
 */
bool notes_scan(struct byte_source *source, struct range where, unsigned padding,
                struct elf_notes *notes, struct error *error);

/*
 * Finds the notes of a file whose program headers have been read: in its PT_NOTE segments, or, if
 * these have no PHYS32_ENTRY, in its SHT_NOTE sections. `notes` must be zeroed except for the
 * visitor. Fails if there is no PHYS32_ENTRY, or if it is not a 32-bit address.
 */
bool elf_find_notes(struct elf_reader *reader, struct elf_notes *notes);

/*
 * Fills `ranges` with the file ranges of up to `limit` PT_NOTE segments, which may extend past the
 * end of the file, and returns their number. A caller that reads the file front to back keeps these
 * bytes for elf_find_notes().
 */
size_t elf_note_ranges(const struct elf_tables *tables, struct range *ranges, size_t limit);
