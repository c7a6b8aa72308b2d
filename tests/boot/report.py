# SPDX-License-Identifier: BSD-2-Clause
"""Parses the output of a run: the test kernel's report, Linux's, the shell's memory map."""

import re
from dataclasses import dataclass, field

ESCAPES = re.compile(r"\x1b\[[0-9;=]*[A-Za-z]")
BROKEN_LINE = re.compile(r"\n {4}(?=\S)")


def plain(serial):
    """The text without the firmware's cursor movements and line ends, and with the loader's broken lines joined."""
    return BROKEN_LINE.sub(" ", ESCAPES.sub("", serial).replace("\r", ""))


@dataclass
class TestKernel:
    """The report of the test kernel."""

    __test__ = False    # not a class of tests, for all its name

    verdict: str = ""
    passed: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    values: dict = field(default_factory=dict)
    memory_map: list = field(default_factory=list)  # (type, start, end)
    modules: list = field(default_factory=list)     # (size, crc32, command line or "")


MODULE = re.compile(r'module (\d+) paddr=(\S+) size=(\S+) crc32=(\S+) cmdline="(.*)"')
E820 = re.compile(r"e820 (\d+) (\S+) (\S+)")


def _read_info(report, text):
    module = MODULE.fullmatch(text)
    entry = E820.fullmatch(text)
    if module:
        size, crc = int(module[3], 0), int(module[4], 16)
        report.modules.append((size, crc, module[5]))
    elif entry:
        report.memory_map.append((int(entry[1]), int(entry[2], 16), int(entry[3], 16)))
    else:
        key, _, value = text.partition("=")
        report.values[key] = value


def test_kernel(text):
    """Parses the test kernel's report, from the debug port or the serial line."""
    report = TestKernel()
    for line in text.split("\n"):
        kind, _, rest = line.partition("pvhtest: ")[2].partition(" ")
        if kind == "ok":
            report.passed.append(rest)
        elif kind == "FAIL":
            report.failed.append(rest)
        elif kind == "verdict":
            report.verdict = rest
        elif kind == "info":
            _read_info(report, rest)
    return report


@dataclass
class Linux:
    """The output of Linux and /init."""

    values: dict = field(default_factory=dict)
    checksums: dict = field(default_factory=dict)
    memory_map: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    rsdp: bool = False


LINUX_TYPES = {"usable": 1, "reserved": 2, "ACPI data": 3, "ACPI NVS": 4, "unusable": 5,
               "persistent (type 7)": 7}
BIOS_E820 = re.compile(r"BIOS-e820: \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\] (.*)")
# The excluded warning is about QEMU's CPU model, not about how Linux was booted.
COMPLAINT = re.compile(r"(?<!Speculative Return Stack Overflow: )WARNING:|BUG:|Call Trace|Kernel panic|Oops"
                       r"|not marked as E820_TYPE_RAM")


def _read_guest(report, text):
    if text.startswith("md5 "):
        _, name, checksum, *_ = f"{text} none".split()
        report.checksums[name] = checksum
    else:
        key, _, value = text.partition("=")
        report.values[key] = value


def linux(serial):
    """Linux's report on a serial line."""
    report = Linux()
    for line in plain(serial).split("\n"):
        entry = BIOS_E820.search(line)
        if line.startswith("guest: "):
            _read_guest(report, line.removeprefix("guest: "))
        elif entry:
            report.memory_map.append((LINUX_TYPES[entry[3]], int(entry[1], 16),
                                      int(entry[2], 16) + 1))
        elif COMPLAINT.search(line):
            report.complaints.append(line)
        elif re.search(r"ACPI: RSDP 0x", line):
            report.rsdp = True
    return report


SHELL_RANGE = re.compile(r"^(\w+) +([0-9A-F]{16})-([0-9A-F]{16}) [0-9A-F]{16} [0-9A-F]{16}$", re.M)
SHELL_TOTAL = re.compile(r"^ +(\w+) *: +([0-9,]+) Pages ", re.M)
ONE_MEMMAP = re.compile(r"^Type +Start .*?^Total Memory:", re.M | re.S)


def shell_memory_map(serial):
    """The last memory map that the shell's memmap printed, as (type, start, end)."""
    last = ONE_MEMMAP.findall(plain(serial))[-1]
    return [(kind, int(start, 16), int(end, 16) + 1)
            for kind, start, end in SHELL_RANGE.findall(last)]


def shell_free_pages(serial):
    """Pages that the shell counted as available, for each memmap in turn."""
    return [int(dict(SHELL_TOTAL.findall(text))["Available"].replace(",", ""))
            for text in ONE_MEMMAP.findall(plain(serial))]


def dry_run_memory_map(text):
    """The table for the kernel, as printed by --dry-run."""
    return [(int(kind), int(start, 16), int(end, 16))
            for kind, start, end in re.findall(r"^e820 (\d+) (\w+) (\w+)$", text, re.M)]


def boot_option_lines(text):
    """The output between the start of Boot0000 and the firmware's message that it failed."""
    _, _, after = text.partition('BdsDxe: starting Boot0000 "')
    lines, failed, _ = after.partition('BdsDxe: failed to start Boot0000 "')
    assert failed, "the firmware did not say that its boot option failed"
    return [line for line in lines.split("\n")[1:] if line.strip()]
