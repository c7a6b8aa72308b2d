/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may use XMM registers on 64-bit firmware, and what is saved where.
 *
 * The loader is compiled with -mgeneral-regs-only, but for two parts: the decoders, with SSE2 and
 * whatever CPUID says is there besides that uses the same registers (third_party/build.mk), and
 * SHA-256 (common/hash/sha256_ni.c). They may, because:
 *
 *   - Firmware has to run applications with SSE set up, and MXCSR initialized (UEFI 2.10, 2.3.4.1:
 *     "Handoff State"; 2.3.4). U-Boot 2023.01 does not: the instructions fault there until CR4 is
 *     changed, so that is done first. AVX needs more than that, and nothing uses it.
 *   - Interrupts: firmware that uses these registers itself saves them in its handlers (EDK2 with
 *     FXSAVE, in ExceptionHandlerAsm.nasm). Other firmware has no code that changes them.
 *   - The firmware is called with its own convention, in which XMM0 to XMM5 are anyone's and XMM6
 *     to XMM15 are kept (UEFI 2.10, 2.3.4.2). Ours (System V) keeps none, so that the decoders lose
 *     nothing by calling us, and we nothing by calling the firmware.
 *   - The firmware in turn expects XMM6 to XMM15 back from what it calls: they are saved where the
 *     loader starts, as all decoding is below that. Nothing else that the firmware calls (a
 *     callback of TFTP, LoadFile2 of the initrd) decodes.
 *
 * On 32-bit firmware nothing uses them, and the functions do nothing.
 */
#pragma once

#include <stdint.h>

/* The control registers of a processor as the firmware had them. */
struct vector_state {
    uintptr_t cr0;
    uintptr_t cr4;
};

/* Lets the processor execute SSE instructions; returns what vector_registers_restore() needs. */
struct vector_state vector_registers_enable(void);

void vector_registers_restore(struct vector_state before);

#ifdef FIRMWARE_IA32
#define VECTOR_REGISTERS_ALLOWED
#define SAVE_VECTOR_REGISTERS() ((void)0)
#else
#define VECTOR_REGISTERS_ALLOWED __attribute__((noinline, target("sse2")))
/* Makes the compiler save them at the start of the function, and restore them at its end. With
 * -mgeneral-regs-only it would not: as far as it knows, nothing that the function calls uses them.
 */
#define SAVE_VECTOR_REGISTERS()                                                                    \
    __asm__ volatile("" ::                                                                         \
                         : "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",     \
                           "xmm14", "xmm15")
#endif
