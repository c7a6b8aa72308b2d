#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Finishes the EFI binary, and checks what Secure Boot and strict firmware require.

objcopy keeps relocations as an ELF file has them, which only code of our own could apply, and neither
packs sections nor sets NX_COMPAT. The rules are those of shim's post-process-pe and of Microsoft's
signing requirements: sections on page boundaries in memory, none both writable and executable, .sbat,
no symbols. Tools that make unified kernel images append sections: their headers need room.
"""

import argparse
import itertools
import struct
import subprocess
import sys

PAGE = 0x1000
BLOCK = 0x200  # sections are aligned to it in the file, as linkers for Windows do
SECTION_HEADER = 40
# An image with ten profiles of three sections has as many. systemd's stub had too few (systemd issue 28593).
ROOM_FOR_SECTIONS = 40
NX_COMPAT = 0x0100
RELOCS_STRIPPED = 0x0001
SUBSYSTEM_EFI_APPLICATION = 10
ELF_CLASS = 4  # offset of the byte that tells ELF32 from ELF64
SECTION_EXECUTE = 0x20000000
SECTION_WRITE = 0x80000000


class Architecture:
    """How the files of one architecture are laid out: the PE file, and the ELF file that it is made of."""

    def __init__(self, name, machine, magic, header, row, relocation, types):
        self.name = name
        self.machine = machine          # of the PE file, and the magic of its optional header
        self.magic = magic
        self.header = header            # ELF header from byte 32: where the section table is, its rows
        self.row = row                  # a section's name, and further on address, offset, size
        self.relocations = relocation[0]    # the section, and a row of it, which begins with an address
        self.relocation = relocation[1]
        self.pointer = relocation[2]        # what is relocated, and its type in the PE file
        self.base_relocation = relocation[3]
        self.directories = relocation[4]    # where the optional header has the data directories
        self.relocation_prefix = types


# The types: HIGHLOW and DIR64 of the PE format's specification, "Base Relocation Types".
IA32 = Architecture("PE32 file for i386", 0x14c, 0x10b, "<I10xHHH", "<IIIIII", (".rel", "<II", "<I", 3, 96), "R_386_")
X64 = Architecture("PE32+ file for x86_64", 0x8664, 0x20b, "<8xQ10xHHH", "<IIQQQQ", (".rela", "<QQq", "<Q", 10, 112),
                   "R_X86_64_")
BASE_RELOCATION_DIRECTORY = 5


class Section:
    """One entry of the section table."""

    def __init__(self, raw):
        (name, self.virtual_size, self.address, self.file_size, self.offset, _, _, _, _,
         self.flags) = struct.unpack("<8sIIIIIIHHI", raw)
        self.name = name.rstrip(b"\0").decode()


class Binary:
    """The headers of a PE file."""

    def __init__(self, data):
        self.data = data
        self.pe = struct.unpack_from("<I", data, 0x3c)[0]
        (self.machine, self.section_count, self.timestamp, _, self.symbol_count,
         self.optional_size, self.characteristics) = struct.unpack_from("<HHIIIHH", data, self.pe + 4)
        self.optional = self.pe + 24
        self.sections = [
            Section(data[at:at + SECTION_HEADER])
            for at in range(self.optional + self.optional_size, self.end_of_table, SECTION_HEADER)
        ]

    @property
    def end_of_table(self):
        return self.optional + self.optional_size + SECTION_HEADER * self.section_count

    def field(self, layout, offset):
        return struct.unpack_from(layout, self.data, self.optional + offset)[0]

    def set_field(self, layout, offset, *values):
        struct.pack_into(layout, self.data, self.optional + offset, *values)

    def mark_nx_compatible(self):
        self.set_field("<H", 70, self.field("<H", 70) | NX_COMPAT)

    def store(self, layout, address, value):
        """Writes to where the section with that address has its bytes."""
        for section in self.sections:
            if section.address <= address < section.address + section.virtual_size:
                struct.pack_into(layout, self.data, section.offset + address - section.address, value)

    def set_base_relocations(self, architecture, content):
        """Makes them the content of .reloc, which is the last section."""
        last = self.sections[-1]
        self.data[last.offset:] = content
        last.virtual_size = last.file_size = len(content)
        struct.pack_into("<II", self.data, self.optional + architecture.directories + 8 * BASE_RELOCATION_DIRECTORY,
                         last.address, len(content))

    def pack(self):
        """Lays the sections out one behind the other in the file, with room for more headers in front."""
        contents = [bytes(self.data[section.offset:section.offset + section.virtual_size]) for section in self.sections]
        headers = round_up(self.end_of_table + ROOM_FOR_SECTIONS * SECTION_HEADER, BLOCK)
        self.data = self.data[:self.end_of_table].ljust(headers, b"\0")
        for number, (section, content) in enumerate(zip(self.sections, contents)):
            section.offset, section.file_size = len(self.data), round_up(len(content), BLOCK)
            struct.pack_into("<IIII", self.data, self.optional + self.optional_size + SECTION_HEADER * number + 8,
                             section.virtual_size, section.address, section.file_size, section.offset)
            self.data.extend(content.ljust(section.file_size, b"\0"))
        code = sum(section.file_size for section in self.sections if section.flags & SECTION_EXECUTE)
        self.set_field("<II", 4, code, sum(section.file_size for section in self.sections) - code)
        self.set_field("<I", 36, BLOCK)     # FileAlignment
        self.set_field("<II", 56, round_up(section.address + section.virtual_size, PAGE), headers)
        self.set_field("<I", 64, 0)         # CheckSum: nothing in UEFI looks at it


def round_up(size, unit):
    return -(-size // unit) * unit


def read_elf(path):
    """The architecture of an ELF file, and its sections: from their names to (address, content)."""
    with open(path, "rb") as file:
        data = file.read()
    architecture = IA32 if data[ELF_CLASS] == 1 else X64
    table, size, count, names = struct.unpack_from(architecture.header, data, 32)
    rows = [struct.unpack_from(architecture.row, data, table + i * size) for i in range(count)]
    strings = rows[names][4]
    sections = {}
    for name, _, _, address, offset, length in rows:
        label = data[strings + name:data.index(b"\0", strings + name)].decode()
        sections[label] = (address, data[offset:offset + length])
    return architecture, sections


def base_relocations(places, kind):
    """A block for each page: its address and length, and 16 bits for each place, an even number of them."""
    content = bytearray()
    for page, group in itertools.groupby(sorted(places), lambda place: place // PAGE * PAGE):
        entries = [kind << 12 | place - page for place in group]
        entries += [0] * (len(entries) % 2)
        content += struct.pack(f"<II{len(entries)}H", page, 8 + 2 * len(entries), *entries)
    return bytes(content)


def convert_relocations(binary, architecture, sections):
    """Makes PE's relocations, which the firmware applies, of ELF's."""
    rows = list(struct.iter_unpack(architecture.relocation, sections[architecture.relocations][1]))
    for place, _, *addend in rows:
        if addend:  # otherwise, it is where it belongs
            binary.store(architecture.pointer, place, addend[0])
    binary.set_base_relocations(architecture, base_relocations([row[0] for row in rows], architecture.base_relocation))


def header_faults(binary, architecture):
    if binary.data[:2] != b"MZ" or binary.data[binary.pe:binary.pe + 4] != b"PE\0\0":
        yield "not a PE file"
    if binary.field("<H", 0) != architecture.magic or binary.machine != architecture.machine:
        yield f"not a {architecture.name}"
    if binary.field("<H", 68) != SUBSYSTEM_EFI_APPLICATION:
        yield "not an EFI application"
    if binary.field("<I", 32) != PAGE:
        yield "sections are not aligned to pages in memory"
    if binary.characteristics & RELOCS_STRIPPED:
        yield "it is marked as one that cannot be relocated"
    if not binary.field("<H", 70) & NX_COMPAT:
        yield "NX_COMPAT is not set"
    if binary.timestamp or binary.symbol_count:
        yield "it carries a time stamp or symbols"


def section_faults(binary):
    names = [section.name for section in binary.sections]
    if names != [".text", ".rodata", ".sbat", ".data", ".reloc"]:
        yield f"unexpected sections {names}"
    end = PAGE
    for section in binary.sections:
        if section.flags & SECTION_EXECUTE and section.flags & SECTION_WRITE:
            yield f"{section.name} is writable and executable"
        if bool(section.flags & SECTION_EXECUTE) != (section.name == ".text"):
            yield f"{section.name}: wrong execute flag"
        if bool(section.flags & SECTION_WRITE) != (section.name == ".data"):
            yield f"{section.name}: wrong write flag"
        if section.address % PAGE or section.offset % BLOCK or section.address < end:
            yield f"{section.name} is not on a page of its own"
        if section.offset + section.file_size > len(binary.data):
            yield f"{section.name} ends past the file"
        if section.file_size < section.virtual_size:
            yield f"{section.name} is not stored in full"
        end = section.address + section.virtual_size
        if section.name == ".sbat" and not binary.data[section.offset:].startswith(b"sbat,1,"):
            yield ".sbat does not begin with sbat,1,"


def layout_faults(binary):
    """shim refuses gaps in the file: what is in them would not be hashed."""
    end = binary.field("<I", 60)  # SizeOfHeaders
    if end - binary.end_of_table < ROOM_FOR_SECTIONS * SECTION_HEADER:
        yield f"no room for {ROOM_FOR_SECTIONS} more section headers"
    for section in binary.sections:
        if section.offset != end:
            yield f"a gap in the file before {section.name}, at {end:#x}"
        end = section.offset + section.file_size
    if end != len(binary.data):
        yield f"data behind the last section, at {end:#x}"


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def elf_faults(path, architecture, sections):
    undefined = run("nm", "--undefined-only", path)
    if undefined.strip():
        yield "undefined symbols: " + " ".join(undefined.split())
    for line in run("readelf", "--wide", "--relocs", path).splitlines():
        prefix = architecture.relocation_prefix
        if prefix in line and prefix + "RELATIVE" not in line:
            yield "PE files do not have this relocation: " + line
    data, content = sections[".data"]
    for target, *_ in struct.iter_unpack(architecture.relocation, sections[architecture.relocations][1]):
        if not data <= target < data + len(content):
            yield f"a relocation outside .data, at {target:#x}: code and constants are position-independent"
    for line in run("readelf", "--wide", "--section-headers", path).splitlines():
        if any(word in line for word in ("init_array", "fini_array", ".ctors", ".dtors")):
            yield "nothing would run this constructor: " + line
        if "NOBITS" in line:
            yield "objcopy would drop this section: " + line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, required=True, help="largest size allowed, in bytes")
    parser.add_argument("--elf", required=True, help="what the binary was made of")
    parser.add_argument("binary")
    arguments = parser.parse_args()

    with open(arguments.binary, "rb") as file:
        binary = Binary(bytearray(file.read()))
    binary.mark_nx_compatible()
    architecture, sections = read_elf(arguments.elf)
    convert_relocations(binary, architecture, sections)
    binary.pack()
    faults = [*header_faults(binary, architecture), *section_faults(binary), *layout_faults(binary),
              *elf_faults(arguments.elf, architecture, sections)]
    if len(binary.data) >= arguments.limit:
        faults.append(f"{len(binary.data)} bytes, {arguments.limit} are the limit")
    for fault in faults:
        print(f"{arguments.binary}: {fault}", file=sys.stderr)
    if faults:
        return 1
    with open(arguments.binary, "wb") as file:
        file.write(binary.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
