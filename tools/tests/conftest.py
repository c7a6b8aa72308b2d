# SPDX-License-Identifier: BSD-2-Clause
"""Lets the tests import what the programs share, and gives them a small kernel."""

import pathlib
import struct
import sys

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))

ELF = b"\x7fELF" + bytes(range(256)) * 64


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
