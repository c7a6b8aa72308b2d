# SPDX-License-Identifier: BSD-2-Clause
"""The libraries' sources: only the pinned tarballs, whole or not at all, and no network once they are there."""

import hashlib
import tarfile

import pytest
from conftest import load_program
from pvhtools.program import Failure


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    module = load_program("fetch-sources")
    monkeypatch.setattr(module, "DEPS", tmp_path)
    return module


@pytest.fixture
def tarball(tmp_path):
    tree = tmp_path / "library-1.0"
    tree.mkdir()
    (tree / "LICENSE").write_text("free\n")
    path = tmp_path / "library_1.0.orig.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tree, "library-1.0")
    return path


def archive_of(tarball):
    """Debian's archive, as far as it is looked at: it has TARBALL, or nothing."""
    class Archive:
        def __init__(self, name):
            pass

        def fetch(self, package, folder):
            if tarball is None:
                raise Failure("no network")
            return tarball
    return Archive


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_pinned_tarball_is_unpacked(program, tarball, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "SourceSuite", archive_of(tarball))
    program.fetch("library", hash_of(tarball), tmp_path / "sources")
    assert (tmp_path / "sources" / "library" / "LICENSE").read_text() == "free\n"


def test_a_second_run_needs_no_network(program, tarball, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "SourceSuite", archive_of(tarball))
    program.fetch("library", hash_of(tarball), tmp_path / "sources")
    monkeypatch.setattr(program, "SourceSuite", archive_of(None))
    program.fetch("library", hash_of(tarball), tmp_path / "sources")
    with pytest.raises(Failure, match="no network"):
        program.fetch("library", "another pin", tmp_path / "sources")


def test_another_tarball_is_refused(program, tarball, tmp_path, monkeypatch):
    pin = hash_of(tarball)
    tarball.write_bytes(tarball.read_bytes() + b"\0")
    monkeypatch.setattr(program, "SourceSuite", archive_of(tarball))
    with pytest.raises(Failure, match="is not the pinned file"):
        program.fetch("library", pin, tmp_path / "sources")
    assert not (tmp_path / "sources").exists()


def test_a_broken_tarball_leaves_nothing(program, tarball, tmp_path, monkeypatch):
    tarball.write_bytes(tarball.read_bytes()[:100])
    monkeypatch.setattr(program, "SourceSuite", archive_of(tarball))
    with pytest.raises((EOFError, tarfile.TarError)):
        program.fetch("library", hash_of(tarball), tmp_path / "sources")
    assert not (tmp_path / "sources").exists()


def test_every_library_is_pinned_and_has_a_licence(program):
    assert set(program.PINS) == set(program.LICENCES)
    assert all(len(bytes.fromhex(pin)) == 32 for pin in program.PINS.values())
