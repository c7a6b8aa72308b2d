# SPDX-License-Identifier: BSD-2-Clause
"""examples/hello: its kernels boot by pvhboot and by QEMU's -kernel, and say what they were given; one of them draws."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import media
import qemu
import report
import scenario
from artifacts import TOP
from qemu import Machine
from test_run import run

LANGUAGES = {"c": "C", "rust": "Rust"}


@pytest.fixture(scope="module", name="built")
def built_kernels(tmp_path_factory):
    """Built as an author builds them."""
    folder = tmp_path_factory.mktemp("hello") / "built"
    shutil.copytree(TOP / "examples" / "hello", folder, ignore=shutil.ignore_patterns("*.elf", "*.o"))
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    debian = Path("/usr/bin/rustc")
    subprocess.run(["make", "-s", "-C", folder, f"RUSTC={debian if debian.exists() else 'rustc'}"], env=environment, check=True)
    return folder


def check_said(said, language, command_line):
    assert f"Hello from {language}. command line: {command_line} " in said, said
    assert "memory 0x100000-0x" in said and "image 0x200000-0x20" in said and "Good bye." in said, said


@pytest.mark.parametrize("name", LANGUAGES)
def test_by_qemu(built, name):
    """Without firmware. It powers off by ACPI: QEMU ends."""
    done = subprocess.run(["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display", "none", "-serial", "stdio",
                           "-no-reboot", "-kernel", built / f"hello-{name}.elf", "-append", "x=1  y"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120, check=True)
    check_said(" ".join(done.stdout.decode().split()), LANGUAGES[name], "x=1 y")


@pytest.mark.parametrize("name", [pytest.param("c", marks=pytest.mark.slow), "rust"])
def test_by_pvhboot(built, name):
    module = built / "README.md"
    status, said = run("--module", f"{module} a  b=c", "--append", "x=1 y", built / f"hello-{name}.elf")
    assert status == 0 and said.endswith("the machine powered off"), said
    check_said(said, LANGUAGES[name], "x=1 y")
    place = re.search(r"module (0x\w+)-(0x\w+) a b=c", said)
    assert int(place[2], 16) - int(place[1], 16) + 1 == module.stat().st_size


def pixel(picture, x, y):
    """A pixel of a PPM file."""
    kind, width, _, most, pixels = re.match(rb"(P6)\s+(\d+)\s+(\d+)\s+(\d+)\s(.*)", picture, re.DOTALL).groups()
    assert (kind, most) == (b"P6", b"255")
    at = 3 * (y * int(width) + x)
    return pixels[at:at + 3]


@pytest.mark.slow
def test_on_the_screen(boot, built):
    """Its first letter is an H, three pixels to a dot."""
    machine = Machine(vga="std")
    image = boot.folder("hello-screen") / "image"
    media.write_disk(image, {
        **scenario.removable(machine), "hello.elf": built / "hello-c.elf",
        "loader/entries/hello.conf": b"pvh /hello.elf\npass-framebuffer yes\n"})
    result = boot.run("hello-screen", machine, image, qemu.firmware_variables(machine), until="Good bye",
                      devices=("-no-shutdown",))
    assert "framebuffer=0x" in report.plain(result.serial)
    letter = ["".join("#" if pixel(result.screen, 3 * x + 1, 3 * y + 1) == b"\xff\xff\xff" else "." for x in range(4))
              for y in range(6)]
    assert letter == ["#.#.", "#.#.", "###.", "#.#.", "#.#.", "...."]
