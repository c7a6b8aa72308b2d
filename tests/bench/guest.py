# SPDX-License-Identifier: BSD-2-Clause
"""The machine that is measured: its disk, its run in QEMU, and the counts of the plugin count.c."""

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

from pvhtools.fat import write_fat  # noqa: E402 (the line above makes it known)
from pvhtools import program  # noqa: E402
from pvhtools.program import Failure, call, readable_file  # noqa: E402

BENCH = TOP / "build" / "bench"
Firmware = collections.namedtuple("Firmware", "code variables program smm")
OVMF = pathlib.Path("/usr/share/OVMF")
OVMF32 = TOP / "build/deps/packages/bookworm/ovmf-ia32/usr/share/OVMF"
FIRMWARES = {
    "x64": Firmware(OVMF / "OVMF_CODE_4M.fd", OVMF / "OVMF_VARS_4M.fd", "BOOTX64.EFI", False),
    "ia32": Firmware(OVMF32 / "OVMF32_CODE_4M.secboot.fd", OVMF32 / "OVMF32_VARS_4M.fd", "BOOTIA32.EFI", True),
}
# The host's C library chooses its memcpy by the processor. Linux crashes with CMPXCHG16B in QEMU 7.2.
HOST_CPU = "qemu64"
CPU = "qemu64,-cx16"
COMMAND_SIZE = 4096  # of bench.txt: the same for all loaders, so that the disk is the same
PASSED = 33  # 2 * EXIT_PASSED + 1, marks.h
CHECKED = b"bench: all pages are there"  # init.c

MEDIA = {
    "virtio": ["-device", "virtio-blk-pci,drive=disk"],
    "ahci": ["-device", "ide-hd,drive=disk"],
    "nvme": ["-device", "nvme,drive=disk,serial=1"],
    "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=disk"],
    "cd": ["-device", "ide-cd,drive=disk"],
}

# The programs of EDK2's firmware that take part in reading a file, by file name.
FILE_DRIVERS = {
    "961578fe-b6b7-44c3-af35-6bc705cd2b1f": "FAT",
    "6b38f7b4-ad98-40e9-9093-aca2b5a253c4": "DiskIo",
    "1fa1f39e-feff-4aae-bd7b-38a070a3b609": "Partition",
    "28a03ff4-12b3-4305-a417-bb1a4f94081e": "RamDisk",
    "cd3bafb6-50fb-4fe8-8e4e-ab74d2c1a600": "Unicode collation",
    "11d92dfb-3ca9-4f93-ba2e-4780ed3e03b5": "virtio-blk",
    "83dd3b39-7caf-4fac-a542-e050b767e3a7": "virtio-pci",
    "0170f60c-1d40-4651-956d-f0bd9879d527": "virtio 1.0",
    "19df145a-b1d4-453f-8507-38816676d7f6": "ATA bus",
    "5e523cb4-d397-4986-87bd-a6dd8b22f455": "ATA pass-through",
    "0167ccc4-d0f7-4f21-a3ef-9e64b7cdce8b": "SCSI bus",
    "0a66e322-3740-4cce-ad62-bd172cecca35": "SCSI disk",
    "5be3bdf4-53cf-46a3-a6a9-73c34a6e5ee3": "NVMe",
    "9fb4b4a7-42c0-4bcd-8540-9bcc6711f83e": "USB storage",
    "240612b7-a063-11d4-9a3a-0090273fc14d": "USB bus",
    "b7f50e91-a759-412c-ade4-dcd03e7f7c28": "xHCI",
    "93b80004-9fb3-11d4-9a3a-0090273fc14d": "PCI bus",
}
PARTS = ("file drivers", "firmware", "loader", "outside")

Image = collections.namedtuple("Image", "start end part")
Count = collections.namedtuple("Count", "instructions iterations")


def check_programs(*programs):
    packages = {"qemu-x86_64": "qemu-user", "qemu-system-x86_64": "qemu-system-x86", "gnuplot": "gnuplot-nox",
                "grub-mkimage": "grub-common"}
    for name in programs:
        if not shutil.which(name):
            raise Failure(f"the program {name} is missing; it is in Debian's package {packages[name]}")


# The disk

def write_disk(path, files, arch="x64"):
    write_fat(path, {**files, f"EFI/BOOT/{FIRMWARES[arch].program}": BENCH / arch / "starter.efi",
                     "bench.txt": bytes(COMMAND_SIZE)})


def write_command(disk, lines):
    """Writes the starter's commands to the existing disk."""
    text = "".join(f"{line}\n" for line in lines).encode()
    if len(text) > COMMAND_SIZE:
        raise Failure("the commands of a row are too long for the starter")
    call("mcopy", "-o", "-i", disk, "-", "::/bench.txt", data=text.ljust(COMMAND_SIZE, b"\0"))


def write_cd(path, disk, kernel):
    """A CD with the disk as its boot image, and the kernel outside of it too: GRUB reads the CD itself."""
    tree = path.parent / "tree"
    tree.mkdir(exist_ok=True)
    for name, file in (("efi.img", disk), ("kernel.elf", kernel)):
        (tree / name).unlink(missing_ok=True)
        (tree / name).hardlink_to(file)
    call("xorriso", "-as", "mkisofs", "-quiet", "-r", "-iso-level", "3", "-o", path, "-e", "efi.img", "-no-emul-boot",
         tree)


# A run

def plugin(counts, mode):
    return ["-plugin", f"file={BENCH / 'count.so'},out={counts},count={mode}"]


# Eight nanoseconds an instruction: no figure depends on how busy the host is, for the firmware's timer goes by it too.
STEADY_CLOCK = ["-icount", "shift=3"]


def machine(scratch, disk, firmware, medium, memory, timed, screen, serial="null"):
    """QEMU's command line. Memory is there from the start where time is taken: page faults are the host's own."""
    board = f"q35,memory-backend=memory,smm={'on' if firmware.smm else 'off'}"
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", CPU, "-machine", board, "-m", memory,
            *(["-global", "driver=cfi.pflash01,property=secure,value=on"] if firmware.smm else []),
            "-object", f"memory-backend-ram,id=memory,size={memory},prealloc={'on' if timed else 'off'}",
            *([] if timed else STEADY_CLOCK), "-nodefaults", "-vga", "std" if screen else "none", "-display", "none", "-no-reboot", "-serial", serial,
            "-debugcon", f"file:{scratch / 'words'}", "-global", "isa-debugcon.iobase=0xe9",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-drive", f"if=pflash,format=raw,readonly=on,file={readable_file(firmware.code, 'firmware')}",
            "-drive", f"if=pflash,format=raw,file={scratch / 'variables'}",
            "-drive", f"if=none,id=disk,format=raw,file={disk}", *MEDIA[medium]]


def run(scratch, disk, mode, arch="x64", medium="virtio", memory="4G", timeout=600, screen=False, firmware=None, store=None,
        devices=()):
    """Runs the machine until it ends; returns the guest's words. The counts are in scratch / "counts".

    STORE: the bytes of a variable store with keys; Linux is then locked down, and ends by switching off. DEVICES: more
    options for QEMU."""
    for old in scratch.glob("counts*"):
        old.unlink()
    firmware = firmware or FIRMWARES[arch]
    (scratch / "variables").write_bytes(store or readable_file(firmware.variables, "firmware").read_bytes())
    console = scratch / "console"
    command = [*machine(scratch, disk, firmware, medium, memory, mode.endswith("time"), screen,
                        f"file:{console}" if store else "null"), *devices, *plugin(scratch / "counts", mode)]
    try:
        done = program.run(command, timeout=timeout, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except subprocess.TimeoutExpired:
        raise Failure(f"no verdict in {timeout:.0f} s; the guest said {said(scratch)}") from None
    passed = done.returncode == PASSED or (store and console.exists() and CHECKED in console.read_bytes())
    if not passed or not (scratch / "counts").exists():
        raise Failure(f"failed (QEMU's status {done.returncode}); the guest said {said(scratch)} {done.stderr.strip()}")
    return (scratch / "words").read_text(errors="replace")


def said(scratch):
    words = scratch / "words"
    lines = words.read_text(errors="replace").splitlines() if words.exists() else []
    return repr("; ".join(line for line in lines if line.startswith("bench: ")) or "nothing")


def write_figures(path, figures):
    """As JSON; the file is there as a whole or not at all."""
    with program.replacing(path) as new:
        new.write_text(json.dumps(figures, indent=1) + "\n")


# What was counted

IMAGE_LINE = re.compile(r"(image|loader) ([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{32})?")


def images(words):
    """The programs in memory, as reported by the starter."""
    found = []
    for kind, start, size, name in IMAGE_LINE.findall(words):
        part = "loader" if kind == "loader" else part_of_firmware(name)
        found.append(Image(int(start, 16), int(start, 16) + int(size, 16), part))
    return found


def loader_base(words):
    return next(int(start, 16) for kind, start, _, _ in IMAGE_LINE.findall(words) if kind == "loader")


def pages_taken(words):
    """Pages that the loader and what it has loaded hold in ExitBootServices."""
    before, after = (int(number, 16) for number in re.findall(r"^pages ([0-9a-f]+)$", words, re.MULTILINE))
    return after - before


def part_of_firmware(name):
    return "file drivers" if name and guid_text(name) in FILE_DRIVERS else "firmware"


def guid_text(words):
    """A GUID as people write it, from its two 64-bit words."""
    low, high = (int(words[i:i + 16], 16) for i in (0, 16))
    tail = high.to_bytes(8, "little").hex()
    return f"{low & 0xffffffff:08x}-{low >> 32 & 0xffff:04x}-{low >> 48:04x}-{tail[:4]}-{tail[4:]}"


def read_counts(path):
    """Address, instructions and iterations of each block that ran."""
    for line in path.read_text().splitlines():
        address, instructions, iterations = (int(number, 0) for number in line.split())
        yield address, instructions, iterations


def split(counts, found):
    """The work of each part; `outside` is code in no image: the trampoline, GRUB's modules, the kernel."""
    sums = {part: [0, 0] for part in PARTS}
    for address, instructions, iterations in read_counts(counts):
        part = next((image.part for image in found if image.start <= address < image.end), "outside")
        sums[part][0] += instructions
        sums[part][1] += iterations
    return {part: Count(*both) for part, both in sums.items()}


def work(parts, *names):
    """Instructions plus iterations."""
    return sum(sum(parts[name]) for name in names or parts)
