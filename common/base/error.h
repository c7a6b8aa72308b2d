/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What went wrong, as a code with its numbers. The sentences are in pvh/messages.c, once, so that
 * the loader and the host's tools say the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_READ,          /* the source could not be read; it has said so itself */
    ERROR_OUT_OF_MEMORY, /* no memory for the loader's own tables */

    /* The kernel's file. number[]: see pvh/messages.c */
    ERROR_TOO_SHORT,
    ERROR_NOT_ELF,
    ERROR_ELF_HEADER,
    ERROR_ELF_BIG_ENDIAN,
    ERROR_ELF_MACHINE,
    ERROR_ELF_TYPE,
    ERROR_HEADERS_OUTSIDE_FILE,
    ERROR_NO_SEGMENTS,
    ERROR_SEGMENT_TRUNCATED,
    ERROR_SEGMENT_SIZES,
    ERROR_SEGMENT_WRAPS,
    ERROR_SEGMENT_TOO_HIGH,
    ERROR_SEGMENTS_OVERLAP,
    ERROR_NO_ENTRY_NOTE,
    ERROR_NOTES_TRUNCATED,
    ERROR_ENTRY_NOTE_SIZE,
    ERROR_ENTRY_NOTE_HIGH,
    ERROR_ENTRY_OUTSIDE,

    /* The machine, and the firmware's memory map. */
    ERROR_PLATFORM_XEN,
    ERROR_PLATFORM_SEV,
    ERROR_PLATFORM_TDX,
    ERROR_MAP_STRIDE,
    ERROR_MAP_TOO_LARGE,
    ERROR_MAP_FRAGMENTED,
    ERROR_MAP_CHANGED,

    /* Placement. */
    ERROR_SPAN_TAKEN,
    ERROR_SPAN_WITHOUT_MEMORY,
    ERROR_SPAN_TAKEN_BY_NVS,
    ERROR_RELOCATION_NOTE,
    ERROR_NO_ROOM_TO_RELOCATE,
    ERROR_NO_ROOM_TO_RELOCATE_NVS,
    ERROR_NO_ROOM_FOR_MODULE,
    ERROR_NO_ROOM_FOR_BOOT_INFO,
    ERROR_NO_ROOM_FOR_TRAMPOLINE,
    ERROR_NO_ROOM_FOR_STAGING,

    /* What the kernel's file is wrapped in. */
    ERROR_BZIMAGE_OLD,
    ERROR_PAYLOAD_OUTSIDE,
    ERROR_PAYLOAD_UNKNOWN,
    ERROR_UNPACK_TRUNCATED,
    ERROR_UNPACK_DAMAGED,
    ERROR_UNPACK_UNSUPPORTED,
    ERROR_UNPACK_ABSENT,
    ERROR_UNPACK_TRAILING,
    ERROR_UNPACK_MEMORY,
    ERROR_UNPACKED_SIZE,
    ERROR_UNPACKED_TOO_LARGE,
    ERROR_NESTED_TOO_DEEP,

    ERROR_COMMAND_LINES_TOO_LONG,
    ERROR_MODULE_EMPTY,
    ERROR_NO_PROGRAM,

    ERROR_CODES
};

/* An ELF note by owner and type, for the list of what was found. */
struct note_id {
    char owner[12]; /* printable, cut off, NUL-terminated */
    uint32_t type;
};

#define NOTE_IDS_KEPT 8
#define ERROR_NUMBERS 5

struct note_list {
    struct note_id ids[NOTE_IDS_KEPT];
    unsigned kept;
    unsigned seen; /* different ones, kept or not: at least `kept` */
};

struct error {
    enum error_code code;
    uint64_t number[ERROR_NUMBERS];
    const char *reason;     /* ERROR_UNPACK_...: in the words of a library */
    struct note_list notes; /* ERROR_NO_ENTRY_NOTE */
};

/*
 * Records the error, `code` first and then its numbers, and returns false, so that a check reads
 * `return error_set(error, PVH_ERROR_..., ...)`. Analysers look at one file at a time: they have to
 * be told that it is false.
 */
#define error_set(error, ...)                                                                      \
    ERROR_IS_FALSE(error_set_numbers((error), (const uint64_t[1 + ERROR_NUMBERS]){__VA_ARGS__}))

#ifdef STATIC_ANALYSIS
#define ERROR_IS_FALSE(result) ((void)(result), false)
#else
#define ERROR_IS_FALSE(result) (result)
#endif

bool error_set_numbers(struct error *error, const uint64_t code_and_numbers[1 + ERROR_NUMBERS]);
