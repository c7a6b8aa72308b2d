#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Marks the EFI binary as NX-compatible and checks what Secure Boot and strict firmware require.

The rules are those of shim's post-process-pe and of Microsoft's signing requirements: sections on
page boundaries, none both writable and executable, .sbat, no symbols. objcopy cannot set the flag.
Tools that make unified kernel images append sections: their headers need room.
"""

import argparse
import struct
import subprocess
import sys

PAGE = 0x1000
SECTION_HEADER = 40
# An image with ten profiles of three sections has as many. systemd's stub had too few (systemd issue 28593).
ROOM_FOR_SECTIONS = 40
NX_COMPAT = 0x0100
SUBSYSTEM_EFI_APPLICATION = 10
ELF_CLASS = 4  # offset of the byte that tells ELF32 from ELF64
SECTION_EXECUTE = 0x20000000
SECTION_WRITE = 0x80000000


class Architecture:
    """How the files of one architecture are laid out: the PE file, and the ELF file that it is made of."""

    def __init__(self, name, machine, magic, header, row, relocation, tag, types):
        self.name = name
        self.machine = machine          # of the PE file, and the magic of its optional header
        self.magic = magic
        self.header = header            # ELF header from byte 32: where the section table is, its rows
        self.row = row                  # a section's name, and further on address, offset, size
        self.relocations = relocation[0]    # the section, and a row of it, which begins with an address
        self.relocation = relocation[1]
        self.tag = tag                  # by which crt0 finds them in .dynamic
        self.relocation_prefix = types


IA32 = Architecture("PE32 file for i386", 0x14c, 0x10b, "<I10xHHH", "<IIIIII", (".rel", "<II"), "(REL)", "R_386_")
X64 = Architecture("PE32+ file for x86_64", 0x8664, 0x20b, "<8xQ10xHHH", "<IIQQQQ", (".rela", "<QQq"), "(RELA)",
                   "R_X86_64_")


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
         self.optional_size, _) = struct.unpack_from("<HHIIIHH", data, self.pe + 4)
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

    def set_field(self, layout, offset, value):
        struct.pack_into(layout, self.data, self.optional + offset, value)

    def mark_nx_compatible(self):
        self.set_field("<H", 70, self.field("<H", 70) | NX_COMPAT)

    def append_to_last_section(self, address, content):
        """Extends the last section to hold `content` at `address`."""
        last = self.sections[-1]
        end = address + len(content)
        last.virtual_size = end - last.address
        grown = round_up(last.virtual_size) - last.file_size
        self.data.extend(bytes(max(grown, 0)))
        at = last.offset + address - last.address
        self.data[at:at + len(content)] = content
        last.file_size += max(grown, 0)
        header = self.end_of_table - SECTION_HEADER
        struct.pack_into("<I", self.data, header + 8, last.virtual_size)
        struct.pack_into("<I", self.data, header + 16, last.file_size)
        self.set_field("<I", 8, self.field("<I", 8) + max(grown, 0))  # SizeOfInitializedData
        self.set_field("<I", 56, round_up(end))  # SizeOfImage


def round_up(size):
    return -(-size // PAGE) * PAGE


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


def add_relocations(binary, architecture, sections):
    """Appends .dynamic and the relocations to .data: crt0 finds them through .dynamic."""
    for name in (".dynamic", architecture.relocations):
        if name in sections:
            binary.append_to_last_section(*sections[name])


def header_faults(binary, architecture):
    if binary.data[:2] != b"MZ" or binary.data[binary.pe:binary.pe + 4] != b"PE\0\0":
        yield "not a PE file"
    if binary.field("<H", 0) != architecture.magic or binary.machine != architecture.machine:
        yield f"not a {architecture.name}"
    if binary.field("<H", 68) != SUBSYSTEM_EFI_APPLICATION:
        yield "not an EFI application"
    if binary.field("<I", 32) != PAGE or binary.field("<I", 36) != PAGE:
        yield "sections are not aligned to pages in memory and file"
    if not binary.field("<H", 70) & NX_COMPAT:
        yield "NX_COMPAT is not set"
    if binary.timestamp or binary.symbol_count:
        yield "it carries a time stamp or symbols"


def section_faults(binary):
    names = [section.name for section in binary.sections]
    if names != [".text", ".reloc", ".rodata", ".sbat", ".data"]:
        yield f"unexpected sections {names}: .reloc must come before .data"
    end = PAGE
    for section in binary.sections:
        if section.flags & SECTION_EXECUTE and section.flags & SECTION_WRITE:
            yield f"{section.name} is writable and executable"
        if bool(section.flags & SECTION_EXECUTE) != (section.name == ".text"):
            yield f"{section.name}: wrong execute flag"
        if bool(section.flags & SECTION_WRITE) != (section.name == ".data"):
            yield f"{section.name}: wrong write flag"
        if section.address % PAGE or section.offset % PAGE or section.address < end:
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
            yield "crt0 does not apply this relocation: " + line
    data, content = sections[".data"]
    for target, *_ in struct.iter_unpack(architecture.relocation, sections[architecture.relocations][1]):
        if not data <= target < data + len(content):
            yield f"a relocation outside .data, at {target:#x}: that page is not writable"
    if architecture.tag not in run("readelf", "--wide", "--dynamic", path):
        yield f"crt0 would not find the relocations: no {architecture.tag}"
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
    add_relocations(binary, architecture, sections)
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
