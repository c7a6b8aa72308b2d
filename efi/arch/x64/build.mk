# SPDX-License-Identifier: BSD-2-Clause
# What is particular to the loader for 64-bit firmware. Included by efi/build.mk.

# no-red-zone: the firmware's interrupt handlers run on our stack.
ARCH_CFLAGS     := -mno-red-zone
ARCH_CPPFLAGS   := -isystem $(GNU_EFI_INCLUDE)/x86_64
ARCH_SOURCES    := pvh/x64/trampoline.S
ARCH_LD_FORMAT  := elf_x86_64
ARCH_TARGET     := efi-app-x86_64
# For programs that GNU-EFI's own start code starts: those of tests/bench.
GNU_EFI_LIB     := /usr/lib
GNU_EFI_ARCH    := x86_64
# Smaller than GRUB and Limine; without decoders, smaller than systemd-boot and its stub together, which decompress nothing. What
# clang builds is larger.
ARCH_LIMIT      := $(if $(findstring clang,$(EFI_CC)),348160,$(if $(DECODERS),323584,231424))
