# SPDX-License-Identifier: BSD-2-Clause
"""A machine that keeps its disk and variables, for tests with several boots."""

import os
import subprocess

import media
import qemu
import report
import scenario
from artifacts import LOADER, kernel_path, required
from qemu import Machine

KERNEL = "tk64n8"
ESP_OFFSET = media.ESP_FIRST_LBA * media.SECTOR


def entry(title, **keys):
    """An entry file for the test kernel, whose command line is its title."""
    lines = {"title": title, "pvh": "/kernel.elf", "options": title, **keys}
    return "".join(f"{key.replace('_', '-')} {value}\n" for key, value in lines.items()
                   if value is not None).encode()


class Installed:
    """pvhboot on a disk, as \\EFI\\BOOT\\BOOTX64.EFI, with entries."""

    def __init__(self, boot, name, files, start=scenario.REMOVABLE, xbootldr=None):
        self._boot = boot
        self._name = name
        self._boots = 0
        self.image = boot.folder(name) / "image"
        self.store = qemu.firmware_variables(Machine())
        self.partition = media.write_disk(self.image, {
            start: required(LOADER), "kernel.elf": kernel_path(KERNEL), **files},
            xbootldr=xbootldr)

    def start(self, writes="kept", **options):
        """Boots once; returns the result."""
        self._boots += 1
        result = self._boot.run(f"{self._name}-{self._boots}", Machine(memory=256), self.image,
                                self.store, writes=writes, **options)
        self.store = result.variables
        return result

    def booted(self, **options):
        """Boots; returns the command line of the kernel and all output."""
        text = report.plain(self.start(**options).serial)
        found = report.test_kernel(text)
        assert found.failed == []
        return found.values.get("cmdline"), text

    def _mtools(self, *command, **options):
        subprocess.run(command, check=True, env={**os.environ, "MTOOLS_SKIP_CHECK": "1"},
                       **options)

    @property
    def drive(self):
        return f"{self.image}@@{ESP_OFFSET}"

    def names(self, folder):
        """The names of the files in a folder."""
        listed = subprocess.run(["mdir", "-b", "-i", self.drive, f"::{folder}"], check=True,
                                capture_output=True, text=True).stdout
        return sorted(line.rsplit("/", 1)[-1] for line in listed.split("\n") if line)

    def write(self, name, data):
        """Write a file to the disk, replacing an existing one."""
        self._mtools("mcopy", "-o", "-i", self.drive, "-", f"::{name}", input=data)

    def rename(self, name, new_name):
        """Give a file another name in its folder."""
        self._mtools("mren", "-i", self.drive, f"::{name}", f"::{new_name}")

    def fill(self):
        """Fill the disk with files, halving the size whenever one does not fit."""
        ballast = self.image.parent / "ballast"
        size = media.SMALLEST_ESP
        while size >= media.SECTOR:
            with open(ballast, "wb") as file:
                file.truncate(size)
            try:
                media.run_tool("mcopy", "-i", self.drive, ballast, f"::fill{size}")
            except RuntimeError:    # no room for that much
                size //= 2
