# SPDX-License-Identifier: BSD-2-Clause
"""Who uses vector registers in the loader for 64-bit firmware: efi/arch/vector_registers.h."""

import pathlib
import re
import subprocess

import pytest

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build/x64"
KEPT = {f"xmm{number}" for number in range(6, 16)}
STORED = re.compile(r"movap[sd]\s+%(xmm\d+),(0x[0-9a-f]+)?\(%r[sb]p\)")
RESTORED = re.compile(r"movap[sd]\s+(?:0x[0-9a-f]+)?\(%r[sb]p\),%(xmm\d+)")


def objdump(*arguments):
    return subprocess.run(["objdump", "--disassemble", "--no-show-raw-insn", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def functions(path):
    """The code of each function in PATH."""
    for part in objdump(path).split("\n\n"):
        name = re.match(r"\s*[0-9a-f]+ <([^>]+)>:", part)
        if name:
            yield name[1], part


@pytest.fixture(scope="module")
def code():
    return dict(functions(BUILD / "pvhboot.so"))


def test_the_firmware_gets_its_registers_back(code):
    before, after = code["run_saving_registers"].split("<run_loader>")
    assert {found[1] for found in STORED.finditer(before)} >= KEPT
    assert {found[1] for found in RESTORED.finditer(after)} >= KEPT


def test_only_decoders_and_hashing_use_them(code):
    decoders = {name for name, _ in functions(BUILD / "decoders.o")}
    users = {name for name, part in code.items() if "%xmm" in part}
    assert users - decoders == {"run_saving_registers", "sha256_blocks_ni"}
    assert len(users & decoders) > 3


def test_they_are_enabled_before_they_are_saved(code):
    entry = code["efi_main"]
    assert entry.index("<vector_registers_enable>") < entry.index("<run_saving_registers>")
    assert entry.index("<run_saving_registers>") < entry.index("<vector_registers_restore>")


def test_nothing_uses_what_firmware_does_not_set_up(code):
    assert not [name for name, part in code.items() if re.search(r"%[yz]?mm\d", part)]
