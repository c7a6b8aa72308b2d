# SPDX-License-Identifier: BSD-2-Clause
#
# Boots in QEMU with OVMF, two at a time. The logs are in build/boot.

BOOT_KERNELS := $(foreach name,6.1-cloud 6.1-amd64 6.12-cloud,build/deps/kernels/$(name)/vmlinux)

# Other boot loaders, tools that run in a guest, and the guest's kernel with its modules.
BOOT_PACKAGES := $(patsubst %,build/deps/packages/%,refind ipxe systemd efibootmgr libefivar1 libefiboot1 libpopt0 \
	systemd-boot libsystemd-shared libip4tc2 libkmod2 linux-image-cloud-amd64)
# Firmware of other Debian releases. When a release leaves Debian's mirrors, remove it here and in qemu.py. Releases that
# change are used by rows of check-boot-full only.
BOOT_PACKAGES += $(patsubst %,build/deps/packages/%,bookworm/ovmf trixie/ovmf)
BOOT_PACKAGES_FULL := $(patsubst %,build/deps/packages/%,bullseye/ovmf forky/ovmf-generic linux-image-amd64)
BOOT_KERNELS_FULL := build/deps/kernels/6.12-amd64/vmlinux

BOOT_STRICT := build/boot-tools/strict.efi
BOOT_NEEDS = $(EFI_BINARY) $(BOOT_STRICT) without-decoders test-kernels $(BOOT_KERNELS) $(OTHER_KERNELS) $(BOOT_PACKAGES)
BOOT_TEST = pytest-3 -q -p no:cacheprovider -n 2 tests/boot

.PHONY: check-boot
check-boot: $(BOOT_NEEDS) ## boot in QEMU with OVMF, by the rows that fit into ten minutes
	$(BOOT_TEST) -m 'not slow'

.PHONY: check-boot-full
check-boot-full: $(BOOT_NEEDS) $(BOOT_PACKAGES_FULL) $(BOOT_KERNELS_FULL) ## boot in QEMU with OVMF, by every row
	$(BOOT_TEST)

# A folder gets its name when it is complete. Without prerequisites, it is never downloaded again.
$(BOOT_PACKAGES) $(BOOT_PACKAGES_FULL):
	@tools/fetch-packages '$(@:build/deps/packages/%=%)'

# A program that makes the firmware as strict as possible and then starts the loader. It is linked with GNU-EFI's linker
# script, since the loader's has the trampoline too. That script only knows plain section names, such as .bss.
$(BOOT_STRICT): tests/boot/strict.c efi/firmware/proto/memory_attribute.h efi/efi.h efi/build.mk tests/boot/boot.mk
	@mkdir -p $(@D)
	@echo "  EFI   $@"
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -fno-function-sections -fno-data-sections -c -o $(@:.efi=.o) $<
	$(Q)$(EFI_LD) -nostdlib -shared -Bsymbolic -z defs -T $(GNU_EFI_LIB)/elf_x86_64_efi.lds --defsym=_entry=efi_main \
		-o $(@:.efi=.so) $(GNU_EFI_LIB)/crt0-efi-x86_64.o $(@:.efi=.o) -L $(GNU_EFI_LIB) -l gnuefi
	$(Q)$(EFI_OBJCOPY) $(patsubst %,-j %,.text .sdata .data .dynamic .rela .reloc) --strip-all \
		--target=efi-app-x86_64 $(@:.efi=.so) $@.new
	$(Q)mv $@.new $@
