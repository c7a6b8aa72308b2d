# SPDX-License-Identifier: BSD-2-Clause
"""What `make install` puts where, that it works from there, and that `make uninstall` takes all of it away."""

import os
import subprocess

from conftest import TOOLS

TOP = TOOLS.parent
PROGRAMS = {"bin/pvhinfo", "sbin/pvhboot-install", "sbin/pvhboot-bless"}
DOCUMENTS = {"README.md", "CHANGELOG.md", "LICENSE"}


def make(goal, folder):
    # An outer make must not hand its options on.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    subprocess.run(["make", "-s", "DEPS=no", goal, f"DESTDIR={folder}", "PREFIX=/opt/my pvhboot"], cwd=TOP,
                   env=environment, stdout=subprocess.DEVNULL, check=True)


def folders(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_install_and_uninstall(tmp_path):
    make("install", tmp_path)
    prefix = tmp_path / "opt" / "my pvhboot"
    pages = {f"share/man/man{page.suffix[1:]}/{page.name}" for page in (TOP / "docs").glob("*.[1-8]")}
    found = {path for path in files(prefix) if not path.startswith("share/doc/pvhboot/licences/")}
    parts = {f"lib/pvhboot/installer/{path.name}" for path in (TOP / "tools/installer").iterdir()}
    assert found == (PROGRAMS | pages | parts | {f"share/doc/pvhboot/{name}" for name in DOCUMENTS}
                     | {"lib/pvhboot/pvhboot.efi"})
    assert len(list((prefix / "share/doc/pvhboot/licences").iterdir())) >= 4
    assert all(os.access(prefix / program, os.X_OK) for program in PROGRAMS)

    esp = tmp_path / "esp"
    esp.mkdir()
    subprocess.run([prefix / "sbin/pvhboot-install", esp], stdout=subprocess.DEVNULL, check=True)
    assert (esp / "EFI/pvhboot/pvhboot.efi").read_bytes() == (TOP / "build/x64/pvhboot.efi").read_bytes()

    make("uninstall", tmp_path)
    assert files(tmp_path / "opt") == set()
    # Those that a system has in any prefix of its own.
    assert folders(prefix) == {"bin", "lib", "sbin", "share", "share/man"}


def test_uninstall_of_nothing(tmp_path):
    make("uninstall", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_uninstall_leaves_what_is_not_ours(tmp_path):
    make("install", tmp_path)
    manual = tmp_path / "opt" / "my pvhboot" / "share/man/man8/other.8"
    manual.write_text("")
    make("uninstall", tmp_path)
    assert files(tmp_path / "opt") == {"my pvhboot/share/man/man8/other.8"}
