/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/arch holds what depends on the processor: special instructions, the C library functions that
 * the compiler calls, and the linker script. It makes no firmware calls and knows nothing of
 * booting.
 *
 * All inline assembly of efi/ is behind this header and vector_registers.h, or in what stands for
 * the C library and for libgcc. Tests on a host have their own implementation of this header.
 */
#pragma once

#include "pvh/platform/processor_memory.h"
#include "pvh/platform/sha_extensions.h"

struct cpuid_result cpu_read_id(uint32_t leaf, uint32_t subleaf);

/* Reads a model-specific register, which must exist: RDMSR faults otherwise. */
uint64_t cpu_read_msr(uint32_t msr);

/* Both, for pvh/platform. */
static inline struct processor cpu_processor(void)
{
    return (struct processor){cpu_read_id, cpu_read_msr};
}

/* For sha256_init(). */
static inline bool cpu_has_sha(void)
{
    struct processor processor = cpu_processor();

    return sha_extensions_exist(&processor);
}

/* The stack, page tables and descriptor tables that are in use. */
struct processor_state cpu_read_state(void);

/* The eight bytes at an address of memory that the processor uses itself. */
uint64_t cpu_read_memory(uint64_t address);

/* The time stamp counter, which every x86-64 processor has. */
uint64_t cpu_read_counter(void);

/* The byte of an I/O port. */
uint8_t cpu_read_port(uint16_t port);
void cpu_write_port(uint16_t port, uint8_t value);

/* Halts forever, with interrupts off: for when boot services have ended and a reset fails. */
void __attribute__((noreturn)) cpu_halt(void);

/* Jumps to the copy of the trampoline at `code`, with its data at `data` (pvh/trampoline.h). */
void __attribute__((noreturn)) cpu_jump(uint64_t code, uint64_t data);
