# SPDX-License-Identifier: BSD-2-Clause
"""`pvhinfo --esp DIR --xbootldr PATH`: entries of both partitions, and what the loader would say of one that it cannot read."""

import json
import subprocess

import pytest
from conftest import ELF
from esp_folder import Esp
from pvhinfo_runs import pvhinfo

OLD, NEW = "^metadata_csum_seed,^orphan_file", "metadata_csum_seed,orphan_file"
DRIVER = "EFI/pvhboot/drivers/ext4_x64.efi"


@pytest.fixture
def esp(tmp_path):
    (tmp_path / "esp").mkdir()
    return Esp(tmp_path / "esp")


@pytest.fixture
def other(tmp_path):
    """The folder of the other partition, with a kernel of its own."""
    (tmp_path / "boot").mkdir()
    folder = Esp(tmp_path / "boot")
    folder.write("vmlinuz", ELF)
    return folder


def check(esp, path, status=0):
    """The entries, and the lines on standard error."""
    done = pvhinfo("--json", "--esp", esp.folder, "--xbootldr", path)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)[0], done.stderr


def file_system(folder, features, kind="ext4"):
    image = folder / "image"
    with open(image, "wb") as file:
        file.truncate(8 << 20)
    words = ["-O", features] if kind == "ext4" else []
    subprocess.run(["/usr/sbin/mke2fs", "-q", "-t", kind, *words, image], check=True)
    return image


def test_entries_of_both_are_in_one_order(esp, other):
    """Each one's paths are on its own partition."""
    esp.entry("b.conf", "title B\nsort-key b\nlinux /kernel\n")
    esp.entry("d.conf", "title D\nsort-key d\nlinux /vmlinuz\n")
    other.entry("a.conf", "title A\nsort-key a\nlinux /vmlinuz\n")
    other.entry("c.conf", "title C\nsort-key c\nlinux /kernel\n")
    result, errors = check(esp, other.folder, 1)
    assert [(entry["id"], entry["bootable"]) for entry in result["entries"]] == [
        ("a", True), ("b", True), ("c", True), ("d", False)]
    assert f"/vmlinuz: no such file in {esp.folder}" in errors
    assert [entry["id"] for entry in esp.check(1)[0]["entries"]] == ["b", "d"]


def test_a_file_that_is_missing_there(esp, other):
    other.entry("a.conf", "linux /gone\n")
    assert f"/gone: no such file in {other.folder}" in check(esp, other.folder, 1)[1]


@pytest.mark.parametrize("features, driver, status, sentence", [
    (OLD, False, 1, "the XBOOTLDR partition: cannot be read: its file system is ext4; put rEFInd's driver ext4_x64.efi into"),
    (NEW, False, 1, "the XBOOTLDR partition: cannot be read: its file system is ext4 with metadata_csum_seed or orphan_file;"),
    (NEW, True, 0, "unless the driver on the ESP is as new, it cannot be read: its file system is ext4 with metadata_csum_seed"),
    (OLD, True, 0, None),
])
def test_the_file_system_of_an_image(esp, tmp_path, features, driver, status, sentence):
    esp.entry("a.conf")
    if driver:
        esp.write(DRIVER, b"MZ")
    _, errors = check(esp, file_system(tmp_path, features), status)
    assert (sentence in errors) if sentence else errors == ""


def test_a_file_system_without_a_driver(esp, tmp_path):
    esp.entry("a.conf")
    (tmp_path / "image").write_bytes(b"XFSB" + bytes(1 << 17))
    assert "its file system is xfs, for which pvhboot knows no EFI driver" in check(esp, tmp_path / "image", 1)[1]


def test_wrong_usage(esp, tmp_path):
    done = pvhinfo("--xbootldr", tmp_path)
    assert done.returncode == 2 and b"--xbootldr needs --esp" in done.stderr.encode()
    assert "No such file or directory" in check_missing(esp, tmp_path / "none")


def check_missing(esp, path):
    done = pvhinfo("--esp", esp.folder, "--xbootldr", path)
    assert done.returncode == 2
    return done.stderr
