# SPDX-License-Identifier: BSD-2-Clause
"""Unified kernel images in EFI/Linux: pvhboot lists them, each of their profiles, and starts them."""

import re

import pytest

import ukis
from artifacts import LOADER, kernel_path, required
from esp import KERNEL, Installed, entry

FOLDER = "EFI/Linux"
OS_RELEASE = b'PRETTY_NAME="Images"\nID=images\nVERSION_ID=2\n'
MANY = 500


def image(*profiles):
    """pvhboot as the stub of the test kernel, whose command line says which profile it is."""
    sections = [(".osrel", OS_RELEASE), (".cmdline", b"base"), (".linux", kernel_path(KERNEL).read_bytes())]
    for profile in profiles:
        sections += [(".profile", f"ID={profile}\n".encode()), (".cmdline", profile.encode())]
    return ukis.with_sections(required(LOADER).read_bytes(), *sections)


def test_a_profile_of_an_image_boots(boot):
    """It is the default by its ID; the boot is counted in the image's name."""
    disk = Installed(boot, "type2", {f"{FOLDER}/image+3.efi": image("one", "two"),
                                     "loader/loader.conf": b"default image.efi@two\n",
                                     "loader/entries/other.conf": entry("other", sort_key="a")})
    assert disk.booted()[0] == "two"
    assert disk.names(FOLDER) == ["image+2-1.efi"]


@pytest.mark.slow
def test_the_first_profile_gets_no_options(boot):
    disk = Installed(boot, "type2-first", {f"{FOLDER}/image.efi": image("one", "two")})
    assert disk.booted()[0] == "one"


@pytest.mark.slow
def test_the_keys_of_an_entry_file(boot):
    disk = Installed(boot, "type2-keys", {
        "u.efi": image("one", "two"),
        "loader/entries/a.conf": b"uki /u.efi\nprofile 1\n"})
    assert disk.booted()[0] == "two"


@pytest.mark.slow
def test_a_folder_of_images(boot):
    """Little is read of each; the one that is asked for is found among them."""
    listed = ukis.small((".osrel", OS_RELEASE), (".cmdline", b"x"))
    files = {f"{FOLDER}/image-{number}.efi": listed for number in range(MANY)}
    disk = Installed(boot, "type2-folder", {**files, f"{FOLDER}/last.efi": image(),
                                            "loader/loader.conf": b"default last\n"})
    cmdline, text = disk.booted()
    assert cmdline == "base"
    assert not re.search("damaged|cannot", text)
