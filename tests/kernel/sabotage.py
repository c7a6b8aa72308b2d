# SPDX-License-Identifier: BSD-2-Clause
"""Boots with one error each, and the checks that must then fail."""

from dataclasses import dataclass, field

import elffile as elf
import mock
import shapes
from mock import BOOT_INFO, MIB, MODULES

PAGE = elf.PAGE


@dataclass
class Case:
    """change is applied to a correct scene, which is made with these fields."""

    name: str
    failing: tuple
    change: object
    shape: object = shapes.tk32n4
    fields: dict = field(default_factory=dict)


def leave_as_it_is(scene):
    """For cases where the fields are the error."""


def case(name, failing, change=leave_as_it_is, shape=shapes.tk32n4, **fields):
    failing = failing.split() if isinstance(failing, str) else failing
    return Case(name, tuple(failing), change, shape, fields)


# ------------------------------------------------------------------------------------------------
# The processor


def state(name, failing, **values):
    return case(name, failing, lambda scene: scene.state.update(values))


def descriptor(name, register, value):
    """The register is loaded with its own descriptor."""

    def change(scene):
        scene.gdt[mock.SPARE // 8] = value
        scene.state[register] = mock.SPARE

    return case(name, register, change)


STATE = (
    state("write-protect", "cr0", cr0=0x10011),
    state("numeric-error", "cr0", cr0=0x31),
    state("physical-address-extension", "cr4", cr4=0x20),
    state("fxsave", "cr4", cr4=0x200),
    state("long-mode-enabled", "efer", efer=0x100),
    state("no-execute-enabled", "efer", efer=0x800),
    state("parity-flag", "eflags", eflags=6),
    state("direction-flag", "eflags", eflags=0x402),
    state("interrupts-on", "eflags", eflags=0x202),
    state("primary-pic-open", "pic-masked", pic_primary=0xFB),
    state("secondary-pic-open", "pic-masked", pic_secondary=0xFE),
    state("null-es", "es", es=0),
    state("no-task-register", "tr", tr=0),
    state("task-register-beyond-gdt", "tr", gdt_limit_at_entry=0x17),
    state("lapic-off", "lapic-enabled", apic_base=0xFEE00000),
    descriptor("code-not-readable", "cs", mock.FLAT_CODE & ~(2 << 40)),
    descriptor("code-with-limit", "cs", mock.FLAT_CODE & ~(8 << 48)),
    descriptor("data-with-limit", "ds", mock.FLAT_DATA & ~(8 << 48)),
    descriptor("data-16-bit", "es", mock.FLAT_DATA & ~(4 << 52)),
    descriptor("data-is-code", "es", mock.FLAT_CODE),
    descriptor("stack-16-bit", "ss", mock.FLAT_DATA & ~(4 << 52)),
    descriptor("stack-with-base", "ss", mock.FLAT_DATA | 0x10 << 16),
    descriptor("tss-16-bit", "tr", mock.TSS & ~(8 << 40)),
    descriptor("tss-with-base", "tr", mock.TSS | 0x1000 << 16),
    descriptor("tss-with-limit", "tr", mock.TSS | 0xFFFF),
)

# ------------------------------------------------------------------------------------------------
# The image


def flipped(name, failing, segment, offset):
    """One bit of a segment differs from the file."""

    def change(scene):
        data = bytearray(scene.image.segments[segment].data)
        data[offset(scene) if callable(offset) else offset] ^= 0x40
        scene.image.segments[segment].data = bytes(data)

    return case(name, failing, change)


def unused_text(scene):
    """Flips bits only in code that is not run, so that the kernel can report it."""
    return scene.image.segments[0].data.index(b"is not in the GDT")


def end_of_table(scene):
    return scene.image.segments[0].data.index(mock.TABLE_END) + len(mock.TABLE_END) - 1


def dirty(name, failing, segment, before):
    """A bss has a byte that is not zero, preceded by `before` zeros."""

    def change(scene):
        spoiled = scene.image.segments[segment]
        last = spoiled.mem_size - len(spoiled.data) - 1
        spoiled.data += bytes(last if before is None else before) + b"\1"

    return case(name, failing, change)


def more_ram(scene):
    scene.memmap[3][1] += 1024 * MIB


IMAGE = (
    flipped("flipped-body", "segment-0-data", 0, unused_text),
    flipped("flipped-first-byte", "segment-1-data", 1, 0),
    flipped("flipped-last-byte", "segment-3-data", 3, -1),
    flipped("flipped-table", "image-table", 0, end_of_table),
    flipped("flipped-note", "note-unchanged segment-7-data", 7, 3),
    dirty("dirty-first-byte", "segment-2-bss", 2, 0),
    dirty("dirty-last-byte", "segment-2-bss", 2, None),
    dirty("dirty-last-byte-of-three", "segment-6-bss", 6, 2),
    dirty("dirty-without-data", "segment-4-bss", 4, 0x8001),
    dirty("dirty-own-bss", "own-bss", 0, 0x5000),
    dirty("dirty-behind-own-bss", "segment-0-bss", 0, None),
    case("moved-without-note", "image-place", delta=MIB),
    case("moved-misaligned", "image-place", shape=shapes.tkreloc, delta=32 * MIB),
    case("moved-too-low", "image-place", shape=shapes.tkreloc, delta=13 * MIB),
    case("moved-too-high", "image-place", more_ram, shapes.tkreloc, delta=1023 * MIB,
         ram_size=1280),
    case("moved-unexpectedly", "relocated", shape=shapes.tkreloc, delta=31 * MIB,
         cmdline=b"pvhtest.reloc=0"),
    case("not-moved", "relocated", cmdline=b"pvhtest.reloc=1"),
)

# ------------------------------------------------------------------------------------------------
# start_info and the command line

NO_START_INFO = "start-info-magic memmap-entries gdt-in-ram"
# The checks that need the memory map and fail without it.
NO_MEMMAP = "memmap-entries cmdline-readable boot-info-in-ram gdt-in-ram modules-in-ram mcfg-0-reserved"


def start_info(name, failing, **values):
    return case(name, failing, lambda scene: scene.info.update(values))


def misaligned_start_info(scene):
    scene.start_info_at += 4
    scene.state["ebx"] += 4


def cmdline_far_from_the_rest(scene):
    scene.info["cmdline_paddr"] = BOOT_INFO + MIB


def cmdline_before_hole(scene):
    scene.info["cmdline_paddr"] = BOOT_INFO + 0xF00
    leave_out(scene.memmap, BOOT_INFO + PAGE, PAGE)


START_INFO = (
    state("start-info-null", "start-info-address " + NO_START_INFO, ebx=0),
    state("start-info-elsewhere", NO_START_INFO, ebx=BOOT_INFO + 8),
    start_info("magic", NO_START_INFO, magic=0x336EC579),
    case("start-info-misaligned", "start-info-address", misaligned_start_info),
    state("start-info-in-rom", "start-info-writable boot-info-one-page boot-info-in-ram",
          ebx=mock.LOOK_IN_OPTION_ROMS),
    start_info("version-0", "start-info-version " + NO_MEMMAP, version=0),
    start_info("version-2", "start-info-version", version=2),
    start_info("flags", "start-info-flags", flags=1),
    start_info("reserved", "start-info-reserved", reserved=1),
    start_info("cmdline-null", "cmdline-address cmdline-terminated boot-info-one-page "
               "boot-info-outside-scratch", cmdline_paddr=0),
    start_info("cmdline-above-4g", "cmdline-terminated boot-info-below-1g boot-info-one-page "
               "boot-info-in-ram", cmdline_paddr=5 << 30),
    case("cmdline-endless", "cmdline-terminated", cmdline_far_from_the_rest,
         cmdline=b"x" * 0x10001),
    case("cmdline-few-zeros", "cmdline-zero-bytes", cmdline_end=bytes(7) + b"x"),
    case("cmdline-before-hole", "cmdline-readable", cmdline_before_hole),
)

# ------------------------------------------------------------------------------------------------
# The memory map


def memmap(name, failing, change):
    return case(name, failing, lambda scene: change(scene.memmap))


def leave_out(rows, start, size):
    """Removes a range from the RAM entry that contains it."""
    for number, (address, length, kind, reserved) in enumerate(rows):
        if kind == 1 and address < start and start + size < address + length:
            rest = address + length - start - size
            rows[number][1] = start - address
            rows.insert(number + 1, [start + size, rest, kind, reserved])
            return
    raise ValueError(f"{start:#x} is inside no RAM entry")


def append(*row):
    return lambda rows: rows.append(list(row))


def fill_up(rows):
    while len(rows) < 127:
        rows.append([0xC1000000 + len(rows) * 0x2000, 0x1000, 2, 0])


def keep_one(rows):
    rows[:] = [[0, mock.RAM_END, 1, 0]]


def put(number, column, value):
    return lambda rows: rows[number].__setitem__(column, value)


def split_first(rows):
    rows.insert(1, [0x50000, rows[0][1] - 0x50000, 1, 0])
    rows[0][1] = 0x50000


MEMMAP = (
    start_info("memmap-misaligned", "memmap-address", memmap_paddr=BOOT_INFO + 0x2004),
    start_info("memmap-null", "memmap-address boot-info-outside-scratch boot-info-one-page "
               + NO_MEMMAP, memmap_paddr=0),
    start_info("memmap-empty", NO_MEMMAP, memmap_entries=0),
    memmap("memmap-127-entries", "memmap-entries", fill_up),
    memmap("memmap-one-entry", "memmap-entries memmap-legacy-hole rsdp-not-in-ram "
           "mcfg-0-reserved", keep_one),
    memmap("memmap-empty-entry", "memmap-bounds", append(0xD0000000, 0, 2, 0)),
    memmap("memmap-wraps", "memmap-bounds", append((1 << 64) - 0x1000, 0x2000, 2, 0)),
    memmap("memmap-ends-at-2-64", "memmap-bounds", append((1 << 64) - 0x1000, 0x1000, 2, 0)),
    memmap("memmap-type-0", "memmap-types", append(0xD0000000, 0x1000, 0, 0)),
    memmap("memmap-type-6", "memmap-types", append(0xD0000000, 0x1000, 6, 0)),
    memmap("memmap-reserved-field", "memmap-reserved", put(2, 3, 1)),
    memmap("memmap-ram-in-hole", "memmap-legacy-hole", put(0, 1, 0xA1000)),
    memmap("memmap-unsorted", "memmap-sorted", lambda rows: rows.append(rows.pop(0))),
    memmap("memmap-overlap", "memmap-disjoint", put(2, 1, 0x2000)),
    memmap("memmap-unmerged", "memmap-merged", split_first),
    memmap("memmap-no-low-ram", "memmap-low-ram", lambda rows: rows.pop(0)),
    memmap("memmap-hole-in-image", "image-in-ram",
           lambda rows: leave_out(rows, 0x1100000, PAGE)),
)

# ------------------------------------------------------------------------------------------------
# Where the boot info is

GAP_IN_IMAGE = 0x1080000
MOVED = "boot-info-one-page "


def behind_image(scene):
    scene.info["memmap_paddr"] = elf.align_up(scene.span[1], 8) + 0x1000


def share_cmdline(scene):
    for module in scene.modules:
        module.cmdline, module.cmdline_paddr = b"shared", BOOT_INFO + 0x600


def high_memmap(scene):
    more_ram(scene)
    scene.info["memmap_paddr"] = 1 << 30


PLACE = (
    case("boot-info-high", MOVED + "boot-info-below-1g", high_memmap, ram_size=1280),
    start_info("boot-info-apart", MOVED, memmap_paddr=BOOT_INFO + 2 * MIB),
    start_info("boot-info-in-gap", MOVED + "boot-info-outside-image", memmap_paddr=GAP_IN_IMAGE),
    case("boot-info-behind-image", MOVED + "boot-info-not-after-image", behind_image),
    case("boot-info-low", MOVED + "boot-info-outside-scratch",
         lambda scene: vars(scene.modules[0]).update(cmdline_paddr=0x5000)),
    case("boot-info-in-page-tables", MOVED + "boot-info-outside-scratch",
         lambda scene: vars(scene.modules[0]).update(cmdline_paddr=0x93ff8)),
    memmap("boot-info-not-ram", "boot-info-in-ram cmdline-readable",
           lambda rows: leave_out(rows, BOOT_INFO, PAGE)),
    memmap("gdt-not-ram", "gdt-in-ram", lambda rows: leave_out(rows, mock.STUB, PAGE)),
    state("gdt-low", "gdt-outside-scratch", gdt_at_entry=0x5000),
    state("gdt-in-page-tables", "gdt-outside-scratch", gdt_at_entry=0x93fc0),
    case("boot-info-overlap", "boot-info-disjoint", share_cmdline),
)

# ------------------------------------------------------------------------------------------------
# The modules


def module(name, failing, **values):
    return case(name, failing, lambda scene: vars(scene.modules[0]).update(values))


def no_modules_but_list(scene):
    scene.modules = []
    scene.cmdline = b"pvhtest.modules=0"


def flipped_module(scene):
    scene.modules[0].data = b"\xff" + scene.modules[0].data[1:]


def module_behind_image(scene):
    scene.modules[0].paddr = elf.align_up(scene.span[1], PAGE)


def modules_overlap(scene):
    scene.modules[1].paddr = scene.modules[0].paddr + 0x3000


NUMBER = "modules-number "

MODULE = (
    case("modules-none-but-list", "modlist-absent", no_modules_but_list),
    case("modules-other-number", NUMBER, cmdline=b"pvhtest.modules=3"),
    start_info("modules-too-many", NUMBER + "modules-readable", nr_modules=300),
    start_info("modlist-misaligned", "modlist-address", modlist_paddr=BOOT_INFO + 0x404),
    start_info("modlist-null", "modlist-address modules-readable", modlist_paddr=0),
    module("module-empty", "module-0-bounds", size=0),
    module("module-above-4g", "module-0-bounds modules-in-ram", paddr=5 << 30),
    module("module-across-4g", "module-0-bounds modules-in-ram modules-away-from-boot-info "
           "modules-away-from-image modules-alone-in-their-pages", paddr=MIB, size=1 << 32),
    case("module-flipped", "module-0-checksum", flipped_module),
    module("module-cut", "module-0-checksum", data=mock.MODULE_DATA[1:]),
    module("module-empty-cmdline", "module-0-cmdline", cmdline=b""),
    module("module-reserved", "modules-reserved", reserved=1),
    module("module-misaligned", "modules-page-aligned", paddr=MODULES + 8),
    memmap("module-not-ram", "modules-in-ram", lambda rows: leave_out(rows, MODULES, PAGE)),
    module("module-low", "modules-outside-scratch", paddr=0x9000, data=b"low"),
    module("module-in-page-tables", "modules-outside-scratch", paddr=0x92000, data=b"low"),
    module("module-in-gap", "modules-away-from-image", paddr=GAP_IN_IMAGE),
    case("module-behind-image", "modules-away-from-image", module_behind_image),
    module("module-over-boot-info", "modules-away-from-boot-info", paddr=BOOT_INFO - PAGE,
           data=b"", size=PAGE + 1),
    case("modules-overlap", "modules-alone-in-their-pages module-0-checksum", modules_overlap),
)

# ------------------------------------------------------------------------------------------------
# ACPI


def acpi(name, failing, offset):
    """One byte of the tables is different."""

    def change(scene):
        data = bytearray(scene.acpi)
        data[offset] ^= 1
        scene.acpi = bytes(data)

    return case(name, failing, change)


def all_ram(rows):
    rows[1][1] = mock.RAM_END - MIB
    del rows[2:4]


TABLES = (
    start_info("rsdp-null", "rsdp-address", rsdp_paddr=0),
    start_info("rsdp-above-4g", "rsdp-address", rsdp_paddr=5 << 30),
    acpi("rsdp-signature", "rsdp-signature", 0),
    acpi("rsdp-first-checksum", "rsdp-checksum", 9),
    acpi("rsdp-second-checksum", "rsdp-checksum", 33),
    case("processor-missing", "processors-start", acpi=mock.acpi_tables(processors=(1, 1))),
    acpi("acpi-root-checksum", "acpi-root-table", mock.ROOT_TABLE + 20),
    memmap("rsdp-in-ram", "rsdp-not-in-ram", all_ram),
    memmap("mcfg-left-out", "mcfg-0-reserved", lambda rows: rows.pop()),
    memmap("mcfg-partly", "mcfg-0-reserved", put(-1, 1, 0x0FF00000)),
    memmap("mcfg-not-reserved", "mcfg-0-reserved", put(-1, 2, 4)),
)

# ------------------------------------------------------------------------------------------------
# The loader's own tables


def overlay(name, failing, change=leave_as_it_is, **fields):
    return case(name, failing, change, acpi=mock.acpi_tables(overlay=mock.Overlay(**fields)))


def leave_acpi(rows, size):
    """The tables' memory ends after `size` bytes; what follows is RAM."""
    rows[2][1] = size
    rows[3][:2] = [mock.ACPI + size, mock.RAM_END - mock.ACPI - size]


def make_acpi_low(rows, start):
    leave_out(rows, start, PAGE)
    rows.insert(1, [start, PAGE, 3, 0])


OVERLAY = (
    overlay("overlay-not-in-rsdt", "acpi-roots-agree", in_rsdt=False),
    overlay("overlay-without-memory", "coreboot-memory", memory=(0, 0)),
    overlay("overlay-short-memory", "coreboot-memory", memory=(mock.ACPI + mock.COREBOOT, 23)),
    overlay("overlay-other-memory", "coreboot-header", memory=(mock.ACPI + mock.LOG, 64)),
    overlay("coreboot-longer-than-memory", "coreboot-header", header={"table_bytes": 4096}),
    overlay("coreboot-header-bytes", "coreboot-header", header={"header_bytes": 28}),
    overlay("coreboot-header-checksum", "coreboot-header-checksum", header={"header_checksum": 1}),
    overlay("coreboot-checksum", "coreboot-checksum", header={"table_checksum": 1}),
    overlay("coreboot-entries", "coreboot-records", header={"entries": 3}),
    overlay("overlay-roots-in-ram", "acpi-own-reserved",
            lambda scene: leave_acpi(scene.memmap, mock.SMALL_ROOT_TABLE)),
    overlay("overlay-under-a-module", "acpi-own-place coreboot-place log-place modules-in-ram",
            lambda scene: vars(scene.modules[0]).update(paddr=mock.ACPI - PAGE, data=b"", size=2 * PAGE)),
    overlay("coreboot-in-ram", "acpi-own-reserved coreboot-reserved log-reserved framebuffer-not-in-ram",
            lambda scene: leave_acpi(scene.memmap, mock.COREBOOT)),
    overlay("framebuffer-pitch", "framebuffer-size", framebuffer={"pitch": 31}),
    overlay("framebuffer-height", "framebuffer-size", framebuffer={"height": 0}),
    overlay("framebuffer-in-ram", "framebuffer-not-in-ram", framebuffer={"paddr": mock.MODULES}),
    overlay("log-null", "log-address", log=0),
    overlay("log-low", "log-place", lambda scene: make_acpi_low(scene.memmap, 0x50000), log=0x50000),
    overlay("log-above-4g", "log-address", log=5 << 30),
    overlay("log-cursor", "log-size", log_cursor=0x81),
    overlay("log-across-4g", "log-size", log_size=0xFFFFFFFF),
    overlay("log-beyond-tables", "log-reserved", log_size=0x1000),
)

# There is no TPM on the test's machine.
TPM = (case("no-tpm", "tpm", cmdline=b"pvhtest.tpm"),)

CASES = STATE + IMAGE + START_INFO + MEMMAP + PLACE + MODULE + TABLES + OVERLAY + TPM
