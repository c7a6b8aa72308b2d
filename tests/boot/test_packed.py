# SPDX-License-Identifier: BSD-2-Clause
"""Kernels in containers, as they are: each boots as its ELF file does on the same machine."""

from dataclasses import replace

import pytest

import report
import rows
from test_boots import check_linux, parameters

NO_XEN = "Found no Xen signature!"


@pytest.fixture(scope="module")
def elf_reports():
    """What Linux said when it was started from its ELF file, by kernel, machine and initrd."""
    return {}


def elf_report(row, boot, known):
    key = (row.kernel, row.machine, row.payloads)
    if key not in known:
        elf = replace(row, name=f"{row.name}-as-elf", form="vmlinux", packers=())
        known[key] = check_linux(elf, *boot.row(elf))
    return known[key]


@pytest.mark.parametrize("row", parameters(rows.PACKED))
def test_boots_as_its_elf_file_does(row, boot, elf_reports):
    found = check_linux(row, *boot.row(row))
    elf = elf_report(row, boot, elf_reports)
    assert found.values == elf.values
    assert found.memory_map == elf.memory_map


def test_grub_for_xen_is_entered(boot):
    """Its own message shows that: it asks for a hypervisor, and there is none."""
    _, result = boot.row(rows.GRUB_FOR_XEN, until=NO_XEN)
    assert NO_XEN in result.debug
    assert report.plain(result.serial).count("pvhboot: ") == 0
