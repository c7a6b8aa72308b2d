# SPDX-License-Identifier: BSD-2-Clause
"""A folder with the files of an EFI system partition, for the tests of `pvhinfo --esp`."""

import json
import struct

from conftest import ELF
from pvhinfo_runs import CHECKED, pvhinfo

# The shortest file that the firmware could take for a program: DOS header, PE signature, machine.
PROGRAM = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<H", 0x8664) + bytes(20)


def image(*sections, encoding="utf-8"):
    """A PE file for x64 with these sections, (name, text) each, as ukify adds them to a stub."""
    optional, row, align = 240, 40, 512
    at = -(-(64 + 24 + optional + row * len(sections)) // align) * align
    table, contents = b"", b""
    for name, text in sections:
        data = text.encode(encoding)
        stored = data + bytes(-len(data) % align)
        table += struct.pack("<8sIIII16x", name.encode(), len(data), at, len(stored), at + len(contents))
        contents += stored
    coff = struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, optional, 0x22)
    head = PROGRAM[:64] + b"PE\0\0" + coff + struct.pack("<H", 0x20b) + bytes(optional - 2) + table
    return head + bytes(at - len(head)) + contents


def linux():
    """The ELF kernel with a note that calls it Linux."""
    image = bytearray(ELF)
    note = struct.pack("<III", 4, 8, 6) + b"Xen\0linux\0\0\0"
    first = 64 + 2 * 56
    image[first + 20:first + 20 + len(note)] = note
    struct.pack_into("<QQ", image, 64 + 56 + 32, 20 + len(note), 20 + len(note))
    return bytes(image)


def fake_loader(content="x", is_ia32=False):
    """What passes for a pvhboot.efi, by its SBAT section."""
    program = bytearray(image((".sbat", "sbat,1,x\npvhboot,1,pvhboot,pvhboot,1.2,x\n"), (".text", content)))
    if is_ia32:
        struct.pack_into("<H", program, 64 + 4, 0x14c)
        struct.pack_into("<H", program, 64 + 24, 0x10b)
    return bytes(program)


class Esp:
    """A folder with an entry that boots; the tests add what they need."""

    def __init__(self, folder):
        self.folder = folder
        self.write("kernel", ELF)

    def write(self, path, content):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def config(self, text):
        return self.write("loader/loader.conf", text)

    def entry(self, name, text="linux /kernel\n"):
        return self.write(f"loader/entries/{name}", text)

    def check(self, status=0, program=CHECKED[0]):
        """The object that --json prints, and the lines on standard error."""
        done = pvhinfo("--json", "--esp", self.folder, program=program)
        assert status in (None, done.returncode), done.stderr
        result, = json.loads(done.stdout)
        return result, done.stderr.replace(f"{self.folder}/", "").splitlines()

    def problem_of(self, text, status=1):
        """What keeps an entry with this text from booting."""
        self.entry("a.conf", text)
        result, errors = self.check(status)
        entry, = result["entries"]
        assert not entry["bootable"] and len(entry["problems"]) == 1
        assert errors[0] == f"loader/entries/a.conf: {entry['problems'][0]}"
        return entry["problems"][0]
