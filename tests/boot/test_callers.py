# SPDX-License-Identifier: BSD-2-Clause
"""Other loaders and tools start pvhboot, each as Debian ships it; the kernel says what arrived."""

from dataclasses import replace

import pytest

import callers
import efi_guest
import media
import qemu
import report
import rows
import scenario
from artifacts import LOADER, required
from test_boots import check_linux, check_test_kernel, parameters

STARTS_BY_TOOL = "efibootmgr-"


def start(row, boot, **options):
    """Boot a row; returns what it was given, its image, and what became of it."""
    what = scenario.given(row)
    image, store, devices = callers.prepare(row, what, boot.folder(row.name))
    return what, image, boot.run(row.name, row.machine, image, store, devices=devices, **options)


@pytest.mark.parametrize("row", parameters(
    [row for row in rows.CALLERS if not row.start.startswith(STARTS_BY_TOOL)]))
def test_started_by_loader(row, boot):
    what, _, result = start(row, boot)
    check_test_kernel(row, what, result)


@pytest.mark.parametrize("row", parameters(
    [row for row in rows.CALLERS if row.start.startswith(STARTS_BY_TOOL)]))
def test_registered_by_efibootmgr(row, boot):
    """efibootmgr writes the boot option in a system of its own; the next boot is by that."""
    what, image, guest = start(row, boot)
    created = efi_guest.outputs(guest.serial)["create"]
    assert created.status == 0, created.text
    result = boot.run(f"{row.name}-next", row.machine, image, guest.variables)
    assert 'starting Boot0004 "pvhboot"' in report.plain(result.serial)
    check_test_kernel(row, what, result)


@pytest.mark.slow
def test_kernel_install(boot):
    """What it leaves boots by systemd-boot, and by pvhboot with only the loader's file changed."""
    row = rows.KERNEL_INSTALL
    what, image, guest = start(row, boot, writes="kept")
    said = efi_guest.outputs(guest.serial)
    assert [name for name, output in said.items() if output.status != 0] == []
    cmdline = callers.kernel_install_command_line(row)
    store = qemu.firmware_variables(row.machine)

    # The stub does not pad the initrds, which these need: it finds the first one only.
    result = boot.run(f"{row.name}-systemd-boot", row.machine, image, store)
    by_efi = report.linux(result.serial)
    assert by_efi.values["efi"] == "yes"
    assert by_efi.values["cmdline"].endswith(f" {cmdline}")

    media.replace_file(image, scenario.REMOVABLE, required(LOADER))
    result = boot.run(f"{row.name}-pvhboot", row.machine, image, store)
    by_pvh = check_linux(replace(row, cmdline=cmdline), what, result)
    assert by_pvh.values["release"] == by_efi.values["release"] == callers.installed_kernel()[1]
