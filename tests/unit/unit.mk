# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests: cmocka programs, each built with GCC and with Clang, with the address and the undefined behaviour sanitizers.

# Each file is a program, in a folder named after the room that it tests.
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/*/test_*.c)))
UNIT_COMPILERS := gcc clang
UNIT_FLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -Wall -Wextra -Wpedantic -Werror -g -O1 \
	-fsanitize=address,undefined -fno-sanitize-recover=all $(DECODER_INCLUDES)
# Undefined arithmetic in the libraries is not ours to fix: they only get the address sanitizer.
UNIT_DECODER_FLAGS := -g -O1 -fsanitize=address

UNIT_CODE := $(filter-out common/base/arena.c,$(COMMON_SOURCES)) $(PVH_SOURCES)
UNIT_SUPPORT := $(addprefix tests/lib/,support.c acpi_tables.c elf_file.c simulation.c map_oracle.c page_walk.c pe_file.c plan_checks.c samples.c)
# Tests of single files of efi/, which need only a few fake services.
UNIT_EFI_efi/test_console := $(addprefix efi/console/,console.c log.c printable.c text_mode.c)
UNIT_EFI_efi/test_screen := $(addprefix efi/console/,screen.c printable.c text_mode.c)
UNIT_EFI_efi/test_keyboard := efi/console/keyboard.c
UNIT_EFI_efi/test_stub_interface := efi/stub/stub_interface.c \
	$(addprefix efi/firmware/,device_path.c interface_variables.c system_table.c variables.c)
UNIT_EFI_efi/test_measure := efi/boot/measure.c efi/firmware/tpm.c
UNIT_EFI_efi/test_chainload := $(addprefix efi/trust/,chainload.c image_services.c)
UNIT_EFI_efi/test_block_device := efi/disk/block_device.c
UNIT_EFI_efi/test_initrd_media := efi/firmware/initrd_media.c
UNIT_EFI_efi/test_timing := efi/firmware/timing.c
UNIT_EFI_efi/test_file := $(addprefix efi/firmware/,file.c file_system.c volume.c)
# The loader's C library under other names, optimized as it is for the firmware, without sanitizers; its
# warnings are the EFI binary's affair.
UNIT_EFI_efi/test_libc := efi/arch/libc.c efi/arch/x64/memory.c efi/arch/ia32/memory.c
UNIT_EFI_efi/test_integers := efi/arch/ia32/integers.c
UNIT_LIBC_NAMES := memcpy memmove memset memcmp strlen strnlen strncmp strcmp strchr strstr
unit_libc_flags = $(foreach name,$(UNIT_LIBC_NAMES),-D$(name)=$(1)_$(name)) -Os -ffreestanding -fno-builtin \
	-fno-sanitize=all -w
UNIT_EFI_FLAGS := -fshort-wchar -DGNU_EFI_USE_MS_ABI -DPVHBOOT_VERSION=\"$(VERSION)\" -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
# Emulates the processor that runs the trampoline.
UNIT_LIBS_pvh/test_trampoline_run := -lunicorn
UNIT_LIBS_pvh/test_trampoline_ia32 := -lunicorn
# The 32-bit loader's trampoline beside that of 64 bits, under other names.
UNIT_MORE_pvh/test_trampoline_ia32 := pvh/ia32/trampoline.S
UNIT_IA32_TRAMPOLINE_FLAGS := -Dtrampoline_start=trampoline_ia32_start -Dtrampoline_end=trampoline_ia32_end
# liblzma's own headers, as those of a system.
UNIT_XZ_FLAGS = $(patsubst -I%,-isystem %,$(DECODER_FLAGS_xz-utils)) -isystem $(DECODER_SOURCES)/xz-utils/src/liblzma
UNIT_ARENA := tests/lib/strict_arena.c
UNIT_ARENA_base/test_sort_arena := common/base/arena.c

# The last file that mksamples.py writes: when it exists, all do.
UNIT_SAMPLES := build/samples/large.bz.lz4l

$(UNIT_SAMPLES): tests/lib/mksamples.py
	@$< $(@D)

# The device that common/acpi writes, as iasl compiles it.
UNIT_SSDT := build/unit/ssdt.aml

$(UNIT_SSDT): tests/data/ssdt.asl
	@mkdir -p $(@D)
	@iasl -p $(@:.aml=) $< >$@.log 2>&1 || { cat $@.log; exit 1; }

# $(call unit_objects,COMPILER,SOURCES)
unit_objects = $(addsuffix .o,$(addprefix build/unit/$(1)/,$(2)))

# The rules for one compiler. Objects are kept, since the programs share them.
define unit_compiler
$(call compile_rules,build/unit/$(1),$(1),$(1),$(UNIT_FLAGS),tests/unit/unit.mk)

.SECONDARY: $(call unit_objects,$(1),$(UNIT_CODE) $(UNIT_SUPPORT) $(UNIT_ARENA) common/base/arena.c)
$(foreach test,$(UNIT_TESTS),$(call unit_test,$(1),$(test)))

build/unit/$(1)/efi/arch/libc.c.o build/unit/$(1)/efi/arch/x64/memory.c.o: EXTRA_CFLAGS := $(call unit_libc_flags,loader)
build/unit/$(1)/efi/arch/ia32/memory.c.o: EXTRA_CFLAGS := $(call unit_libc_flags,ia32)

# With liblzma's own headers, and the file of it that ours is compared with.
build/unit/$(1)/tests/unit/image/test_xz_filter.c.o: $(DECODERS_READY)
build/unit/$(1)/tests/unit/image/test_xz_filter.c.o: EXTRA_CFLAGS := $(UNIT_XZ_FLAGS)

build/unit/$(1)/pvh/ia32/trampoline.S.o: EXTRA_CFLAGS := $(UNIT_IA32_TRAMPOLINE_FLAGS)

$(call decoder_object,build/unit/$(1),$(1),$(UNIT_DECODER_FLAGS))
endef

# The rules for one program.
define unit_test

$(if $(UNIT_EFI_$(2)),$(call unit_objects,$(1),tests/unit/$(2).c $(UNIT_EFI_$(2))): EXTRA_CFLAGS := $(UNIT_EFI_FLAGS))

build/unit/$(1)/$(2): $(call unit_objects,$(1),tests/unit/$(2).c $(UNIT_EFI_$(2)) $(UNIT_MORE_$(2)) $(UNIT_CODE) $(UNIT_SUPPORT) $(or $(UNIT_ARENA_$(2)),$(UNIT_ARENA))) build/unit/$(1)/decoders.o
	@mkdir -p $$(@D)
	@$(1) $(UNIT_FLAGS) -o $$@.new $$^ $(UNIT_LIBS_$(2)) -lcmocka && mv $$@.new $$@

.PHONY: check-unit-$(1)-$(2)
check-unit-$(1)-$(2): build/unit/$(1)/$(2) $(UNIT_SAMPLES)
	@tests/lib/run $$<

check-unit-$(1): check-unit-$(1)-$(2)
endef

.PHONY: check-unit check-unit-gcc check-unit-clang
check-unit: check-unit-gcc check-unit-clang ## run the host tests, built with GCC and with Clang
check-unit-gcc: ## the same with GCC only
check-unit-clang: ## the same with Clang only

$(foreach compiler,$(UNIT_COMPILERS),$(eval $(call unit_compiler,$(compiler))))

$(foreach compiler,$(UNIT_COMPILERS),check-unit-$(compiler)-image/test_kernels): $(TEST_KERNELS)
$(foreach compiler,$(UNIT_COMPILERS),check-unit-$(compiler)-acpi/test_coreboot_device): $(UNIT_SSDT)
