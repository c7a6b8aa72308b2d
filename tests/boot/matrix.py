# SPDX-License-Identifier: BSD-2-Clause
"""The boot matrix: every possible pair of values of a machine occurs in some row.

The rows are generated: pairwise() takes the next pair that no row has yet, and completes the row with
the values that add most of the other missing pairs. It is a pure function of AXES and IMPOSSIBLE, so
the rows are the same everywhere; test_matrix.py counts the pairs independently.
"""

from collections import Counter
from itertools import combinations, product

from qemu import FIRMWARES, Machine
from rows import CONSOLE, KIB, Row

AXES = {
    "firmware": ("bookworm", "bookworm-2m", "bookworm-smm", "bookworm-smm-s3-off", "bullseye", "trixie",
                 "trixie-strict-nx", "forky-strict-nx"),
    "memory": (96, 128, 192, 256, 512, 1024, 3072, 5120, 16384),
    "medium": ("virtio", "ahci", "ide", "nvme", "usb", "cd"),
    "cpu": ("qemu64", "max", "Nehalem", "Icelake-Server", "EPYC"),
    "cpus": (1, 2, 8),
    "board": ("q35", "pc"),
}

# Impossible combinations: (axis, values, axis, values, why).
SMM = tuple(name for name in AXES["firmware"] if FIRMWARES[name].smm)
IMPOSSIBLE = (
    ("firmware", SMM, "board", ("pc",), "OVMF has SMM on q35 only: pc has no TSEG"),
    ("firmware", SMM, "medium", ("ide",), "only pc has it"),
    ("medium", ("ahci",), "board", ("pc",), "its disks are at the IDE controller of the chipset"),
    ("medium", ("ide",), "board", ("q35",), "its disks are at the AHCI controller of the chipset"),
)


def excluded():
    """The pairs excluded by IMPOSSIBLE, each as a set of two (axis, value)."""
    return {frozenset(((one, first), (other, second)))
            for one, firsts, other, seconds, _ in IMPOSSIBLE
            for first, second in product(firsts, seconds)}


def pairs():
    """All pairs that must occur in some row, in the order of the axes."""
    impossible = excluded()
    found = (((one, first), (other, second)) for one, other in combinations(AXES, 2)
             for first, second in product(AXES[one], AXES[other]))
    return [pair for pair in found if frozenset(pair) not in impossible]


def pairs_of(values):
    """The pairs that a machine, a dict of axis to value, has."""
    return {frozenset(pair) for pair in combinations(values.items(), 2)}


def _fill(values, missing):
    """Complete a machine, axis by axis, with the value that adds most of the missing pairs."""
    impossible = excluded()
    for axis in AXES:
        if axis not in values:
            choices = [{**values, axis: value} for value in AXES[axis]]
            possible = [choice for choice in choices if not pairs_of(choice) & impossible]
            values = max(possible, key=lambda choice: len(pairs_of(choice) & missing))
    return {axis: values[axis] for axis in AXES}


def pairwise():
    """Machines, as dicts of axis to value, that together have all pairs."""
    missing = dict.fromkeys(map(frozenset, pairs()))    # a set that keeps its order
    machines = []
    while missing:
        machine = _fill(dict(next(iter(missing))), missing.keys())
        for pair in pairs_of(machine):
            missing.pop(pair, None)
        machines.append(machine)
    return machines


# The kernels are used in turn. These are linked to 1 or 2 MiB, below the ACPI NVS of SMM builds ...
LOW = ("tkreloc", "tksmall", "tkx32", "tkdyn", "tksections")
# ... and these to 16 MiB, within it: there they start only with --overwrite-acpi-nvs.
HIGH = ("tk32n4", "tk32n8", "tk64n4", "tk64n8")
OVERWRITE = ("--overwrite-acpi-nvs",)

# 64 MiB at 16 MiB: with 96 MiB of RAM, the firmware's runtime services are always in the way.
LARGE = "tkbig"
SMALLEST = min(AXES["memory"])
REFUSAL = ("kernel.elf", "it is linked at 0x1000000-", "is runtime services data on this machine")

# One in this many machines also boots Linux.
LINUX_EVERY = 3
FIXED_LINUX, MOVABLE_LINUX = "6.1-cloud", "6.12-cloud"


def has_nvs(machine):
    """Whether its firmware has ACPI NVS from 0x811000 for S3, where fixed kernels are linked."""
    firmware = FIRMWARES[machine.firmware]
    return firmware.smm and firmware.s3


def _row(number, machine, kernel, **fields):
    """A row; a CD is pvhboot-mkimage's, anything else starts by an entry or by a boot option in turn."""
    start = "iso" if machine.medium == "cd" else ("entry", "boot-option")[number % 2]
    name = (f"matrix-{machine.firmware}-{machine.board}-{machine.memory}M-{machine.cpus}x{machine.cpu}-"
            f"{machine.medium}-{kernel}")
    return Row(name, kernel, start if "options" not in fields else "boot-option", machine, **fields)


def _test_kernel_row(number, machine):
    if machine.medium == "cd":     # its entry cannot say --overwrite-acpi-nvs
        return _row(number, machine, LOW[number % len(LOW)], payloads=(4 * KIB + 1,))
    if machine.memory == SMALLEST and number % 2:
        return _row(number, machine, LARGE)
    kernels = LOW + HIGH + (LARGE,) * (machine.memory > SMALLEST)
    kernel = kernels[number % len(kernels)]
    fields = {"options": OVERWRITE} if has_nvs(machine) and kernel not in LOW else {}
    return _row(number, machine, kernel, payloads=(4 * KIB + 1,), **fields)


def _linux_row(number, machine):
    kernel = MOVABLE_LINUX if has_nvs(machine) else FIXED_LINUX
    return _row(number, machine, kernel, cmdline=CONSOLE, payloads=(100 * KIB + 1,))


def _linux_numbers(machines):
    """Of each three machines that have the memory, the one whose values Linux has met least yet."""
    fit = [number for number, machine in enumerate(machines) if machine["memory"] > SMALLEST]
    met, chosen = Counter(), []
    for first in range(0, len(fit), LINUX_EVERY):
        number = min(fit[first:first + LINUX_EVERY],
                     key=lambda one: sum(met[value] for value in machines[one].items()))
        met.update(machines[number].items())
        chosen.append(number)
    return chosen


MACHINES = pairwise()
TEST_KERNEL = tuple(_test_kernel_row(number, Machine(**values)) for number, values in enumerate(MACHINES))
LINUX = tuple(_linux_row(number, Machine(**MACHINES[number])) for number in _linux_numbers(MACHINES))


def is_refused(row):
    """Whether the row's machine is too small for its kernel."""
    return row.kernel == LARGE and row.machine.memory == SMALLEST
