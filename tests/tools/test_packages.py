# SPDX-License-Identifier: BSD-2-Clause
"""Packages for the boot tests: from the suite that is named, whole or not at all, no network once they are there."""

import subprocess

import pytest
from conftest import load_program
from pvhtools.program import Failure


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    module = load_program("fetch-packages")
    monkeypatch.setattr(module, "DEPS", tmp_path / "deps")
    (tmp_path / "deps").mkdir()
    return module


def package_file(folder, text):
    """A Debian package with one file."""
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: test\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: test\n")
    (tree / "usr").mkdir()
    (tree / "usr" / "file").write_text(text)
    path = folder / "test.deb"
    subprocess.run(["dpkg-deb", "-b", "--root-owner-group", tree, path], check=True, stdout=subprocess.DEVNULL)
    return path


class Archive:
    """Debian's archive, as far as it is looked at: every suite has the file PATH, or none has any."""

    def __init__(self, path):
        self.path = path
        self.asked = []

    def __call__(self, suite):
        self.suite = suite
        return self

    def fetch(self, package, folder):
        self.asked.append((self.suite, package))
        if self.path is None:
            raise Failure("no network")
        return self.path


@pytest.fixture
def archive(program, tmp_path, monkeypatch):
    archive = Archive(package_file(tmp_path, "free\n"))
    monkeypatch.setattr(program, "Suite", archive)
    return archive


def test_a_suite_can_be_named(program, archive):
    program.fetch("trixie/ovmf")
    program.fetch("ovmf")
    assert archive.asked == [("trixie", "ovmf"), (program.SUITE, "ovmf")]
    packages = program.DEPS / "packages"
    assert (packages / "trixie" / "ovmf" / "usr" / "file").read_text() == "free\n"
    assert (packages / "ovmf" / "usr" / "file").read_text() == "free\n"


def test_a_second_run_needs_no_network(program, archive):
    program.fetch("trixie/ovmf")
    archive.path = None
    program.fetch("trixie/ovmf")
    with pytest.raises(Failure, match="no network"):
        program.fetch("forky/ovmf")


def test_the_package_itself(program, archive):
    program.fetch_archive("trixie/kernel")
    path = program.DEPS / "archives/trixie/kernel.deb"
    assert path.read_bytes() == archive.path.read_bytes()
    archive.path = None
    program.fetch_archive("trixie/kernel")
    with pytest.raises(Failure, match="no network"):
        program.fetch_archive("kernel")


def test_a_broken_package_leaves_nothing(program, archive):
    archive.path.write_bytes(archive.path.read_bytes()[:100])
    with pytest.raises(Failure, match="dpkg"):
        program.fetch("trixie/ovmf")
    assert not (program.DEPS / "packages" / "trixie" / "ovmf").exists()


@pytest.mark.parametrize("name", ["", "/", "/ovmf", "trixie/", "a/b/c", "../../ovmf", "..", "-x", "trixie/-x"])
def test_what_names_no_package_is_refused(program, archive, name):
    for fetch in (program.fetch, program.fetch_archive):
        with pytest.raises(Failure, match="is not a package name"):
            fetch(name)
    assert archive.asked == []
