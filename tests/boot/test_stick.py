# SPDX-License-Identifier: BSD-2-Clause
"""One image of `make iso`, on every kind of firmware: each comes to the shell of its Linux."""

import shutil

import pytest

import media
import qemu
import report
from artifacts import LOADER, LOADER_IA32, MKIMAGE, TOP, kernel_path, required
from qemu import Machine

# The first three words are what a user gives; U-Boot's MTRRs need the last one.
COMMAND_LINE = "console=ttyS0 no_timer_check disable_mtrr_trim"
SHELL = r"/ # "

MACHINES = {
    "ovmf": Machine(medium="usb"),
    "ovmf-ia32": Machine("ia32", memory=1024, medium="usb"),
    "u-boot": Machine("u-boot", medium="ahci"),
    "u-boot-ia32": Machine("u-boot-ia32", medium="ahci"),
}


def linux_files(folder, kernel):
    """An initrd as `make iso` has it, and a kernel."""
    initrd = folder / "initrd.img"
    media.run_tool(TOP / "tools" / "mkinitrd", initrd)
    return initrd, kernel_path(kernel, "vmlinuz")


def stick(folder, kernel):
    """The image, with the initrd that `make iso` puts there."""
    image = folder / "image"
    initrd, kernel = linux_files(folder, kernel)
    media.run_tool(MKIMAGE, "--iso", "--efi", required(LOADER), "--efi-ia32", required(LOADER_IA32), "--linux", kernel,
                   f"--cmdline={COMMAND_LINE}", "--initrd", initrd, "--output", image)
    return image


@pytest.mark.slow
@pytest.mark.parametrize("name", MACHINES)
def test_one_stick_boots_everywhere(boot, name):
    machine = MACHINES[name]
    store = qemu.firmware_variables(machine)
    image = stick(boot.folder(f"stick-{name}"), "6.12-cloud")
    text = report.plain(boot.run(f"stick-{name}", machine, image, store, until=f"{SHELL}|{qemu.STUCK}").serial)
    assert "started through its PVH entry (bootloader_type 176)" in text
    assert text.rstrip().endswith(SHELL.strip())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ovmf", "ovmf-ia32"])
def test_a_disk_of_a_directory_boots(boot, name):
    """As a disk, not as a stick; the default is the one that its loader.conf names."""
    firmware = MACHINES[name]
    machine = Machine(firmware.firmware, memory=1024, medium="virtio")
    folder = boot.folder(f"disk-{name}")
    tree, image = folder / "tree", folder / "image"
    (tree / "loader/entries").mkdir(parents=True, exist_ok=True)
    for file, path in zip(linux_files(folder, "6.12-cloud"), ("initrd", "vmlinuz")):
        shutil.copy(file, tree / path)
    (tree / "loader/loader.conf").write_text("timeout 0\ndefault two\n")
    for entry in ("one", "two"):
        (tree / f"loader/entries/{entry}.conf").write_text(f"title {entry}\nlinux /vmlinuz\ninitrd /initrd\noptions {COMMAND_LINE} {entry}=1\n")
    media.run_tool(MKIMAGE, "--disk", "--efi", required(LOADER), "--efi-ia32", required(LOADER_IA32), "--output", image, tree)
    text = report.plain(boot.run(f"disk-{name}", machine, image, qemu.firmware_variables(machine), until=f"{SHELL}|{qemu.STUCK}").serial)
    assert "started through its PVH entry (bootloader_type 176)" in text and "two=1" in text
