# SPDX-License-Identifier: BSD-2-Clause
"""Every row of rows.py boots, and its kernel reports what the row gave it."""

import hashlib
import zlib

import pytest

import memory
import report
import rows
from artifacts import is_linux

# What OVMF keeps for itself: its runtime drivers, ACPI tables, and SMRAM.
FIRMWARE_SHARE = 40 << 20
OVERLAY_SIZE = 17 * 4096  # a page of tables, and the log
EXIT_OF_PASS = 33
LOADER_TYPE_OF_PVH = "176"


def parameters(table):
    """Rows as pytest parameters, the slow ones marked."""
    return [pytest.param(row, id=row.name, marks=[pytest.mark.slow] if row.slow else [])
            for row in table]


def padded(data):
    return data + bytes(-len(data) % 4)


def expected_modules(what):
    """(size, CRC-32, command line) of each module that the kernel has to find."""
    modules = []
    if what.initrds:
        *first, last = what.initrds
        initrd = b"".join(map(padded, first)) + last
        modules.append((initrd, ""))
    modules += [(data, arguments) for data, arguments in what.modules]
    return [(len(data), zlib.crc32(data), arguments) for data, arguments in modules]


def check_memory_map(row, entries, serial):
    """The RAM is all there; where the shell printed its map, every entry is right."""
    total = row.machine.memory << 20
    assert total - FIRMWARE_SHARE <= memory.ram(entries) <= total
    if row.memory_map:
        wanted = memory.expected(report.shell_memory_map(serial))
        found, overlay = memory.without_overlay(memory.without_isa_hole(memory.merged(entries)), wanted)
        assert found == wanted
        assert overlay == OVERLAY_SIZE


def check_test_kernel(row, what, result):
    """The test kernel is content, and reports what the row gave it."""
    found = report.test_kernel(report.plain(result.serial))
    assert found.verdict, "the test kernel did not come to its verdict"
    assert found.failed == []
    assert result.status == EXIT_OF_PASS
    assert found.values["cmdline"] == row.cmdline
    assert found.modules == expected_modules(what)
    check_memory_map(row, found.memory_map, result.serial)


@pytest.mark.parametrize("row", parameters(
    [row for row in rows.ALL if not is_linux(row.kernel)]))
def test_test_kernel(row, boot):
    check_test_kernel(row, *boot.row(row))


def check_payloads(what, found):
    """Every file of every initrd arrived whole."""
    wanted = {str(number): hashlib.md5(data).hexdigest()
              for number, data in enumerate(what.payloads)}
    assert found.checksums == wanted


def check_linux(row, what, result):
    """Linux and /init report what the row gave them; returns the report."""
    found = report.linux(result.serial)
    assert "done" in found.values, "Linux did not come to the end of /init"
    assert found.values["release"].startswith(row.kernel.partition("-")[0] + ".")
    assert found.values["loader"] == LOADER_TYPE_OF_PVH
    assert found.values["cmdline"] == row.cmdline
    assert found.values["cpus"] == str(row.machine.cpus)
    assert found.rsdp and found.values["acpi"] == "yes"
    assert "efi" not in found.values
    assert found.complaints == [] or row.options == ("--overwrite-acpi-nvs",)
    check_payloads(what, found)
    check_memory_map(row, found.memory_map, result.serial)
    return found


@pytest.mark.parametrize("row", parameters([row for row in rows.ALL if is_linux(row.kernel)]))
def test_linux(row, boot):
    check_linux(row, *boot.row(row))
