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
# A server for HTTP boot.
BOOT_PACKAGES_FULL += build/deps/packages/nginx
BOOT_KERNELS_FULL := build/deps/kernels/6.12-amd64/vmlinux
# What makes variable stores and unified kernel images, and says what has to be measured. shim is not installed, since its
# package writes to the ESP.
BOOT_PACKAGES += $(patsubst %,build/deps/packages/%,shim-signed bookworm-backports/python3-virt-firmware \
	trixie/systemd-ukify)
BOOT_PACKAGES_FULL += $(patsubst %,build/deps/packages/%,bookworm-backports/systemd bookworm-backports/libsystemd-shared \
	trixie/systemd-boot-efi sid/systemd-ukify shim-helpers-amd64-signed)
# systemd-pcrlock, which Debian 12 does not have, and the C library that it needs.
BOOT_PACKAGES_FULL += $(patsubst %,build/deps/packages/trixie/%,systemd libsystemd-shared libc6 libssl3t64 libcap2 libmount1 \
	libblkid1 libselinux1 libpcre2-8-0 libcrypt1 libseccomp2 libacl1 libgcc-s1 libzstd1 zlib1g libaudit1 libcap-ng0 libpam0g)

# EDK2 has given up 32-bit firmware, and U-Boot is not needed for a loader that works with EDK2. Where they are missing,
# their boots are skipped.
BOOT_FIRMWARE_OPTIONAL := $(patsubst %,build/deps/packages/bookworm/%,ovmf-ia32 u-boot-qemu)

# A Debian 12 with the packages of an installed system that boot it; test_debian.py puts it on a disk.
BOOT_SYSTEM := build/deps/debian-12.tar
BOOT_SYSTEM_PACKAGES := systemd-sysv,udev,dbus,login,kmod,linux-image-cloud-amd64,initramfs-tools,zstd,systemd-boot,refind

# Another one, as it is before pvhboot's package is installed; and two updates of its kernel.
BOOT_PLAIN_SYSTEM := build/deps/debian-12-plain.tar
BOOT_PLAIN_SYSTEM_PACKAGES := systemd-sysv,udev,kmod,linux-image-cloud-amd64,initramfs-tools,zstd,python3,efibootmgr
BOOT_UPDATES := $(patsubst %,build/deps/archives/%/linux-image-cloud-amd64.deb,bookworm-backports trixie)
BOOT_DEB := build/boot-deb/pvhboot_$(VERSION)-1_amd64.deb

BOOT_TOOLS := $(patsubst %,build/boot-tools/%.efi,strict pcrs)
BOOT_NEEDS = $(EFI_BINARY) $(IA32_BINARY) $(PVHINFO) $(BOOT_FIRMWARE_OPTIONAL) $(BOOT_TOOLS) without-decoders test-kernels $(BOOT_KERNELS) $(OTHER_KERNELS) $(BOOT_PACKAGES)
BOOT_TEST = pytest-3 -q -p no:cacheprovider -n 2 tests/boot

.PHONY: check-boot
check-boot: $(BOOT_NEEDS) ## boot in QEMU with OVMF, by the rows that fit into ten minutes
	$(BOOT_TEST) -m 'not slow'

.PHONY: check-boot-rounds
check-boot-rounds: $(BOOT_NEEDS) ## the same ROUNDS=8 times, a thousand boots in a row: until one fails
	@for round in $$(seq "$${ROUNDS:-8}"); do echo "round $$round"; $(BOOT_TEST) -m 'not slow' || exit 1; done

.PHONY: check-boot-full
check-boot-full: $(BOOT_NEEDS) $(BOOT_PACKAGES_FULL) $(BOOT_KERNELS_FULL) $(BOOT_SYSTEM) \
		$(BOOT_PLAIN_SYSTEM) $(BOOT_UPDATES) $(BOOT_DEB) ## boot in QEMU with OVMF, by every row
	$(BOOT_TEST)

# A folder gets its name when it is complete. Without prerequisites, it is never downloaded again.
$(sort $(BOOT_PACKAGES) $(BOOT_PACKAGES_FULL) $(PROOF_PACKAGES)):
	@tools/fetch-packages '$(@:build/deps/packages/%=%)'

$(BOOT_FIRMWARE_OPTIONAL):
	@tools/fetch-packages '$(@:build/deps/packages/%=%)' || echo 'the boots with $(@F) will be skipped' >&2

$(BOOT_UPDATES):
	@tools/fetch-packages --archives '$(@:build/deps/archives/%.deb=%)'

$(BOOT_SYSTEM): SYSTEM_PACKAGES := $(BOOT_SYSTEM_PACKAGES)
$(BOOT_PLAIN_SYSTEM): SYSTEM_PACKAGES := $(BOOT_PLAIN_SYSTEM_PACKAGES)
$(BOOT_SYSTEM) $(BOOT_PLAIN_SYSTEM):
	@echo "  mmdebstrap $@"
	$(Q)mmdebstrap --quiet --format=tar --variant=minbase --include=$(SYSTEM_PACKAGES) --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' bookworm $@.new
	$(Q)mv $@.new $@

# A program that makes the firmware as strict as possible and then starts the loader, and one that prints the TPM's PCRs.
# They are linked with GNU-EFI's linker script, since the loader's has the trampoline too. That script only knows plain
# section names, such as .bss.
build/boot-tools/strict.efi: build/boot-tools/tests/boot/strict.o
build/boot-tools/pcrs.efi: build/boot-tools/tests/boot/pcrs.o build/boot-tools/tests/kernel/tpm.o

build/boot-tools/%.o: %.c efi/build.mk tests/boot/boot.mk
	@mkdir -p $(@D)
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -fno-function-sections -fno-data-sections -MMD -MP -c -o $@ $<

$(BOOT_TOOLS):
	@echo "  EFI   $@"
	$(Q)$(EFI_LD) -nostdlib -shared -Bsymbolic -z defs -T $(GNU_EFI_LIB)/elf_x86_64_efi.lds --defsym=_entry=efi_main \
		-o $(@:.efi=.so) $(GNU_EFI_LIB)/crt0-efi-x86_64.o $^ -L $(GNU_EFI_LIB) -l gnuefi
	$(Q)$(EFI_OBJCOPY) $(patsubst %,-j %,.text .sdata .data .dynamic .rela .reloc) --strip-all \
		--target=efi-app-x86_64 $(@:.efi=.so) $@.new
	$(Q)mv $@.new $@

-include $(wildcard build/boot-tools/tests/*/*.d)
