# SPDX-License-Identifier: BSD-2-Clause
"""The ELF inside a bzImage, in every compression that Debian's kernels have used, and damaged ones."""

import bz2
import gzip
import lzma
import struct
import subprocess

import pytest
from conftest import ELF, bzimage
from pvhtools.kernel import elf_of
from pvhtools.program import Failure

SIZE = struct.pack("<I", len(ELF))


def by_program(*command):
    return lambda data: subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout + SIZE


PACKERS = {
    "gzip": gzip.compress,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32) + SIZE,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE) + SIZE,
    "bzip2": lambda data: bz2.compress(data) + SIZE,
    "zstd": by_program("zstd", "-cq"),
    "lz4": by_program("lz4", "-lcq"),
}


def unpacked(tmp_path, image):
    path = tmp_path / "vmlinuz"
    path.write_bytes(image)
    return elf_of(path)


def refusal(tmp_path, image):
    with pytest.raises(Failure) as refused:
        unpacked(tmp_path, image)
    return str(refused.value)


def test_an_elf_file_stays_as_it_is(tmp_path):
    assert unpacked(tmp_path, ELF) == ELF


@pytest.mark.parametrize("packer", PACKERS)
def test_each_compression(tmp_path, packer):
    assert unpacked(tmp_path, bzimage(PACKERS[packer](ELF))) == ELF


@pytest.mark.parametrize("packer", PACKERS)
def test_damage_is_found(tmp_path, packer):
    payload = bytearray(PACKERS[packer](ELF))
    payload[len(payload) // 2:] = payload[len(payload) // 2 + 7:]
    assert "payload" in refusal(tmp_path, bzimage(bytes(payload)))


def test_a_wrong_size_is_found(tmp_path):
    payload = lzma.compress(ELF) + struct.pack("<I", len(ELF) + 1)
    assert "instead of" in refusal(tmp_path, bzimage(payload))


def test_a_truncated_file(tmp_path):
    assert "truncated: its payload ends at byte" in refusal(tmp_path, bzimage(gzip.compress(ELF))[:-20])


def test_an_old_boot_protocol(tmp_path):
    assert "protocol 2.07" in refusal(tmp_path, bzimage(gzip.compress(ELF), version=0x207))


def test_an_unknown_compression(tmp_path):
    assert "starts with 894c5a4f" in refusal(tmp_path, bzimage(b"\x89LZO" + bytes(100)))


def test_no_kernel_at_all(tmp_path):
    assert "neither an ELF file nor" in refusal(tmp_path, b"#!/bin/sh\n" * 100)


def test_a_payload_that_is_no_elf(tmp_path):
    assert "not an ELF file" in refusal(tmp_path, bzimage(gzip.compress(b"other" * 100)))
