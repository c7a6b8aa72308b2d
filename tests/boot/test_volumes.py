# SPDX-License-Identifier: BSD-2-Clause
"""Kernels and entries on other partitions than the one that pvhboot was started from."""

import subprocess

import pytest

import media
from artifacts import kernel_path
from esp import KERNEL, Installed, entry

ENTRIES = "loader/entries"
CONFIG = {"loader/loader.conf": b"timeout menu-disabled\n"}
OTHER = f"PARTUUID={media.XBOOTLDR_GUID}:"


def on_other(title, **keys):
    """An entry for a kernel that only the other partition has."""
    return entry(title, pvh="/other/kernel.elf", **keys)


def fat_files(more):
    """What a /boot in FAT holds besides `more`."""
    return {"other/kernel.elf": kernel_path(KERNEL), **more}


@pytest.fixture(name="fat")
def fixture_fat(boot):
    """Makes a partition with FAT of these files."""
    return lambda name, more: media.write_fat(boot.folder(f"{name}-other") / "other", fat_files(more))


@pytest.mark.slow
def test_entries_of_both_partitions(boot, fat):
    """They are in one order; each is counted where it lies, and its paths are there."""
    other = fat("xbootldr-fat", {f"{ENTRIES}/there+3.conf": on_other("there", sort_key="a")})
    disk = Installed(boot, "xbootldr-fat", {
        **CONFIG, f"{ENTRIES}/here.conf": entry("here", sort_key="b")}, xbootldr=other)
    assert disk.booted()[0] == "there"
    second = f"{disk.image}@@{(disk.partition.first_lba + disk.partition.sectors) * media.SECTOR}"
    listed = subprocess.run(["mdir", "-b", "-i", second, f"::{ENTRIES}"], check=True,
                            capture_output=True, text=True).stdout
    assert "there+2-1.conf" in listed
    assert disk.names(ENTRIES) == ["here.conf"]


@pytest.mark.slow
def test_xbootldr_in_an_mbr(boot, fat):
    """The type is 0xEA there."""
    other = fat("xbootldr-mbr", {f"{ENTRIES}/there.conf": on_other("there")})
    disk = Installed(boot, "xbootldr-mbr", CONFIG, xbootldr=other)
    media.write_mbr(disk.image, disk.partition)
    assert disk.booted()[0] == "there"


@pytest.mark.slow
def test_a_path_names_a_partition(boot, fat):
    """The entry is on the ESP, the kernel is not."""
    other = fat("partuuid", {})
    disk = Installed(boot, "partuuid", {
        **CONFIG, f"{ENTRIES}/named.conf": entry("named", pvh=f"{OTHER}/other/kernel.elf")},
        xbootldr=other)
    assert disk.booted()[0] == "named"
