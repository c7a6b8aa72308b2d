# SPDX-License-Identifier: BSD-2-Clause
# pvhinfo, a host program that shares the loader's sources. Included by the top Makefile.

PVHINFO := build/pvhinfo
HOST_CFLAGS ?= -O2 -g

PVHINFO_OWN := $(sort $(wildcard tools/pvhinfo/*.c tools/pvhinfo/*/*.c))
PVHINFO_SOURCES := $(COMMON_SOURCES) $(filter %.c,$(PVH_SOURCES)) $(PVHINFO_OWN)
PVHINFO_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -DPVHBOOT_VERSION=\"$(VERSION)\" -I. \
	$(DECODER_INCLUDES) '-ffile-prefix-map=$(CURDIR)=.' $(WARNINGS) -Wconversion -Wno-sign-conversion

# $(call pvhinfo,PROGRAM,FOLDER,COMPILER,FLAGS)
define pvhinfo
$(call compile_rules,$(2),CC   ,$(3),$$(PVHINFO_CFLAGS) $(4),tools/pvhinfo/build.mk)

$(1): $(PVHINFO_SOURCES:%=$(2)/%.o) build/host/decoders.o
	@echo "  LD    $$@"
	$$(Q)$(3) $(4) -o $$@ $$^
endef

SANITIZERS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
CHECKED_PVHINFO := build/checked/gcc/pvhinfo build/checked/clang/pvhinfo

$(eval $(call pvhinfo,$(PVHINFO),build/host,$(HOST_CC),$(HOST_CFLAGS)))
$(eval $(call pvhinfo,build/checked/gcc/pvhinfo,build/checked/gcc,gcc,$(SANITIZERS)))
$(eval $(call pvhinfo,build/checked/clang/pvhinfo,build/checked/clang,clang,$(SANITIZERS)))

.PHONY: pvhinfo
pvhinfo: $(PVHINFO) ## build pvhinfo, which tells whether a kernel would boot, build/pvhinfo

# The boot tests repeat plans that the loader has printed, with pvhinfo on the host.
check-boot check-boot-full: $(PVHINFO)
