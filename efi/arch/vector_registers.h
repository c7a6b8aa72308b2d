/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may use XMM registers on 64-bit firmware, and what is saved where.
 *
 * The loader is compiled with -mgeneral-regs-only, but for two parts: the decoders, with SSE2 and
 * whatever CPUID says is there besides that uses the same registers (third_party/build.mk), and
 * SHA-256 (common/hash/sha256_ni.c). They may, because:
 *
 *   - Firmware runs applications with SSE set up, and MXCSR initialized (UEFI 2.10, 2.3.4.1:
 * "Handoff State"; 2.3.4). For AVX it sets up nothing, so that nothing here uses it.
 *   - Interrupts: the firmware's own code uses these registers too, so its handlers save them (EDK2
 * with FXSAVE, in ExceptionHandlerAsm.nasm).
 *   - The firmware is called with its own convention, in which XMM0 to XMM5 are anyone's and XMM6
 * to XMM15 are kept (UEFI 2.10, 2.3.4.2). Ours (System V) keeps none, so that the decoders lose
 * nothing by calling us, and we nothing by calling the firmware.
 *   - The firmware in turn expects XMM6 to XMM15 back from what it calls: efi_main(), as all
 * decoding is below it, saves them. Nothing else that the firmware calls (a callback of TFTP)
 * decodes.
 */
#pragma once

#ifdef FIRMWARE_IA32
#define VECTOR_REGISTERS_ALLOWED
#define SAVE_VECTOR_REGISTERS() ((void)0)
#else
#define VECTOR_REGISTERS_ALLOWED __attribute__((target("sse2")))
/* Makes the compiler save them at the start of the function, and restore them at its end. With
 * -mgeneral-regs-only it would not: as far as it knows, nothing that the function calls uses them.
 */
#define SAVE_VECTOR_REGISTERS()                                                                    \
    __asm__ volatile("" ::                                                                         \
                         : "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",     \
                           "xmm14", "xmm15")
#endif
