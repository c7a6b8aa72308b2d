# SPDX-License-Identifier: BSD-2-Clause
#
# All tasks of the project; `make help` lists them. All output goes to build/.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

PREFIX ?= /usr/local

# Debian installs mkfs.fat in a folder that is not in the PATH of ordinary users.
export PATH := $(PATH):/usr/sbin:/sbin

# The parameters of `make run` and `make iso`, and of some tests. They are passed through the environment, unexpanded:
# a $ or a quote in a kernel's command line has no meaning to make or the shell.
MEM ?= 512M
CPUS ?= 2
ACCEL ?= tcg
TIMEOUT ?= 180
ISO ?= build/pvhboot.iso
define as_typed
ifneq ($$(origin $(1)),undefined)
override $(1) := $$(value $(1))
export $(1)
endif
endef
$(foreach name,KERNEL INITRD CMDLINE OVERWRITE_NVS MEM CPUS ACCEL TIMEOUT OVMF DISPLAY_WINDOW ISO ROWS PROOF N SEED ONLY AGAIN,$(eval $(call as_typed,$(name))))

# Setup: this make installs the Debian packages that the goals need, then a second make builds the goals.
# DEPS=no does not touch the machine.
DEPS ?= yes
NO_PACKAGES := help clean distclean uninstall
GOALS := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))

ifneq ($(and $(filter-out no,$(DEPS)),$(filter-out $(NO_PACKAGES),$(GOALS))),)

# $(call goals_like,PATTERNS,EXCEPT): the goals that match PATTERNS but not EXCEPT. The groups are those of tools/deps;
# every goal needs the first one, build.
goals_like = $(filter-out $(2),$(filter $(1),$(GOALS)))
BUILT := build/x64/% build/ia32/% build/pvhinfo
NEED_run   := $(call goals_like,run iso deps check check-% fuzz fuzz-merge coverage mutate mutate-% sabotage-% bench bench-% build/%, \
	check-style check-binary check-package check-package-clean $(BUILT))
NEED_iso   := $(call goals_like,iso deps check check-long check-full check-boot% check-tools check-kernel)
NEED_check := $(call goals_like,deps check check-% fuzz fuzz-merge coverage mutate mutate-% sabotage-% lint lint-% build/%,check-bench check-package check-package-clean $(BUILT))
NEED_deb   := $(call goals_like,deb deb-source check-package check-package-clean check-long check-full check-boot-full)
NEED_bench := $(call goals_like,bench bench-%,bench-accept)
NEED_count := $(call goals_like,deps check check-long check-full check-bench bench bench-%)
PACKAGES := build $(foreach group,run iso check bench count deb,$(if $(NEED_$(group)),$(group)))

.PHONY: $(GOALS) packages
$(GOALS): packages
	@:

packages:
	@tools/deps $(PACKAGES) >&2
	@$(MAKE) --no-print-directory DEPS=no $(GOALS:%='%')

else

KERNELS := build/deps/kernels
TEST_KERNELS := $(foreach name,6.1-cloud 6.1-amd64 6.12-cloud,$(KERNELS)/$(name)/vmlinux)
OTHER_KERNELS := build/deps/grub-i386-xen_pvh.bin build/deps/xen-4.17-amd64.gz

# The loader's sources by room. The first two are also in pvhinfo, the tests and the fuzzers.
COMMON_SOURCES := $(sort $(wildcard common/*/*.c))
PVH_CODE       := $(sort $(wildcard pvh/*.c pvh/*/*.c))
PVH_SOURCES    := $(PVH_CODE) pvh/x64/trampoline.S
EFI_SOURCES    := $(sort $(wildcard efi/*.c efi/*/*.c))
# The sources of the decoder libraries, downloaded when first needed, and the files that include their headers.
DECODER_SOURCES ?= build/deps/sources
DECODERS_READY := $(DECODER_SOURCES)/.complete
DECODE_SOURCES := $(sort $(wildcard common/image/decode_*.c))

# V=1 shows the commands.
Q := $(if $(V),,@)

# GCC, unless CC= names another compiler for the loader, pvhinfo and the kernels of the tests.
ifeq ($(origin CC),default)
CC := gcc
endif
EFI_CC ?= $(CC)
HOST_CC ?= $(CC)

# $(call command_file,FILE,COMMAND): FILE holds COMMAND and gets a new time when that changes. What depends on it is made
# again by another compiler or with other flags.
define command_file
$(1): COMMAND = $(2)
$(1): FORCE
	@mkdir -p $$(@D)
	@new=$$@.$$$$$$$$; printf '%s\n' '$$(subst ','\'',$$(COMMAND))' >"$$$$new"; \
	if cmp -s "$$$$new" $$@; then rm "$$$$new"; else mv "$$$$new" $$@; fi
endef

.PHONY: FORCE

# $(call compile_rules,FOLDER,WORD,COMPILER,FLAGS,PREREQUISITES): compiles X.c to FOLDER/X.c.o, and X.S to FOLDER/X.S.o,
# for every X; prints WORD. A target's EXTRA_CFLAGS come last. Objects are written completely before they are renamed.
define compile_rules
$(call command_file,$(1)/.command,$(3) $(4))

$(1)/%.o: % VERSION $(1)/.command $(5)
	@mkdir -p $$(@D)
	@echo '  $(2) $$<'
	$$(Q)$(3) $(4) $$(EXTRA_CFLAGS) -MMD -MP -MF $$(@:.o=.d) -MT $$@ -c -o $$@.new $$< && mv $$@.new $$@

$(DECODE_SOURCES:%=$(1)/%.o): $(DECODERS_READY)

-include $$(shell [ ! -d $(1) ] || find $(1) -name '*.d')
endef

include efi/build.mk
include third_party/build.mk
include tools/pvhinfo/build.mk
include tests/kernel/kernel.mk
include tests/unit/unit.mk
include tests/firmware/firmware.mk
include tests/fuzz/fuzz.mk
include tests/proof/proof.mk
include tests/boot/boot.mk
include tests/bench/bench.mk
include tests/coverage/coverage.mk
include tests/mutation/mutation.mk
include tests/lint/lint.mk

# The default kernel and initrd; a medium is also for machines with nothing but a screen, on which Debian's cloud kernel
# shows nothing.
DEFAULT_KERNEL := $(KERNELS)/default/vmlinuz
ISO_KERNEL := $(KERNELS)/screen/vmlinuz
INITRDS := build/initrd.img build/initrd-batch.img
BOOT_FILES := $(EFI_BINARY) $(PVHINFO) $(INITRDS) $(filter $(KERNELS)/%,$(or $(KERNEL),$(DEFAULT_KERNEL)))
ISO_FILES := $(EFI_BINARY) $(IA32_BINARY) $(PVHINFO) $(INITRDS) $(filter $(KERNELS)/%,$(or $(KERNEL),$(ISO_KERNEL)))

# Sets the shell's "$@" to the options that tools/pvhboot-run and tools/pvhboot-mkimage share. Where nobody is at a terminal
# (batch=yes), our own initrd is replaced by the one that powers off instead of starting a shell.
define what_to_boot
set -- --efi '$(EFI_BINARY)' --decoders '$(DECODERS)'; \
[ -n "$$KERNEL" ] || : "$${INITRD=build/initrd.img}"; \
set -f; for file in $$INITRD; do \
[ "$$batch $$file" != "yes build/initrd.img" ] || file=build/initrd-batch.img; set -- "$$@" --initrd "$$file"; done; \
case "$$OVERWRITE_NVS" in ""|no) ;; yes) set -- "$$@" --overwrite-acpi-nvs ;; \
*) echo "OVERWRITE_NVS=$$OVERWRITE_NVS: write yes or no" >&2; exit 1 ;; esac
endef

.PHONY: all
all: efi pvhinfo $(if $(ARCH),,$(IA32_BINARY)) ## build the loaders, build/x64/pvhboot.efi and build/ia32/pvhboot.efi, and build/pvhinfo (the default)

.PHONY: run
run: $(BOOT_FILES) ## boot Debian's kernel in QEMU: KERNEL= INITRD= CMDLINE= OVERWRITE_NVS= MEM= CPUS= ACCEL= OVMF= DISPLAY_WINDOW= TIMEOUT=
	@if [ -t 0 ] && [ -t 1 ]; then batch=; else batch=yes; fi; $(what_to_boot); \
	set -- "$$@" -m "$$MEM" -smp "$$CPUS" --accel "$$ACCEL" "--append=$${CMDLINE-console=ttyS0 no_timer_check}"; \
	[ -z "$$batch" ] || set -- "$$@" --timeout "$$TIMEOUT"; \
	case " $$INITRD " in *" build/initrd.img "*) set -- "$$@" --expect 'pvhboot: it works:' ;; esac; \
	[ -z "$$OVMF" ] || set -- "$$@" --firmware "$$OVMF"; \
	case "$$DISPLAY_WINDOW" in ""|no) ;; *) set -- "$$@" --display ;; esac; \
	set -- "$$@" "$${KERNEL:-$(DEFAULT_KERNEL)}"; \
	case "$$DISPLAY_WINDOW" in ""|no|yes) ;; *) set -- "$$@" -- -display "$$DISPLAY_WINDOW" ;; esac; \
	exec tools/pvhboot-run "$$@"

.PHONY: iso
iso: $(ISO_FILES) ## write a bootable CD and USB stick image: KERNEL= INITRD= CMDLINE= OVERWRITE_NVS= ISO=
	@batch=; $(what_to_boot); \
	exec tools/pvhboot-mkimage --iso "$$@" --linux "$${KERNEL:-$(ISO_KERNEL)}" "--cmdline=$${CMDLINE-console=ttyS0 console=tty0}" \
		--efi-ia32 '$(IA32_BINARY)' --output "$$ISO"

# Two at a time where each uses one core; the others run two jobs themselves.
.PHONY: check
check: ## run every test that fits into a quarter of an hour, on two cores
	@$(MAKE) --no-print-directory -j 2 check-style check-unit-gcc check-firmware-brief check-decoders check-binary check-kernel \
		check-fuzz check-bench $(TOOLS_NEEDS)
	@$(MAKE) --no-print-directory check-tools check-boot

# All of it runs, whatever fails: it takes too long to find one fault at a time.
.PHONY: check-long check-full
check-long: ## run what fits into two hours: lint, coverage and the boot matrix, too
	@failed=; \
	$(MAKE) --no-print-directory -k -j 2 lint check-style check-unit check-firmware-full check-decoders check-fuzz-full \
		check-binary-full check-kernel check-bench coverage prove || failed=yes; \
	$(MAKE) --no-print-directory -k check-tools sabotage-firmware check-boot-full || failed=yes; \
	$(MAKE) --no-print-directory mutate-assembly || failed=yes; \
	$(MAKE) --no-print-directory mutate N=100 || failed=yes; \
	[ -z "$$failed" ]
check-full: ## run every test there is: about a day
	@failed=; \
	$(MAKE) --no-print-directory check-long || failed=yes; \
	$(MAKE) --no-print-directory -k prove-full check-boot-rounds check-fuzz-hours || failed=yes; \
	[ -z "$$failed" ]

TOOLS_NEEDS = $(BOOT_FILES) $(IA32_BINARY) $(CHECKED_PVHINFO) $(FIRMWARE_BUILD)/gcc/test_firmware $(ABI_KERNELS) $(TEST_KERNELS)
.PHONY: check-tools
check-tools: $(TOOLS_NEEDS) ## test the programs in tools/
	pytest-3 -q -p no:cacheprovider -n 2 tests/tools

.PHONY: check-style
check-style: lint-quick ## check what can be checked in seconds: which room includes which, cppcheck, shellcheck, pyflakes, clang-format, manual pages
	mandoc -T lint -W warning $(MANUAL_PAGES)

.PHONY: deps
deps: $(DEFAULT_KERNEL) $(ISO_KERNEL) $(TEST_KERNELS) $(OTHER_KERNELS) $(BOOT_PACKAGES) $(DECODERS_READY) ## install and download all that the other targets need

# What `make install` installs, below DESTDIR and PREFIX.
SYSTEM_TOOLS := tools/pvhboot-install tools/pvhboot-bless tools/pvhboot-kernel
USER_TOOLS := tools/pvhboot-mkimage tools/pvhboot-run
PYTHON_PARTS := $(addprefix tools/pvhtools/,__init__.py boot_files.py boot_settings.py entry.py fat.py gpt.py machine.py media.py \
	media_entries.py media_images.py media_tree.py monitor.py outcome.py pe.py program.py session.py signing.py)
INSTALLER_PARTS := $(sort $(wildcard tools/installer/*.sh))
# bash looks for the file that is named like the program.
COMPLETED := pvhinfo $(notdir $(SYSTEM_TOOLS) $(USER_TOOLS))
COMPLETIONS := share/bash-completion/completions
MANUAL_PAGES := $(sort $(wildcard docs/*.[1-8]))
MANUAL_SECTIONS := $(sort $(subst .,,$(suffix $(MANUAL_PAGES))))
PREFIX_DIR = $(DESTDIR)$(PREFIX)
DOC_DIR = $(PREFIX_DIR)/share/doc/pvhboot
MANUAL_FOLDERS := $(MANUAL_SECTIONS:%=share/man/man%)

.PHONY: install
install: $(EFI_BINARY) $(IA32_BINARY) $(PVHINFO) ## install the loader, the tools and the documents: PREFIX= DESTDIR=
	@tools/install-folders make '$(DESTDIR)' '$(PREFIX)' lib/pvhboot/installer lib/pvhboot/pvhtools bin sbin share/doc/pvhboot/licences $(COMPLETIONS) $(MANUAL_FOLDERS)
	install -m 644 '$(EFI_BINARY)' '$(PREFIX_DIR)/lib/pvhboot/pvhboot.efi'
	install -m 644 '$(IA32_BINARY)' '$(PREFIX_DIR)/lib/pvhboot/pvhbootia32.efi'
	install -m 755 '$(PVHINFO)' '$(PREFIX_DIR)/bin/pvhinfo'
	install -m 755 $(USER_TOOLS) '$(PREFIX_DIR)/bin/'
	install -m 644 $(PYTHON_PARTS) '$(PREFIX_DIR)/lib/pvhboot/pvhtools/'
	install -m 755 $(SYSTEM_TOOLS) '$(PREFIX_DIR)/sbin/'
	install -m 644 $(INSTALLER_PARTS) '$(PREFIX_DIR)/lib/pvhboot/installer/'
	for name in $(COMPLETED); do install -m 644 tools/completion/pvhboot.bash '$(PREFIX_DIR)/$(COMPLETIONS)/'"$$name" || exit; done
	for page in $(MANUAL_PAGES); do install -m 644 "$$page" '$(PREFIX_DIR)/share/man/man'"$${page##*.}/" || exit; done
	install -m 644 README.md CHANGELOG.md LICENSE '$(DOC_DIR)/'
	install -m 644 $(DECODER_SOURCES)/licences/*.txt '$(DOC_DIR)/licences/'

.PHONY: uninstall
uninstall: ## remove what install has put there: PREFIX= DESTDIR=
	@tools/install-folders check '$(DESTDIR)' '$(PREFIX)' lib lib/pvhboot bin sbin share/doc share/doc/pvhboot $(COMPLETIONS) $(MANUAL_FOLDERS)
	rm -f '$(PREFIX_DIR)/bin/pvhinfo' $(patsubst tools/%,'$(PREFIX_DIR)/bin/%',$(USER_TOOLS)) $(patsubst tools/%,'$(PREFIX_DIR)/sbin/%',$(SYSTEM_TOOLS))
	rm -f $(COMPLETED:%='$(PREFIX_DIR)/$(COMPLETIONS)/%')
	for page in $(MANUAL_PAGES:docs/%=%); do rm -f '$(PREFIX_DIR)/share/man/man'"$${page##*.}/$$page" || exit; done
	@tools/install-folders remove '$(DESTDIR)' '$(PREFIX)' lib/pvhboot share/doc/pvhboot

# The Debian source package and its unpacked tree, in which dpkg-buildpackage builds: see debian/README.source.
DEB_SOURCE := build/deb/pvhboot_$(VERSION)-1.dsc
SUITE ?= bookworm

.PHONY: deb deb-source check-package check-package-clean
deb-source: $(DECODERS_READY) ## write the Debian source package to build/deb/
	tools/mkdeb --decoders $(DECODER_SOURCES) --output build/deb

deb: $(DECODERS_READY) ## build the Debian package in build/deb/
	tools/mkdeb --decoders $(DECODER_SOURCES) --output build/deb --build

check-package: deb ## build the Debian package, and let lintian find nothing in it
	lintian --allow-root --fail-on error,warning build/deb/pvhboot_$(VERSION)-1_*.changes

check-package-clean: deb-source ## build the Debian package in a clean chroot without a network, install and purge it there: SUITE=
	tests/package/clean-build '$(SUITE)' $(DEB_SOURCE) build/deb/'$(SUITE)'

# For the tests: the package as make deb builds it, without the unit tests.
$(BOOT_DEB): $(EFI_BINARY) $(IA32_BINARY) $(PVHINFO) $(wildcard debian/* debian/*/*) $(SYSTEM_TOOLS) $(USER_TOOLS) \
		$(PYTHON_PARTS) $(INSTALLER_PARTS) | $(DECODERS_READY)
	@echo "  DEB   $@"
	@mkdir -p $(@D)
	$(Q)DEB_BUILD_OPTIONS=nocheck tools/mkdeb --decoders $(DECODER_SOURCES) --output $(@D) --build >$(@D)/log 2>&1 || \
		{ tail -n 30 $(@D)/log; exit 1; }
	$(Q)touch $@

.PHONY: clean
clean: ## remove what was built, keep what was downloaded
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +; fi

.PHONY: distclean
distclean: ## remove everything that make has made
	rm -rf build

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(filter-out %.d,$(MAKEFILE_LIST))

# A pattern rule with two targets makes both at once.
$(KERNELS)/%/vmlinuz $(KERNELS)/%/vmlinux:
	@tools/fetch-kernels '$*'

$(OTHER_KERNELS):
	@tools/fetch-kernels '$(@F)'

build/initrd.img: MKINITRD_OPTIONS :=
build/initrd-batch.img: MKINITRD_OPTIONS := --batch
$(INITRDS): tools/mkinitrd iso/initrd/init iso/initrd/inittab $(wildcard /bin/busybox)
	@tools/mkinitrd $(MKINITRD_OPTIONS) $@

endif
