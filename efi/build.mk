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

# Each selection is built in its own folder: build/x64, build/x64-lz4-zstd, build/x64-none.
EMPTY :=
EFI_BUILD  := build/x64$(if $(DECODERS_ABSENT),-$(subst $(EMPTY) ,-,$(or $(DECODERS),none)))
EFI_BINARY := $(EFI_BUILD)/pvhboot.efi
# Smaller than GRUB and Limine; without decoders, smaller than systemd-boot and its stub together, which decompress nothing. What
# clang builds is larger.
EFI_LIMIT  ?= $(if $(findstring clang,$(EFI_CC)),344064,$(if $(DECODERS),311296,204800))
VERSION    := $(shell cat VERSION)

EFI_OBJCOPY ?= objcopy
EFI_LD      ?= ld

GNU_EFI_INCLUDE := /usr/include/efi
GNU_EFI_LIB     := /usr/lib

LOADER_SOURCES := $(COMMON_SOURCES) $(PVH_SOURCES) $(EFI_SOURCES)
EFI_OBJECTS := $(patsubst %,$(EFI_BUILD)/%.o,$(filter-out $(DECODERS_ABSENT:%=common/image/decode_%.c),$(LOADER_SOURCES))) \
	$(DECODERS_ABSENT:%=$(EFI_BUILD)/absent/%.o) $(EFI_BUILD)/decoders.o

# Every warning that both compilers know and that GNU-EFI's headers do not trigger.
WARNINGS := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wcast-qual -Wundef

# GCC does these even with -Oz, although they make the code larger. clang does not know the options.
EFI_SMALL := $(if $(findstring clang,$(EFI_CC)),,-fno-inline-functions-called-once \
	-fno-move-loop-invariants)

# no-red-zone: the firmware's interrupt handlers run on our stack. general-regs-only: nothing saves the other registers;
# one function is an exception, and says why: common/hash/sha256_ni.c.
# GNU_EFI_USE_MS_ABI: without it, calls into the firmware compile but use the wrong calling convention.
EFI_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -Oz $(EFI_SMALL) -g -ffreestanding -fpic -fshort-wchar -mno-red-zone \
	-fno-stack-protector -mgeneral-regs-only -fcf-protection=none -fvisibility=hidden \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-ident \
	-fno-strict-aliasing '-ffile-prefix-map=$(CURDIR)=.' -DNDEBUG -DGNU_EFI_USE_MS_ABI \
	-DPVHBOOT_VERSION=\"$(VERSION)\" -I. -isystem $(GNU_EFI_INCLUDE) \
	-isystem $(GNU_EFI_INCLUDE)/x86_64 $(WARNINGS)

# Newer GNU-EFI (Debian 13) calls _entry where 3.0.15 calls efi_main.
EFI_LDFLAGS := -nostdlib -shared -Bsymbolic -z defs -z norelro -z max-page-size=4096 --gc-sections \
	--no-undefined --build-id=none --hash-style=sysv --defsym=_entry=efi_main -T efi/arch/x64.lds

EFI_SECTIONS := .text .reloc .rodata .sbat .data

$(eval $(call compile_rules,$(EFI_BUILD),CC   ,$(EFI_CC),$(EFI_CFLAGS),efi/build.mk))

# Otherwise the compiler turns the loops in memset and the like into calls to themselves.
$(EFI_BUILD)/efi/arch/libc.c.o: EXTRA_CFLAGS := -fno-builtin

$(EFI_BUILD)/pvhboot.so: $(EFI_OBJECTS) efi/arch/x64.lds efi/build.mk
	@echo "  LD    $@"
	$(Q)$(EFI_LD) $(EFI_LDFLAGS) -o $@ $(GNU_EFI_LIB)/crt0-efi-x86_64.o $(EFI_OBJECTS) \
		-L $(GNU_EFI_LIB) -l gnuefi

# Written under another name first, so that a binary that fails its checks is never used.
$(EFI_BINARY): $(EFI_BUILD)/pvhboot.so efi/finish.py
	$(Q)$(EFI_OBJCOPY) $(patsubst %,-j %,$(EFI_SECTIONS)) --strip-all \
		--target=efi-app-x86_64 --file-alignment 0x1000 --section-alignment 0x1000 $< $@.new
	$(Q)/usr/bin/python3 efi/finish.py --limit $(EFI_LIMIT) --elf $< $@.new
	$(Q)mv $@.new $@
	@echo "  EFI   $@ ($$(stat -c %s $@) bytes)"

.PHONY: efi without-decoders check-binary
efi: $(EFI_BINARY) ## build the EFI binary, build/x64/pvhboot.efi

without-decoders:
	@$(MAKE) --no-print-directory DECODERS= EFI_BUILD=build/x64-none efi

# A second build gives the same bytes, and clang gives no warnings. The size limit applies to the binary that is
# shipped, which GCC builds, and to the one without decoders.
check-binary: $(EFI_BINARY) without-decoders ## check the EFI binary: reproducible to the byte, clean with clang
	$(Q)rm -rf build/again build/clang
	$(Q)$(MAKE) --no-print-directory EFI_BUILD=build/again build/again/pvhboot.efi
	$(Q)cmp $(EFI_BINARY) build/again/pvhboot.efi
	$(Q)$(MAKE) --no-print-directory EFI_BUILD=build/clang EFI_CC=clang \
		build/clang/pvhboot.efi
	@echo "check-binary: $(EFI_BINARY) is reproducible, and clang builds it without a warning"
