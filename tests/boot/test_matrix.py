# SPDX-License-Identifier: BSD-2-Clause
"""The boot matrix: it has every pair that it claims, and each of its rows boots, or is refused in one line."""

from itertools import combinations, product

import pytest

import matrix
import media
import qemu
import report
import rows
import scenario
import variables
from artifacts import LOADER, kernel_path, required
from test_boots import EXIT_OF_PASS, check_linux, check_test_kernel

MIB = 1 << 20

# What QEMU may take of its host, whatever RAM the guest believes to have: the test kernels touch little of it.
HOST_MEMORY = 1024 * MIB

BOOTS_IN_A_ROW = 100
PARTS = 4

# The rows of `make check-boot`, by firmware: others than those of rows.py.
IN_SHORT_RUN = {"bookworm-2m", "trixie", "trixie-strict-nx"}


def possible(machine):
    """Whether the machine can be had, by the words of matrix.IMPOSSIBLE."""
    return not any(machine[one] in firsts and machine[other] in seconds
                   for one, firsts, other, seconds, _ in matrix.IMPOSSIBLE)


def every_machine():
    """The full product, which is what the pairs stand for."""
    every = (dict(zip(matrix.AXES, values)) for values in product(*matrix.AXES.values()))
    return [machine for machine in every if possible(machine)]


def pairs(machines):
    return {(one, machine[one], other, machine[other])
            for machine in machines for one, other in combinations(matrix.AXES, 2)}


def values(row):
    return {axis: getattr(row.machine, axis) for axis in matrix.AXES}


def test_every_pair_that_can_be_had_is_met_by_the_test_kernel():
    assert pairs(map(values, matrix.TEST_KERNEL)) == pairs(every_machine())


def test_only_the_pairs_that_are_named_cannot_be_had():
    every = {(one, first, other, second) for one, other in combinations(matrix.AXES, 2)
             for first, second in product(matrix.AXES[one], matrix.AXES[other])}
    missing = {frozenset(((one, first), (other, second)))
               for one, first, other, second in every - pairs(every_machine())}
    assert missing == matrix.excluded()
    assert all(reason for *_, reason in matrix.IMPOSSIBLE)


def test_every_value_is_met_by_linux():
    for axis, wanted in matrix.AXES.items():
        found = {getattr(row.machine, axis) for row in matrix.LINUX}
        assert found == set(wanted) - {matrix.SMALLEST}, axis


def test_linux_boots_on_a_third_of_the_machines_that_have_the_memory():
    fit = [machine for machine in matrix.MACHINES if machine["memory"] > matrix.SMALLEST]
    assert len(matrix.LINUX) * 3 >= len(fit)


def test_every_shape_is_met_and_each_way_to_start():
    table = [row for row in matrix.TEST_KERNEL if not matrix.is_refused(row)]
    assert {row.kernel for row in table} == {*matrix.LOW, *matrix.HIGH, matrix.LARGE}
    assert {row.start for row in table} == {"entry", "boot-option", "iso"}
    assert {row.machine.firmware for row in table if row.options} == {
        name for name in matrix.AXES["firmware"] if qemu.FIRMWARES[name].smm and qemu.FIRMWARES[name].s3}


def test_the_smallest_memory_is_met_both_ways():
    table = [row for row in matrix.TEST_KERNEL if row.machine.memory == matrix.SMALLEST]
    assert {matrix.is_refused(row) for row in table} == {True, False}


def test_names_are_unique():
    names = [row.name for row in matrix.TEST_KERNEL + matrix.LINUX]
    assert len(names) == len(set(names))


def parameters(table):
    """Rows as pytest parameters: of each firmware in IN_SHORT_RUN the first is not slow."""
    firmwares, found = set(), []
    for row in table:
        name = row.machine.firmware
        short = name in IN_SHORT_RUN - firmwares
        firmwares.add(name)
        found.append(pytest.param(row, id=row.name, marks=[] if short else [pytest.mark.slow]))
    return found


@pytest.mark.parametrize("row", parameters(
    [row for row in matrix.TEST_KERNEL if not matrix.is_refused(row)]))
def test_test_kernel(row, boot):
    what, result = boot.row(row)
    check_test_kernel(row, what, result)
    assert 0 < result.host_memory < HOST_MEMORY


@pytest.mark.slow
@pytest.mark.parametrize("row", matrix.LINUX, ids=lambda row: row.name)
def test_linux(row, boot):
    check_linux(row, *boot.row(row))


@pytest.mark.slow
@pytest.mark.parametrize("row", filter(matrix.is_refused, matrix.TEST_KERNEL), ids=lambda row: row.name)
def test_refused_in_one_line_and_the_firmware_goes_on(row, boot):
    """What the firmware goes on to is a small kernel, which takes a look at what is left behind."""
    image = boot.folder(row.name) / "image"
    partition = media.write_disk(image, {
        scenario.INSTALLED: required(LOADER), "kernel.elf": kernel_path(row.kernel),
        "next.elf": kernel_path("tksmall")})
    options = [scenario.installed_option(partition, variables.utf16(text))
               for text in ("\\kernel.elf", "\\next.elf went=on")]
    store = variables.add_boot_options(qemu.firmware_variables(row.machine), options)
    result = boot.run(row.name, row.machine, image, store)
    lines = report.boot_option_lines(report.plain(result.serial))
    assert len(lines) == 1, lines
    assert all(fragment in lines[0] for fragment in matrix.REFUSAL), lines
    found = report.test_kernel(report.plain(result.serial))
    assert found.failed == [] and found.values["cmdline"] == "went=on"
    assert result.status == EXIT_OF_PASS


AGAIN = rows.row("again", "tksmall", "boot-option", "q35", 128, 1, "qemu64", "virtio",
                 cmdline="boots in a row", payloads=(4097,))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_boots_again_and_again(part, boot):
    """A hundred boots of one machine from one image, in parts that can go on side by side: all come out the same."""
    what = scenario.given(AGAIN)
    image, store = scenario.prepare(AGAIN, what, boot.folder(f"again-{part}"))
    for _ in range(BOOTS_IN_A_ROW // PARTS):
        result = boot.run(f"again-{part}", AGAIN.machine, image, store)
        check_test_kernel(AGAIN, what, result)
        boot.logs.clear()   # of those that went well
