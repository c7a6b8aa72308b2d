# SPDX-License-Identifier: BSD-2-Clause
"""Kernels that are wrapped in something: pvhinfo sees through it, or says what is wrong with it."""

import gzip
import lzma
import struct
import subprocess

import pytest
from conftest import ELF, bzimage
from pvhinfo_runs import KERNELS, LINUX, MAPS, linux, pvhinfo, results

SIZE = struct.pack("<I", len(ELF))


def by_program(*command):
    return lambda data: subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def xz(data):
    return lzma.compress(data, check=lzma.CHECK_CRC32)


zstd = by_program("zstd", "-cq")
lz4 = by_program("lz4", "-cq")
lz4_legacy = by_program("lz4", "-lcq")

# What wraps the ELF, as pvhinfo calls it, and the bytes.
WRAPPED = [
    (["gzip"], gzip.compress(ELF)),
    (["xz"], xz(ELF)),
    (["zstd"], zstd(ELF)),
    (["lz4"], lz4(ELF)),
    (["bzImage"], bzimage(ELF + SIZE)),
    (["bzImage", "gzip"], bzimage(gzip.compress(ELF))),
    (["bzImage", "xz"], bzimage(xz(ELF) + SIZE)),
    (["bzImage", "zstd"], bzimage(zstd(ELF) + SIZE)),
    (["bzImage", "lz4 (legacy)"], bzimage(lz4_legacy(ELF) + SIZE)),
    (["gzip", "bzImage", "xz"], gzip.compress(bzimage(xz(ELF) + SIZE))),
    (["zstd", "xz", "gzip"], zstd(xz(gzip.compress(ELF)))),
]


NAMES = ["+".join(containers) for containers, _ in WRAPPED]


@pytest.mark.parametrize("containers, content", WRAPPED, ids=NAMES)
def test_a_wrapped_kernel_is_what_it_is_without(tmp_path, containers, content):
    plain, wrapped, out = (tmp_path / name for name in ("plain", "wrapped", "out"))
    plain.write_bytes(ELF)
    wrapped.write_bytes(content)
    expected, = results(plain)
    found, = results("--extract", out, wrapped)
    assert found == {**expected, "file": str(wrapped), "containers": containers}
    assert out.read_bytes() == ELF
    assert f"\n  container    {', '.join(containers)}\n" in pvhinfo(wrapped).stdout
    placed = pvhinfo("--map", MAPS / "hp-2000-1858.map", wrapped).stdout
    assert placed == pvhinfo("--map", MAPS / "hp-2000-1858.map", plain).stdout.replace(str(plain), str(wrapped))


@pytest.mark.parametrize("name", LINUX)
def test_debians_kernels_as_they_are_shipped(tmp_path, name):
    found, = results("--extract", tmp_path / "out", KERNELS / name / "vmlinuz")
    assert found["bootable"] and found["containers"][0] == "bzImage"
    assert (tmp_path / "out").read_bytes() == linux(name).read_bytes()


@pytest.mark.parametrize("containers, content", WRAPPED, ids=NAMES)
def test_what_is_cut_off_is_refused(tmp_path, containers, content):
    """At many places of the file, each refused with a sentence; nothing is extracted."""
    paths = []
    for length in range(1, len(content) - len(b"signature"), max(1, len(content) // 40)):
        paths.append(tmp_path / str(length))
        paths[-1].write_bytes(content[:length])
    found = results(*paths, status=1)
    assert len(found) == len(paths) >= 20
    assert all(not one["bootable"] and one["error"] for one in found)
    out = tmp_path / "out"
    assert pvhinfo("--extract", out, paths[-1]).returncode == 1
    assert not out.exists()


def test_damage_is_refused_by_container_and_offset(tmp_path):
    content = bytearray(xz(ELF))
    content[len(content) // 2] ^= 0x10
    (tmp_path / "kernel").write_bytes(content)
    done = pvhinfo(tmp_path / "kernel")
    assert done.returncode == 1 and done.stderr.startswith(f"{tmp_path}/kernel: xz: damaged at offset 0x")
    assert done.stdout.startswith(f"{tmp_path}/kernel: not bootable\n  container    xz\n")


def test_too_many_containers(tmp_path):
    content = ELF
    for _ in range(4):
        content = gzip.compress(content)
    (tmp_path / "kernel").write_bytes(content)
    done = pvhinfo(tmp_path / "kernel")
    assert done.returncode == 1 and "more than 3 containers" in done.stderr


def test_a_container_of_something_else(tmp_path):
    (tmp_path / "kernel").write_bytes(gzip.compress(b"no kernel" * 100))
    done = pvhinfo("--extract", tmp_path / "out", tmp_path / "kernel")
    assert done.returncode == 1 and "not an ELF file" in done.stderr
    assert not (tmp_path / "out").exists()
