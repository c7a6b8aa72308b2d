# SPDX-License-Identifier: BSD-2-Clause
# What is particular to the loader for 64-bit firmware. Included by efi/build.mk.

# no-red-zone: the firmware's interrupt handlers run on our stack.
ARCH_CFLAGS     := -mno-red-zone
# SSE2: efi/arch/vector_registers.h says why, and what of it is saved where.
ARCH_DECODER_CFLAGS :=
ARCH_CPPFLAGS   := -isystem $(GNU_EFI_INCLUDE)/x86_64
ARCH_SOURCES    := pvh/x64/trampoline.S
ARCH_LD_FORMAT  := elf_x86_64
ARCH_TARGET     := efi-app-x86_64
# For programs that GNU-EFI's own start code starts: those of tests/bench.
GNU_EFI_LIB     := /usr/lib
GNU_EFI_ARCH    := x86_64
# Smaller than GRUB (552,960 bytes for multiboot2 on GPT and FAT); without decoders, smaller than systemd-boot 262 and its stub
# together (313,344 bytes), which decompress nothing. third_party/README.md says what each decoder takes. What clang builds is
# larger.
ARCH_LIMIT      := $(if $(findstring clang,$(EFI_CC)),380928,$(if $(DECODERS),348160,235520))
