# SPDX-License-Identifier: BSD-2-Clause
#
# What unpacking costs, in instructions. Included by the top Makefile, after all that it measures.

BENCH := build/bench
BENCH_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -O2 -g $(WARNINGS)
BENCH_CODE := $(filter-out build/host/tools/%,$(PVHINFO_SOURCES:%=build/host/%.o)) \
	build/host/tools/pvhinfo/host_arena.c.o build/host/tools/pvhinfo/host_file.c.o build/host/decoders.o
BENCH_KERNELS := $(foreach name,6.1-amd64 6.1-cloud 6.12-cloud,$(KERNELS)/$(name)/vmlinuz) \
	$(KERNELS)/6.1-cloud/vmlinux $(BENCH)/6.1-cloud/vmlinux.gz
BENCH_PROGRAMS := $(addprefix $(BENCH)/,count.so decode starter.efi pvhboot.map)
BENCH_HEADERS := tests/bench/marks.h tests/bench/plugin.h tests/bench/bench.mk

$(BENCH)/count.so: tests/bench/count.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

# At fixed addresses, so that the map says where each is.
$(BENCH)/decode: tests/bench/decode.c $(BENCH_CODE) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -static -no-pie -Wl,-Map=$@.map -o $@ $< $(BENCH_CODE)

$(BENCH)/starter.efi: tests/bench/starter.c $(BENCH_HEADERS) efi/build.mk
	@mkdir -p $(@D)
	@echo "  EFI   $@"
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -c -o $(@:.efi=.o) $<
	$(Q)$(EFI_LD) -nostdlib -shared -Bsymbolic -z norelro -T $(GNU_EFI_LIB)/elf_x86_64_efi.lds --defsym=_entry=efi_main \
		-o $(@:.efi=.so) $(GNU_EFI_LIB)/crt0-efi-x86_64.o $(@:.efi=.o) -L $(GNU_EFI_LIB) -l gnuefi -l efi -l gnuefi
	$(Q)$(EFI_OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .rodata -j .rel -j .rela -j .rel.* -j .rela.* -j .reloc \
		--target=efi-app-x86_64 $(@:.efi=.so) $@

# The loader's own link once more, for its map: it has to be the same program.
$(BENCH)/pvhboot.map: $(EFI_BINARY) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(EFI_LD) $(EFI_LDFLAGS) -Map=$@.new -o $(@:.map=.so) $(GNU_EFI_LIB)/crt0-efi-x86_64.o $(EFI_OBJECTS) \
		-L $(GNU_EFI_LIB) -l gnuefi
	$(Q)cmp $(@:.map=.so) $(EFI_BUILD)/pvhboot.so
	$(Q)mv $@.new $@

$(BENCH)/%/vmlinux.gz: $(KERNELS)/%/vmlinux
	@mkdir -p $(@D)
	@echo "  GZIP  $@"
	$(Q)gzip -9nc $< >$@.new
	$(Q)mv $@.new $@

.PHONY: bench
bench: $(BENCH_PROGRAMS) $(BENCH_KERNELS) ## count what unpacking costs in instructions, build/bench-unpack.json
	@tests/bench/bench.py --efi $(EFI_BINARY) --output build/bench-unpack.json $(BENCH_KERNELS)
