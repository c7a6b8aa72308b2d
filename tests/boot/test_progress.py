# SPDX-License-Identifier: BSD-2-Clause
"""What takes more than a second shows how far it is, in one line that leaves nothing behind."""

import re
from dataclasses import replace

import pytest
import rows
from test_console import lit_pixels

MIB = 1 << 20
NAME = "module0.bin"
START = r"BdsDxe: starting Boot0001 [^\n]*\n"


def said_by_the_loader(serial, next_text):
    """What came from the loader's start to what follows it, carriage returns and all."""
    return re.search(rf"{START}(.*?){next_text}", serial, re.S)[1]


def percents(said, name):
    """The figures of a file's progress line, in the order shown."""
    return [int(figure) for figure in re.findall(rf"\r{re.escape(name)}: (\d+) %", said)]


def check_line(said, name):
    """The figures rise, and the line is wiped before anything else is said."""
    shown = percents(said, name)
    assert len(shown) >= 3
    assert shown == sorted(set(shown)) and shown[-1] <= 100
    last = f"\r{name}: {shown[-1]} %"
    assert said.partition(last)[2].startswith(f"\r{' ' * (len(last) - 1)}\r")


@pytest.mark.slow
def test_a_slow_medium(boot):
    """The screen is the same to the pixel as that of a fast one."""
    fast = rows.row("progress-fast", "tk64n8", "entry", "q35", 256, 1, "qemu64", "virtio",
                    cmdline="pvhtest.halt", modules=((16 * MIB, ""),), vga="std")
    slow = replace(fast, name="progress-slow", machine=replace(fast.machine, read_rate=2 * MIB))
    seen = {row.name: boot.row(row, until="pvhtest: verdict")[1] for row in (fast, slow)}
    said = {name: said_by_the_loader(result.serial, "pvhtest:") for name, result in seen.items()}
    check_line(said["progress-slow"], NAME)
    assert "%" not in said["progress-fast"]
    assert re.sub(r"\r[^\r\n]*(?=\r[^\n])", "", said["progress-slow"]).lstrip("\r") == said["progress-fast"]
    assert lit_pixels(seen["progress-slow"].screen) > 500
    assert seen["progress-slow"].screen == seen["progress-fast"].screen


def test_a_slow_decoder(boot):
    """A standard kernel's xz takes 2.8 thousand million instructions: at four nanoseconds each, eleven seconds."""
    row = rows.vmlinuz("progress-xz", "6.1-amd64", 256)
    _, result = boot.row(row, until="Linux version", devices=("-icount", "shift=2"))
    check_line(said_by_the_loader(result.serial, r"\[ +0\.0"), "kernel")
