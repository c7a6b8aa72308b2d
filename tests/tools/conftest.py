# SPDX-License-Identifier: BSD-2-Clause
"""Lets the tests import what the programs share, and gives them a small kernel."""

import importlib.machinery
import importlib.util
import pathlib
import struct
import sys

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

ENTRY = 0x200000
CONTENT = bytes(range(256)) * 64


def load_program(name):
    """A program of tools/, whose name has no ending, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def elf_kernel(content=CONTENT, owner=b"Xen\0"):
    """An ELF64 kernel: one segment at ENTRY, and the PVH entry note that OWNER makes valid."""
    note = struct.pack("<III", len(owner), 4, 18) + owner + bytes(-len(owner) % 4) + struct.pack("<I", ENTRY)
    notes, start = 64 + 2 * 56, 256
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, start, 0, ENTRY, len(content), len(content), 4096)
    named = struct.pack("<IIQQQQQQ", 4, 4, notes, 0, 0, len(note), len(note), 4)
    return (header + load + named + note).ljust(start, b"\0") + content


ELF = elf_kernel()


def bzimage(payload, version=0x20f):
    """A bzImage with one setup sector and PAYLOAD, which ends in the unpacked size."""
    image = bytearray(1024)
    image[0x1f1] = 1
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, version)
    struct.pack_into("<II", image, 0x248, 16, len(payload))
    return bytes(image) + bytes(16) + payload + b"signature"


@pytest.fixture
def kernel(tmp_path):
    path = tmp_path / "vmlinuz-1.2-test"
    path.write_bytes(ELF)
    return path
