# SPDX-License-Identifier: BSD-2-Clause
#
# Line coverage of all host tests together: tests/unit, and the whole loader in tests/firmware. To add a program, build it
# with COVERAGE_FLAGS below COVERAGE_BUILD, and add it to COVERAGE_PROGRAMS.

COVERAGE_BUILD := build/coverage
COVERAGE_FLAGS := --coverage
COVERAGE_LIMITS := pvh=98 common=98 efi=90
COVERAGE_PROGRAMS := $(UNIT_TESTS:%=$(COVERAGE_BUILD)/%)
COVERAGE_LOADER := $(COVERAGE_BUILD)/firmware/test_firmware

COVERAGE_UNIT_FLAGS := $(filter-out -O% -fsanitize=% -fno-sanitize%,$(UNIT_FLAGS)) -O0 $(COVERAGE_FLAGS)
coverage_objects = $(patsubst %,$(COVERAGE_BUILD)/unit/%.o,$(1))

$(eval $(call compile_rules,$(COVERAGE_BUILD)/unit,cover,gcc,$(COVERAGE_UNIT_FLAGS),tests/coverage/coverage.mk tests/unit/unit.mk))

.SECONDARY: $(call coverage_objects,$(UNIT_CODE) $(UNIT_SUPPORT) $(UNIT_ARENA) common/base/arena.c)

$(eval $(call decoder_object,$(COVERAGE_BUILD),gcc,-g -O1))

define coverage_unit_test
$(if $(UNIT_EFI_$(1)),$(call coverage_objects,tests/unit/$(1).c $(UNIT_EFI_$(1))): EXTRA_CFLAGS := $(UNIT_EFI_FLAGS))

$(COVERAGE_BUILD)/$(1): $(call coverage_objects,tests/unit/$(1).c $(UNIT_EFI_$(1)) $(UNIT_MORE_$(1)) $(UNIT_CODE) $(UNIT_SUPPORT) \
		$(or $(UNIT_ARENA_$(1)),$(UNIT_ARENA))) $(COVERAGE_BUILD)/decoders.o
	@mkdir -p $$(@D)
	@gcc $(COVERAGE_UNIT_FLAGS) -o $$@ $$^ $(UNIT_LIBS_$(1)) -lcmocka
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call coverage_unit_test,$(test))))

$(call coverage_objects,efi/arch/libc.c efi/arch/x64/memory.c): EXTRA_CFLAGS := $(call unit_libc_flags,loader)
$(call coverage_objects,efi/arch/ia32/memory.c): EXTRA_CFLAGS := $(call unit_libc_flags,ia32)
$(call coverage_objects,tests/unit/image/test_xz_filter.c): $(DECODERS_READY)
$(call coverage_objects,tests/unit/image/test_xz_filter.c): EXTRA_CFLAGS := $(UNIT_XZ_FLAGS)
$(call coverage_objects,pvh/ia32/trampoline.S): EXTRA_CFLAGS := $(UNIT_IA32_TRAMPOLINE_FLAGS)

# The same sources again, compiled with the flags of tests/firmware. The report adds up both.
COVERAGE_FIRMWARE_FLAGS := $(filter-out -O% -fsanitize=% -fno-sanitize%,$(FIRMWARE_FLAGS)) -O0 -fdata-sections $(COVERAGE_FLAGS)
COVERAGE_FIRMWARE := $(patsubst %,$(COVERAGE_BUILD)/firmware/%.o,$(FIRMWARE_LOADER) $(FIRMWARE_TESTS) tests/coverage/shared_counters.c)

$(eval $(call compile_rules,$(COVERAGE_BUILD)/firmware,cover,gcc,$(COVERAGE_FIRMWARE_FLAGS),tests/coverage/coverage.mk tests/firmware/firmware.mk))

$(COVERAGE_LOADER): $(COVERAGE_FIRMWARE) $(COVERAGE_BUILD)/decoders.o tests/coverage/counters.lds
	@gcc $(COVERAGE_FIRMWARE_FLAGS) $(FIRMWARE_LDFLAGS) -Wl,-T,tests/coverage/counters.lds -o $@ $(filter %.o,$^) -lcmocka

# The counters of earlier runs are deleted: they may count lines that are no longer reached. Programs that run at the same time
# lock the files in which they add theirs.
.PHONY: coverage
coverage: $(COVERAGE_PROGRAMS) $(COVERAGE_LOADER) $(UNIT_SAMPLES) $(UNIT_SSDT) $(FIRMWARE_KERNELS) ## measure which lines the host tests reach
	@find $(COVERAGE_BUILD) -name '*.gcda' -delete
	@printf '%s\n' $(COVERAGE_PROGRAMS) | xargs -n 1 -P 2 tests/lib/run
	@tests/lib/run $(COVERAGE_LOADER) --brief
	@tests/coverage/report $(COVERAGE_BUILD) $(COVERAGE_LIMITS)
