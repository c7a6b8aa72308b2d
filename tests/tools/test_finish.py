# SPDX-License-Identifier: BSD-2-Clause
"""The build's last check of the EFI binary refuses a layout that ukify or shim would refuse."""

import importlib.util
import struct

import pytest
from conftest import TOOLS

PAGE = 0x1000
SECTIONS = (b".text", b".reloc", b".rodata", b".sbat", b".data")
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
    ({"gap_before": b".data"}, "a gap in the file before .data, at 0x5000"),
    ({"tail": b"symbols"}, "data behind the last section, at 0x6000"),
])
def test_a_layout_that_tools_refuse_fails_the_build(finish, fields, fault):
    assert list(finish.layout_faults(finish.Binary(binary(**fields)))) == [fault]


def test_room_for_exactly_as_many_sections_is_enough(finish):
    table = NEW_HEADER + 24 + OPTIONAL_SIZE + 40 * len(SECTIONS)
    size = table + 40 * finish.ROOM_FOR_SECTIONS
    assert list(finish.layout_faults(finish.Binary(binary(size)))) == []
    assert len(list(finish.layout_faults(finish.Binary(binary(size - 1))))) == 1
