# SPDX-License-Identifier: BSD-2-Clause
"""What pvhboot-install makes of an empty folder is an EFI system partition that boots its entry."""

import subprocess

import pytest

import media
import qemu
import report
from artifacts import LOADER, TOP, kernel_path, required
from qemu import Machine
from test_boots import EXIT_OF_PASS

ENTRY = b"title Installed\npvh /kernel.elf\noptions console=ttyS0 installed\n"


def content(folder):
    """The files of a folder, as a disk is made of them."""
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("removable", [True, False], ids=["removable", "not-removable"])
def test_an_installed_folder_boots(boot, removable):
    """Firmware without a boot entry starts the removable copy, and only that."""
    name = f"install-{removable}".lower()
    folder = boot.folder(name)
    esp = folder / "esp"
    (esp / "EFI").mkdir(parents=True)
    options = ["--removable"] if removable else []
    subprocess.run([TOP / "tools" / "pvhboot-install", "--efi", required(LOADER), *options, esp], check=True)
    (esp / "loader" / "entries" / "installed.conf").write_bytes(ENTRY)
    image = folder / "image"
    media.write_disk(image, {**content(esp), "kernel.elf": kernel_path("tk64n8")})
    machine = Machine()
    result = boot.run(name, machine, image, qemu.firmware_variables(machine))
    text = report.plain(result.serial)
    assert (result.status == EXIT_OF_PASS) == removable
    assert ("console=ttyS0 installed" in text) == removable, text[-2000:]
