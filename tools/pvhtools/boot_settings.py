# SPDX-License-Identifier: BSD-2-Clause
"""How a system says what its kernels' boot entries are like: the files of kernel-install(8), and where its boot volume is."""

import dataclasses
import os
import pathlib
import re
import shlex

from .program import Failure

# Where an EFI system partition is mounted, as pvhboot-install looks for it.
MOUNT_POINTS = ("efi", "boot/efi", "boot")
LOADER = "EFI/pvhboot/pvhboot.efi"

# The folders of kernel-install's files; what the administrator wrote counts first.
SETTINGS = ("etc/kernel", "usr/lib/kernel")
OWN_SETTINGS = "etc/default/pvhboot"

LAYOUTS = ("bls", "uki")

# A token becomes part of file names: the letters of the specification, and no dot at its beginning.
TOKEN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")

# Folders of a boot volume that are not a system's.
RESERVED = ("efi", "loader")

# What boot loaders add to the command line that is no part of the system's.
OF_LOADERS = re.compile(r"(BOOT_IMAGE|initrd|pvhboot\.entry|pvhboot\.boot-count-path)=")


@dataclasses.dataclass
class System:
    """A system below ROOT, which is / but for images that are being built."""

    root: pathlib.Path

    def __post_init__(self):
        self.install_conf = self.assignments("install.conf")
        own = self.root / OWN_SETTINGS
        self.own = read_assignments(own) if own.is_file() else {}
        self.os_release = next((read_assignments(path) for path in map(self.root.joinpath, ("etc/os-release", "usr/lib/os-release"))
                                if path.is_file()), {})

    def find(self, name):
        """The file NAME of kernel-install, or None."""
        return next((path for path in (self.root / folder / name for folder in SETTINGS) if path.is_file()), None)

    def assignments(self, name):
        path = self.find(name)
        return read_assignments(path) if path else {}

    def first_words(self, path):
        return path.read_text(errors="surrogateescape").split() if path and path.is_file() else []

    def machine_id(self):
        words = self.first_words(self.root / "etc/machine-id")
        return words[0] if words and re.fullmatch("[0-9a-f]{32}", words[0]) else ""

    def token(self):
        """What the names of this system's entries begin with."""
        words = self.first_words(self.find("entry-token")) or [self.machine_id() or self.os_release.get("ID", "")]
        if not TOKEN.fullmatch(words[0]) or words[0].lower() in RESERVED:
            raise Failure(f"{words[0] or 'nothing'}: cannot begin the names of files; write a word of letters and digits to /etc/kernel/entry-token")
        return words[0]

    def layout(self):
        layout = self.install_conf.get("layout", "") or "bls"
        if layout in ("auto", "other"):
            return "bls"
        if layout not in LAYOUTS:
            raise Failure(f"/etc/kernel/install.conf: layout={layout} is not known; write bls or uki")
        return layout

    def tries(self):
        """How often a new entry may be tried, as it stands in its file's name: '+3', or ''."""
        words = self.first_words(self.find("tries"))
        if words and not re.fullmatch("[0-9]{1,9}", words[0]):
            raise Failure(f"/etc/kernel/tries: {words[0]} is no number")
        return f"+{words[0]}" if words else ""

    def keep(self):
        """How many kernels have entries at most, or None."""
        number = self.own.get("KEEP", "") or "0"
        if not re.fullmatch("[0-9]{1,4}", number):
            raise Failure(f"/{OWN_SETTINGS}: KEEP={number} is no number")
        return int(number) or None

    def command_line(self):
        path = self.find("cmdline")
        if path:
            lines = path.read_text(errors="surrogateescape").splitlines()
            return " ".join(word for line in lines if not line.lstrip().startswith("#") for word in line.split())
        if self.root != pathlib.Path("/") or in_chroot():
            raise Failure("/etc/kernel/cmdline: no such file; write the command line of the kernels to it, such as root=UUID=... ro")
        running = pathlib.Path("/proc/cmdline").read_text(errors="surrogateescape").split()
        return " ".join(word for word in running if not OF_LOADERS.match(word))

    def boot_volume(self):
        """The folder of the volume that holds pvhboot, or None."""
        named = self.install_conf.get("BOOT_ROOT") or os.environ.get("BOOT_ROOT")
        for folder in [named.lstrip("/")] if named else MOUNT_POINTS:
            if is_on(self.root / folder, LOADER):
                return self.root / folder
        return None


def is_on(volume, path):
    """Case is ignored, as on FAT, also in a plain folder that will become an image."""
    place = volume
    for name in path.split("/"):
        try:
            place = next((other for other in place.iterdir() if other.name.lower() == name.lower()), None)
        except OSError:
            return False
        if not place:
            return False
    return place.is_file()


def read_assignments(path):
    """Name -> value of a file of shell assignments, such as os-release(5)."""
    values = {}
    for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), 1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        try:
            words = shlex.split(value, comments=True)
        except ValueError as error:
            raise Failure(f"{path}:{number}: {str(error).lower()}") from None
        if equals:
            values[name.strip()] = " ".join(words)
    return values


def in_chroot():
    """True where /proc/cmdline is that of another system's kernel, or is not there."""
    try:
        # What is mounted outside of this root folder has no line: that of a folder that is no mount has none for /.
        if "/" not in (line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
            return True
        mine, first = os.stat("/"), os.stat("/proc/1/root/")
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return (mine.st_dev, mine.st_ino) != (first.st_dev, first.st_ino)
