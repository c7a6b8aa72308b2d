# SPDX-License-Identifier: BSD-2-Clause
# The test kernel, which checks the PVH ABI: build/kernel/*.elf must boot, build/kernel/bad/*.elf must be refused.

ABI_SRC   := tests/kernel
ABI_BUILD := build/kernel

# test_kernel.py checks that these are all shapes that mkelf.py knows.
ABI_GOOD := tk32n4 tk32n8 tk64n4 tk64n8 tkreloc tkfixed tkfar tkbig tksmall tkx32 tkdyn tksections tklinux
ABI_BAD  := empty not-elf truncated-header truncated-program-headers truncated-segment \
	big-endian other-machine phnum-past-end phoff-past-end phoff-wraps phentsize-small \
	no-segments no-note other-notes-only foreign-owner note-too-long note-too-short \
	entry-high-half entry-outside entry-zero overlap wrap-32 wrap-64 above-4g across-4g \
	filesz-above-memsz file-size-past-end

ABI_KERNELS := $(ABI_GOOD:%=$(ABI_BUILD)/%.elf) $(ABI_BAD:%=$(ABI_BUILD)/bad/%.elf)

# The body is position-independent without relocations, which body.lds checks. It uses no floating-point or vector
# registers, which are not set up.
ABI_CFLAGS := -m32 -march=i686 -std=c11 -O2 -g0 -ffreestanding -fpic -fvisibility=hidden \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-mgeneral-regs-only -Wall -Wextra -Werror
ABI_LDFLAGS := -m elf_i386 -pie --no-dynamic-linker -z text -z norelro --build-id=none \
	--orphan-handling=error
ABI_OBJECTS := $(patsubst %.c,$(ABI_BUILD)/%.o,$(notdir $(sort $(wildcard $(ABI_SRC)/*.c)))) \
	$(ABI_BUILD)/entry.o
# The load address that mock.py expects.
ABI_MOCK_ADDRESS := 0xa000000

ABI_GENERATOR := $(addprefix $(ABI_SRC)/,mkelf.py shapes.py elffile.py)

.PHONY: test-kernels check-kernel

test-kernels: $(ABI_KERNELS) ## build the kernels of the boot tests

check-kernel: $(ABI_KERNELS) $(ABI_BUILD)/mock.bin ## test the test kernel: each of its checks can fail
	KERNEL_BUILD=$(abspath $(ABI_BUILD)) PYTHONDONTWRITEBYTECODE=1 \
		pytest-3 -q -p no:cacheprovider $(ABI_SRC)

$(eval $(call command_file,$(ABI_BUILD)/.command,$(CC) $(ABI_CFLAGS)))

$(ABI_BUILD)/%.o: $(ABI_SRC)/%.c $(ABI_SRC)/kernel.mk $(ABI_BUILD)/.command
	@mkdir -p $(@D)
	$(CC) $(ABI_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@.part
	@mv $@.part $@

$(ABI_BUILD)/%.o: $(ABI_SRC)/%.S $(ABI_SRC)/kernel.mk $(ABI_BUILD)/.command
	@mkdir -p $(@D)
	$(CC) -m32 -Wall -Werror -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@.part
	@mv $@.part $@

$(ABI_BUILD)/body.elf: $(ABI_OBJECTS) $(ABI_SRC)/body.lds
	$(LD) $(ABI_LDFLAGS) -T $(ABI_SRC)/body.lds -o $@.part $(ABI_OBJECTS)
	@mv $@.part $@

$(ABI_BUILD)/body.bin: $(ABI_BUILD)/body.elf
	objcopy -O binary -j .image $< $@.part
	@mv $@.part $@

$(ABI_BUILD)/mock.bin: $(ABI_BUILD)/mock.o
	$(LD) -m elf_i386 -Ttext $(ABI_MOCK_ADDRESS) -e mock_entry --oformat binary -o $@.part $<
	@mv $@.part $@

$(ABI_KERNELS): $(ABI_BUILD)/%.elf: $(ABI_BUILD)/body.bin $(ABI_GENERATOR)
	@PYTHONDONTWRITEBYTECODE=1 $(ABI_SRC)/mkelf.py $< $* $@

-include $(ABI_OBJECTS:.o=.d) $(ABI_BUILD)/mock.d
