# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the test kernel: correct boots pass, and each of its checks can fail.

Run by `make check-kernel`. Each boot uses QEMU's own -kernel, with mock.S as the loader.
"""

import os
import re
import struct
import subprocess
import zlib
from functools import lru_cache
from pathlib import Path

import pytest

import elffile as elf
import mkelf
import mock
import shapes
from mock import MIB, Scene
from sabotage import CASES

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ["KERNEL_BUILD"])
STATUS_PASS, STATUS_FAIL = 33, 35


@lru_cache
def body():
    return elf.Body.load(BUILD / "body.bin")


def scene(shape=shapes.tk32n4, **fields):
    return Scene(shape(body()), **fields)


def qemu(folder, ram_size, processors):
    return [
        "qemu-system-x86_64", "-accel", "tcg", "-M", "q35", "-m", str(ram_size), "-smp", str(processors),
        "-display", "none", "-no-reboot", "-kernel", f"{folder}/scene.elf",
        "-option-rom", f"{folder}/start-info.rom", "-serial", f"file:{folder}/serial",
        "-chardev", f"file,id=debug,path={folder}/debug",
        "-device", "isa-debugcon,iobase=0xe9,chardev=debug",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
    ]


class Run:
    """The output of one boot, by line, and how it ended."""

    def __init__(self, made, folder, timeout=60):
        (folder / "scene.elf").write_bytes(made.encode((BUILD / "mock.bin").read_bytes()))
        (folder / "start-info.rom").write_bytes(made.option_rom())
        command = qemu(folder, made.ram_size, made.processors)
        self.status = subprocess.run(command, timeout=timeout, check=False).returncode
        self.text = reported(folder / "serial")
        self.debug = reported(folder / "debug")
        self.passed = set(re.findall(r"^pvhtest: ok (\S+)$", self.text, re.M))
        self.failed = set(re.findall(r"^pvhtest: FAIL (\S+): .+$", self.text, re.M))
        self.info = re.findall(r"^pvhtest: info (.*)$", self.text, re.M)
        self.verdict = re.findall(r"^pvhtest: verdict (.*)$", self.text, re.M)


def reported(path):
    """The test kernel's output, without the firmware's before it."""
    text = path.read_bytes().replace(b"\r\n", b"\n")
    start = text.find(b"pvhtest:")
    return text[start:].decode() if start >= 0 else ""


def test_makefile_builds_every_shape():
    text = (HERE / "kernel.mk").read_text().replace("\\\n", " ")
    good = re.search(r"^ABI_GOOD\s*:=(.*)$", text, re.M)[1].split()
    bad = re.search(r"^ABI_BAD\s*:=(.*)$", text, re.M)[1].split()
    assert good + [f"bad/{name}" for name in bad] == list(mkelf.all_shapes())


# ------------------------------------------------------------------------------------------------
# Correct boots pass


@pytest.mark.parametrize("name", shapes.GOOD)
def test_good_shape_passes(name, tmp_path):
    run = Run(scene(getattr(shapes, name)), tmp_path)
    assert not run.failed
    assert run.verdict == [f"PASS ({len(run.passed)} checks)"]
    assert run.status == STATUS_PASS
    assert run.debug == run.text


def test_moved_image_passes(tmp_path):
    moved = scene(shapes.tkreloc, delta=31 * MIB, cmdline=b"pvhtest.reloc=1 pvhtest.modules=2")
    run = Run(moved, tmp_path)
    assert run.status == STATUS_PASS
    assert "relocation-delta=0x1f00000" in run.info
    assert {"relocated", "image-place", "modules-number"} <= run.passed


def test_acpi_1_passes(tmp_path):
    run = Run(scene(acpi=mock.acpi_tables(with_xsdt=False)), tmp_path)
    assert run.status == STATUS_PASS
    assert "mcfg-0-reserved" in run.passed


def test_follows_the_loaders_own_tables(tmp_path):
    run = Run(scene(acpi=mock.acpi_tables(overlay=mock.Overlay())), tmp_path)
    assert run.status == STATUS_PASS
    assert f"framebuffer {mock.ACPI + mock.FRAMEBUFFER:#x} 8x8 32 32" in run.info
    assert f"log {len(mock.LOG_TEXT)} bytes" in run.info
    assert "log-end=second\\x09line" in run.info


def test_a_full_log_is_read_to_its_end(tmp_path):
    full = mock.Overlay(log_size=len(mock.LOG_TEXT), log_cursor=1 << 31)
    run = Run(scene(acpi=mock.acpi_tables(overlay=full)), tmp_path)
    assert run.status == STATUS_PASS
    assert f"log {len(mock.LOG_TEXT)} bytes" in run.info


def test_reports_what_it_was_given(tmp_path):
    line = 'a="b c"  d\\e \u00e4 pvhtest.modules=2 '
    given = scene(cmdline=line.encode())
    run = Run(given, tmp_path)
    assert f"cmdline={line}" in run.info
    for start, size, kind, _ in given.memmap:
        assert f"e820 {kind} {start:#x} {start + size:#x}" in run.info
    place = f"paddr={mock.MODULES:#x} size={len(mock.MODULE_DATA):#x}"
    crc = zlib.crc32(mock.MODULE_DATA)
    assert f'module 0 {place} crc32=0x{crc:08x} cmdline="first of two"' in run.info


@pytest.mark.parametrize("default, found", [(mock.KEEP, "write-back"), (0x800, "other"), (6, "other")])
def test_reports_whether_it_is_cached(tmp_path, default, found):
    given = scene()
    given.state["mtrr_default"] = default
    run = Run(given, tmp_path)
    assert run.status == STATUS_PASS
    assert f"mtrr-image={found}" in run.info


def test_starts_the_other_processors(tmp_path):
    """Those that are disabled are empty sockets."""
    run = Run(scene(acpi=mock.acpi_tables(processors=(1, 1, 1, 0)), processors=3), tmp_path)
    assert run.status == STATUS_PASS
    assert "processors-start" in run.passed


def test_quiet_leaves_modules_and_verdict(tmp_path):
    run = Run(scene(cmdline=b"pvhtest.quiet"), tmp_path)
    assert run.status == STATUS_PASS
    assert not run.passed
    assert [line.split()[0] for line in run.info] == ["module", "module"]
    assert run.verdict


def test_halt_does_not_exit(tmp_path):
    with pytest.raises(subprocess.TimeoutExpired):
        Run(scene(cmdline=b"pvhtest.halt"), tmp_path, timeout=5)
    assert "pvhtest: verdict PASS" in reported(tmp_path / "serial")


# ------------------------------------------------------------------------------------------------
# Errors are found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_sabotage_is_found(case, tmp_path):
    made = scene(case.shape, **case.fields)
    case.change(made)
    run = Run(made, tmp_path)
    assert run.failed == set(case.failing)
    assert run.verdict[0].startswith(f"FAIL ({len(run.failed)} of ")
    assert run.status == STATUS_FAIL


def test_every_check_has_a_sabotage(tmp_path):
    """A check that no sabotage makes fail may not work."""
    names = Run(scene(cmdline=b"pvhtest.reloc=0 pvhtest.modules=2"), tmp_path).passed
    names |= Run(scene(acpi=mock.acpi_tables(overlay=mock.Overlay())), tmp_path).passed
    names |= {"modlist-absent"}  # takes the place of modlist-address without modules
    names |= {"tpm"}    # there is none; tests/boot has one
    failing = {name for case in CASES for name in case.failing}
    assert {kind(name) for name in names} == {kind(name) for name in failing}


def kind(name):
    return re.sub(r"\d+", "N", name)


# ------------------------------------------------------------------------------------------------
# The generator


def test_notes_are_padded_to_four_bytes():
    note = elf.Note(18, b"12345", b"Xen\0").encode()
    assert note == struct.pack("<III", 4, 5, 18) + b"Xen\0" + b"12345\0\0\0"


@pytest.mark.parametrize("name", shapes.GOOD)
def test_readelf_reads_good_shapes(name):
    """readelf accepts the file without warnings and finds the entry note."""
    command = ["readelf", "-lnW", BUILD / f"{name}.elf"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert "0x00000012" in run.stdout


def test_bad_shapes_differ():
    files = [(BUILD / "bad" / f"{name}.elf").read_bytes() for name in shapes.BAD]
    files.append((BUILD / "tksmall.elf").read_bytes())
    assert len(set(files)) == len(files)
