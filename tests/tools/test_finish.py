# SPDX-License-Identifier: BSD-2-Clause
"""The build's last check of the EFI binary refuses a layout that ukify or shim would refuse."""

import importlib.util
import struct

import pytest
from conftest import TOOLS

PAGE = 0x1000
SECTIONS = (b".text", b".rodata", b".sbat", b".data", b".reloc")
OPTIONAL_SIZE = 240
NEW_HEADER = 0x80


@pytest.fixture(scope="module")
def finish():
    specification = importlib.util.spec_from_file_location("finish", TOOLS.parent / "efi" / "finish.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def binary(headers_size=PAGE, gap_before=None, tail=b""):
    """A PE file with a page in each section, and a page between two of them if asked to."""
    headers = bytearray(headers_size)
    headers[:2], headers[NEW_HEADER:NEW_HEADER + 4] = b"MZ", b"PE\0\0"
    struct.pack_into("<I", headers, 0x3c, NEW_HEADER)
    struct.pack_into("<HHIIIHH", headers, NEW_HEADER + 4, 0x8664, len(SECTIONS), 0, 0, 0, OPTIONAL_SIZE, 0)
    optional = NEW_HEADER + 24
    struct.pack_into("<I", headers, optional + 60, headers_size)
    offset, content = headers_size, b""
    for number, name in enumerate(SECTIONS):
        if name == gap_before:
            content += bytes(PAGE)
            offset += PAGE
        struct.pack_into("<8sIIII", headers, optional + OPTIONAL_SIZE + 40 * number,
                         name, PAGE, PAGE * (number + 1), PAGE, offset)
        content += name.ljust(PAGE, b"\0")
        offset += PAGE
    return headers + content + tail


def test_what_the_build_makes_is_accepted(finish):
    assert list(finish.layout_faults(finish.Binary(binary()))) == []


@pytest.mark.parametrize("fields, fault", [
    ({"headers_size": 0x800 - 0x80}, "no room for 40 more section headers"),
    ({"gap_before": b".text"}, "a gap in the file before .text, at 0x1000"),
    ({"gap_before": b".data"}, "a gap in the file before .data, at 0x4000"),
    ({"tail": b"symbols"}, "data behind the last section, at 0x6000"),
])
def test_a_layout_that_tools_refuse_fails_the_build(finish, fields, fault):
    assert list(finish.layout_faults(finish.Binary(binary(**fields)))) == [fault]


def test_room_for_exactly_as_many_sections_is_enough(finish):
    table = NEW_HEADER + 24 + OPTIONAL_SIZE + 40 * len(SECTIONS)
    size = table + 40 * finish.ROOM_FOR_SECTIONS
    assert list(finish.layout_faults(finish.Binary(binary(size)))) == []
    assert len(list(finish.layout_faults(finish.Binary(binary(size - 1))))) == 1


@pytest.mark.parametrize("places, blocks", [
    ([], []),
    ([0x2008], [(0x2000, [0x2008], 1)]),
    ([0x3ff8, 0x2010, 0x2008, 0x4000], [(0x2000, [0x2008, 0x2010], 0), (0x3000, [0x3ff8], 1), (0x4000, [0x4000], 1)]),
])
def test_base_relocations_are_grouped_by_pages_and_padded_to_four_bytes(finish, places, blocks):
    content = finish.base_relocations(places, 10)
    for page, inside, padding in blocks:
        entries = [10 << 12 | place - page for place in inside] + [0] * padding
        expected = struct.pack(f"<II{len(entries)}H", page, 8 + 2 * len(entries), *entries)
        assert content[:len(expected)] == expected
        content = content[len(expected):]
    assert content == b""


def test_packed_sections_keep_their_content_and_lie_one_behind_the_other(finish):
    packed = finish.Binary(binary(tail=b""))
    before = {section.name: section.address for section in packed.sections}
    packed.set_base_relocations(finish.X64, finish.base_relocations([0x4000], 10))
    packed.pack()
    again = finish.Binary(packed.data)
    assert list(finish.layout_faults(again)) == []
    assert {section.name: section.address for section in again.sections} == before
    for section in again.sections[:-1]:
        assert packed.data[section.offset:].startswith(section.name.encode())
    assert again.sections[-1].virtual_size == 12 and len(again.data) == again.sections[-1].offset + finish.BLOCK
    directory = again.optional + finish.X64.directories + 8 * finish.BASE_RELOCATION_DIRECTORY
    assert struct.unpack_from("<II", again.data, directory) == (again.sections[-1].address, 12)


@pytest.mark.parametrize("machine, pointer", [("x64", "<Q"), ("ia32", "<I")])
def test_what_is_relocated_points_into_the_image(finish, machine, pointer):
    """As the firmware applies them: each place lies in a writable section, and its content in the image."""
    built = TOOLS.parent / "build" / machine / "pvhboot.efi"
    image = finish.Binary(bytearray(built.read_bytes()))
    reloc, data = image.sections[-1], image.sections[-2]
    blocks, end, count = reloc.offset, reloc.offset + reloc.virtual_size, 0
    while blocks < end:
        page, length = struct.unpack_from("<II", image.data, blocks)
        for entry, in struct.iter_unpack("<H", image.data[blocks + 8:blocks + length]):
            if entry == 0:
                continue
            place = page + (entry & 0xfff)
            assert data.address <= place < data.address + data.virtual_size
            value, = struct.unpack_from(pointer, image.data, data.offset + place - data.address)
            assert 0x1000 <= value < reloc.address
            count += 1
        blocks += length
    assert blocks == end and count > 100
