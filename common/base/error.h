/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors as values, returned from the place of detection up to the one place that prints them. The
 * codes are defined in common/base/error_list.h.
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

/* An ELF note by owner and type, for the list of notes found. */
struct note_id {
    char owner[12]; /* printable, truncated, NUL-terminated */
    uint32_t type;
};

#define NOTE_IDS_KEPT 8
#define ERROR_NUMBERS 5

struct note_list {
    struct note_id ids[NOTE_IDS_KEPT];
    unsigned kept;
    unsigned seen; /* distinct notes, kept or not; seen >= kept */
};

struct error {
    enum error_code code;
    uint64_t number[ERROR_NUMBERS];
    const char *context;    /* what was being started; printed first; NULL for none */
    const char *name;       /* the file in question, as the user knows it; NULL for none */
    const char *reason;     /* as a library or a parser words it; NULL for none */
    uint64_t status;        /* the firmware's EFI_STATUS without its error bit; 0 for none */
    bool printed;           /* the user has seen it */
    struct note_list notes; /* ERROR_NO_ENTRY_NOTE */
};

/*
 * Sets the error's code, then its numbers, and returns false, so that a check reads
 * `return error_set(error, ERROR_..., ...)`. Static analysers see one file at a time and have to be
 * told that the result is false.
 */
#define error_set(error, ...)                                                                      \
    ERROR_IS_FALSE(error_set_numbers((error), (const uint64_t[1 + ERROR_NUMBERS]){__VA_ARGS__}))

#ifdef STATIC_ANALYSIS
#define ERROR_IS_FALSE(result) ((void)(result), false)
#else
#define ERROR_IS_FALSE(result) (result)
#endif

bool error_set_numbers(struct error *error, const uint64_t code_and_numbers[1 + ERROR_NUMBERS]);

/* Forgets an error that has been dealt with. */
static inline void error_clear(struct error *error)
{
    *error = (struct error){.code = ERROR_NONE};
}

/*
 * The same for an error about the file or entry `name`, which must outlive the error.
 */
#define error_set_for(error, name, ...)                                                            \
    (error_set((error), __VA_ARGS__) || ERROR_IS_FALSE(error_name((error), (name))))

/*
 * Names the file of an error and returns false. A name that is already set is kept: the code
 * closest to the fault knows it best.
 */
bool error_name(struct error *error, const char *name);
