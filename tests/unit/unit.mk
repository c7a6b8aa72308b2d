# SPDX-License-Identifier: BSD-2-Clause
#
# Host tests: cmocka programs, each built with GCC and with Clang, with the address and the undefined behaviour sanitizers.

UNIT_TESTS := sort_arena text columns key menu_list line_editor screen chainload options config glob boot_count entry entry_order notes elf memory_map free_list plan boot_info handover acpi platform messages describe \
	container unpack kernels
UNIT_COMPILERS := gcc clang
UNIT_FLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -Wall -Wextra -Wpedantic -Werror -g -O1 \
	-fsanitize=address,undefined -fno-sanitize-recover=all $(DECODER_INCLUDES)
# The libraries' arithmetic is their own affair; what they read and write is ours.
UNIT_DECODER_FLAGS := -g -O1 -fsanitize=address

UNIT_CODE := $(filter-out common/arena.c,$(wildcard common/*.c)) $(wildcard pvh/*.c) pvh/handover.S
UNIT_SUPPORT := $(addprefix tests/unit/,support.c elf_file.c simulation.c map_oracle.c plan_checks.c samples.c)
# A piece of efi/ that needs no more than a few fake services.
UNIT_EFI_screen := efi/screen.c
UNIT_EFI_chainload := efi/chainload.c
UNIT_EFI_FLAGS := -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
UNIT_ARENA := tests/unit/strict_arena.c
UNIT_ARENA_sort_arena := common/arena.c

# The last one that mksamples.py writes: where it is, all are.
UNIT_SAMPLES := build/samples/large.bz.lz4l

$(UNIT_SAMPLES): tests/samples/mksamples.py
	@$< $(@D)

# $(call unit_objects,COMPILER,SOURCES)
unit_objects = $(addsuffix .o,$(addprefix build/unit/$(1)/,$(2)))

# One compiler's rules. Objects are kept: the programs share them.
define unit_compiler
build/unit/$(1)/%.o: % tests/unit/unit.mk
	@mkdir -p $$(@D)
	@echo '  $(1) $$<'
	@$(1) $$(UNIT_FLAGS) -MMD -MP -MF $$(@:.o=.d) -MT $$@ -c -o $$@.new $$< && mv $$@.new $$@

.SECONDARY: $(call unit_objects,$(1),$(UNIT_CODE) $(UNIT_SUPPORT) $(UNIT_ARENA) common/arena.c)
$(foreach test,$(UNIT_TESTS),$(call unit_test,$(1),$(test)))

$(call unit_objects,$(1),$(wildcard pvh/decode_*.c)): $(DECODERS_READY)
$(call decoder_object,build/unit/$(1),$(1),$(UNIT_DECODER_FLAGS))
endef

# One program's rules.
define unit_test

$(if $(UNIT_EFI_$(2)),$(call unit_objects,$(1),tests/unit/test_$(2).c $(UNIT_EFI_$(2))): UNIT_FLAGS += $(UNIT_EFI_FLAGS))

build/unit/$(1)/test_$(2): $(call unit_objects,$(1),tests/unit/test_$(2).c $(UNIT_EFI_$(2)) $(UNIT_CODE) $(UNIT_SUPPORT) $(or $(UNIT_ARENA_$(2)),$(UNIT_ARENA))) build/unit/$(1)/decoders.o
	@$(1) $(UNIT_FLAGS) -o $$@.new $$^ -lcmocka && mv $$@.new $$@

.PHONY: check-unit-$(1)-$(2)
check-unit-$(1)-$(2): build/unit/$(1)/test_$(2) $(UNIT_SAMPLES)
	@tests/unit/run $$<

check-unit: check-unit-$(1)-$(2)
endef

.PHONY: check-unit
check-unit: ## run the host tests, built with GCC and with Clang

$(foreach compiler,$(UNIT_COMPILERS),$(eval $(call unit_compiler,$(compiler))))

$(foreach compiler,$(UNIT_COMPILERS),check-unit-$(compiler)-kernels): $(TEST_KERNELS)

-include $(shell find build/unit -name '*.d' 2>/dev/null)
