# SPDX-License-Identifier: BSD-2-Clause
"""What `make install` puts where, that it works from there, and that `make uninstall` takes all of it away."""

import os
import subprocess

import pytest
from conftest import TOOLS

TOP = TOOLS.parent
PROGRAMS = {"bin/pvhinfo", "bin/pvhboot-mkimage", "bin/pvhboot-run", "sbin/pvhboot-install", "sbin/pvhboot-bless",
            "sbin/pvhboot-kernel"}
DOCUMENTS = {"README.md", "CHANGELOG.md", "LICENSE"}


def make(goal, folder):
    # An outer make must not hand its options on.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
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
    parts |= {f"lib/pvhboot/pvhtools/{name}.py" for name in (
        "__init__", "boot_files", "boot_settings", "entry", "fat", "gpt", "machine", "media", "media_entries", "media_images", "media_tree",
        "monitor", "outcome", "pe", "program", "session", "signing")}
    completions = {f"share/bash-completion/completions/{program.rpartition('/')[2]}" for program in PROGRAMS}
    assert found == (PROGRAMS | pages | parts | completions | {f"share/doc/pvhboot/{name}" for name in DOCUMENTS}
                     | {"lib/pvhboot/pvhboot.efi", "lib/pvhboot/pvhbootia32.efi", "lib/pvhboot/new-folders"})
    assert len(list((prefix / "share/doc/pvhboot/licences").iterdir())) >= 4
    assert all(os.access(prefix / program, os.X_OK) for program in PROGRAMS)

    esp = tmp_path / "esp"
    esp.mkdir()
    subprocess.run([prefix / "sbin/pvhboot-install", esp], stdout=subprocess.DEVNULL, check=True)
    assert (esp / "EFI/pvhboot/pvhboot.efi").read_bytes() == (TOP / "build/x64/pvhboot.efi").read_bytes()

    make("uninstall", tmp_path)
    assert list(tmp_path.iterdir()) == [esp]


def test_uninstall_leaves_the_folders_that_were_there(tmp_path):
    """Empty or not, as Debian's in /usr/local are, and however often it was installed."""
    prefix = tmp_path / "opt" / "my pvhboot"
    for folder in ("bin", "share/man/man5", "share/games"):
        (prefix / folder).mkdir(parents=True)
    before = folders(tmp_path)
    make("install", tmp_path)
    make("install", tmp_path)
    (tmp_path / "opt").rename(tmp_path / "moved")
    (tmp_path / "new").mkdir()
    (tmp_path / "moved").rename(tmp_path / "new" / "opt")
    make("uninstall", tmp_path / "new")
    assert folders(tmp_path / "new") == before and files(tmp_path) == set()


def refused(goal, *variables):
    """The one line before make's own, for somebody who is the owner of what is there, and not allowed everything."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    ordinary = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    done = subprocess.run([*ordinary, "make", "-s", "DEPS=no", goal, *variables], cwd=TOP, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said, theirs = done.stderr.split("\n", 1)
    assert (done.returncode, done.stdout) == (2, "") and theirs.startswith("make: ***") and theirs.count("\n") == 1
    return said


@pytest.mark.parametrize("protected", ["", "usr/bin", "usr/share/man"])
def test_who_may_not_install_is_told_so_in_one_sentence(tmp_path, protected):
    folder = tmp_path / protected
    folder.mkdir(parents=True, exist_ok=True)
    before = folders(tmp_path)
    folder.chmod(0o555)
    assert refused("install", f"DESTDIR={tmp_path}", "PREFIX=/usr") == (
        f"make install: {folder} cannot be written to; do it as root, or in a folder of yours: "
        'make install PREFIX="$HOME/.local"')
    assert folders(tmp_path) == before
    folder.chmod(0o755)


def test_who_may_not_uninstall_is_told_so_and_nothing_is_removed(tmp_path):
    make("install", tmp_path)
    sbin = tmp_path / "opt" / "my pvhboot" / "sbin"
    before = files(tmp_path)
    sbin.chmod(0o555)
    said = refused("uninstall", f"DESTDIR={tmp_path}", "PREFIX=/opt/my pvhboot")
    assert said.startswith(f"make uninstall: {sbin} cannot be written to; ")
    assert files(tmp_path) == before
    sbin.chmod(0o755)


def test_no_folder_is_installed_to(tmp_path):
    (tmp_path / "usr").write_text("")
    assert refused("install", f"DESTDIR={tmp_path}", "PREFIX=/usr") == (
        f"make install: {tmp_path}/usr is not a folder; name another one: make install PREFIX=FOLDER")


def test_uninstall_of_nothing(tmp_path):
    make("uninstall", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_uninstall_leaves_what_is_not_ours(tmp_path):
    make("install", tmp_path)
    manual = tmp_path / "opt" / "my pvhboot" / "share/man/man8/other.8"
    manual.write_text("")
    make("uninstall", tmp_path)
    assert files(tmp_path / "opt") == {"my pvhboot/share/man/man8/other.8"}
