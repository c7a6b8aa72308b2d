# SPDX-License-Identifier: BSD-2-Clause
#
# Benchmarks of loading and unpacking, in instructions. Included by the top Makefile after the files of what is measured.

BENCH_BUILD := build/bench
BENCH_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -I. -O2 -g $(WARNINGS)
BENCH_CODE := $(filter-out build/host/tools/%,$(PVHINFO_SOURCES:%=build/host/%.o)) \
	$(patsubst %,build/host/tools/pvhinfo/host/%.c.o,arena file spool) build/host/decoders.o
BENCH_KERNELS := $(foreach name,6.1-amd64 6.1-cloud 6.12-cloud,$(KERNELS)/$(name)/vmlinuz) \
	$(KERNELS)/6.1-cloud/vmlinux $(BENCH_BUILD)/6.1-cloud/vmlinux.gz
# The QEMU plugin that counts instructions, and the programs that run in the guest.
BENCH_MACHINE := $(addprefix $(BENCH_BUILD)/,count.so mkpayload x64/starter.efi x64/pe.efi ia32/starter.efi kernel-16M.elf \
	kernel-32M.elf init)
# OVMF for 32-bit processors. Without it, what is for it is not measured, and a line says so.
BENCH_FIRMWARE := build/deps/packages/bookworm/ovmf-ia32
$(eval $(call command_file,$(BENCH_BUILD)/.command,$(CC) $(HOST_CC)))
BENCH_HEADERS := $(addprefix tests/bench/,marks.h payload.h plugin.h bench.mk) $(BENCH_BUILD)/.command
BENCH_GUEST := tests/bench/guest

$(BENCH_BUILD)/count.so: tests/bench/count.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

# Linked at fixed addresses, so that the link map gives the address of every function.
$(addprefix $(BENCH_BUILD)/,decode grow hash): $(BENCH_BUILD)/%: tests/bench/%.c $(BENCH_CODE) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -static -no-pie -Wl,-Map=$@.map -o $@ $< $(BENCH_CODE)

$(BENCH_BUILD)/mkpayload: tests/bench/mkpayload.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(HOST_CC) $(BENCH_CFLAGS) -o $@ $<

# GNU-EFI's linker script does not know the sections of -fdata-sections and drops them.
$(BENCH_BUILD)/$(EFI_ARCH)/%.efi: $(BENCH_GUEST)/%.c $(BENCH_HEADERS) efi/build.mk
	@mkdir -p $(@D)
	@echo "  EFI   $@"
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -fno-data-sections -fno-function-sections -c -o $(@:.efi=.o) $<
	$(Q)$(EFI_LD) -nostdlib -shared -Bsymbolic -z norelro -m $(ARCH_LD_FORMAT) \
		-T $(GNU_EFI_LIB)/elf_$(GNU_EFI_ARCH)_efi.lds --defsym=_entry=efi_main \
		-o $(@:.efi=.so) $(GNU_EFI_LIB)/crt0-efi-$(GNU_EFI_ARCH).o $(@:.efi=.o) -L $(GNU_EFI_LIB) -l gnuefi -l efi -l gnuefi
	$(Q)$(EFI_OBJCOPY) -j .text -j .sdata -j .data -j .dynamic -j .rodata -j .rel -j .rela -j .rel.* -j .rela.* -j .reloc \
		--target=$(ARCH_TARGET) $(@:.efi=.so) $@

ifeq ($(EFI_ARCH),x64)
$(BENCH_BUILD)/ia32/starter.efi: $(BENCH_GUEST)/starter.c $(BENCH_HEADERS) efi/build.mk
	@$(MAKE) --no-print-directory DEPS=no ARCH=ia32 $@
endif

# The test kernel at two addresses: OVMF uses the first itself; the second is free.
$(BENCH_BUILD)/kernel-%M.elf: $(BENCH_GUEST)/kernel.c $(BENCH_GUEST)/kernel.S $(BENCH_GUEST)/kernel.lds $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -m32 -march=i686 -std=c11 -O2 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none \
		-fno-asynchronous-unwind-tables -mgeneral-regs-only $(WARNINGS) -I. -no-pie -nostdlib -static \
		-Wl,--no-warn-rwx-segments,--build-id=none,--defsym=LOAD_ADDRESS=$*\*0x100000,-T,$(BENCH_GUEST)/kernel.lds -o $@ \
		$(BENCH_GUEST)/kernel.S $(BENCH_GUEST)/kernel.c

$(BENCH_BUILD)/init: $(BENCH_GUEST)/init.c $(BENCH_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -std=c11 -O2 -ffreestanding -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
		$(WARNINGS) -I. -nostdlib -static -no-pie -o $@ $<

# Links the loader again, to get a map. The result must be identical.
$(BENCH_BUILD)/pvhboot.map: $(EFI_BINARY) $(BENCH_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(EFI_LD) $(EFI_LDFLAGS) -Map=$@.new -o $(@:.map=.so) $(EFI_OBJECTS)
	$(Q)cmp $(@:.map=.so) $(EFI_BUILD)/pvhboot.so
	$(Q)mv $@.new $@

$(BENCH_BUILD)/%/vmlinux.gz: $(KERNELS)/%/vmlinux
	@mkdir -p $(@D)
	@echo "  GZIP  $@"
	$(Q)gzip -9nc $< >$@.new
	$(Q)mv $@.new $@

BENCH_LINUX := $(KERNELS)/6.1-cloud/vmlinuz

.PHONY: bench bench-load bench-unpack bench-trust bench-network bench-hash bench-growth bench-accept check-bench
bench: bench-load bench-unpack bench-trust bench-network bench-hash bench-growth ## measure loading beside others: an hour (BENCH=quick: minutes)

bench-load: $(BENCH_MACHINE) $(EFI_BINARY) $(IA32_BINARY) $(BENCH_LINUX) | $(BENCH_FIRMWARE)
	@tests/bench/bench.py --efi $(EFI_BINARY) --efi-ia32 $(IA32_BINARY) --linux $(BENCH_LINUX) --output build/bench.json \
		$(if $(filter quick,$(BENCH)),--quick,--plot build/bench.png)

bench-unpack: $(BENCH_MACHINE) $(addprefix $(BENCH_BUILD)/,decode pvhboot.map) $(EFI_BINARY) $(BENCH_KERNELS)
	@tests/bench/unpack.py --efi $(EFI_BINARY) --output build/bench-unpack.json $(BENCH_KERNELS)

# What the boot tests make images of, sign with and boot from.
BENCH_TRUST := $(addprefix build/deps/packages/,bookworm/ovmf shim-signed trixie/systemd-boot-efi trixie/systemd-ukify \
	bookworm-backports/python3-virt-firmware)
bench-trust: $(BENCH_MACHINE) $(EFI_BINARY) $(BENCH_LINUX) $(BENCH_TRUST)
	@tests/bench/trust.py --linux $(BENCH_LINUX) --output build/bench-trust.json

bench-network: $(BENCH_MACHINE) $(EFI_BINARY) build/deps/packages/ipxe
	@tests/bench/network.py --efi $(EFI_BINARY) --output build/bench-network.json

bench-hash: $(BENCH_BUILD)/hash
	@$<

bench-growth: $(BENCH_BUILD)/grow $(BENCH_MACHINE)
	@tests/bench/growth.py --output build/bench-growth.json

# The programs of the other benchmarks are built too, so that no change breaks them unnoticed.
BENCH_GUARDED := $(BENCH_MACHINE) $(addprefix $(BENCH_BUILD)/,decode grow hash pvhboot.map) $(EFI_BINARY) $(IA32_BINARY) \
	$(BENCH_KERNELS)
check-bench: $(BENCH_GUARDED) | $(BENCH_FIRMWARE) ## compare the work of some rows with the figures of tests/bench/guard.json
	@tests/bench/guard.py --efi $(EFI_BINARY) --efi-ia32 $(IA32_BINARY)

bench-accept: $(BENCH_GUARDED) | $(BENCH_FIRMWARE)
	@tests/bench/guard.py --efi $(EFI_BINARY) --efi-ia32 $(IA32_BINARY) --accept
