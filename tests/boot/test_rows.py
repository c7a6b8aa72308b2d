# SPDX-License-Identifier: BSD-2-Clause
"""The table of boots covers what it is meant to cover."""

import itertools

import callers
import rows
from artifacts import LINUX_KERNELS

BOARDS = ("q35", "pc")
MEMORY = (128, 256, 1024, 3072, 5120)
CPUS = (1, 2, 4)
CPU = ("qemu64", "max")
MEDIA = {"q35": ("virtio", "ahci", "nvme", "usb"), "pc": ("virtio", "ide", "nvme", "usb")}
STARTS = ("entry", "boot-option", "shell", "systemd-boot", "grub")
SHAPES = ("tk32n4", "tk32n8", "tk64n4", "tk64n8", "tkx32", "tkreloc", "tkbig", "tksmall",
          "tkdyn", "tksections")


def of_machines(table, *names):
    return {tuple(getattr(row.machine, name) for name in names) for row in table}


def test_names_are_unique():
    names = [row.name for row in rows.ALL + rows.U_BOOT_LINUX + rows.PACKED + rows.CALLERS]
    assert len(names) == len(set(names))


def test_every_value_is_met_by_the_test_kernel():
    table = rows.TEST_KERNEL
    assert {row.kernel for row in table} >= set(SHAPES)
    assert {row.start for row in table} >= set(STARTS)


def test_every_value_is_met_in_the_short_run():
    table = [row for row in rows.TEST_KERNEL if not row.slow]
    assert {row.kernel for row in table} >= set(SHAPES)
    assert {row.start for row in table} >= set(STARTS)
    assert of_machines(table, "board") == {(board,) for board in BOARDS}
    assert of_machines(table, "cpu") == {(cpu,) for cpu in CPU}
    assert of_machines(table, "medium") >= {(medium,) for media in MEDIA.values() for medium in media}


def test_hardware_is_met_in_pairs_by_the_test_kernel():
    table = rows.TEST_KERNEL
    media = {(board, medium) for board in BOARDS for medium in MEDIA[board]}
    assert of_machines(table, "board", "medium") >= media
    for one, other in (("board", BOARDS), ("cpu", CPU)):
        for name, values in (("memory", MEMORY), ("cpus", CPUS)):
            wanted = set(itertools.product(other, values))
            assert of_machines(table, one, name) >= wanted, (one, name)


def test_every_start_meets_every_board():
    found = {(row.start, row.machine.board) for row in rows.TEST_KERNEL}
    assert found >= set(itertools.product(STARTS, BOARDS))


def test_linux_meets_every_value_in_the_short_run():
    table = [row for row in rows.LINUX if not row.slow]
    assert of_machines(table, "board") == {(board,) for board in BOARDS}
    assert of_machines(table, "memory") >= {(size,) for size in MEMORY}
    assert of_machines(table, "cpus") >= {(count,) for count in CPUS}
    assert of_machines(table, "medium") >= {("virtio",), ("ahci",), ("nvme",), ("usb",), ("ide",)}
    assert {row.start for row in table} == set(STARTS)


def test_every_container_is_met_and_the_common_ones_in_the_short_run():
    assert {packer for row in rows.PACKED for packer in row.packers} == {
        "gz", "xz", "zst", "zst-stream", "lz4", "lz4-legacy"}
    table = [row for row in rows.PACKED if not row.slow]
    assert {row.kernel for row in table if row.form == "vmlinuz"} == set(LINUX_KERNELS)
    assert {row.packers for row in table if row.form == "vmlinux"} >= {("gz",), ("zst",), ("lz4",)}


def test_every_caller_is_met():
    assert {row.start for row in (*rows.CALLERS, rows.KERNEL_INSTALL)} == set(callers.SETUPS)
