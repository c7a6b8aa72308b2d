# SPDX-License-Identifier: BSD-2-Clause
"""Boots that the loader must refuse, one row each; data only.

The rows of one table are started in turn from the UEFI shell of one boot. Each must
print one line with every fragment of `says`, and return an error.
"""

from dataclasses import dataclass

from qemu import Machine

MIB = 1 << 20


@dataclass(frozen=True)
class Refusal:
    """A start that must fail, and how."""

    name: str
    command: str    # what follows pvhboot.efi in the shell
    says: tuple     # fragments of its one line


@dataclass(frozen=True)
class Made:
    """A file that the packers of packing.py make of a file of the project or its build."""

    name: str
    source: str
    packers: tuple = ()
    damage: str = ""


@dataclass(frozen=True)
class Session:
    """Refusals that are tested in one boot, and a kernel that is started after all of them."""

    name: str
    machine: Machine
    refusals: tuple
    kernels: tuple          # further kernels the commands name
    sizes: tuple = ()       # further files, as (name, size)
    made: tuple = ()        # further files, in \made
    last: str = "\\tk64n8.elf after=refusals"


def broken(name, *says):
    """The refusal of a test kernel of broken shape."""
    return Refusal(name, f"\\bad\\{name}.elf", (f"{name}.elf", *says))

OPTIONS = Session(
    "refused-options", Machine(), (
        Refusal("unknown-option", "--nonsense \\tk64n8.elf", ("--nonsense", "--help")),
        Refusal("option-without-value", "--initrd", ("--initrd",)),
        Refusal("missing-kernel", "\\no-such.elf console=ttyS0", ("no-such.elf",)),
        Refusal("missing-initrd", "--initrd \\no-such.img \\tk64n8.elf", ("no-such.img",)),
        Refusal("missing-second-initrd", "--initrd \\small.img --initrd=/no/such.img \\tk64n8.elf",
                ("such.img",)),
        Refusal("missing-module", '--module "\\no-such.bin x" \\tk64n8.elf', ("no-such.bin",)),
        Refusal("folder-as-kernel", "\\bad", ("bad",)),
        Refusal("no-entries", "", ("loader\\entries",)),
        Refusal("no-such-entry", "--entry nothing", ("nothing",)),
    ),
    kernels=("tk64n8",), sizes=(("small.img", 1000),))

# One of each shape that tests/kernel can break a kernel into.
SHAPES = Session(
    "refused-shapes", Machine(board="pc"), (
        broken("empty", "not an ELF file", "0 bytes"),
        broken("not-elf", "not an ELF file"),
        broken("truncated-header", "truncated"),
        broken("truncated-program-headers", "truncated"),
        broken("truncated-segment", "truncated: segment", "copy the file again"),
        broken("file-size-past-end", "truncated: segment"),
        broken("big-endian", "big-endian processor"),
        broken("other-machine", "another processor", "183"),
        broken("phnum-past-end", "truncated"),
        broken("phoff-past-end", "truncated"),
        broken("phoff-wraps", "truncated"),
        broken("phentsize-small", "damaged"),
        broken("no-segments", "nothing to load"),
        broken("no-note", "no PVH entry note", "found: none"),
        broken("other-notes-only", "no PVH entry note", "found: Xen type 6, GNU type 18"),
        broken("foreign-owner", "no PVH entry note", "nuttx", "Xen"),
        broken("note-too-long", "notes are cut off"),
        broken("note-too-short", "2 bytes instead of 4 or 8"),
        broken("entry-high-half", "0x100200000", "not a 32-bit address"),
        broken("entry-outside", "0x30000000", "outside the file data of its segments"),
        broken("entry-zero", "0x0", "outside the file data of its segments"),
        broken("overlap", "overlap at 0x201000-"),
        broken("wrap-32", "wraps around"),
        broken("wrap-64", "wraps around"),
        broken("above-4g", "above 4 GiB", "0x140000000"),
        broken("across-4g", "above 4 GiB"),
        broken("filesz-above-memsz", "0x2000", "0x1000"),
    ),
    kernels=("tk64n8",))

# What is in the way of kernels that cannot be moved, on ordinary OVMF.
PLACES = Session(
    "refused-places", Machine(memory=256), (
        Refusal("span-over-acpi-nvs", "\\tkfixed.elf",
                ("tkfixed.elf", "ACPI NVS", "0x806000-0x807fff", "--overwrite-acpi-nvs")),
        Refusal("initrd-too-large", "--initrd \\large.img \\tk64n8.elf",
                ("large.img", "not enough memory", "300.0 MiB", "the largest free range")),
        Refusal("module-too-large", '--module "\\large.img some words" \\tk64n8.elf',
                ("large.img", "not enough memory", "300.0 MiB", "the largest free range")),
    ),
    kernels=("tkfixed", "tk64n8"), sizes=(("large.img", 300 * MIB),))

SMALL = Session(
    "refused-small", Machine(memory=64), (
        Refusal("span-past-the-end-of-ram", "\\6.1-cloud.elf console=ttyS0",
                ("6.1-cloud.elf", "0x1000000-0x3dfffff", "on this machine")),
    ),
    kernels=("6.1-cloud", "tksmall"), last="\\tksmall.elf after=refusals")

SMM = Session(
    "refused-smm", Machine(firmware="smm", memory=1024), (
        Refusal("linux-over-acpi-nvs", "\\6.1-cloud.elf console=ttyS0",
                ("6.1-cloud.elf", "ACPI NVS", "0x170ffff", "--overwrite-acpi-nvs")),
        Refusal("test-kernel-over-acpi-nvs", "\\tk64n8.elf",
                ("tk64n8.elf", "ACPI NVS", "0x170ffff", "--overwrite-acpi-nvs")),
    ),
    kernels=("6.1-cloud", "tk64n8"), last="--overwrite-acpi-nvs \\tk64n8.elf after=refusals")

ELF = "build/deps/kernels/6.1-cloud/vmlinux"
VMLINUZ = "build/deps/kernels/6.1-cloud/vmlinuz"
XZ_VMLINUZ = "build/deps/kernels/6.1-amd64/vmlinuz"
TEST_ELF = "build/kernel/tk64n8.elf"


def spoilt(damage, packer, *says):
    """The refusal of a damaged packed kernel."""
    name = f"{packer}-{damage}"
    return Refusal(name, f"\\made\\{name} console=ttyS0", (name, *says))


CONTAINERS = Session(
    "refused-containers", Machine(), (
        spoilt("cut", "gz", "gzip: truncated", "offset 0x", "copy the file again"),
        spoilt("cut", "xz", "xz: truncated", "offset 0x", "copy the file again"),
        spoilt("cut", "zst", "zstd: truncated", "offset 0x", "copy the file again"),
        spoilt("cut", "lz4", "lz4: truncated", "offset 0x", "copy the file again"),
        spoilt("flipped", "gz", "gzip: damaged at offset 0x", "copy the file again"),
        spoilt("flipped", "xz", "xz: damaged at offset 0x", "copy the file again"),
        spoilt("flipped", "zst", "zstd: damaged at offset 0x", "copy the file again"),
        spoilt("flipped", "lz4", "lz4: damaged at offset 0x", "copy the file again"),
        Refusal("packed-text", "\\made\\text", ("not an ELF file",)),
        Refusal("payload-outside", "\\made\\payload-outside",
                ("truncated: the bzImage's payload ends at byte", "copy the file again")),
        Refusal("four-deep", "\\made\\four-deep", ("more than 3 nested containers",)),
        Refusal("xen-without-entry", "\\xen.elf", ("no PVH entry note (found: GNU build-id)",)),
    ),
    kernels=("tk64n8", "xen"),
    made=(*(Made(f"{packer}-{damage}", ELF, (packer,), damage)
            for damage in ("cut", "flipped") for packer in ("gz", "xz", "zst", "lz4")),
          Made("text", "README.md", ("gz",)),
          Made("payload-outside", VMLINUZ, damage="cut"),
          Made("four-deep", TEST_ELF, ("gz",) * 4)))

PACKED_SMALL = Session(
    "refused-packed-small", Machine(memory=64), (
        Refusal("xz-vmlinuz-without-memory", "\\made\\xz-vmlinuz console=ttyS0",
                ("xz-vmlinuz: xz: not enough memory: the boot needs at least ", "MiB, 33.1 MiB of it to "
                 "unpack the kernel, but only ", "MiB is free, ", " of it in one piece; add memory")),
        Refusal("lz4-vmlinuz-without-memory", "\\made\\lz4-vmlinuz console=ttyS0",
                ("lz4-vmlinuz: lz4 (legacy): not enough memory: the boot needs at least ", " KiB of it to "
                 "unpack the kernel, but only ", "MiB is free, ", " of it in one piece; add memory")),
        Refusal("gz-without-memory", "\\made\\gz console=ttyS0",
                ("gz: it is linked at 0x1000000-0x3dfffff, but", "on this machine; add memory")),
        Refusal("dictionary-too-large", "\\made\\dictionary",
                ("dictionary: xz: not enough memory: the boot needs at least 6", "64.2 MiB of it to "
                 "unpack the kernel, but only ", "MiB is free, ", " of it in one piece; add memory")),
        Refusal("initrd-too-large-behind-a-packed-kernel", "--initrd \\large.img \\made\\small",
                ("large.img: not enough memory for this module of 40.0 MiB: the largest free range", "add memory")),
    ),
    kernels=("tksmall",), last="\\tksmall.elf after=refusals",
    made=(Made("xz-vmlinuz", XZ_VMLINUZ), Made("lz4-vmlinuz", VMLINUZ),
          Made("gz", ELF, ("gz",)),
          Made("dictionary", "build/kernel/tksmall.elf", ("xz-64MiB",)),
          Made("small", "build/kernel/tksmall.elf", ("gz",))),
    sizes=(("large.img", 40 * MIB),))

PACKED_SMM = Session(
    "refused-packed-smm", Machine(firmware="smm", memory=1024), (
        Refusal("vmlinuz-over-acpi-nvs", "\\made\\vmlinuz console=ttyS0",
                ("vmlinuz", "ACPI NVS", "0x170ffff", "--overwrite-acpi-nvs")),
    ),
    kernels=("tk64n8",), last="--overwrite-acpi-nvs \\tk64n8.elf after=refusals",
    made=(Made("vmlinuz", VMLINUZ),))

SESSIONS = (OPTIONS, SHAPES, PLACES, SMALL, SMM, CONTAINERS, PACKED_SMALL, PACKED_SMM)


@dataclass(frozen=True)
class Failure:
    """A boot option that fails in the firmware's boot manager."""

    name: str
    says: tuple
    options: str = ""
    kernel: str = ""
    entry: str = ""
    machine: Machine = Machine()


BOOT_MANAGER = (
    Failure("goes-on-no-entries", ("loader\\entries",)),
    Failure("goes-on-missing-kernel", ("no-such.elf",),
            entry="title Test\nlinux /no-such.elf\noptions console=ttyS0\n"),
    Failure("goes-on-broken-kernel", ("kernel.elf", "no PVH entry note", "nuttx"),
            options="\\kernel.elf", kernel="bad/foreign-owner"),
    Failure("goes-on-smm", ("kernel.elf", "ACPI NVS", "--overwrite-acpi-nvs"),
            entry="title Test\nlinux /kernel.elf\noptions console=ttyS0\n", kernel="6.1-cloud",
            machine=Machine(firmware="smm")),
)
