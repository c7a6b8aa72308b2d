# SPDX-License-Identifier: BSD-2-Clause
# The EFI binary. Included by the top Makefile.

# The formats that the loader can decompress. Fewer make it smaller: `make efi DECODERS="lz4 zstd"`, or DECODERS= for none.
DECODER_FORMATS := $(DECODE_SOURCES:common/image/decode_%.c=%)
DECODERS ?= $(DECODER_FORMATS)
override DECODERS := $(sort $(DECODERS))
ifneq ($(filter-out $(DECODER_FORMATS),$(DECODERS)),)
$(error DECODERS: $(filter-out $(DECODER_FORMATS),$(DECODERS)) is not known; there are $(DECODER_FORMATS))
endif
DECODERS_ABSENT := $(filter-out $(DECODERS),$(DECODER_FORMATS))
ifneq ($(and $(DECODERS_ABSENT),$(filter check% bench%,$(MAKECMDGOALS))),)
$(error DECODERS: what is tested and measured is the loader with all of them)
endif

# The firmware that the loader is for: x64, or ia32. Without ARCH= the loader for x64 is built by this make, and by `make all`
# the one for ia32 too, by a second make.
EFI_ARCH := $(or $(ARCH),x64)
ifneq ($(filter-out x64 ia32,$(EFI_ARCH)),)
$(error ARCH=$(ARCH): write x64 or ia32)
endif
ifneq ($(and $(filter-out x64,$(EFI_ARCH)),$(filter check% bench% run iso install,$(MAKECMDGOALS))),)
$(error ARCH: this needs the loader for x64, and builds both where it needs both)
endif

# Each selection is built in its own folder: build/x64, build/x64-lz4-zstd, build/x64-none, build/ia32.
EMPTY :=
EFI_BUILD  := build/$(EFI_ARCH)$(if $(DECODERS_ABSENT),-$(subst $(EMPTY) ,-,$(or $(DECODERS),none)))
EFI_BINARY := $(EFI_BUILD)/pvhboot.efi
VERSION    := $(shell cat VERSION)

EFI_OBJCOPY ?= objcopy
EFI_LD      ?= ld

GNU_EFI_INCLUDE := /usr/include/efi

include efi/arch/$(EFI_ARCH)/build.mk
EFI_LIMIT ?= $(ARCH_LIMIT)

ARCH_SOURCES += $(sort $(wildcard efi/arch/$(EFI_ARCH)/*.c))
LOADER_SOURCES := $(filter-out $(ARCH_LEFT_OUT),$(COMMON_SOURCES) $(PVH_CODE) $(EFI_SOURCES) $(ARCH_SOURCES))
EFI_OBJECTS := $(patsubst %,$(EFI_BUILD)/%.o,$(filter-out $(DECODERS_ABSENT:%=common/image/decode_%.c),$(LOADER_SOURCES))) \
	$(DECODERS_ABSENT:%=$(EFI_BUILD)/absent/%.o) $(EFI_BUILD)/decoders.o

# Every warning that both compilers know and that GNU-EFI's headers do not trigger.
WARNINGS := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wcast-qual -Wundef

# GCC does these even with -Oz, although they make the code larger. clang does not know the options.
EFI_SMALL := $(if $(findstring clang,$(EFI_CC)),,-fno-inline-functions-called-once \
	-fno-move-loop-invariants)

# general-regs-only: who uses other registers all the same, and what is saved then, is in efi/arch/vector_registers.h.
# GNU_EFI_USE_MS_ABI: without it, calls into the firmware compile but use the wrong calling convention.
EFI_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -Oz $(EFI_SMALL) -g -ffreestanding -fpic -fshort-wchar $(ARCH_CFLAGS) \
	-fno-stack-protector -mgeneral-regs-only -fcf-protection=none -fvisibility=hidden \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-ident \
	-fno-strict-aliasing '-ffile-prefix-map=$(CURDIR)=.' -DNDEBUG -DGNU_EFI_USE_MS_ABI \
	-DPVHBOOT_VERSION=\"$(VERSION)\" -I. $(ARCH_CPPFLAGS) \
	-isystem $(GNU_EFI_INCLUDE) $(WARNINGS)

EFI_LDFLAGS := -m $(ARCH_LD_FORMAT) -nostdlib -shared -Bsymbolic -z defs -z norelro -z max-page-size=4096 --gc-sections \
	--no-undefined --build-id=none --hash-style=sysv -T efi/arch/loader.lds

EFI_SECTIONS := .text .rodata .sbat .data .reloc

$(eval $(call compile_rules,$(EFI_BUILD),CC   ,$(EFI_CC),$(EFI_CFLAGS),efi/build.mk efi/arch/$(EFI_ARCH)/build.mk))

# Otherwise the compiler turns loops into calls of the very functions that they are in.
$(EFI_BUILD)/efi/arch/libc.c.o: EXTRA_CFLAGS := -fno-builtin

$(EFI_BUILD)/pvhboot.so: $(EFI_OBJECTS) efi/arch/loader.lds efi/build.mk
	@echo "  LD    $@"
	$(Q)$(EFI_LD) $(EFI_LDFLAGS) -o $@ $(EFI_OBJECTS)

# Written under another name first, so that a binary that fails its checks is never used.
$(EFI_BINARY): $(EFI_BUILD)/pvhboot.so efi/finish.py
	$(Q)$(EFI_OBJCOPY) $(patsubst %,-j %,$(EFI_SECTIONS)) --strip-all \
		--target=$(ARCH_TARGET) --file-alignment 0x1000 --section-alignment 0x1000 $< $@.new
	$(Q)/usr/bin/python3 efi/finish.py --limit $(EFI_LIMIT) --elf $< $@.new
	$(Q)mv $@.new $@
	@echo "  EFI   $@ ($$(stat -c %s $@) bytes)"

# The loader for 32-bit firmware, where this make builds the one for 64-bit firmware.
IA32_BINARY := $(EFI_BUILD:build/x64%=build/ia32%)/pvhboot.efi
ifeq ($(EFI_ARCH),x64)
$(IA32_BINARY): FORCE
	@$(MAKE) --no-print-directory DEPS=no ARCH=ia32 efi
endif

.PHONY: efi without-decoders check-binary
efi: $(EFI_BINARY) ## build the EFI binary, build/x64/pvhboot.efi; ARCH=ia32: build/ia32/pvhboot.efi

without-decoders:
	@$(MAKE) --no-print-directory DECODERS= EFI_BUILD=build/$(EFI_ARCH)-none efi

# A second build gives the same bytes, and clang gives no warnings. The size limit applies to the binary that is
# shipped, which GCC builds, and to the one without decoders. What these bring up is mostly the same for ia32: that is for
# check-binary-full.
.PHONY: check-binary-full binary-again binary-clang
check-binary: binary-again binary-clang without-decoders ## check the EFI binary: reproducible to the byte, clean with clang

check-binary-full: check-binary
	$(Q)$(MAKE) --no-print-directory DEPS=no ARCH=ia32 binary-again without-decoders binary-clang

binary-again: $(EFI_BINARY)
	$(Q)rm -rf build/$(EFI_ARCH)-again
	$(Q)$(MAKE) --no-print-directory DEPS=no EFI_BUILD=build/$(EFI_ARCH)-again build/$(EFI_ARCH)-again/pvhboot.efi
	$(Q)cmp $(EFI_BINARY) build/$(EFI_ARCH)-again/pvhboot.efi
	@echo "check-binary: $(EFI_BINARY) is reproducible"

binary-clang:
	$(Q)rm -rf build/$(EFI_ARCH)-clang
	$(Q)$(MAKE) --no-print-directory DEPS=no EFI_BUILD=build/$(EFI_ARCH)-clang EFI_CC=clang \
		build/$(EFI_ARCH)-clang/pvhboot.efi
