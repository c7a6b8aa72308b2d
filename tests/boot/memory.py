# SPDX-License-Identifier: BSD-2-Clause
"""The memory map that a kernel must get, computed from the one that the UEFI shell prints.

The rules are those of the design, implemented independently of the loader.
"""

MIB = 1 << 20
HOLE = (0xa0000, 0x100000)
SMALL_MMIO = 256 << 10

RAM_TYPES = ("LoaderCode", "LoaderData", "BS_Code", "BS_Data", "Available")
OTHER_TYPES = {"Reserved": 2, "RT_Code": 2, "RT_Data": 2, "ACPI_Recl": 3, "ACPI_NVS": 4,
               "Unusable": 5, "Persistent": 7, "MMIO_Port": 2, "PalCode": 2, "Unaccepted": 2}


def merged(ranges):
    """(type, start, end) sorted, neighbours of one type joined."""
    result = []
    for kind, start, end in sorted(ranges, key=lambda entry: entry[1]):
        if result and result[-1][0] == kind and result[-1][2] == start:
            result[-1] = (kind, result[-1][1], end)
        else:
            result.append((kind, start, end))
    return result


def _type(kind, start, end):
    if kind in RAM_TYPES:
        return 1
    if kind == "MMIO":
        return 2 if end - start < SMALL_MMIO else None
    return OTHER_TYPES[kind]


def _outside_hole(start, end):
    pieces = ((start, min(end, HOLE[0])), (max(start, HOLE[1]), end))
    return [piece for piece in pieces if piece[0] < piece[1]]


def expected(shell_map):
    """The table that must result from the shell's memory map."""
    entries = []
    for name, start, end in shell_map:
        kind = _type(name, start, end)
        if kind == 1:
            entries += [(1, *piece) for piece in _outside_hole(start, end)]
        elif kind is not None:
            entries.append((kind, start, end))
    return merged(entries)


def without_isa_hole(entries):
    """Linux adds a reserved entry of its own there."""
    return [entry for entry in entries if entry[1:] != HOLE]


def without_overlay(entries, wanted):
    """With the ACPI overlay as RAM: the one range of ACPI's memory where WANTED has RAM, and its size."""
    (overlay,) = [entry for entry in entries if entry[0] == 3 and
                  any(kind == 1 and start <= entry[1] and entry[2] <= end for kind, start, end in wanted)]
    kept = [entry for entry in entries if entry != overlay]
    return merged([*kept, (1, *overlay[1:])]), overlay[2] - overlay[1]


def ram(entries):
    """Bytes of RAM in a table."""
    return sum(end - start for kind, start, end in entries if kind == 1)
