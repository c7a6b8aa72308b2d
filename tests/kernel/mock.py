# SPDX-License-Identifier: BSD-2-Clause
"""A simulated PVH loader and its data around a test kernel, for QEMU's -kernel.

QEMU loads all segments of one ELF file and enters mock.S, which plays the loader. A Scene is correct
at first; tests introduce the errors that must be reported.
"""

import struct
from dataclasses import dataclass, field

import elffile as elf
import mkmodule
from elffile import Image, NoteHeader, Segment

MIB = 1 << 20
STUB = 160 * MIB  # kernel.mk links mock.S for this address
BOOT_INFO = STUB + 0x10000
ACPI = 170 * MIB
MODULES = 176 * MIB
RAM_END = 240 * MIB
PCI_CONFIG = (0xB0000000, 0xC0000000)

MODULE_DATA = b"".join(mkmodule.chunks(0x3001, 1))
# The end of tk32n4's table: unused rows for segments.
TABLE_END = bytes(16 * 8)
# As EBX: mock.S is to search for start_info where SeaBIOS keeps option ROMs, write-protected.
LOOK_IN_OPTION_ROMS = 0xFFFFFFFF
OPTION_ROM_SIZE = 512

PARAMETERS_OFFSET = 16
PARAMETERS = struct.Struct("<18I")
KEEP = 0xFFFFFFFF  # of the BIOS
START_INFO = struct.Struct("<4I4Q2I")
MODULE = struct.Struct("<4Q")
MEMMAP_ENTRY = struct.Struct("<2Q2I")

FLAT_CODE = 0x00CF9B000000FFFF
FLAT_DATA = 0x00CF93000000FFFF
TSS = 0x0000890000000067  # LTR makes it a busy one
CODE, DATA, TASK, SPARE = 0x08, 0x10, 0x18, 0x20


def checksummed(data, at, start=0, end=None):
    """data with the byte at `at` set so that data[start:end] sums to 0, as ACPI requires."""
    data = bytearray(data)
    data[at] = 0
    data[at] = -sum(data[start:end]) % 256
    return bytes(data)


def acpi_table(signature, body):
    header = struct.pack("<4sIBB26x", signature, 36 + len(body), 1, 0)
    return checksummed(header + body, 9)


# RSDP, root table and others, 256 bytes apart.
ROOT_TABLE, MCFG_TABLE, OTHER_TABLE = 0x100, 0x200, 0x300
# What the loader's own tables lead to: the framebuffer is one of 8x8 pixels.
SSDT, COREBOOT, LOG, FRAMEBUFFER, SMALL_ROOT_TABLE = 0x400, 0x500, 0x600, 0x700, 0x800
LOG_TEXT = b"first\nsecond\tline\n"


def internet_checksum(data):
    total = sum(struct.unpack(f"<{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@dataclass
class Overlay:
    """The loader's own tables, correct at first."""

    header: dict = field(default_factory=dict)  # fields that differ
    framebuffer: dict = field(default_factory=dict)
    log: int = ACPI + LOG
    log_size: int = 0x80
    log_cursor: int = len(LOG_TEXT)
    memory: tuple = None    # of the device
    in_rsdt: bool = True

    def records(self):
        values = {"paddr": ACPI + FRAMEBUFFER, "width": 8, "height": 8, "pitch": 32, "bits": 32}
        values |= self.framebuffer
        screen = struct.pack("<IIQ3I9B3x", 0x12, 40, *values.values(), 16, 8, 8, 8, 0, 8, 24, 8)
        return screen + struct.pack("<IIQ", 0x17, 16, self.log)

    def coreboot_table(self):
        records = self.records()
        values = {"signature": b"LBIO", "header_bytes": 24, "header_checksum": 0,
                  "table_bytes": len(records), "table_checksum": internet_checksum(records),
                  "entries": 2} | {name: value for name, value in self.header.items()
                                   if name != "header_checksum"}
        header = struct.Struct("<4s5I")
        values["header_checksum"] = self.header.get(
            "header_checksum", internet_checksum(header.pack(*values.values())))
        return header.pack(*values.values()) + records

    def tables(self):
        """(offset, bytes) of each."""
        coreboot = self.coreboot_table()
        start, size = self.memory or (ACPI + COREBOOT, len(coreboot))
        body = b"\x5b\x82BOOT0000" + struct.pack("<BHBII", 0x86, 9, 1, start, size) + b"\x79\0"
        log = struct.pack("<2I", self.log_size, self.log_cursor) + LOG_TEXT
        return ((SSDT, acpi_table(b"SSDT", body)), (COREBOOT, coreboot), (LOG, log))


def acpi_tables(with_xsdt=True, overlay=None, processors=(1,)):
    start, end = PCI_CONFIG
    mcfg = acpi_table(b"MCFG", struct.pack("<8xQHBBI", start, 0, 0, ((end - start) >> 20) - 1, 0))
    other = acpi_table(b"APIC", bytes(8) + b"".join(map(madt_entry, range(len(processors)), processors)))
    pointers = [ACPI + OTHER_TABLE, ACPI + MCFG_TABLE]
    own = [ACPI + SSDT] if overlay else []
    rsdt = acpi_table(b"RSDT", words("I", pointers + (own if not overlay or overlay.in_rsdt else [])))
    if with_xsdt:
        root = acpi_table(b"XSDT", words("Q", pointers + own))
        numbers = (2, ACPI + SMALL_ROOT_TABLE if overlay else 0, 36, ACPI + ROOT_TABLE)
    else:
        root = rsdt
        numbers = (0, ACPI + ROOT_TABLE, 0, 0)
    rsdp = struct.pack("<8sB6sBIIQB3x", b"RSD PTR ", 0, b"PVHBOO", *numbers, 0)
    rsdp = checksummed(rsdp, 8, 0, 20)
    if with_xsdt:
        rsdp = checksummed(rsdp, 32)
    tables = [(0, rsdp), (ROOT_TABLE, root), (MCFG_TABLE, mcfg), (OTHER_TABLE, other)]
    if overlay:
        tables += [*overlay.tables(), (SMALL_ROOT_TABLE, rsdt)]
    area = bytearray(max(offset for offset, _ in tables) + 0x100)
    for offset, data in tables:
        area[offset:offset + len(data)] = data
    return bytes(area)


def madt_entry(number, enabled):
    """A processor: with a local APIC, or from the third on with an x2APIC."""
    if number < 2:
        return struct.pack("<BBBBI", 0, 8, number, number, enabled)
    return struct.pack("<BBHIII", 9, 16, 0, number, enabled, number)


def words(kind, numbers):
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)


@dataclass
class Module:
    paddr: int
    data: bytes
    size: int = None
    cmdline: bytes = None
    cmdline_paddr: int = 0
    reserved: int = 0


def default_state(entry):
    return {
        "cr0": 0x11, "cr4": 0, "efer": 0, "eflags": 2, "ebx": BOOT_INFO, "target": entry,
        "cs": CODE, "ds": DATA, "es": DATA, "ss": DATA, "tr": TASK,
        "pic_primary": 0xFF, "pic_secondary": 0xFF,
        "gdt_limit": 8 * 8 - 1, "gdt_limit_at_entry": 8 * 8 - 1, "gdt_at_entry": 0,
        "apic_base": KEEP, "mtrr_default": KEEP,
    }


def default_info():
    """The fields of hvm_start_info in order; the counts come from the lists."""
    return {
        "magic": 0x336EC578, "version": 1, "flags": 0, "nr_modules": None,
        "modlist_paddr": BOOT_INFO + 0x400, "cmdline_paddr": BOOT_INFO + 0x800,
        "rsdp_paddr": ACPI, "memmap_paddr": BOOT_INFO + 0x2000, "memmap_entries": None,
        "reserved": 0,
    }


def default_memmap():
    return [
        [0, 0x9F000, 1, 0],
        [MIB, ACPI - MIB, 1, 0],
        [ACPI, 0x1000, 3, 0],
        [ACPI + 0x1000, RAM_END - ACPI - 0x1000, 1, 0],
        [PCI_CONFIG[0], PCI_CONFIG[1] - PCI_CONFIG[0], 2, 0],
    ]


def default_modules():
    return [
        Module(MODULES, MODULE_DATA, None, b"first of two", BOOT_INFO + 0x600),
        Module(MODULES + 0x4000, b"".join(mkmodule.chunks(0x1234, 2))),
    ]


@dataclass
class Scene:
    """What the kernel gets. image is the kernel's; delta is how far it is moved."""

    image: Image
    delta: int = 0
    state: dict = None
    gdt: list = field(default_factory=lambda: [0, FLAT_CODE, FLAT_DATA, TSS, 0, 0, 0, 0])
    start_info_at: int = BOOT_INFO
    info: dict = field(default_factory=default_info)
    memmap: list = field(default_factory=default_memmap)
    modules: list = field(default_factory=default_modules)
    cmdline: bytes = b"pvhtest.modules=2"
    cmdline_end: bytes = bytes(8)
    acpi: bytes = field(default_factory=acpi_tables)
    ram_size: int = 256
    processors: int = 1

    def __post_init__(self):
        if self.state is None:
            self.state = default_state(entry_of(self.image))

    @property
    def span(self):
        segments = self.image.segments
        start = min(segment.address for segment in segments)
        return start + self.delta, max(segment.end for segment in segments) + self.delta

    def encode(self, stub):
        """The ELF file for QEMU."""
        moved = [
            Segment(segment.address + self.delta, segment.data, segment.mem_size)
            for segment in self.image.segments
        ]
        contents = paint([(STUB, self.fill_stub(stub))] + self.boot_info())
        segments = moved + [Segment(address, data) for address, data in contents]
        note = NoteHeader([elf.entry_note(STUB, 4)])
        return elf.encode(Image(segments, [note], elf_class=elf.ELFCLASS32))

    def fill_stub(self, stub):
        state = self.state
        order = ("ds", "es", "ss", "tr", "pic_primary", "pic_secondary")
        parameters = PARAMETERS.pack(
            state["cr0"], state["cr4"], state["efer"], state["eflags"], state["ebx"],
            state["target"] + self.delta, state["cs"], *(state[name] for name in order),
            state["gdt_limit"], state["gdt_limit_at_entry"], state["apic_base"], state["mtrr_default"],
            state["gdt_at_entry"],
        )
        parameters += struct.pack("<8Q", *self.gdt)
        end = PARAMETERS_OFFSET + len(parameters)
        return stub[:PARAMETERS_OFFSET] + parameters + stub[end:]

    def start_info(self):
        info = dict(self.info)
        if info["nr_modules"] is None:
            info["nr_modules"] = len(self.modules)
        if info["memmap_entries"] is None:
            info["memmap_entries"] = len(self.memmap)
        return START_INFO.pack(*info.values())

    def option_rom(self):
        """A ROM that does nothing (RETF) and holds start_info at a multiple of 16."""
        rom = struct.pack("<HBB", 0xAA55, OPTION_ROM_SIZE // 512, 0xCB).ljust(16, b"\0")
        return checksummed((rom + self.start_info()).ljust(OPTION_ROM_SIZE, b"\0"), -1)

    def boot_info(self):
        """What the loader puts into memory besides the kernel: (address, bytes)."""
        info = self.info
        pieces = [
            (self.start_info_at, self.start_info()),
            (info["memmap_paddr"], b"".join(MEMMAP_ENTRY.pack(*row) for row in self.memmap)),
            (info["modlist_paddr"], b"".join(map(self.pack_module, self.modules))),
            (info["cmdline_paddr"], self.cmdline + self.cmdline_end),
            (ACPI, self.acpi),
        ]
        for module in self.modules:
            pieces.append((module.paddr, module.data))
            if module.cmdline is not None:
                pieces.append((module.cmdline_paddr, module.cmdline + b"\0"))
        return [(address, data) for address, data in pieces if 0 < address < 1 << 32]

    @staticmethod
    def pack_module(module):
        size = len(module.data) if module.size is None else module.size
        return MODULE.pack(module.paddr, size, module.cmdline_paddr, module.reserved)


def entry_of(image):
    for header in image.note_headers:
        for note in header.notes:
            if note.kind == elf.NOTE_PHYS32_ENTRY and note.owner == elf.XEN:
                return int.from_bytes(note.desc, "little")
    for note in image.section_notes or []:
        if note.kind == elf.NOTE_PHYS32_ENTRY:
            return int.from_bytes(note.desc, "little")
    raise ValueError("the image has no entry note")


def paint(pieces):
    """Merges overlapping and adjacent pieces, later ones first: QEMU refuses overlaps."""
    areas = []
    for address, data in pieces:
        if not data:
            continue
        start, end = address, address + len(data)
        joined = [area for area in areas if area[0] <= end and start <= area[0] + len(area[1])]
        low = min([start] + [area[0] for area in joined])
        high = max([end] + [area[0] + len(area[1]) for area in joined])
        content = bytearray(high - low)
        for area in joined:
            content[area[0] - low : area[0] - low + len(area[1])] = area[1]
        content[start - low : end - low] = data
        areas = [area for area in areas if area not in joined] + [(low, bytes(content))]
    return areas
