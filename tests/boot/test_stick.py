# SPDX-License-Identifier: BSD-2-Clause
"""One image of `make iso`, on every kind of firmware: each comes to the shell of its Linux."""

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


def stick(folder, kernel):
    """The image, with the initrd that `make iso` puts there."""
    initrd, image = folder / "initrd.img", folder / "image"
    media.run_tool(TOP / "tools" / "mkinitrd", initrd)
    media.run_tool(MKIMAGE, "--iso", "--efi", required(LOADER), "--efi-ia32", required(LOADER_IA32), "--linux", kernel,
                   f"--cmdline={COMMAND_LINE}", "--initrd", initrd, "--output", image)
    return image


@pytest.mark.slow
@pytest.mark.parametrize("name", MACHINES)
def test_one_stick_boots_everywhere(boot, name):
    machine = MACHINES[name]
    store = qemu.firmware_variables(machine)
    image = stick(boot.folder(f"stick-{name}"), kernel_path("6.12-cloud", "vmlinuz"))
    text = report.plain(boot.run(f"stick-{name}", machine, image, store, until=f"{SHELL}|{qemu.STUCK}").serial)
    assert "started through its PVH entry (bootloader_type 176)" in text
    assert text.rstrip().endswith(SHELL.strip())
