# SPDX-License-Identifier: BSD-2-Clause
#
# Static checks, all with their configuration in the tree: .clang-tidy, tests/.clang-tidy, tests/lint/cppcheck.txt,
# .clang-format. What a file has passed is noted in build/lint, so that the next run looks at what has changed.

LINT_BUILD := build/lint
LINT_SOURCES := $(sort $(wildcard $(addsuffix /*.c,common pvh efi tools/pvhinfo tests/unit tests/fuzz tests/kernel \
	tests/bench tests/bench/* tests/boot tests/firmware)))
LINT_HEADERS := $(sort $(wildcard $(addsuffix /*.h,common pvh efi efi/proto tools/pvhinfo tests/unit tests/fuzz \
	tests/kernel tests/bench tests/bench/* tests/firmware)))
LINT_SCRIPTS := .ci/run iso/initrd/init tests/unit/run tools/deps $(SYSTEM_TOOLS)
LINT_PYTHON := $(sort $(wildcard */*.py */*/*.py)) decoders/check tests/coverage/report \
	$(addprefix tools/,extract-vmlinux fetch-kernels fetch-packages fetch-sources mkinitrd mkiso run)

# How a file is compiled, as clang understands it: by its folder.
LINT_HOST_FLAGS = $(filter-out -fsanitize=% -fno-sanitize% -Werror,$(UNIT_FLAGS))
LINT_FLAGS_efi = $(filter-out $(EFI_SMALL) -Werror,$(EFI_CFLAGS))
LINT_FLAGS_tools/pvhinfo = $(filter-out -Werror,$(PVHINFO_CFLAGS))
LINT_FLAGS_tests/boot = $(LINT_FLAGS_efi)
LINT_FLAGS_tests/kernel = $(filter-out -Werror,$(ABI_CFLAGS))
LINT_FLAGS_tests/firmware = $(filter-out -fsanitize=% -fno-sanitize% -Werror,$(FIRMWARE_FLAGS))
lint_flags = $(or $(LINT_FLAGS_$(patsubst %/,%,$(dir $(1)))),$(LINT_HOST_FLAGS)) -DSTATIC_ANALYSIS
# Programs for the firmware among the benchmarks; host tests of pieces of efi/.
lint_flags_of = $(if $(filter tests/bench/guest/starter.c tests/bench/guest/pe.c,$(1)),$(LINT_FLAGS_efi),$(call lint_flags,$(1))) \
	$(if $(UNIT_EFI_$(patsubst tests/unit/test_%.c,%,$(1))),$(UNIT_EFI_FLAGS))

LINT_TIDY := $(LINT_SOURCES:%=$(LINT_BUILD)/%.tidy)
$(LINT_TIDY): $(LINT_BUILD)/%.tidy: % .clang-tidy tests/.clang-tidy tests/lint/lint.mk $(DECODERS_READY)
	@mkdir -p $(@D)
	@echo '  tidy  $<'
	@clang $(call lint_flags_of,$<) -MM -MP -MT $@ -MF $(@:.tidy=.d) $<
	@clang-tidy --quiet $< -- $(call lint_flags_of,$<) >$@.log 2>/dev/null || { cat $@.log; exit 1; }
	@touch $@

# GCC's analyser knows C, and is asked about what is pure: it loses its way among function pointers.
LINT_ANALYZED := $(patsubst %,$(LINT_BUILD)/%.analyzed,$(wildcard common/*.c pvh/*.c))
$(LINT_ANALYZED): $(LINT_BUILD)/%.analyzed: % tests/lint/lint.mk $(DECODERS_READY)
	@mkdir -p $(@D)
	@echo '  gcc   $<'
	@gcc $(call lint_flags_of,$<) -Werror -O1 -fanalyzer -MMD -MP -MT $@ -MF $@.d -c -o $(@:.analyzed=.o) $<
	@touch $@

LINT_CPPCHECKED := $(filter common/% pvh/% efi/% tools/%,$(LINT_SOURCES))
$(LINT_BUILD)/cppcheck: $(LINT_SOURCES) $(LINT_HEADERS) tests/lint/cppcheck.txt tests/lint/lint.mk
	@mkdir -p $(LINT_BUILD)/cppcheck-state
	@echo '  cppcheck'
	@cppcheck --quiet --enable=warning,style,performance,portability --inconclusive --std=c11 --inline-suppr \
		--cppcheck-build-dir=$(LINT_BUILD)/cppcheck-state --suppressions-list=tests/lint/cppcheck.txt \
		--error-exitcode=1 -I. -DSTATIC_ANALYSIS -DGNU_EFI_USE_MS_ABI -D__x86_64__ $(LINT_CPPCHECKED)
	@touch $@

$(LINT_BUILD)/format: $(LINT_SOURCES) $(LINT_HEADERS) .clang-format
	@mkdir -p $(@D)
	@echo '  clang-format'
	@clang-format --dry-run -Werror $(LINT_SOURCES) $(LINT_HEADERS)
	@touch $@

$(LINT_BUILD)/shellcheck: $(LINT_SCRIPTS)
	@mkdir -p $(@D)
	@echo '  shellcheck'
	@shellcheck $(LINT_SCRIPTS)
	@touch $@

$(LINT_BUILD)/pyflakes: $(LINT_PYTHON)
	@mkdir -p $(@D)
	@echo '  pyflakes'
	@pyflakes3 $(LINT_PYTHON)
	@touch $@

.PHONY: lint lint-quick
lint: lint-quick $(LINT_TIDY) $(LINT_ANALYZED) ## check all sources with clang-tidy, cppcheck, GCC's analyser, shellcheck, pyflakes and clang-format
lint-quick: $(LINT_BUILD)/cppcheck $(LINT_BUILD)/format $(LINT_BUILD)/shellcheck $(LINT_BUILD)/pyflakes

-include $(shell find $(LINT_BUILD) -name '*.d' 2>/dev/null)
