/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only a processor in the firmware's mode can do. Nothing else of efi/ does: host tests have
 * their own of this one file.
 */
#pragma once

#include "pvh/platform.h"

struct cpuid_result cpu_read_id(uint32_t leaf, uint32_t subleaf);

/* Of a model-specific register that the processor has: others fault. */
uint64_t cpu_read_msr(uint32_t msr);

/* The time stamp counter, which every processor with 64 bits has. */
uint64_t cpu_read_counter(void);

/* For ever, after boot services have ended and where no reset works. */
void __attribute__((noreturn)) cpu_halt(void);

/* Runs the copy of the hand-over's code at `code`, with its data at `data`: starts the kernel. */
void __attribute__((noreturn)) cpu_jump(uint64_t code, uint64_t data);
