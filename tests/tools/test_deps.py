# SPDX-License-Identifier: BSD-2-Clause
"""When `deps` installs what, with stand-ins for the programs that would change the machine."""

import os
import subprocess

import pytest
from conftest import TOOLS

NOTHING_KNOWN = "echo '  Candidate: (none)'"
ALL_KNOWN = "echo '  Candidate: 1.0-1'"


class Machine:
    """A machine on which only the package xorriso is installed."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"
        self.program("dpkg-query", "echo 'install ok installed xorriso'")
        self.program("apt-cache", ALL_KNOWN)
        self.program("apt-get", f"echo \"$*\" >>{self.log}")
        self.program("sudo", '[ "$1" != -n ] || exit 1; exec "$@"')
        self.program("id", "echo 0")

    def program(self, name, script):
        (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / name).chmod(0o755)

    def deps(self, *groups):
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        return subprocess.run([TOOLS / "deps", *groups], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def asked_of_apt(self):
        if not self.log.exists():
            return []
        return [next(word for word in line.split() if word in ("update", "install"))
                for line in self.log.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_nothing_happens_where_nothing_is_missing(machine):
    machine.program("dpkg-query", 'shift 2; for name; do echo "install ok installed $name"; done')
    done = machine.deps("build", "run", "iso", "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.asked_of_apt() == []


def test_only_what_is_missing_is_installed(machine):
    assert machine.deps("iso").returncode == 0
    assert machine.asked_of_apt() == ["install"]
    words = machine.log.read_text().split()
    assert "mtools" in words and "xorriso" not in words


def test_a_package_that_was_removed_is_missing(machine):
    machine.program("dpkg-query", "echo 'deinstall ok config-files xorriso'")
    machine.deps("iso")
    assert "xorriso" in machine.log.read_text().split()


def test_lists_are_updated_first_when_apt_knows_nothing(machine):
    machine.program("apt-cache", NOTHING_KNOWN)
    assert machine.deps("iso").returncode == 0
    assert machine.asked_of_apt() == ["update", "install"]


def test_old_lists_get_a_second_chance(machine):
    machine.program("apt-get", f"echo \"$*\" >>{machine.log}; grep -q update {machine.log}")
    assert machine.deps("iso").returncode == 0
    assert machine.asked_of_apt() == ["install", "update", "install"]


def test_a_failed_installation_is_said(machine):
    machine.program("apt-get", "exit 100")
    done = machine.deps("iso")
    assert done.returncode == 1
    assert "could not install: busybox-static" in done.stderr


def test_who_may_not_install_is_told_what_to_do(machine):
    machine.program("id", "echo 1000")
    done = machine.deps("iso")
    assert done.returncode == 1
    assert "as root: apt-get install busybox-static" in done.stderr
    assert machine.asked_of_apt() == []


def test_sudo_is_used_where_it_works(machine):
    machine.program("id", "echo 1000")
    machine.program("sudo", f'echo sudo >>{machine.folder}/sudo.log; [ "$1" != -n ] || shift; exec "$@"')
    assert machine.deps("iso").returncode == 0
    assert machine.asked_of_apt() == ["install"]
    assert (machine.folder / "sudo.log").read_text().count("sudo") == 2
