# SPDX-License-Identifier: BSD-2-Clause
# Fuzzers of everything that parses untrusted input: libFuzzer with the address and undefined behaviour sanitizers.
# `make fuzz FUZZ=name TIME=seconds`, always with other inputs; those of SEED=number are the same each time, as in CI:
# what a change did not break, it is not blamed for. The initial corpora are in tests/fuzz/corpus.

FUZZ_BUILD   := build/fuzz
comma := ,
FUZZ_SECONDS = $(or $(TIME),60)
FUZZ_LIMITS  = -timeout=20 -rss_limit_mb=1024 -artifact_prefix=$(FUZZ_BUILD)/found_$*_
FUZZ_SEED    = $(if $(SEED),-seed="$$SEED")
# What failed, before libFuzzer's stack and totals.
fuzz_finding = grep -E 'not so:|runtime error:|ERROR:' $(1); tail -n 40 $(1)
FUZZ_TARGETS := gzip xz zstd lz4 lz4_legacy bzimage nesting

# Each of these has its own source file, fuzz_NAME.c.
FUZZ_TEXTS   := entry loader_config boot_count glob options shown uki_text url http
FUZZ_TABLES  := elf memory_map acpi acpi_overlay event_log pe partition_table pxe smbios key_file
FUZZ_OWN     := $(FUZZ_TEXTS) $(FUZZ_TABLES)
FUZZ_DICT     = tests/fuzz/$(if $(filter $(FUZZ_TABLES) options,$(1)),binary,text).dict
FUZZ_CORPUS   = $(wildcard tests/fuzz/corpus/$(1))

# The container that each of the other targets fuzzes; nesting fuzzes all.
FUZZ_KIND_gzip       := CONTAINER_GZIP
FUZZ_KIND_xz         := CONTAINER_XZ
FUZZ_KIND_zstd       := CONTAINER_ZSTD
FUZZ_KIND_lz4        := CONTAINER_LZ4
FUZZ_KIND_lz4_legacy := CONTAINER_LZ4_LEGACY
FUZZ_KIND_bzimage    := CONTAINER_BZIMAGE

FUZZ_FLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -Wall -Wextra -Wpedantic -Werror -g -O1 \
	-fno-sanitize-recover=all $(DECODER_INCLUDES)
FUZZ_SANITIZERS := -fsanitize=fuzzer-no-link,address,undefined
FUZZ_CODE := $(COMMON_SOURCES) $(filter %.c,$(PVH_SOURCES))
FUZZ_OBJECTS := $(patsubst %,$(FUZZ_BUILD)/%.o,$(FUZZ_CODE))
FUZZ_PROGRAMS := $(patsubst %,$(FUZZ_BUILD)/fuzz_%,$(FUZZ_TARGETS))

$(eval $(call compile_rules,$(FUZZ_BUILD),fuzz ,clang,$(FUZZ_FLAGS) $(FUZZ_SANITIZERS),tests/fuzz/fuzz.mk))

.SECONDARY: $(FUZZ_OBJECTS)

# This define makes the libraries skip the checksums of headers, which a fuzzer would never get right.
$(eval $(call decoder_object,$(FUZZ_BUILD),clang,-g -O1 -fsanitize=fuzzer-no-link$(comma)address \
	-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION))

$(FUZZ_PROGRAMS): $(FUZZ_BUILD)/fuzz_%: tests/fuzz/fuzz_unpack.c $(FUZZ_OBJECTS) $(FUZZ_BUILD)/decoders.o
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined \
		$(if $(FUZZ_KIND_$*),-DFUZZ_KIND=$(FUZZ_KIND_$*)) -o $@.new $^ && mv $@.new $@

# With the arena of the tests, where each allocation has its exact size.
$(FUZZ_OWN:%=$(FUZZ_BUILD)/fuzz_%): $(FUZZ_BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(wildcard tests/fuzz/*.h) tests/lib/random.h \
		$(filter-out %/arena.c.o,$(FUZZ_OBJECTS)) $(FUZZ_BUILD)/tests/lib/strict_arena.c.o $(FUZZ_BUILD)/decoders.o
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $@.new $(filter-out %.h,$^) && mv $@.new $@

.PHONY: $(FUZZ_OWN:%=fuzz-%)
$(FUZZ_OWN:%=fuzz-%): fuzz-%: $(FUZZ_BUILD)/fuzz_%
	@mkdir -p $(FUZZ_BUILD)/corpus_$*
	@echo "fuzz: $* for $(FUZZ_SECONDS) seconds"
	@$< $(FUZZ_SEED) -max_total_time=$(FUZZ_SECONDS) -max_len=2048 $(FUZZ_LIMITS) -print_final_stats=1 \
		-dict=$(call FUZZ_DICT,$*) $(FUZZ_BUILD)/corpus_$* \
		$(call FUZZ_CORPUS,$*) \
		>$(FUZZ_BUILD)/$*.log 2>&1 || { $(call fuzz_finding,$(FUZZ_BUILD)/$*.log); exit 1; }
	@grep -E '^stat::number_of_executed_units' $(FUZZ_BUILD)/$*.log

# Runs one fuzzer for FUZZ_SECONDS, starting from the samples. Its findings are kept in build/fuzz.
.PHONY: $(patsubst %,fuzz-%,$(FUZZ_TARGETS))
$(patsubst %,fuzz-%,$(FUZZ_TARGETS)): fuzz-%: $(FUZZ_BUILD)/fuzz_% $(FUZZ_BUILD)/seeds/.complete
	@mkdir -p $(FUZZ_BUILD)/corpus_$*
	@echo "fuzz: $* for $(FUZZ_SECONDS) seconds"
	@$< $(FUZZ_SEED) -max_total_time=$(FUZZ_SECONDS) -max_len=8192 $(FUZZ_LIMITS) -print_final_stats=1 \
		$(FUZZ_BUILD)/corpus_$* $(FUZZ_BUILD)/seeds \
		>$(FUZZ_BUILD)/$*.log 2>&1 || { $(call fuzz_finding,$(FUZZ_BUILD)/$*.log); exit 1; }
	@grep -E '^stat::number_of_executed_units' $(FUZZ_BUILD)/$*.log

# Small samples only: large ones slow a fuzzer down.
$(FUZZ_BUILD)/seeds/.complete: $(UNIT_SAMPLES)
	@mkdir -p $(@D)
	@find $(<D) -type f ! -name 'large*' -exec cp -t $(@D) {} +
	@touch $@

.PHONY: fuzz
fuzz: $(patsubst %,fuzz-%,$(or $(FUZZ),$(FUZZ_TARGETS) $(FUZZ_OWN))) ## run the fuzzers, or one: FUZZ=name, TIME=seconds for each, SEED=number for the same inputs each time

# Always two at a time, whatever -j says: each fuzzer keeps one processor busy.
.PHONY: check-fuzz check-fuzz-full check-fuzz-hours
check-fuzz: ## run every fuzzer for two seconds, and its corpus
	@$(MAKE) --no-print-directory -j2 fuzz FUZZ= TIME=2 SEED=1
check-fuzz-full: ## run every fuzzer for a minute
	@$(MAKE) --no-print-directory -j2 fuzz FUZZ= TIME=$(FUZZ_SECONDS)
check-fuzz-hours: ## run every fuzzer for an hour, and keep what it found (13 hours)
	@$(MAKE) --no-print-directory -j2 fuzz FUZZ= TIME=3600
	@$(MAKE) --no-print-directory fuzz-merge

# Inputs that reach what none in tests/fuzz/corpus does: libFuzzer keeps the smallest of each kind.
.PHONY: fuzz-merge $(FUZZ_OWN:%=fuzz-merge-%)
fuzz-merge: $(patsubst %,fuzz-merge-%,$(or $(FUZZ),$(FUZZ_OWN))) ## add what fuzzers found to their corpora, or to that of one: FUZZ=name
$(FUZZ_OWN:%=fuzz-merge-%): fuzz-merge-%: $(FUZZ_BUILD)/fuzz_%
	@mkdir -p tests/fuzz/corpus/$* $(FUZZ_BUILD)/corpus_$*
	@$< -merge=1 -max_len=2048 $(FUZZ_LIMITS) \
		tests/fuzz/corpus/$* $(FUZZ_BUILD)/corpus_$* >$(FUZZ_BUILD)/$*.merge.log 2>&1 || \
		{ $(call fuzz_finding,$(FUZZ_BUILD)/$*.merge.log); exit 1; }
	@echo "fuzz: $*: $$(find tests/fuzz/corpus/$* -type f | wc -l) inputs"
