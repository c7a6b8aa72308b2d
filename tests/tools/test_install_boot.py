# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-install tells what a /boot of its own lacks for pvhboot."""

import pytest

from install_runs import ESP_TYPE, LINUX_TYPE, UUIDS, standard

XBOOTLDR_TYPE = "bc13c2ff-59e6-4262-a352-b275fd6f7172"
BY_TYPE = "not read, since its type is not that of XBOOTLDR: sfdisk --part-type"


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    machine = standard(tmp_path)
    (tmp_path / "boot").mkdir()
    return machine


def mounted(machine, parttype=XBOOTLDR_TYPE, kind="ext4", disk="/dev/sda", partuuid=UUIDS[2]):
    """A second partition, at a folder in place of /boot."""
    device = f"{disk}2"
    machine.partition(device, disk, 2, partuuid, parttype)
    machine.mount(device, machine.folder / "boot", kind)
    return f"{machine.folder}/boot: {device}, {kind}, "


def said(machine, command="install"):
    return machine.call(command, "--boot-path", machine.folder / "boot")


@pytest.mark.parametrize("parttype, partuuid, sentence", [
    (LINUX_TYPE, UUIDS[2], f"{BY_TYPE} /dev/sda 2 {XBOOTLDR_TYPE}\n"),
    ("0x83", "70766801-02", f"{BY_TYPE} /dev/sda 2 ea\n"),
    ("", UUIDS[2], "its type in the partition table cannot be told\n"),
])
def test_another_type(machine, parttype, partuuid, sentence):
    where = mounted(machine, parttype, partuuid=partuuid)
    assert f"\n{where}{sentence}" in said(machine)


@pytest.mark.parametrize("parttype, partuuid", [(XBOOTLDR_TYPE, UUIDS[2]), ("0xea", "70766801-02")])
def test_a_driver_is_missing(machine, parttype, partuuid):
    where = mounted(machine, parttype, partuuid=partuuid)
    assert f"\n{where}XBOOTLDR, but not read without a driver: pvhboot-install --driver ext4\n" in said(machine)
    machine.place("EFI/systemd/drivers/EXT4_x64.efi", b"MZ")
    assert f"\n{where}XBOOTLDR\n" in said(machine, "status")


def test_fat_needs_no_driver(machine):
    where = mounted(machine, kind="vfat")
    assert f"\n{where}XBOOTLDR\n" in said(machine)


def test_on_another_disk(machine):
    where = mounted(machine, disk="/dev/sdb")
    assert f"\n{where}XBOOTLDR, but not read, since it is not on the disk of /dev/sda1\n" in said(machine)


def test_entries_are_counted(machine):
    mounted(machine)
    folder = machine.folder / "boot/loader/entries"
    assert f"\n{folder}: no entries; how kernel-install writes them is in pvhboot-install(8)" in said(machine)
    folder.mkdir(parents=True)
    (folder / "a.conf").touch()
    assert f"\n{folder}: 1 entries\n" in said(machine, "status")


def test_of_a_boot_that_is_none_nothing_is_said(machine):
    assert f"{machine.folder}/boot" not in said(machine)
    machine.partition("/dev/sda1", "/dev/sda", 1, UUIDS[1], ESP_TYPE)
    machine.mount("/dev/sda1", machine.folder / "boot")
    assert f"{machine.folder}/boot" not in said(machine, "status")


def test_wrong_usage(machine):
    done = machine.run("status", "--boot-path", machine.folder / "none")
    assert done.returncode == 2 and "no such folder" in done.stderr
