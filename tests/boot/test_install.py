# SPDX-License-Identifier: BSD-2-Clause
"""What pvhboot-install makes of an empty folder is an EFI system partition that boots its entry, by shim too."""

import shutil
import subprocess

import pytest

import media
import packing
import qemu
import report
import secure_boot
import trust
from artifacts import LOADER, TOP, kernel_path, package, required
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


def shim_folder(folder):
    """Where Debian's two packages put shim and MokManager, which are unpacked apart here."""
    for name in ("shim-signed", "shim-helpers-amd64-signed"):
        shutil.copytree(package(name) / "usr/lib/shim", folder, dirs_exist_ok=True)
    return folder


@pytest.mark.slow
def test_an_installed_folder_boots_by_shim(boot):
    """Firmware with Microsoft's keys starts shim, shim the loader that a key in MOK has signed, and that a signed Linux."""
    folder = boot.folder("install-shim")
    esp = folder / "esp"
    esp.mkdir()
    subprocess.run([TOP / "tools" / "pvhboot-install", "--efi", required(LOADER), "--removable",
                    f"--shim={shim_folder(folder / 'shim')}", "--key", secure_boot.key("mok"),
                    "--cert", secure_boot.certificate("mok"), esp], check=True)
    (esp / "loader" / "entries" / "installed.conf").write_bytes(b"title Installed\nlinux /kernel\n")
    unsigned = folder / "unsigned"
    unsigned.write_bytes(packing.bzimage(kernel_path("tklinux").read_bytes()))
    kernel = secure_boot.sign(unsigned, "mok", folder / "signed")
    media.write_disk(folder / "image", {**content(esp), "kernel": kernel})
    result = boot.run("install-shim", secure_boot.machine(), folder / "image", secure_boot.store("shim"))
    trust.Outcome("shim", report.plain(result.serial), result.status).kernel()
