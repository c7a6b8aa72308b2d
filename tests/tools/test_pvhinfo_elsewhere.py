# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo says of other programs that start kernels by PVH; QEMU itself is asked, too. And files that are pipes."""

import os
import re
import struct
import subprocess
import threading

import pytest
from conftest import CONTENT, ENTRY, bzimage, elf_kernel
from pvhinfo_runs import BUILD, MAPS, linux, pvhinfo, results

GOOD = sorted((BUILD / "kernel").glob("tk*.elf"))
SMALL = BUILD / "kernel" / "tk64n8.elf"

NO_NOTE = "QEMU, Cloud Hypervisor and Firecracker do not find this PVH entry"
LAST = "Cloud Hypervisor and Firecracker do not find this PVH entry: they use the last PT_NOTE"
E_ENTRY = "its e_entry is below 1 MiB"
ELF64 = "they load only ELF64 files"
FILE = "start only the ELF file"


def note(owner, kind, value, padding=4):
    """Name and descriptor are padded to that from the start of the note."""
    data = struct.pack("<III", len(owner), len(value), kind) + owner
    data += bytes(-len(data) % padding if padding == 8 else -len(owner) % 4) + value
    return data + bytes(-len(data) % padding)


ENTRY_NOTE = note(b"Xen\0", 18, struct.pack("<I", ENTRY))
OTHER_NOTE = note(b"GNU\0", 3, b"abcd")


def kernel(*note_segments, e_entry=ENTRY, align=4):
    """An ELF64 kernel with these PT_NOTE segments."""
    start = 0x1000
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, e_entry, 64, 0, 0, 64, 56,
                                                       1 + len(note_segments), 0, 0, 0)
    programs = struct.pack("<IIQQQQQQ", 1, 5, start, 0, ENTRY, len(CONTENT), len(CONTENT), 4096)
    data, offset = b"", 0x400
    for segment in note_segments:
        programs += struct.pack("<IIQQQQQQ", 4, 4, offset + len(data), 0, 0, len(segment), len(segment), align)
        data += segment.ljust(-(-len(segment) // 8) * 8, b"\0")
    return ((header + programs).ljust(offset, b"\0") + data).ljust(start, b"\0") + CONTENT


def elsewhere(path):
    found, = results(path)
    return found["elsewhere"]


@pytest.mark.parametrize("data,words", [
    (kernel(ENTRY_NOTE), []),
    (kernel(OTHER_NOTE, ENTRY_NOTE), []),
    (kernel(ENTRY_NOTE, OTHER_NOTE), [LAST]),
    (kernel(OTHER_NOTE + ENTRY_NOTE), []),
    (kernel(ENTRY_NOTE, e_entry=0), [E_ENTRY]),
    (kernel(ENTRY_NOTE, e_entry=0xfffff), [E_ENTRY]),
    (kernel(ENTRY_NOTE, e_entry=0x100000), []),
    (kernel(ENTRY_NOTE, OTHER_NOTE, e_entry=0), [LAST, E_ENTRY]),
    (bzimage(kernel(ENTRY_NOTE) + struct.pack("<I", len(kernel(ENTRY_NOTE)))), [FILE]),
], ids=["plain", "second segment", "first segment", "one segment", "no e_entry", "low e_entry", "1 MiB", "two", "bzImage"])
def test_what_refuses_it(tmp_path, data, words):
    path = tmp_path / "kernel"
    path.write_bytes(data)
    lines = elsewhere(path)
    assert len(lines) == len(words) and all(word in line for word, line in zip(words, lines)), lines
    text = pvhinfo(path).stdout
    assert [line[15:] for line in text.splitlines() if line.startswith("  elsewhere ")] == lines


def test_linux():
    """Its vmlinux starts everywhere, although it has two PT_NOTE segments."""
    assert elsewhere(linux("6.1-cloud")) == [] and elsewhere(linux("6.12-cloud")) == []


def test_nothing_about_a_kernel_that_cannot_boot(tmp_path):
    path = tmp_path / "kernel"
    path.write_bytes(elf_kernel(owner=b"Xan\0"))
    found, = results(path, status=1)
    assert found["elsewhere"] == [] and "no PVH entry note" in found["error"]


def test_reason_of_a_refusal(tmp_path):
    path = tmp_path / "kernel"
    path.write_bytes(elf_kernel(owner=b"Xan\0"))
    done = pvhinfo(path)
    row, = [line for line in done.stdout.splitlines() if line.startswith("  reason ")]
    assert row[15:] and done.stderr == f"{path}: {row[15:]}\n"


def qemu_refuses(path):
    """The machine is not started: QEMU has read the kernel by then."""
    done = subprocess.run(["qemu-system-x86_64", "-S", "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "1G", "-monitor", "stdio",
                           "-kernel", path], input="quit\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=120)
    assert done.returncode == 0 or "PVH" in done.stderr, done
    return done.returncode != 0


def check_with_qemu(path, align):
    """Where the alignment is not the padding, QEMU may find the note, and read another address in it."""
    said = any(line.startswith("QEMU") for line in elsewhere(path))
    assert qemu_refuses(path) == said or (said and align == 8)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_qemu_says_the_same(path):
    headers = subprocess.run(["readelf", "-lW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    aligns = re.findall(r"^ *NOTE .* (0x[0-9a-f]+)$", headers, re.MULTILINE)
    check_with_qemu(path, max((int(align, 16) for align in aligns), default=4))


@pytest.mark.parametrize("align", [4, 8])
@pytest.mark.parametrize("padding", [4, 8])
def test_padding_as_qemu_reads_it(tmp_path, align, padding):
    """Where the entry note is the second one, its place depends on the padding."""
    path = tmp_path / "kernel"
    first = note(b"GNU\0", 3, b"abcd" * 5, padding)
    path.write_bytes(kernel(first + note(b"Xen\0", 18, struct.pack("<Q", ENTRY), padding), align=align))
    done = pvhinfo("--json", path)
    if done.returncode == 0:
        check_with_qemu(path, align)


# Pipes

def test_standard_input():
    data = SMALL.read_bytes()
    done = pvhinfo("-", input=data.decode("latin-1"), encoding="latin-1")
    by_name = pvhinfo(SMALL)
    assert (done.returncode, done.stdout) == (0, by_name.stdout.replace(str(SMALL), "-"))
    done = pvhinfo("--json", "-", "-", input=data.decode("latin-1"), encoding="latin-1")
    assert done.returncode == 0 and done.stdout.count('"bootable": true') == 2


def through_pipe(path, data, *words, argument=None):
    """What pvhinfo says while DATA are written to the pipe PATH."""
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(data), daemon=True)
    writer.start()
    done = pvhinfo(*words, argument or path, timeout=120)
    writer.join(timeout=60)
    assert not writer.is_alive()
    return done


def test_kernel_from_a_pipe(tmp_path):
    done = through_pipe(tmp_path / "pipe", SMALL.read_bytes())
    assert done.returncode == 0 and f"{tmp_path}/pipe: bootable" in done.stdout


def test_map_from_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    text = (MAPS / "hp-2000-1858.map").read_bytes()
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(text), daemon=True)
    writer.start()
    assert pvhinfo("--map", tmp_path / "pipe", SMALL).stdout == pvhinfo("--map", MAPS / "hp-2000-1858.map", SMALL).stdout


def test_extract_from_a_pipe(tmp_path):
    done = through_pipe(tmp_path / "pipe", SMALL.read_bytes(), "--extract", tmp_path / "out")
    assert done.returncode == 0 and (tmp_path / "out").read_bytes() == SMALL.read_bytes()


def test_empty_pipe(tmp_path):
    done = through_pipe(tmp_path / "pipe", b"")
    assert done.returncode == 1 and "only 0 bytes" in done.stderr


def test_closed_standard_input():
    done = pvhinfo("-", preexec_fn=lambda: os.close(0))
    assert done.returncode == 2 and "-: cannot be opened: Bad file descriptor" in done.stderr
