# SPDX-License-Identifier: BSD-2-Clause
"""The ELF files that kernel.mk builds: GOOD ones that run, BAD ones that a loader must refuse.

Each shape is a function from the body to the bytes of one file. Good files
differ from each other in as many harmless ways as possible, each of which occurs in real kernels.
"""

import struct

import elffile as elf
from elffile import Image, Note, NoteHeader, Segment

MIB = 1 << 20
KERNEL_VIRTUAL_64 = 0xFFFFFFFF80000000
KERNEL_VIRTUAL_32 = 0xC0000000
LINUX_RELOC = (2 * MIB, 16 * MIB, (1 << 30) - 1)
JUNK = 0xDEADBEEF
FOREIGN_OWNER = b"nuttx\0"

GUEST_OS = Note(elf.NOTE_GUEST_OS, b"pvhtest\0")
OTHER_OWNER = Note(elf.NOTE_PHYS32_ENTRY, struct.pack("<Q", JUNK), b"GNU\0")


class Layout:
    """Places segments one after the other, including the body."""

    def __init__(self, body, base):
        self.body = body
        self.base = base
        self.end = base
        self.segments = []
        self.body_segment = None

    @property
    def entry(self):
        segment = self.body_segment
        return segment.address + len(segment.data) - self.body.file_size + self.body.entry

    def add(self, data=b"", bss=0, gap=None, at=None, **fields):
        """gap=None: directly after the previous segment, in the same page if that is not full."""
        if at is not None:
            assert at >= self.end
            self.end = at
        elif gap is not None:
            self.end = elf.align_up(self.end, elf.PAGE) + gap
        segment = Segment(self.end, data, len(data) + bss, **fields)
        self.segments.append(segment)
        self.end = segment.end
        return segment

    def add_pattern(self, size, **fields):
        return self.add(elf.pattern(size, seed=len(self.segments) + self.base), **fields)

    def add_body(self, prefix=0, bss=0, **fields):
        """The body after prefix bytes of pattern, with bss bytes more than it needs."""
        assert prefix % self.body.ALIGN == 0
        own_bss = self.body.mem_size - self.body.file_size
        data = elf.pattern(prefix, seed=prefix) + self.body.code
        self.body_segment = self.add(data, own_bss + bss, **fields)

    def add_notes(self, notes, **fields):
        """A small segment with notes, for a PT_NOTE with the same address."""
        return self.add(elf.encode_notes(notes), **fields)

    def image(self, note_headers, reloc=None, **fields):
        image = Image(self.segments, note_headers, **fields)
        elf.fill_table(image, self.body, self.body_segment, reloc)
        return image


def add_spread_segments(layout):
    """Adds 9.5 MiB of segments with different alignments and sizes.

    From 16 MiB on, OVMF keeps boot services data up to 0x1500000: a bss begins in it, and a
    segment lies across its end.
    """
    base = layout.base
    layout.add_pattern(300001)
    layout.add_pattern(MIB, bss=3 * MIB + 77, gap=0x70000)
    layout.add_pattern(0x40000, at=base + 0x4F0000)
    layout.add(bss=0x10000, gap=0)
    layout.add_pattern(16, bss=2 * MIB, gap=0x5000, vaddr=0)
    layout.add_pattern(3 * MIB // 2 + 5, at=base + 0x880000, bss=3)


def tk32n4(body):
    layout = Layout(body, 16 * MIB)
    layout.add_body(bss=0x12345)
    notes = [GUEST_OS, elf.entry_note(layout.entry, 4)]
    add_spread_segments(layout)
    held = layout.add_notes(notes, gap=0x1000)
    header = NoteHeader(notes, address=held.address)
    return layout.image([header], elf_class=elf.ELFCLASS32, e_entry=JUNK)


def tk32n8(body):
    """The notes are only in the file, as in GRUB; the entry is deep in the second segment."""
    layout = Layout(body, 16 * MIB)
    layout.add_pattern(0x3456, bss=10)
    layout.add_body(prefix=0x2000, gap=0, bss=1)
    header = NoteHeader([elf.entry_note(layout.entry, 8)], mem_size=0)
    add_spread_segments(layout)
    for segment in layout.segments:
        segment.vaddr = segment.vaddr and KERNEL_VIRTUAL_32 + segment.address
    return layout.image([header], elf_class=elf.ELFCLASS32)


def tk64n4(body):
    """The entry is in a segment without X; the first of two PT_NOTEs is irrelevant."""
    layout = Layout(body, 16 * MIB)
    layout.add_body(bss=0x12345, flags=elf.PF_R | elf.PF_W)
    notes = [OTHER_OWNER, elf.entry_note(layout.entry, 4)]
    add_spread_segments(layout)
    held = layout.add_notes(notes)
    headers = [NoteHeader([GUEST_OS]), NoteHeader(notes, address=held.address)]
    return layout.image(headers)


def tk64n8(body):
    """Virtual addresses as in Linux, the same PT_NOTE twice, segments in descending order.

    p_align is 8, and the notes are padded to both 4 and 8 bytes.
    """
    layout = Layout(body, 16 * MIB)
    layout.add_body(prefix=0x1040, bss=0x12345)
    notes = [elf.entry_note(layout.entry, 8), GUEST_OS]
    add_spread_segments(layout)
    held = layout.add_notes(notes, gap=0)
    for segment in layout.segments:
        segment.vaddr = segment.vaddr and KERNEL_VIRTUAL_64 + segment.address
    layout.segments.reverse()
    header = NoteHeader(notes, address=held.address, align=8)
    return layout.image([header, header], e_entry=JUNK)


def with_twelve_mib_from_one(body, reloc):
    """OVMF has ACPI NVS at 0x806000 and from 0x810000: here in the gap and in a bss."""
    layout = Layout(body, MIB)
    layout.add_body(bss=0x2001)
    notes = [elf.entry_note(layout.entry, 8)] + ([elf.reloc_note(*reloc)] if reloc else [])
    layout.add_pattern(2 * MIB + 1, bss=3 * MIB)
    layout.add_pattern(123457, bss=3 * MIB, at=0x809000)
    held = layout.add_notes(notes)
    layout.add_pattern(9999, at=13 * MIB - 9999)
    header = NoteHeader(notes, address=held.address)
    return layout.image([header], reloc)


def tkreloc(body):
    return with_twelve_mib_from_one(body, LINUX_RELOC)


def tkfixed(body):
    return with_twelve_mib_from_one(body, None)


def tkfar(body):
    """At 1 MiB and at 24 MiB: in the gap, OVMF has ACPI NVS at 0x806000 and other memory."""
    layout = Layout(body, MIB)
    layout.add_body(bss=0x2001)
    notes = [elf.entry_note(layout.entry, 8)]
    layout.add_pattern(54321, bss=0x5000, at=24 * MIB)
    layout.add_notes(notes)
    return layout.image([NoteHeader(notes, address=layout.segments[-1].address)])


def tkbig(body):
    layout = Layout(body, 16 * MIB)
    layout.add_body(prefix=64 * MIB)
    return layout.image([NoteHeader([elf.entry_note(layout.entry, 8)])])


def small(body, **fields):
    """The smallest kernel that runs."""
    layout = Layout(body, 2 * MIB)
    layout.add_body()
    return layout.image([NoteHeader([elf.entry_note(layout.entry, 4)])], **fields)


def tksmall(body):
    return small(body)


def tklinux(body):
    """Says that it is Linux, and so gets what loaders do for Linux only."""
    image = small(body)
    image.note_headers[0].notes.insert(0, Note(elf.NOTE_GUEST_OS, b"linux\0"))
    return image


def tkx32(body):
    return small(body, elf_class=elf.ELFCLASS32, machine=elf.EM_X86_64)


def tkdyn(body):
    return small(body, elf_type=elf.ET_DYN, e_entry=JUNK)


def tksections(body):
    """No PT_NOTE: the note must be found through its section."""
    image = small(body)
    notes = image.note_headers.pop().notes
    image.section_notes = [GUEST_OS] + notes
    return image


GOOD = {
    shape.__name__: lambda body, shape=shape: elf.encode(shape(body))
    for shape in (
        tk32n4, tk32n8, tk64n4, tk64n8, tkreloc, tkfixed, tkfar, tkbig, tksmall, tkx32, tkdyn, tksections,
        tklinux,
    )
}


# ------------------------------------------------------------------------------------------------
# Files that must be refused


def with_notes(body, notes):
    image = small(body)
    image.note_headers = [NoteHeader(notes)]
    return elf.encode(image)


def with_segment(body, segment, **fields):
    """With an additional segment."""
    image = small(body, **fields)
    image.segments.append(segment)
    return elf.encode(image)


def with_file_size_above_mem_size(body):
    image = small(body)
    image.segments.append(Segment(4 * MIB, elf.pattern(0x2000, seed=1), mem_size=0x1000))
    return elf.encode(image)


def with_entry(body, entry, size=4):
    return with_notes(body, [elf.entry_note(entry, size)])


def with_note_longer_than_its_header(body):
    """The value of the only note extends past the end of PT_NOTE."""
    data = bytearray(with_entry(body, 2 * MIB))
    note = data.index(elf.XEN) - 12
    struct.pack_into("<I", data, note + 4, 0x1000)
    return bytes(data)


def big_endian(body):
    data = bytearray(elf.encode(small(body)))
    data[5] = 2
    return bytes(data)


def with_header_field(name, value):
    return lambda body: elf.patch_header(elf.encode(small(body)), name, value)


BAD = {
    "empty": lambda body: b"",
    "not-elf": lambda body: b"#!/bin/sh\necho this is no kernel\n".ljust(4096, b"\n"),
    "truncated-header": lambda body: elf.encode(small(body))[:40],
    "truncated-program-headers": lambda body: elf.encode(small(body))[: 64 + 40],
    "truncated-segment": lambda body: elf.encode(small(body))[:-100],
    "big-endian": big_endian,
    "other-machine": with_header_field("e_machine", elf.EM_AARCH64),
    "phnum-past-end": with_header_field("e_phnum", 0xFFF0),
    "phoff-past-end": with_header_field("e_phoff", 1 << 40),
    "phoff-wraps": with_header_field("e_phoff", (1 << 64) - 8),
    "phentsize-small": with_header_field("e_phentsize", 8),
    "no-segments": with_header_field("e_phnum", 0),
    "no-note": lambda body: with_notes(body, []),
    "other-notes-only": lambda body: with_notes(body, [GUEST_OS, OTHER_OWNER]),
    "foreign-owner": lambda body: with_notes(
        body, [Note(elf.NOTE_PHYS32_ENTRY, struct.pack("<Q", 2 * MIB), FOREIGN_OWNER)]
    ),
    "note-too-long": with_note_longer_than_its_header,
    "note-too-short": lambda body: with_notes(body, [Note(elf.NOTE_PHYS32_ENTRY, b"\0\0")]),
    "entry-high-half": lambda body: with_entry(body, (1 << 32) + 2 * MIB, 8),
    "entry-outside": lambda body: with_entry(body, 0x30000000),
    "entry-zero": lambda body: with_entry(body, 0),
    "overlap": lambda body: with_segment(body, Segment(2 * MIB + 0x1000, b"overlap")),
    "wrap-32": lambda body: with_segment(
        body, Segment(0xFFFFF000, b"wrap", 0x2000), elf_class=elf.ELFCLASS32
    ),
    "wrap-64": lambda body: with_segment(body, Segment((1 << 64) - 0x1000, b"wrap", 0x2000)),
    "above-4g": lambda body: with_segment(body, Segment(5 << 30, b"high", 0x1000)),
    "across-4g": lambda body: with_segment(body, Segment((4 << 30) - 0x1000, b"high", 0x2000)),
    "filesz-above-memsz": with_file_size_above_mem_size,
    "file-size-past-end": lambda body: with_segment(
        body, Segment(4 * MIB, b"short", 0x200000, claimed_file_size=0x100000)
    ),
}
