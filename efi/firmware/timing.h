/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time spent in each phase of a boot, for --verbose. Exactly one phase is current at any time.
 * There is none for exiting boot services, since nothing can be printed afterwards.
 */
#pragma once

#include "common/base/text.h"

enum timing_phase {
    TIMING_START, /* load options, opening the volume */
    TIMING_ENTRIES,
    TIMING_MENU,
    TIMING_OPENING, /* opening files, reading their sizes and the kernel's headers */
    TIMING_READING,
    TIMING_DECODING,
    TIMING_PLACING,   /* planning, allocating, zeroing */
    TIMING_MAP,       /* reading memory map and ACPI tables, writing the boot info */
    TIMING_MEASURING, /* into the TPM */
    TIMING_PHASES
};

/* Starts a phase, which ends the current one. Returns the phase that was current, to restore it. */
enum timing_phase timing_enter(enum timing_phase phase);

/* Appends the time of each phase so far, in milliseconds with one decimal place. */
void timing_append(struct text *text);
