# SPDX-License-Identifier: BSD-2-Clause
"""Sections of EFI programs: PE files, as Microsoft's "PE Format" describes them."""

import struct
from dataclasses import dataclass

from .program import Failure

ROW = "<8sIIIIIIHHI"
ROW_SIZE = 40
NAME_SIZE = 8
# Machine and kind of the optional header (x64 with PE32+, ia32 with PE32), and where in it the row of certificates is.
MACHINE_IA32 = 0x14c
CERTIFICATES = {(0x8664, 0x20b): 112 + 8 * 4, (MACHINE_IA32, 0x10b): 96 + 8 * 4}
NO_PROGRAM = "is not an EFI program for x64 or ia32; name one"

# Fields of the optional header.
SIZE_OF_CODE, SIZE_OF_DATA, SECTION_ALIGNMENT, FILE_ALIGNMENT, SIZE_OF_IMAGE, SIZE_OF_HEADERS, CHECKSUM = \
    4, 8, 32, 36, 56, 60, 64

CODE, DATA, READABLE = 0x20, 0x40, 0x40000000

# Sizes in PE files have 32 bits, and firmware and shim take them for signed.
LARGEST_IMAGE = (1 << 31) - 1


@dataclass(frozen=True)
class Section:
    """A row of the section table."""

    name: str
    size: int
    address: int
    file_size: int
    offset: int


class Image:
    """An EFI program for x64 or ia32, to which sections can be added."""

    def __init__(self, name, data):
        self.name = name
        self.data = bytearray(data)
        try:
            self._read()
        except struct.error:
            raise Failure(f"{name}: {NO_PROGRAM}") from None

    def _read(self):
        pe, = struct.unpack_from("<I", self.data, 0x3c)
        machine, self.count = struct.unpack_from("<HH", self.data, pe + 4)
        self.optional = pe + 24
        magic, = struct.unpack_from("<H", self.data, self.optional)
        if self.data[:2] != b"MZ" or self.data[pe:pe + 4] != b"PE\0\0" or (machine, magic) not in CERTIFICATES:
            raise Failure(f"{self.name}: {NO_PROGRAM}")
        self.certificates = CERTIFICATES[machine, magic]
        self.field(self.certificates + 4)  # is there
        self.count_at = pe + 6
        self.table = self.optional + struct.unpack_from("<H", self.data, pe + 20)[0]
        self.sections = []
        for at in range(self.table, self.table + ROW_SIZE * self.count, ROW_SIZE):
            name, *numbers = struct.unpack_from(ROW, self.data, at)
            self.sections.append(Section(name.rstrip(b"\0").decode("latin1"), *numbers[:4]))

    def field(self, offset):
        return struct.unpack_from("<I", self.data, self.optional + offset)[0]

    def set_field(self, offset, value):
        struct.pack_into("<I", self.data, self.optional + offset, value)

    def is_ia32(self):
        return struct.unpack_from("<H", self.data, self.optional - 20)[0] == MACHINE_IA32

    def is_signed(self):
        return self.field(self.certificates + 4) != 0

    def content(self, name):
        """The bytes of the first section of that name; None if there is none."""
        for section in self.sections:
            if section.name == name:
                return bytes(self.data[section.offset:section.offset + section.size])
        return None

    def add(self, name, content):
        """Appends a section: its row goes after the last one, its bytes to the end of the file."""
        row = self.table + ROW_SIZE * len(self.sections)
        alignment, file_alignment = self.field(SECTION_ALIGNMENT), self.field(FILE_ALIGNMENT)
        if row + ROW_SIZE > self.field(SIZE_OF_HEADERS):
            raise Failure(f"{self.name}: has no room for another section; name an EFI program of make")
        if not alignment or not file_alignment:
            raise Failure(f"{self.name}: {NO_PROGRAM}")
        end = max((section.address + section.size for section in self.sections), default=self.field(SIZE_OF_HEADERS))
        address = round_up(end, alignment)
        offset = round_up(len(self.data), file_alignment)
        stored = round_up(len(content), file_alignment)
        if max(address + round_up(len(content), alignment), offset + stored) > LARGEST_IMAGE:
            raise Failure(f"{name} has {len(content)} bytes, and an EFI program cannot have 2 GiB; leave large files where "
                          "they are and use --pin")
        kind = CODE if name == ".linux" else DATA
        struct.pack_into(ROW, self.data, row, name.encode(), len(content), address, stored, offset, 0, 0, 0, 0,
                         kind | READABLE)
        self.data += bytes(offset - len(self.data)) + content + bytes(stored - len(content))
        self.sections.append(Section(name, len(content), address, stored, offset))
        struct.pack_into("<H", self.data, self.count_at, len(self.sections))
        total = SIZE_OF_CODE if kind == CODE else SIZE_OF_DATA
        self.set_field(total, self.field(total) + stored)
        self.set_field(SIZE_OF_IMAGE, round_up(address + len(content), alignment))
        self.set_field(CHECKSUM, 0)


def round_up(number, step):
    return -(-number // step) * step
