/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI programs: PE files, as Microsoft's "PE Format" describes them. They are checked before the
 * firmware starts them, and their sections are found, in a file and as the firmware has loaded
 * them.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"

/*
 * Checks that the file has the headers of an EFI program (a PE file) for the firmware that the
 * loader is built for, and nothing more.
 * ERROR_NO_PROGRAM if not.
 */
bool pe_check_program(struct byte_source *source, struct error *error);

enum pe_layout {
    PE_IN_FILE,   /* sections are at PointerToRawData */
    PE_IN_MEMORY, /* sections are at VirtualAddress, and the source is the loaded image */
};

#define PE_NAME_SIZE 8

struct pe_section {
    char name[PE_NAME_SIZE + 1]; /* NUL-terminated */
    struct range bytes;          /* within the source; {0, 0} for none */
    uint64_t address;            /* VirtualAddress, from the start of the image */
};

struct pe_sections {
    struct pe_section *items; /* in the order of the section table */
    size_t count;
    unsigned machine; /* PE_MACHINE_X64 or PE_MACHINE_IA32 of common/base/architecture.h */
};

/*
 * Reads the section table; the list is in the arena. A section has VirtualSize bytes; in a file, it
 * has no more than SizeOfRawData: what it lacks there is filled with zeros when it is loaded.
 *
 * ERROR_NO_PROGRAM for what is no PE file for x64 or ia32, ERROR_PE_SECTION_OUTSIDE if the table or
 * a section is not all in the source, and ERROR_PE_SECTIONS_OVERLAP for sections that share bytes
 * with each other or with the headers.
 */
bool pe_read_sections(struct byte_source *source, enum pe_layout layout, struct arena *arena,
                      struct pe_sections *ret_sections, struct error *error);

/*
 * Finds the file's certificates, which its signature does not cover: an empty range at the end of a
 * file that has none. ERROR_NO_PROGRAM if it is no EFI program,
 * ERROR_CERTIFICATES_OUTSIDE_FILE if they are not in the file.
 */
bool pe_find_certificates(struct byte_source *source, struct range *ret_table, struct error *error);
