/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What went wrong, as a code with its numbers. The sentences are in pvh/messages.c, once, so that
 * the loader and the host's tools say the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pvh_error_code {
    PVH_OK = 0,
    PVH_ERROR_READ,          /* the source could not be read; it has said so itself */
    PVH_ERROR_OUT_OF_MEMORY, /* no memory for the loader's own tables */

    /* The kernel's file. number[]: see pvh/messages.c */
    PVH_ERROR_TOO_SHORT,
    PVH_ERROR_NOT_ELF,
    PVH_ERROR_ELF_HEADER,
    PVH_ERROR_ELF_BIG_ENDIAN,
    PVH_ERROR_ELF_MACHINE,
    PVH_ERROR_ELF_TYPE,
    PVH_ERROR_HEADERS_OUTSIDE_FILE,
    PVH_ERROR_NO_SEGMENTS,
    PVH_ERROR_SEGMENT_TRUNCATED,
    PVH_ERROR_SEGMENT_SIZES,
    PVH_ERROR_SEGMENT_WRAPS,
    PVH_ERROR_SEGMENT_TOO_HIGH,
    PVH_ERROR_SEGMENTS_OVERLAP,
    PVH_ERROR_NO_ENTRY_NOTE,
    PVH_ERROR_NOTES_TRUNCATED,
    PVH_ERROR_ENTRY_NOTE_SIZE,
    PVH_ERROR_ENTRY_NOTE_HIGH,
    PVH_ERROR_ENTRY_OUTSIDE,

    /* The machine, and the firmware's memory map. */
    PVH_ERROR_PLATFORM_XEN,
    PVH_ERROR_PLATFORM_SEV,
    PVH_ERROR_PLATFORM_TDX,
    PVH_ERROR_MAP_STRIDE,
    PVH_ERROR_MAP_TOO_LARGE,
    PVH_ERROR_MAP_FRAGMENTED,
    PVH_ERROR_MAP_CHANGED,

    /* Placement. */
    PVH_ERROR_SPAN_TAKEN,
    PVH_ERROR_SPAN_WITHOUT_MEMORY,
    PVH_ERROR_SPAN_TAKEN_BY_NVS,
    PVH_ERROR_RELOCATION_NOTE,
    PVH_ERROR_NO_ROOM_TO_RELOCATE,
    PVH_ERROR_NO_ROOM_TO_RELOCATE_NVS,
    PVH_ERROR_NO_ROOM_FOR_MODULE,
    PVH_ERROR_NO_ROOM_FOR_BOOT_INFO,
    PVH_ERROR_NO_ROOM_FOR_HANDOVER,
    PVH_ERROR_NO_ROOM_FOR_STAGING,

    /* What the kernel's file is wrapped in. */
    PVH_ERROR_BZIMAGE_OLD,
    PVH_ERROR_PAYLOAD_OUTSIDE,
    PVH_ERROR_PAYLOAD_UNKNOWN,
    PVH_ERROR_UNPACK_TRUNCATED,
    PVH_ERROR_UNPACK_DAMAGED,
    PVH_ERROR_UNPACK_UNSUPPORTED,
    PVH_ERROR_UNPACK_ABSENT,
    PVH_ERROR_UNPACK_TRAILING,
    PVH_ERROR_UNPACK_MEMORY,
    PVH_ERROR_UNPACKED_SIZE,
    PVH_ERROR_UNPACKED_TOO_LARGE,
    PVH_ERROR_NESTED_TOO_DEEP,

    PVH_ERROR_MODULE_EMPTY,
    PVH_ERROR_NO_PROGRAM,

    PVH_ERROR_CODES
};

/* Where the kernels of other processors have a magic number (arm64/booting.rst,
 * riscv/boot-image-header.rst). */
#define PVH_IMAGE_MAGIC 0x38

/* An ELF note by owner and type, for the list of what was found. */
struct note_id {
    char owner[12]; /* printable, cut off, NUL-terminated */
    uint32_t type;
};

#define NOTE_IDS_KEPT     8
#define PVH_ERROR_NUMBERS 5

struct note_list {
    struct note_id ids[NOTE_IDS_KEPT];
    unsigned kept;
    unsigned seen; /* different ones, kept or not: at least `kept` */
};

struct pvh_error {
    enum pvh_error_code code;
    uint64_t number[PVH_ERROR_NUMBERS];
    const char *reason;     /* PVH_ERROR_UNPACK_...: in the words of a library */
    struct note_list notes; /* PVH_ERROR_NO_ENTRY_NOTE */
};

/*
 * Records the error, `code` first and then its numbers, and returns false, so that a check reads
 * `return pvh_fail(error, PVH_ERROR_..., ...)`. Analysers look at one file at a time: they have to
 * be told that it is false.
 */
#define pvh_fail(error, ...)                                                                       \
    PVH_IS_FALSE(pvh_fail_with((error), (const uint64_t[1 + PVH_ERROR_NUMBERS]){__VA_ARGS__}))

#ifdef STATIC_ANALYSIS
#define PVH_IS_FALSE(result) ((void)(result), false)
#else
#define PVH_IS_FALSE(result) (result)
#endif

bool pvh_fail_with(struct pvh_error *error, const uint64_t code_and_numbers[1 + PVH_ERROR_NUMBERS]);
