# SPDX-License-Identifier: BSD-2-Clause
# What is particular to the loader for 32-bit firmware. Included by efi/build.mk.

# malign-double: UEFI aligns 64-bit members to eight bytes (2.10, 2.3.1); GCC's default is four, and structures would
# be read wrong. The C library's headers need packages for 32-bit programs; those that the decoders are built with do not.
ARCH_CFLAGS     := -m32 -march=i686 -malign-double
# Firmware of this width need not set up SSE (UEFI 2.10, 2.3.2.1).
ARCH_DECODER_CFLAGS := -mgeneral-regs-only -UHAVE_USABLE_CLMUL -UDYNAMIC_BMI2 -DDYNAMIC_BMI2=0
ARCH_CPPFLAGS   := -DFIRMWARE_IA32 -nostdinc -isystem third_party/include \
	-isystem $(shell $(EFI_CC) -print-file-name=include) -isystem $(GNU_EFI_INCLUDE)/ia32
ARCH_SOURCES    := pvh/ia32/trampoline.S
# efi/arch/ia32/sha256.c says why.
ARCH_LEFT_OUT   := common/hash/sha256_ni.c
ARCH_LD_FORMAT  := elf_i386
ARCH_TARGET     := efi-app-ia32
# For programs that GNU-EFI's own start code starts: those of tests/bench.
GNU_EFI_LIB     := /usr/lib32
GNU_EFI_ARCH    := ia32
# Numbers of 64 bits take two registers and twice the instructions: the limits are above those of x64.
ARCH_LIMIT      := $(if $(findstring clang,$(EFI_CC)),409600,$(if $(DECODERS),385024,272384))
