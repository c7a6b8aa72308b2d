/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/uki: unified kernel images, PE files that contain a kernel and what belongs to it in
 * sections (UAPI.5), as ukify makes them from a stub. It must not know where the bytes come from,
 * nor what is done with them.
 *
 * The sections before the first .profile apply to all profiles. Profile N consists of the sections
 * from the N-th .profile, counted from 0, to the next one, which replace those of the same name:
 *
 *     .linux .initrd .cmdline | .profile .cmdline | .profile .cmdline .initrd
 *     for all profiles        | profile 0         | profile 1
 */
#pragma once

#include "common/image/pe.h"

/* Those up to UKI_LAST_MEASURED are in the order in which systemd-stub measures them. */
enum uki_section_kind {
    UKI_LINUX,
    UKI_OSREL,
    UKI_CMDLINE,
    UKI_INITRD,
    UKI_UCODE,
    UKI_SPLASH,
    UKI_DTB,
    UKI_UNAME,
    UKI_SBAT,
    UKI_PCRPKEY,
    UKI_PROFILE,
    UKI_DTBAUTO,
    UKI_HWIDS,
    UKI_LAST_MEASURED = UKI_HWIDS,
    UKI_PCRSIG,
    UKI_PINS, /* pvhboot's own: common/uki/pins.h */
    UKI_SECTION_KINDS
};

/* The sections that apply to one profile. */
struct uki {
    struct range sections[UKI_SECTION_KINDS]; /* offsets in the image */
    bool present[UKI_SECTION_KINDS];
};

/* The section's name: ".linux". */
const char *uki_section_name(enum uki_section_kind kind);

/* True if there is a kernel inside, in whichever profile. */
bool uki_has_kernel(const struct pe_sections *sections);

/* How many .profile sections there are: 0 in images without profiles, whose only one is 0 too. */
unsigned uki_profile_count(const struct pe_sections *sections);

/*
 * Finds the sections of a profile. Of several sections with one name in the same part, the first
 * counts. ERROR_NO_PROFILE if there is none of that number; profile 0 always exists.
 */
bool uki_find_sections(const struct pe_sections *sections, unsigned profile, struct uki *ret_uki,
                       struct error *error);

/* A walk over the profiles of an image, in time that is linear in the number of its sections. */
struct uki_walk {
    const struct pe_sections *sections;
    struct uki base;  /* the sections before the first .profile */
    size_t next;      /* index of the next profile's .profile */
    unsigned visited; /* profiles */
};

/* Starts in front of profile 0. `sections` must outlive the walk. */
struct uki_walk uki_walk_start(const struct pe_sections *sections);

/* The next profile's sections; false behind the last one. Profile 0 always exists. */
bool uki_walk_next(struct uki_walk *walk, struct uki *ret_uki);

/*
 * The text of a .cmdline section as systemd-stub passes it to the kernel: without white space
 * around it, control characters become spaces, and it ends at the first NUL. In the arena; NULL
 * when out of memory.
 */
const char *uki_command_line(const char *text, uint64_t size, struct arena *arena);

/*
 * The same of a section of an image whose bytes are in memory; *ret_text is NULL if it has none.
 * False, with *error, when out of memory.
 */
bool uki_read_text(const uint8_t *image, const struct uki *uki, enum uki_section_kind kind,
                   struct arena *arena, const char **ret_text, struct error *error);
