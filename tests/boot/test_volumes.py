# SPDX-License-Identifier: BSD-2-Clause
"""Kernels and entries on other partitions than the one that pvhboot was started from."""

import gzip
import re
import subprocess
import uuid

import pytest

import media
from artifacts import kernel_path, package
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


def driver():
    """The ESP's file with rEFInd's driver for ext4."""
    return {"EFI/pvhboot/drivers/ext4_x64.efi":
            package("refind") / "usr/share/refind/refind/drivers_x64/ext4_x64.efi"}


def as_debian(folder):
    """A /boot as Debian's packages and kernel-install leave it: names with versions, and a link."""
    kernel = kernel_path(KERNEL).read_bytes()
    (folder / "loader/entries").mkdir(parents=True)
    # Compressed, it has no blocks of zeroes, of which mke2fs makes holes.
    (folder / "vmlinuz-6.1.0-1-amd64").write_bytes(gzip.compress(kernel))
    (folder / "vmlinuz").symlink_to("vmlinuz-6.1.0-1-amd64")
    (folder / "sparse").write_bytes(kernel + bytes(1 << 20) + b"end")
    (folder / "loader/entries/debian.conf").write_bytes(on_ext4("debian", sort_key="a"))
    return folder


def on_ext4(title, path="/vmlinuz", **keys):
    """An entry for the kernel that the link leads to."""
    return entry(title, pvh=path, **keys)


@pytest.fixture(name="ext4")
def fixture_ext4(boot):
    """Makes a partition with ext4 of as_debian() and more entries."""
    def make(name, more=None, options=media.EXT4_OF_DEBIAN):
        folder = boot.folder(f"{name}-other")
        files = as_debian(folder / "boot")
        for entry_name, data in (more or {}).items():
            (files / ENTRIES / entry_name).write_bytes(data)
        return media.write_ext4(folder / "other", files, options)
    return make


@pytest.fixture(name="fat")
def fixture_fat(boot):
    """Makes a partition with FAT of these files."""
    return lambda name, more: media.write_fat(boot.folder(f"{name}-other") / "other", fat_files(more))


def test_boot_in_ext4(boot, ext4):
    """By rEFInd's driver, which follows links and cannot write."""
    disk = Installed(boot, "xbootldr-ext4", {
        **CONFIG, **driver(), f"{ENTRIES}/here.conf": entry("here", sort_key="b")},
        xbootldr=ext4("xbootldr-ext4", {"debian+3.conf": on_ext4("counted", sort_key="a", version="2")}))
    cmdline, text = disk.booted()
    assert cmdline == "counted"
    assert re.search(r"debian\+3\.conf: this boot cannot be counted: Write Protected", text)


@pytest.mark.slow
def test_names_on_ext4_have_case(boot, ext4):
    """What cannot be found is said; the next entry boots."""
    disk = Installed(boot, "xbootldr-case", {**CONFIG, **driver()}, xbootldr=ext4(
        "xbootldr-case", {"b.conf": on_ext4("upper", "/VMLINUZ", sort_key="0")}))
    cmdline, text = disk.booted()
    assert cmdline == "debian"
    assert "/VMLINUZ: no such file on this disk's XBOOTLDR partition" in text


@pytest.mark.slow
def test_a_hole_is_explained(boot, ext4):
    """rEFInd's driver takes it for damage."""
    disk = Installed(boot, "xbootldr-hole", {**CONFIG, **driver()}, xbootldr=ext4(
        "xbootldr-hole", {"b.conf": on_ext4("hole", "/vmlinuz", initrd="/sparse", sort_key="0")}))
    cmdline, text = disk.booted()
    assert cmdline == "debian"
    assert re.search(r"/sparse: cannot read .*copy it again with cp --sparse=never", text, re.S)


@pytest.mark.slow
@pytest.mark.parametrize("name, options, with_driver, words", (
    ("driverless", media.EXT4_OF_DEBIAN, False, "is ext4; put rEFInd's driver ext4_x64.efi"),
    ("too-new", "metadata_csum_seed,orphan_file", True, "is ext4 with metadata_csum_seed")))
def test_what_cannot_be_read_is_named(boot, ext4, name, options, with_driver, words):
    """The other entries boot, and a line says what is missing."""
    disk = Installed(boot, f"xbootldr-{name}", {
        **CONFIG, **(driver() if with_driver else {}), f"{ENTRIES}/here.conf": entry("here")},
        xbootldr=ext4(f"xbootldr-{name}", options=options))
    cmdline, text = disk.booted()
    assert cmdline == "here"
    assert f"XBOOTLDR partition: cannot be read: its file system {words}" in " ".join(text.split())


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
def test_a_path_names_a_partition_behind_a_gap(boot, fat):
    """By the number that Linux has for it; the firmware counts the partitions that there are."""
    other = fat("partuuid-mbr", {})
    disk = Installed(boot, "partuuid-mbr", {
        **CONFIG, f"{ENTRIES}/named.conf": entry("named", pvh="PARTUUID=70766801-03:/other/kernel.elf")},
        xbootldr=other)
    media.write_mbr(disk.image, disk.partition, kind=0x0c)
    assert disk.booted()[0] == "named"


@pytest.mark.slow
def test_xbootldr_of_another_disk_is_not_taken(boot, fat):
    """Only that of the disk that pvhboot came from."""
    other = fat("xbootldr-elsewhere", {
        f"{ENTRIES}/there.conf": on_other("there", sort_key="a")})
    second = boot.folder("xbootldr-elsewhere-disk") / "disk"
    media.write_disk(second, {}, guid=uuid.uuid4(), xbootldr=other)
    disk = Installed(boot, "xbootldr-elsewhere", {
        **CONFIG, f"{ENTRIES}/here.conf": entry("here", sort_key="z")})
    cmdline, text = disk.booted(devices=(
        "-drive", f"if=none,id=other,format=raw,snapshot=on,file={second}",
        "-device", "virtio-blk-pci,drive=other"))
    assert cmdline == "here"
    assert "XBOOTLDR" not in text


@pytest.mark.slow
def test_a_path_names_a_partition(boot, fat):
    """The entry is on the ESP, the kernel is not."""
    other = fat("partuuid", {})
    disk = Installed(boot, "partuuid", {
        **CONFIG, f"{ENTRIES}/named.conf": entry("named", pvh=f"{OTHER}/other/kernel.elf")},
        xbootldr=other)
    assert disk.booted()[0] == "named"
