# SPDX-License-Identifier: BSD-2-Clause
"""Writes ELF files of all shapes around the test kernel's body, valid and invalid ones."""

import random
import struct
import zlib
from dataclasses import dataclass, field

ELFCLASS32, ELFCLASS64 = 1, 2
ET_EXEC, ET_DYN = 2, 3
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
PT_LOAD, PT_NOTE = 1, 4
SHT_NOTE, SHT_STRTAB = 7, 3
PF_X, PF_W, PF_R = 1, 2, 4

XEN = b"Xen\0"
NOTE_GUEST_OS = 6
NOTE_PHYS32_ENTRY = 18
NOTE_PHYS32_RELOC = 19

PAGE = 0x1000


def align_up(value, alignment):
    return (value + alignment - 1) // alignment * alignment


def pattern(size, seed):
    """Reproducible pseudo-random bytes."""
    generator = random.Random(seed)
    chunk = 1 << 20
    return b"".join(
        generator.randbytes(min(chunk, size - start)) for start in range(0, size, chunk)
    )


@dataclass
class Segment:
    """A PT_LOAD. Fields that are None are derived from the others."""

    address: int
    data: bytes = b""
    mem_size: int = None
    vaddr: int = None
    flags: int = PF_R | PF_W | PF_X
    align: int = PAGE
    # Overrides the value in the header, for invalid files.
    claimed_file_size: int = None
    # Whether it is in the kernel's table, to be checked.
    in_table: bool = True

    def __post_init__(self):
        if self.mem_size is None:
            self.mem_size = len(self.data)
        if self.vaddr is None:
            self.vaddr = self.address

    @property
    def end(self):
        return self.address + self.mem_size


@dataclass
class Note:
    kind: int
    desc: bytes
    owner: bytes = XEN

    def encode(self):
        """Names and values are padded to 4 bytes, in 64-bit files too."""

        def padded(text):
            return text.ljust(align_up(len(text), 4), b"\0")

        header = struct.pack("<III", len(self.owner), len(self.desc), self.kind)
        return header + padded(self.owner) + padded(self.desc)


def entry_note(entry, size):
    return Note(NOTE_PHYS32_ENTRY, entry.to_bytes(size, "little"))


def reloc_note(align, minimum, maximum):
    return Note(NOTE_PHYS32_RELOC, struct.pack("<III", align, minimum, maximum))


def encode_notes(notes):
    return b"".join(note.encode() for note in notes)


@dataclass
class NoteHeader:
    """A PT_NOTE. With an address, its bytes are in that PT_LOAD, else only in the file."""

    notes: list
    address: int = None
    align: int = 4
    mem_size: int = None
    vaddr: int = None


@dataclass
class Image:
    """The contents of an ELF file."""

    segments: list
    note_headers: list = field(default_factory=list)
    section_notes: list = None
    elf_class: int = ELFCLASS64
    machine: int = None
    elf_type: int = ET_EXEC
    e_entry: int = 0

    def __post_init__(self):
        if self.machine is None:
            self.machine = EM_X86_64 if self.elf_class == ELFCLASS64 else EM_386


# ------------------------------------------------------------------------------------------------
# The body and its table


@dataclass(frozen=True)
class Body:
    """The flat kernel, as linked by body.lds."""

    code: bytes
    entry: int
    table: int
    file_size: int
    mem_size: int

    MAGIC = b"PVHTESTK"
    HEADER = struct.Struct("<8s5I")
    ALIGN = 64
    TABLE = struct.Struct("<12I")
    TABLE_SEGMENT = struct.Struct("<4I")
    TABLE_SEGMENTS = 16
    TABLE_SIZE = TABLE.size + TABLE_SEGMENTS * TABLE_SEGMENT.size

    @classmethod
    def load(cls, path):
        with open(path, "rb") as file:
            code = file.read()
        magic, entry, table, file_size, mem_size, table_size = cls.HEADER.unpack_from(code)
        if magic != cls.MAGIC or table_size != cls.TABLE_SIZE or len(code) > file_size:
            raise ValueError(f"{path} is not the body that this generator knows")
        return cls(code.ljust(file_size, b"\0"), entry, table, file_size, mem_size)


def fill_table(image, body, body_segment, reloc=None):
    """Writes to the kernel's table what it must find in memory. Changes body_segment's data.

    The body is at the end of body_segment's data. reloc is (align, min, max), or None.
    """
    described = [segment for segment in image.segments if segment.in_table]
    start = min(segment.address for segment in described)
    end = max(segment.end for segment in described)
    body_offset = body_segment.address + len(body_segment.data) - body.file_size - start
    table_at = len(body_segment.data) - body.file_size + body.table

    rows = b"".join(
        Body.TABLE_SEGMENT.pack(
            segment.address - start,
            len(segment.data),
            segment.mem_size,
            zlib.crc32(without_table(segment, body_segment, table_at)),
        )
        for segment in described
    )
    note_offset, note_size, note_crc = describe_note(image, start)
    numbers = (start, end - start, body_offset, note_offset, note_size, note_crc)
    numbers += (1, *reloc) if reloc else (0, 1, 0, 0)
    table = struct.pack("<11I", *numbers, len(described))
    table = (table + rows).ljust(Body.TABLE_SIZE - 4, b"\0")
    table = struct.pack("<I", zlib.crc32(table)) + table
    data = body_segment.data
    body_segment.data = data[:table_at] + table + data[table_at + Body.TABLE_SIZE :]


def without_table(segment, body_segment, table_at):
    if segment is not body_segment:
        return segment.data
    return segment.data[:table_at] + segment.data[table_at + Body.TABLE_SIZE :]


def describe_note(image, start):
    """Offset, size and checksum of the first notes that are in memory."""
    for header in image.note_headers:
        if header.address is not None:
            blob = encode_notes(header.notes)
            return header.address - start, len(blob), zlib.crc32(blob)
    return 0, 0, 0


# ------------------------------------------------------------------------------------------------
# The file


class Format:
    """The struct layouts of one ELF class."""

    def __init__(self, elf_class):
        self.elf_class = elf_class
        wide = elf_class == ELFCLASS64
        self.header = struct.Struct("<16sHHIQQQIHHHHHH" if wide else "<16sHHIIIIIHHHHHH")
        self.program_header = struct.Struct("<IIQQQQQQ" if wide else "<IIIIIIII")
        self.section_header = struct.Struct("<IIQQQQIIQQ" if wide else "<IIIIIIIIII")
        self.word_mask = (1 << 64) - 1 if wide else (1 << 32) - 1

    def pack_program_header(self, kind, flags, offset, vaddr, paddr, file_size, mem_size, align):
        places = [number & self.word_mask for number in (offset, vaddr, paddr, file_size, mem_size)]
        if self.elf_class == ELFCLASS64:
            return self.program_header.pack(kind, flags, *places, align)
        return self.program_header.pack(kind, *places, flags, align)


def encode(image):
    """The bytes of the ELF file."""
    form = Format(image.elf_class)
    count = len(image.segments) + len(image.note_headers)
    contents = bytearray(form.header.size + count * form.program_header.size)

    note_offsets = [place_note(contents, header) for header in image.note_headers]
    section_note_offset = align_up(len(contents), 8)
    if image.section_notes is not None:
        contents.extend(bytes(section_note_offset - len(contents)))
        contents += encode_notes(image.section_notes)
    segment_offsets = [place_segment(contents, segment) for segment in image.segments]

    headers = [
        note_header(form, image, header, offset, segment_offsets)
        for header, offset in zip(image.note_headers, note_offsets)
    ]
    headers += [
        load_header(form, segment, offset)
        for segment, offset in zip(image.segments, segment_offsets)
    ]
    section_table = add_sections(form, contents, image, section_note_offset)
    contents[: form.header.size] = elf_header(form, image, count, section_table)
    table = b"".join(headers)
    contents[form.header.size : form.header.size + len(table)] = table
    return bytes(contents)


def place_note(contents, header):
    """Appends notes that are in no segment and returns their offset, or None."""
    if header.address is not None:
        return None
    contents.extend(bytes(align_up(len(contents), header.align) - len(contents)))
    offset = len(contents)
    contents += encode_notes(header.notes)
    return offset


def place_segment(contents, segment):
    """Appends the data, at an offset that equals the address within a page, as linkers do."""
    if not segment.data:
        return len(contents)
    offset = align_up(len(contents), PAGE) + segment.address % PAGE
    contents.extend(bytes(offset - len(contents)))
    contents += segment.data
    return offset


def load_header(form, segment, offset):
    file_size = segment.claimed_file_size
    if file_size is None:
        file_size = len(segment.data)
    return form.pack_program_header(
        PT_LOAD, segment.flags, offset, segment.vaddr, segment.address, file_size,
        segment.mem_size, segment.align,
    )


def note_header(form, image, header, offset, segment_offsets):
    size = len(encode_notes(header.notes))
    address = header.address or 0
    if offset is None:
        segment, segment_offset = holder(image, segment_offsets, address)
        offset = segment_offset + address - segment.address
        address_v = segment.vaddr + address - segment.address
    else:
        address_v = 0
    mem_size = size if header.mem_size is None else header.mem_size
    return form.pack_program_header(
        PT_NOTE, PF_R, offset, address_v, address, size, mem_size, header.align
    )


def holder(image, segment_offsets, address):
    for segment, offset in zip(image.segments, segment_offsets):
        if segment.address <= address < segment.address + len(segment.data):
            return segment, offset
    raise ValueError(f"no segment has file bytes for the note at {address:#x}")


def add_sections(form, contents, image, note_offset):
    """Appends a section table with the notes' section; returns (offset, count) or zeros."""
    if image.section_notes is None:
        return 0, 0
    names = b"\0.note.Xen\0.shstrtab\0"
    names_offset = len(contents)
    contents += names
    contents.extend(bytes(align_up(len(contents), 8) - len(contents)))
    offset = len(contents)
    note_size = len(encode_notes(image.section_notes))
    contents += form.section_header.pack(*[0] * 10)
    contents += form.section_header.pack(1, SHT_NOTE, 0, 0, note_offset, note_size, 0, 0, 4, 0)
    contents += form.section_header.pack(
        names.index(b".shstrtab"), SHT_STRTAB, 0, 0, names_offset, len(names), 0, 0, 1, 0
    )
    return offset, 3


def elf_header(form, image, program_headers, section_table):
    ident = b"\x7fELF" + bytes([image.elf_class, 1, 1]) + bytes(9)
    section_offset, sections = section_table
    return form.header.pack(
        ident, image.elf_type, image.machine, 1, image.e_entry & form.word_mask,
        form.header.size, section_offset, 0, form.header.size, form.program_header.size,
        program_headers, form.section_header.size, sections, max(sections - 1, 0),
    )


HEADER_FIELDS = {  # name: (offset in ELF32, in ELF64, format in ELF32, in ELF64)
    "e_type": (16, 16, "<H", "<H"),
    "e_machine": (18, 18, "<H", "<H"),
    "e_version": (20, 20, "<I", "<I"),
    "e_phoff": (28, 32, "<I", "<Q"),
    "e_phentsize": (42, 54, "<H", "<H"),
    "e_phnum": (44, 56, "<H", "<H"),
}


def patch_header(data, name, value):
    """A copy of an ELF file with one field of its header changed."""
    offset32, offset64, format32, format64 = HEADER_FIELDS[name]
    data = bytearray(data)
    if data[4] == ELFCLASS64:
        struct.pack_into(format64, data, offset64, value)
    else:
        struct.pack_into(format32, data, offset32, value)
    return bytes(data)


