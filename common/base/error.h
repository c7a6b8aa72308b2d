/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What went wrong, as a value: returned from where it is found to whoever prints it. The rows of
 * common/base/error_list.h say what each code means.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum error_code {
    ERROR_NONE = 0,
#define ERROR_ROW(code, about, status, remedy, sentence) ERROR_##code,
#include "common/base/error_list.h"
#undef ERROR_ROW
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
    const char *context;    /* what was being started: stands before all else; NULL for none */
    const char *name;       /* the file that it is about, as the user knows it; NULL for none */
    const char *reason;     /* in the words of a library or a parser; NULL for none */
    uint64_t status;        /* the firmware's EFI_STATUS without its error bit; 0: was not asked */
    bool printed;           /* the user has been told */
    struct note_list notes; /* ERROR_NO_ENTRY_NOTE */
};

/*
 * Records the error, `code` first and then its numbers, and returns false, so that a check reads
 * `return error_set(error, ERROR_..., ...)`. Analysers look at one file at a time: they have to
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

/*
 * The same for an error about the file or entry `name`, which must live as long as the error. The
 * name that an error has already is kept: who is nearer to the fault knows it better.
 */
#define error_set_for(error, name, ...)                                                            \
    (error_set((error), __VA_ARGS__) || ERROR_IS_FALSE(error_name((error), (name))))

bool error_name(struct error *error, const char *name);
