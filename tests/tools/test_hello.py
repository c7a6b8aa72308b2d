# SPDX-License-Identifier: BSD-2-Clause
"""examples/hello builds by itself, and its kernels follow the rules of all that start PVH kernels."""

import json
import os
import pathlib
import shutil
import struct
import subprocess

import pytest
from conftest import TOOLS
from pvhinfo_runs import PROGRAM, pvhinfo

SOURCE = TOOLS.parent / "examples" / "hello"
KERNELS = ["hello-c.elf", "hello-rust.elf"]
SOURCES = ["Makefile", "README.md", "entry.S", "hello.c", "hello.lds", "hello.rs"]
PT_LOAD, PT_NOTE = 1, 4
PHYS32_ENTRY = 18
MIB = 1 << 20


def build(folder):
    """What an author has: the sources, and make."""
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("*.elf", "*.o"))
    debian = pathlib.Path("/usr/bin/rustc")
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-s", "-C", folder, f"RUSTC={debian if debian.exists() else 'rustc'}"], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    return folder


@pytest.fixture(scope="module", name="built")
def built_kernels(tmp_path_factory):
    return build(tmp_path_factory.mktemp("hello") / "in a folder")


def test_the_kernel_in_c_is_small():
    lines = sum(len((SOURCE / name).read_text().splitlines()) for name in ("hello.c", "entry.S", "hello.lds"))
    assert lines < 400
    assert sorted(path.name for path in SOURCE.iterdir() if path.suffix not in (".elf", ".o")) == SOURCES


def headers(data):
    """The program headers of an ELF64 file: type, offset, address, size in the file, size in memory."""
    assert data[:6] == b"\x7fELF\2\1"
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    assert size == 56   # Cloud Hypervisor's loader takes no others
    for index in range(count):
        kind, _, offset, _, paddr, filesz, memsz, _ = struct.unpack_from("<IIQQQQQQ", data, start + index * size)
        yield kind, offset, paddr, filesz, memsz


@pytest.mark.parametrize("name", KERNELS)
def test_the_rules_of_cloud_hypervisor_and_qemu(built, name):
    """The note is in the last PT_NOTE, the first in it, its owner Xen; segments are at 1 MiB or higher; the entry is in one."""
    data = (built / name).read_bytes()
    found = list(headers(data))
    offset, size = [(offset, filesz) for kind, offset, _, filesz, _ in found if kind == PT_NOTE][-1]
    assert struct.unpack_from("<III4s", data, offset) == (4, 8, PHYS32_ENTRY, b"Xen\0") and size >= 24
    entry, = struct.unpack_from("<Q", data, offset + 16)
    loads = [(paddr, memsz) for kind, _, paddr, _, memsz in found if kind == PT_LOAD]
    assert all(paddr >= MIB for paddr, _ in loads)
    assert any(paddr <= entry < paddr + memsz for paddr, memsz in loads)


@pytest.mark.parametrize("name", KERNELS)
def test_pvhinfo_has_no_objection(built, name):
    done = pvhinfo("--json", built / name, program=PROGRAM)
    assert (done.returncode, done.stderr) == (0, "")
    kernel = json.loads(done.stdout)[0]
    assert kernel["bootable"] is True and kernel["containers"] == []
    assert [(note["owner"], note["type"]) for note in kernel["notes"]] == [("Xen", PHYS32_ENTRY)]
