# SPDX-License-Identifier: BSD-2-Clause
#
# The whole loader as a host program on a fake firmware, built with GCC and with Clang, with the address and the undefined
# behaviour sanitizers.

FIRMWARE_COMPILERS := gcc clang
FIRMWARE_BUILD := build/firmware

# EFI headers and calling convention on the host.
FIRMWARE_FLAGS := -std=c11 -D_DEFAULT_SOURCE -D_GNU_SOURCE -g -O1 -fshort-wchar -fno-strict-aliasing \
	-fsanitize=address,undefined -fno-sanitize-recover=all -DGNU_EFI_USE_MS_ABI \
	-DPVHBOOT_VERSION=\"$(VERSION)\" -I. -isystem $(GNU_EFI_INCLUDE) -isystem $(GNU_EFI_INCLUDE)/x86_64 \
	$(DECODER_INCLUDES) -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wno-missing-field-initializers

# All of the loader except its C library and the processor's instructions.
FIRMWARE_LOADER := $(filter-out efi/arch/libc.c efi/arch/cpu.c,$(EFI_SOURCES)) $(COMMON_SOURCES) $(PVH_SOURCES)
FIRMWARE_TESTS := $(sort $(wildcard tests/firmware/*/*.c)) \
	$(addprefix tests/lib/,support.c elf_file.c map_oracle.c page_walk.c pe_file.c samples.c)

# The slowest code of the tests themselves is built without sanitizers; so is what copies all variables.
FIRMWARE_FAST := tests/lib/map_oracle.c tests/firmware/fake/kernels.c tests/firmware/fake/pristine.c
FIRMWARE_FAST_FLAGS := -fno-sanitize=all -O2

FIRMWARE_LDFLAGS := -Wl,-z,now -Wl,--wrap=arena_alloc,--wrap=arena_alloc_bulk,--wrap=arena_take_chunk,--wrap=arena_release \
	-Wl,--wrap=arena_strndup,--wrap=arena_push

# What the address sanitizer remembers must not be among the variables that each run begins with anew (fake/pristine.h). GCC's is
# a shared library anyway.
FIRMWARE_LDFLAGS_clang = -shared-libsan -Wl,-rpath,$(shell clang -print-resource-dir)/lib/linux

# The kernels that real_scenarios.c boots.
FIRMWARE_KERNELS := $(ABI_GOOD:%=$(ABI_BUILD)/%.elf) $(TEST_KERNELS)

# $(call firmware_objects,COMPILER)
firmware_objects = $(patsubst %,$(FIRMWARE_BUILD)/$(1)/%.o,$(FIRMWARE_LOADER) $(FIRMWARE_TESTS))

define firmware_compiler
$(call compile_rules,$(FIRMWARE_BUILD)/$(1),$(1),$(1),$(FIRMWARE_FLAGS),tests/firmware/firmware.mk)

$(call decoder_object,$(FIRMWARE_BUILD)/$(1),$(1),$(UNIT_DECODER_FLAGS))

$(FIRMWARE_FAST:%=$(FIRMWARE_BUILD)/$(1)/%.o): EXTRA_CFLAGS := $(FIRMWARE_FAST_FLAGS)

.SECONDARY: $(call firmware_objects,$(1))

$(FIRMWARE_BUILD)/$(1)/test_firmware: $(call firmware_objects,$(1)) $(FIRMWARE_BUILD)/$(1)/decoders.o
	@$(1) $(FIRMWARE_FLAGS) $(FIRMWARE_LDFLAGS) $$(FIRMWARE_LDFLAGS_$(1)) -o $$@.new $$^ -lcmocka && mv $$@.new $$@

.PHONY: check-firmware-$(1)
check-firmware-$(1): $(FIRMWARE_BUILD)/$(1)/test_firmware $(UNIT_SAMPLES) $(FIRMWARE_KERNELS)
	@tests/lib/run $$< $$(FIRMWARE_DEPTH)
endef

.PHONY: check-firmware
check-firmware: check-firmware-gcc ## run the whole loader on a fake firmware: every call fails once, any map, any kernel

.PHONY: check-firmware-brief
check-firmware-brief: FIRMWARE_DEPTH := --brief
check-firmware-brief: check-firmware-gcc ## the same with one failure of each call

.PHONY: check-firmware-full
check-firmware-full: FIRMWARE_DEPTH := --thorough
check-firmware-full: $(addprefix check-firmware-,$(FIRMWARE_COMPILERS)) ## the same with more statuses and larger kernels, built with GCC and with Clang

$(foreach compiler,$(FIRMWARE_COMPILERS),$(eval $(call firmware_compiler,$(compiler))))

.PHONY: sabotage-firmware
sabotage-firmware: $(FIRMWARE_BUILD)/gcc/test_firmware $(UNIT_SAMPLES) ## break the loader in many places and see that the fake firmware's tests find each (ROWS=REGEX: some)
	@tests/firmware/sabotage.py $${ROWS:+--rows "$$ROWS"} $< $(call firmware_objects,gcc) $(FIRMWARE_BUILD)/gcc/decoders.o -- gcc $(FIRMWARE_FLAGS) $(FIRMWARE_LDFLAGS)
