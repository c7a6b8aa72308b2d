# SPDX-License-Identifier: BSD-2-Clause
"""What the Makefile passes on, with stand-ins for the programs that it calls: packages first, then the goals."""

import json
import os
import subprocess

import pytest
from conftest import TOOLS
from test_deps import Machine

TOP = TOOLS.parent
# Say what they were called with.
TELL = "#!/usr/bin/python3\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n"
LOG = "#!/bin/sh\necho \"$*\" >>deps.log\n"
ODD = "a $x $$y $(z) ${w} \"q\" 'b' c\\ -n  #h = % ; `v` \\\\ * é"


class Tree:
    """The project's tree with other programs in tools/."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "tools").mkdir(parents=True)
        for name in ("Makefile", "VERSION", "common", "docs", "efi", "pvh", "tests", "third_party", "tools/pvhinfo"):
            (folder / name).symlink_to(TOP / name)
        for name, text in (("pvhboot-run", TELL), ("pvhboot-mkimage", TELL), ("deps", LOG)):
            self.program(name, text)

    def program(self, name, text):
        (self.folder / "tools" / name).write_text(text)
        (self.folder / "tools" / name).chmod(0o755)

    def make(self, *arguments, **environment):
        """With nothing to build before a boot."""
        inherited = {name: value for name, value in os.environ.items()
                     if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "DEPS")}
        return subprocess.run(["make", "BOOT_FILES=", "IA32_BINARY=", "ISO_FILES=", *arguments], cwd=self.folder, env={**inherited, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def asked_of_deps(self):
        log = self.folder / "deps.log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "tree")


def options(done):
    """What a program was called with, as pairs: --name value or --name=value. What has no name is the KERNEL."""
    assert (done.returncode, done.stderr) == (0, "")
    words, pairs = iter(json.loads(done.stdout)), []
    for word in words:
        if not word.startswith("-"):
            pairs.append(("KERNEL", word))
        elif word.startswith("--append=") or word.startswith("--cmdline="):
            pairs.append(tuple(word.split("=", 1)))
        elif word not in ("--display", "--", "--iso"):
            pairs.append((word, next(words)))
    return pairs


@pytest.mark.parametrize("goals, groups", [
    ([], "build"), (["all"], "build"), (["build/x64/pvhboot.efi"], "build"), (["install"], "build"),
    (["run"], "build run"), (["iso"], "build run iso"), (["run", "iso"], "build run iso"),
    (["clean", "lint"], "build check"), (["check-style"], "build check"), (["check-binary"], "build check"),
    (["check-unit-gcc-image/test_unpack"], "build run check"), (["build/firmware/gcc/test_firmware"], "build run check"),
    (["coverage"], "build run check"), (["sabotage-firmware"], "build run check"),
    (["mutate", "N=20"], "build run check"), (["mutate-assembly"], "build run check"), (["check"], "build run iso check count"),
    (["deps"], "build run iso check count"), (["check-boot-full"], "build run iso check deb"), (["check-bench"], "build run count"),
    (["deb"], "build deb"), (["check-package"], "build deb"), (["check-package-clean", "SUITE=trixie"], "build deb"),
    (["bench-load"], "build run bench count"), (["bench-accept"], "build run count"),
])
def test_goals_have_their_packages_installed_first(tree, goals, groups):
    tree.make(*goals, "MAKE=:")
    assert tree.asked_of_deps() == [groups]


@pytest.mark.parametrize("goals", [["help"], ["clean"], ["distclean"], ["help", "clean"]])
def test_some_goals_need_no_packages(tree, goals):
    assert tree.make(*goals).returncode == 0
    assert tree.asked_of_deps() == []


@pytest.mark.parametrize("arguments, environment", [(["DEPS=no"], {}), ([], {"DEPS": "no"})])
def test_the_machine_may_be_left_as_it_is(tree, arguments, environment):
    assert ("-m", "512M") in options(tree.make("run", *arguments, **environment))
    assert tree.asked_of_deps() == []


def test_a_dry_run_installs_nothing_and_shows_what_would_be_done(tree):
    done = tree.make("-n", "run")
    assert done.returncode == 0
    assert "tools/deps build run" in done.stdout and "exec tools/pvhboot-run" in done.stdout
    assert tree.asked_of_deps() == []


def test_packages_that_cannot_be_installed_end_it(tree):
    tree.program("deps", "#!/bin/sh\nexit 1\n")
    done = tree.make("run")
    assert (done.returncode, done.stdout) == (2, "")


def test_who_may_not_install_is_told_what_to_do(tree, tmp_path):
    machine = Machine(tmp_path)
    machine.program("id", "echo 1000")
    tree.program("deps", (TOOLS / "deps").read_text())
    done = tree.make("iso", PATH=f"{machine.folder}:{os.environ['PATH']}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "as root: apt-get install " in done.stderr
    assert machine.asked_of_apt() == []


@pytest.mark.parametrize("deps", ["yes", "no"])
def test_an_unknown_goal_is_an_error(tree, deps):
    done = tree.make("nonsense", f"DEPS={deps}")
    assert done.returncode == 2
    assert "No rule to make target 'nonsense'" in done.stderr


def test_goals_keep_their_order(tree):
    (tree.folder / "build" / "old").mkdir(parents=True)
    assert tree.make("clean", "run").returncode == 0
    assert not (tree.folder / "build" / "old").exists()


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_jobs_are_shared_without_a_warning(tree, jobs):
    assert options(tree.make(jobs, "run"))


@pytest.mark.parametrize("deps", ["yes", "no"])
@pytest.mark.parametrize("goal, variable, option", [
    ("run", "CMDLINE", "--append"), ("run", "KERNEL", "KERNEL"), ("run", "MEM", "-m"), ("run", "OVMF", "--firmware"),
    ("run", "DISPLAY_WINDOW", "-display"),
    ("iso", "CMDLINE", "--cmdline"), ("iso", "KERNEL", "--linux"), ("iso", "ISO", "--output"),
])
def test_what_is_booted_reaches_the_program_as_it_was_typed(tree, deps, goal, variable, option):
    assert (option, ODD) in options(tree.make(goal, f"DEPS={deps}", f"{variable}={ODD}"))
    assert (option, ODD) in options(tree.make(goal, f"DEPS={deps}", **{variable: ODD}))


def test_an_empty_command_line_is_one(tree):
    assert ("--append", "") in options(tree.make("run", "CMDLINE="))
    assert ("--append", "console=ttyS0 no_timer_check") in options(tree.make("run"))
    assert ("--cmdline", "") in options(tree.make("iso", "CMDLINE="))
    assert ("--cmdline", "console=ttyS0 console=tty0") in options(tree.make("iso"))


@pytest.mark.parametrize("window, words", [
    ("no", []), ("", []), ("yes", ["--display", "k"]), ("vnc=:1", ["--display", "k", "--", "-display", "vnc=:1"]),
])
def test_a_screen_in_a_window(tree, window, words):
    found = json.loads(tree.make("run", "KERNEL=k", f"DISPLAY_WINDOW={window}").stdout)
    assert found[found.index("--display"):] == words if words else "--display" not in found


def test_nobody_at_a_terminal_gets_an_initrd_that_powers_off_and_a_time_limit(tree):
    found = options(tree.make("run", "TIMEOUT=7"))
    assert {("--initrd", "build/initrd-batch.img"), ("--timeout", "7"), ("--expect", "pvhboot: it works:")} <= set(found)
    assert "--expect" not in dict(options(tree.make("run", "KERNEL=k")))


def test_initrds_are_words(tree):
    given = options(tree.make("run", "KERNEL=k", "INITRD=a b"))
    assert [value for name, value in given if name == "--initrd"] == ["a", "b"]
    assert "--initrd" not in dict(options(tree.make("run", "KERNEL=k")))


def test_initrds_are_no_patterns(tree):
    (tree.folder / "a1").touch()
    assert ("--initrd", "a[1]") in options(tree.make("run", "KERNEL=k", "INITRD=a[1]"))


@pytest.mark.parametrize("goal", ["run", "iso"])
def test_a_kernel_may_overwrite_nvs_only_if_that_is_asked_for(tree, goal):
    assert "--overwrite-acpi-nvs" in json.loads(tree.make(goal, "OVERWRITE_NVS=yes").stdout)
    for value in ("no", ""):
        assert "--overwrite-acpi-nvs" not in json.loads(tree.make(goal, f"OVERWRITE_NVS={value}").stdout)
    done = tree.make(goal, "OVERWRITE_NVS=y")
    assert done.returncode == 2 and done.stderr.startswith("OVERWRITE_NVS=y: write yes or no\n")


# An object of each kind, and a program: what the compiler that is asked for has not made is made again.
@pytest.mark.parametrize("target", ["build/host/common/base/glob.c.o", "build/x64/common/base/glob.c.o"])
@pytest.mark.parametrize("first, second", [
    (["CC=gcc"], ["CC=clang"]), ([], ["CC=clang"]), (["CC=clang"], []),
    (["HOST_CC=gcc", "EFI_CC=gcc"], ["HOST_CC=clang", "EFI_CC=clang"]),
])
def test_another_compiler_builds_again(tree, target, first, second):
    for arguments in (first, second):
        compiler = "clang" if "CC=clang" in " ".join(arguments) else "gcc"
        assert f"\n{compiler} -std=" in tree.make("DEPS=no", "V=1", target, *arguments).stdout
    assert "CC " not in tree.make("DEPS=no", target, *second).stdout


def test_other_flags_build_again(tree):
    target = "build/host/common/base/glob.c.o"
    tree.make("DEPS=no", target)
    assert "CC " in tree.make("DEPS=no", target, "HOST_CFLAGS=-O0 -g").stdout
    assert "CC " not in tree.make("DEPS=no", target, "HOST_CFLAGS=-O0 -g").stdout



def test_clean_keeps_what_was_downloaded(tree):
    for name in ("deps", "x64"):
        (tree.folder / "build" / name).mkdir(parents=True)
    tree.make("clean")
    assert [path.name for path in (tree.folder / "build").iterdir()] == ["deps"]
    tree.make("distclean")
    assert not (tree.folder / "build").exists()


def test_help_lists_the_goals_and_builds_nothing(tree):
    done = tree.make("help")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"all", "run", "iso", "check", "sabotage-firmware", "lint", "help"} <= set(names)
    assert len(names) == len(set(names))
    assert not (tree.folder / "build").exists()
