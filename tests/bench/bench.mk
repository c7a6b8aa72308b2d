# SPDX-License-Identifier: BSD-2-Clause
#
# What loading and unpacking cost, in instructions. Included by the top Makefile, after all that it measures.

BENCH := build/bench
BENCH_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -O2 -g $(WARNINGS)
BENCH_CODE := $(filter-out build/host/tools/%,$(PVHINFO_SOURCES:%=build/host/%.o)) \
	build/host/tools/pvhinfo/host_arena.c.o build/host/tools/pvhinfo/host_file.c.o build/host/decoders.o
BENCH_KERNELS := $(foreach name,6.1-amd64 6.1-cloud 6.12-cloud,$(KERNELS)/$(name)/vmlinuz) \
	$(KERNELS)/6.1-cloud/vmlinux $(BENCH)/6.1-cloud/vmlinux.gz
BENCH_PROGRAMS := $(addprefix $(BENCH)/,count.so decode mkpayload starter.efi pe.efi kernel-16M.elf kernel-32M.elf init \
	pvhboot.map)
BENCH_HEADERS := $(addprefix tests/bench/,marks.h payload.h plugin.h bench.mk)
BENCH_GUEST := tests/bench/guest

$(BENCH)/count.so: tests/bench/count.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

# At fixed addresses, so that the map says where each is.
$(BENCH)/decode: tests/bench/decode.c $(BENCH_CODE) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -static -no-pie -Wl,-Map=$@.map -o $@ $< $(BENCH_CODE)

$(BENCH)/mkpayload: tests/bench/mkpayload.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -o $@ $<

# GNU-EFI's linker script leaves sections of single variables out of the image.
$(BENCH)/%.efi: $(BENCH_GUEST)/%.c $(BENCH_HEADERS) efi/build.mk
	@mkdir -p $(@D)
	@echo "  EFI   $@"
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -fno-data-sections -fno-function-sections -c -o $(@:.efi=.o) $<
	$(Q)$(EFI_LD) -nostdlib -shared -Bsymbolic -z norelro -T $(GNU_EFI_LIB)/elf_x86_64_efi.lds --defsym=_entry=efi_main \
		-o $(@:.efi=.so) $(GNU_EFI_LIB)/crt0-efi-x86_64.o $(@:.efi=.o) -L $(GNU_EFI_LIB) -l gnuefi -l efi -l gnuefi
	$(Q)$(EFI_OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .rodata -j .rel -j .rela -j .rel.* -j .rela.* -j .reloc \
		--target=efi-app-x86_64 $(@:.efi=.so) $@

# The test kernel at two addresses: the second is free on OVMF, in the first the firmware sits.
$(BENCH)/kernel-%M.elf: $(BENCH_GUEST)/kernel.c $(BENCH_GUEST)/kernel.S $(BENCH_GUEST)/kernel.lds $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -m32 -march=i686 -std=c11 -O2 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none \
		-fno-asynchronous-unwind-tables -mgeneral-regs-only $(WARNINGS) -I. -no-pie -nostdlib -static \
		-Wl,--no-warn-rwx-segments,--build-id=none,--defsym=LOAD_ADDRESS=$*\*0x100000,-T,$(BENCH_GUEST)/kernel.lds -o $@ \
		$(BENCH_GUEST)/kernel.S $(BENCH_GUEST)/kernel.c

$(BENCH)/init: $(BENCH_GUEST)/init.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -std=c11 -O2 -ffreestanding -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
		$(WARNINGS) -I. -nostdlib -static -no-pie -o $@ $<

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
