# SPDX-License-Identifier: BSD-2-Clause
"""The small initrd: what cpio sees in it, and that it depends on nothing but its files."""

import os
import subprocess

import pytest
from conftest import TOOLS


def mkinitrd(tmp_path, name, *options):
    busybox = tmp_path / "busybox"
    busybox.write_bytes(b"12345")
    output = tmp_path / name
    subprocess.run([TOOLS / "mkinitrd", "--busybox", busybox, *options, output], check=True)
    return output.read_bytes()


def listing(archive):
    return subprocess.run(["cpio", "-t", "--quiet"], input=archive, stdout=subprocess.PIPE,
                          check=True).stdout.decode().split()


@pytest.mark.parametrize("options, extra", [([], []), (["--batch"], ["etc/batch"])])
def test_what_it_holds(tmp_path, options, extra):
    assert listing(mkinitrd(tmp_path, "initrd", *options)) == [
        "bin", "dev", "etc", "dev/console", "bin/busybox", "init", "etc/inittab", *extra]


def test_files_come_back_as_they_were(tmp_path):
    archive = mkinitrd(tmp_path, "initrd")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    subprocess.run(["cpio", "-i", "--quiet", "bin", "bin/*", "init"], input=archive, cwd=unpacked, check=True)
    assert (unpacked / "bin/busybox").read_bytes() == b"12345"
    assert (unpacked / "init").read_bytes() == (TOOLS.parent / "iso/initrd/init").read_bytes()
    assert os.access(unpacked / "init", os.X_OK)


def test_it_is_reproducible(tmp_path):
    first = mkinitrd(tmp_path, "one")
    os.utime(tmp_path / "busybox", (1, 1))
    assert first == mkinitrd(tmp_path, "two")
