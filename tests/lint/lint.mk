# SPDX-License-Identifier: BSD-2-Clause
#
# Static checks. Their configuration is in the tree: .clang-tidy, tests/.clang-tidy, tests/lint/cppcheck.txt,
# .clang-format, tests/lint/rooms.txt. Passed checks are recorded in build/lint, so only changed files are checked again.

LINT_BUILD := build/lint
LINT_FOLDERS := $(addprefix tests/,lib unit/* fuzz kernel bench bench/* boot coverage firmware/*)
LINT_OWN_C   := $(COMMON_SOURCES) $(filter %.c,$(PVH_SOURCES)) $(EFI_SOURCES) $(sort $(wildcard efi/arch/*/*.c)) $(PVHINFO_OWN)
LINT_SOURCES := $(LINT_OWN_C) $(sort $(wildcard $(LINT_FOLDERS:%=%/*.c)))
LINT_HEADERS := $(sort $(wildcard $(addsuffix /*.h,common/* pvh efi efi/* efi/arch/* efi/firmware/proto tools/pvhinfo tools/pvhinfo/* $(LINT_FOLDERS))))
# CBMC's own functions are in them, which no other tool knows.
LINT_PROOFS := $(sort $(wildcard tests/proof/*.[ch]))
LINT_SCRIPTS := .ci/run iso/initrd/init tests/lib/run tools/deps tools/install-folders tests/package/clean-build tools/pvhboot-bless tools/pvhboot-install \
	tools/completion/pvhboot.bash debian/tests/boot $(addprefix debian/hooks/,initramfs kernel-install kernel-postinst kernel-postrm)
LINT_PYTHON := $(sort $(wildcard */*.py */*/*.py)) third_party/check tests/coverage/report tests/proof/prove \
	$(addprefix tools/,extract-vmlinux fetch-kernels fetch-packages fetch-sources mkdeb mkinitrd pvhboot-kernel pvhboot-mkimage pvhboot-run)

# The flags to compile a file with, by folder, without those that clang does not know.
LINT_EFI_FLAGS = $(filter-out $(EFI_SMALL) -Werror,$(EFI_CFLAGS))
LINT_PVHINFO_FLAGS = $(filter-out -Werror,$(PVHINFO_CFLAGS))
LINT_KERNEL_FLAGS = $(filter-out -Werror,$(ABI_CFLAGS))
LINT_FIRMWARE_FLAGS = $(filter-out -fsanitize=% -fno-sanitize% -Werror,$(FIRMWARE_FLAGS))
LINT_HOST_FLAGS = $(filter-out -fsanitize=% -fno-sanitize% -Werror,$(UNIT_FLAGS))

# EFI programs; the other files in tests/bench/guest are not.
LINT_EFI_PATTERNS := efi/% tests/boot/% tests/bench/guest/starter.c tests/bench/guest/pe.c
# Host tests of files of efi/.
lint_efi_types = $(if $(UNIT_EFI_$(patsubst tests/unit/%.c,%,$(1))),$(UNIT_EFI_FLAGS))
lint_flags = $(or $(if $(filter $(LINT_EFI_PATTERNS),$(1)),$(LINT_EFI_FLAGS)), \
	$(if $(filter tools/pvhinfo/%,$(1)),$(LINT_PVHINFO_FLAGS)), \
	$(if $(filter tests/kernel/%,$(1)),$(LINT_KERNEL_FLAGS)), \
	$(if $(filter tests/firmware/%,$(1)),$(LINT_FIRMWARE_FLAGS)), \
	$(LINT_HOST_FLAGS) $(call lint_efi_types,$(1)) \
	$(if $(filter tests/unit/image/test_xz_filter.c,$(1)),$(UNIT_XZ_FLAGS))) -DSTATIC_ANALYSIS

LINT_TIDY := $(LINT_SOURCES:%=$(LINT_BUILD)/%.tidy)
$(LINT_TIDY): $(LINT_BUILD)/%.tidy: % .clang-tidy tests/.clang-tidy tests/lint/lint.mk $(DECODERS_READY)
	@mkdir -p $(@D)
	@echo '  tidy  $<'
	@clang $(call lint_flags,$<) -MM -MP -MT $@ -MF $(@:.tidy=.d) $<
	@clang-tidy --quiet $< -- $(call lint_flags,$<) >$@.log 2>/dev/null || { cat $@.log; exit 1; }
	@touch $@

# GCC's analyser checks only the pure code: it cannot follow the firmware's function pointers.
LINT_ANALYZED := $(patsubst %,$(LINT_BUILD)/%.analyzed,$(COMMON_SOURCES) $(filter %.c,$(PVH_SOURCES)))
$(LINT_ANALYZED): $(LINT_BUILD)/%.analyzed: % tests/lint/lint.mk $(DECODERS_READY)
	@mkdir -p $(@D)
	@echo '  gcc   $<'
	@gcc $(call lint_flags,$<) -Werror -O1 -fanalyzer -MMD -MP -MT $@ -MF $@.d -c -o $(@:.analyzed=.o) $<
	@touch $@

$(LINT_BUILD)/cppcheck: $(LINT_SOURCES) $(LINT_HEADERS) tests/lint/cppcheck.txt tests/lint/lint.mk
	@mkdir -p $(LINT_BUILD)/cppcheck-state
	@echo '  cppcheck'
	@cppcheck --quiet --enable=warning,style,performance,portability --inconclusive --std=c11 --inline-suppr \
		--cppcheck-build-dir=$(LINT_BUILD)/cppcheck-state --suppressions-list=tests/lint/cppcheck.txt \
		--error-exitcode=1 -I. -DSTATIC_ANALYSIS -DGNU_EFI_USE_MS_ABI -D__x86_64__ $(LINT_OWN_C)
	@touch $@

$(LINT_BUILD)/format: $(LINT_SOURCES) $(LINT_HEADERS) $(LINT_PROOFS) .clang-format
	@mkdir -p $(@D)
	@echo '  clang-format'
	@clang-format --dry-run -Werror $(LINT_SOURCES) $(LINT_HEADERS) $(LINT_PROOFS)
	@touch $@

$(LINT_BUILD)/shellcheck: $(LINT_SCRIPTS) $(wildcard tools/installer/*.sh)
	@mkdir -p $(@D)
	@echo '  shellcheck'
	@shellcheck --external-sources --check-sourced $(LINT_SCRIPTS)
	@touch $@

$(LINT_BUILD)/pyflakes: $(LINT_PYTHON)
	@mkdir -p $(@D)
	@echo '  pyflakes'
	@pyflakes3 $(LINT_PYTHON)
	@touch $@

# Checks that no compiler makes: which room includes which, and the length of files and functions.
$(LINT_BUILD)/rooms: $(LINT_SOURCES) $(LINT_HEADERS) $(LINT_SCRIPTS) $(LINT_PYTHON) Makefile tests/lint/rooms.txt
	@mkdir -p $(@D)
	@echo '  rooms'
	@tests/lint/rooms.py
	@touch $@

.PHONY: lint lint-quick
lint: lint-quick $(LINT_TIDY) $(LINT_ANALYZED) ## check all sources with clang-tidy, cppcheck, GCC's analyser, shellcheck, pyflakes, clang-format and rooms.py
lint-quick: $(addprefix $(LINT_BUILD)/,rooms cppcheck format shellcheck pyflakes)

-include $(shell find $(LINT_BUILD) -name '*.d' 2>/dev/null)
