/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the time goes, for --verbose: at each moment one phase runs, and the processor's time stamp
 * counter says for how long. Leaving the firmware is no phase: nothing can be printed behind it.
 */
#pragma once

#include "common/base/text.h"

enum timing_phase {
    TIMING_START, /* options, volume */
    TIMING_ENTRIES,
    TIMING_MENU,
    TIMING_OPENING, /* files, their sizes, the kernel's headers */
    TIMING_READING,
    TIMING_DECODING,
    TIMING_PLACING, /* the plan, its memory, zeroing, boot info */
    TIMING_MAP,     /* the firmware's memory map and ACPI tables */
    TIMING_PHASES
};

/* The time from now on is `phase`'s. Returns the one that ran, to go back to. */
enum timing_phase timing_enter(enum timing_phase phase);

/* Appends how long each has taken so far, in milliseconds. */
void timing_append(struct text *text);
