# SPDX-License-Identifier: BSD-2-Clause
"""Media with read errors, one row each; data only.

Every row has its own file on the volume, so that one boot can test many of them.
"""

from dataclasses import dataclass

from qemu import Machine
from refusals import MIB, Refusal, Session

KIB = 1 << 10

FOLDER = "bad-media"    # on the volume

ELF = "build/kernel/tk64n8.elf"
VMLINUZ = "build/deps/kernels/6.1-cloud/vmlinuz"
INITRD = MIB        # that many bytes of a pattern
ENTRY = b"title Test\nlinux /tk64n8.elf\noptions " + b"x" * 1500 + b"\n"


@dataclass(frozen=True)
class BadFile:
    """A file with one place that cannot be read."""

    name: str           # on the volume
    content: object     # a path in the project, bytes, or a size
    place: float        # 0 is its first relevant byte, 1 the last
    how: str = "error"  # "once": the first time only; "cut": the file system knows no more of it; "gone":
                        # the medium ends there
    packers: tuple = ()     # of packing.py


# The distance between files: the firmware's FAT driver reads up to 64 KiB around the requested bytes.
GAP = 128 * KIB

PLACES = {"first": 0.0, "middle": 0.5, "last": 1.0}


def bad_files(how, places):
    """Files of each kind, with an error at each place."""
    kinds = {"elf": ELF, "vmlinuz": VMLINUZ, "initrd": INITRD}
    return tuple(BadFile(f"{kind}-{place}", content, PLACES[place], how)
                 for kind, content in kinds.items() for place in places)


def start(name):
    """The arguments of pvhboot.efi that make it read the file."""
    if name.startswith("initrd"):
        return f"--initrd \\{FOLDER}\\{name} \\tk64n8.elf"
    return f"\\{FOLDER}\\{name} console=ttyS0"


def refusals(files, *says):
    """The refusals of all these files; each message names its file."""
    return tuple(Refusal(file.name, start(file.name), (file.name, *says)) for file in files)


ERRORS = bad_files("error", PLACES)
CUTS = bad_files("cut", ("middle", "last"))
BAD_ENTRY = BadFile("bad.conf", ENTRY, 0.0)
# Everything after it on the volume is missing too.
GONE = BadFile("elf-gone", ELF, 0.5, "gone")

UNREADABLE = Session("media-unreadable", Machine(), refusals(ERRORS, "cannot read", "Device Error"),
                     kernels=("tk64n8",))

CUT = Session("media-cut", Machine(), refusals(CUTS, "cannot read", "Volume Corrupted"), kernels=("tk64n8",))

ENDS_EARLY = Session("media-ends-early", Machine(), refusals((GONE,), "cannot read"), kernels=("tk64n8",))

MIDDLE_OF_ELF, MIDDLE_OF_VMLINUZ, MIDDLE_OF_INITRD = MIDDLES = bad_files("error", ("middle",))

# (firmware, medium): each kind of disk has its own driver in the firmware, which fails in its own way.
# Excluded are AHCI before OVMF 2025.02, see HIDDEN_ON; USB in 2022.11, which needs four minutes to give up; and
# USB in 2025.02, whose driver crashes: `cp` in the firmware's own shell does the same.
UNREADABLE_ON = (("bookworm", "virtio"), ("bookworm", "nvme"), ("trixie", "ahci"), ("trixie", "nvme"),
                 ("forky-strict-nx", "usb"), ("forky-strict-nx", "ahci"))

# OVMF 2020.11 and 2022.11 report failed reads from AHCI disks as successful. Only a kernel with a
# checksum can detect that.
HIDDEN_ON = (("bookworm", "ahci"), ("bullseye", "ahci"))
HIDDEN = BadFile("elf-hidden", ELF, 0.5, packers=("xz",))

# Some drivers retry: if a sector fails once, the kernel starts at the first or at the second attempt.
ONCE = BadFile("elf-once", ELF, 0.5, "once")
TRIES_AGAIN = {"virtio": False, "ahci": True, "nvme": False, "usb": True}
