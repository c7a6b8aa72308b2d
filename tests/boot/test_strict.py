# SPDX-License-Identifier: BSD-2-Clause
"""Firmware that lets nobody execute a page that its owner did not make executable; see strict.c."""

import pytest

import media
import qemu
import report
import rows
import scenario
import variables
from artifacts import BUILD, required
from test_boots import check_test_kernel

STRICT = BUILD / "boot-tools" / "strict.efi"
STRICT_COMMAND = "\\EFI\\strict.efi"


def strict(firmware, kernel, **fields):
    return rows.row(f"strict-{firmware}-{kernel}", kernel, "boot-option", "q35", 256, 1, "qemu64", "virtio",
                    firmware=firmware, cmdline="no page is executable", payloads=(4097,), **fields)


ROWS = (
    strict("trixie-strict-nx", "tkreloc"),
    strict("forky-strict-nx", "tksmall"),
    strict("forky-strict-nx", "tk64n8", options=("--overwrite-acpi-nvs",)),
)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name, marks=[pytest.mark.slow] if number else [])
                                 for number, row in enumerate(ROWS)])
def test_boots_where_no_page_is_executable(row, boot):
    what = scenario.given(row)
    image = boot.folder(row.name) / "image"
    partition = media.write_disk(image, {**scenario.common_files(row, what),
                                         scenario.INSTALLED: required(scenario.LOADER),
                                         "EFI/strict.efi": required(STRICT)})
    option = variables.boot_option("strict", variables.file_path(partition, STRICT_COMMAND),
                                   variables.utf16(scenario.loader_options(row, what)))
    store = variables.add_boot_options(qemu.firmware_variables(row.machine), [option])
    result = boot.run(row.name, row.machine, image, store)
    assert "strict: no page can be executed" in report.plain(result.serial)
    check_test_kernel(row, what, result)
