#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Count what unpacking kernels costs, in the loader under firmware and in a program on the host.

Both run in QEMU's emulator with the plugin of count.c. The table is printed and written as JSON."""

import argparse
import bisect
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True

from guest import (BENCH, HOST_CPU, Count, Failure, check_programs, loader_base, plugin, read_counts,  # noqa: E402
                   readable_file, run, work, write_command, write_disk, write_figures)
from pvhtools import program  # noqa: E402
from pvhtools.program import run_main  # noqa: E402

LOADER_MAP = BENCH / "pvhboot.map"
TARGET = 1.1

# A section of a linker's map: its name, address, size and the object that it comes from.
MAP_LINE = re.compile(r"^ (\.text\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.MULTILINE)
DECODING = re.compile(r"/decoders\.o$|/decod(er|er_backend|e_\w+)\.c\.o$")
COPYING = re.compile(r"^\.text\.(memcpy|memmove) .*/libc\.c\.o$|libc\.a\(mem(cpy|move)[\w-]*\.o\)$")

# Whose an address is

class Program:
    """The sections of a program, from its link map."""

    def __init__(self, linker_map, base=0):
        found = MAP_LINE.findall(linker_map.read_text())
        self.sections = sorted((base + int(address, 16), int(size, 16), part_of(name, path))
                               for name, address, size, path in found if int(address, 16) and int(size, 16))
        self.starts = [section[0] for section in self.sections]
        for part in ("decoding", "copying"):
            if part not in {section[2] for section in self.sections}:
                raise Failure(f"{linker_map}: nothing in it is {part}: see DECODING and COPYING in {__file__}")

    def part_at(self, address):
        """The part that an address belongs to, or None outside the program."""
        index = bisect.bisect_right(self.starts, address) - 1
        if index < 0:
            return None
        start, size, part = self.sections[index]
        return part if address < start + size else None


def part_of(section, path):
    if DECODING.search(path):
        return "decoding"
    return "copying" if COPYING.search(f"{section} {path}") else "rest"


def totals(counts, program, outside):
    """The work of each part of PROGRAM, and of everything else as OUTSIDE."""
    sums = {part: Count(0, 0) for part in ("decoding", "copying", "rest", outside)}
    for address, instructions, iterations in read_counts(counts):
        part = program.part_at(address) or outside
        sums[part] = Count(sums[part].instructions + instructions, sums[part].iterations + iterations)
    return sums


# The two runs

def run_on_host(kernel, scratch):
    """The size of KERNEL unpacked, its containers, and what each part did."""
    counts = scratch / "host"
    done = program.run(["qemu-x86_64", "-cpu", HOST_CPU, *plugin(counts, "work"), BENCH / "decode", kernel],
                       text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0 or not counts.exists():
        raise Failure(done.stderr.strip() or f"{kernel}: the program on the host did not come to its end")
    size, *containers = done.stdout.split()
    return int(size), " ".join(containers), totals(counts, Program(BENCH / "decode.map"), "outside")


def run_in_guest(efi, kernel, scratch, timeout):
    """What each part did when the loader loaded KERNEL, up to ExitBootServices."""
    write_disk(scratch / "disk", {"pvhboot.efi": efi, "kernel": kernel})
    write_command(scratch / "disk", ["exit", "load \\pvhboot.efi /kernel console=ttyS0"])
    words = run(scratch, scratch / "disk", "work", memory="1G", timeout=timeout)
    return totals(scratch / "counts", Program(LOADER_MAP, loader_base(words)), "firmware")


# The table

def measure(efi, kernel, timeout):
    with program.temporary_folder(BENCH, ".run.") as scratch:
        unpacked, containers, host = run_on_host(kernel, scratch)
        guest = run_in_guest(efi, kernel, scratch, timeout)
    return {"kernel": "/".join(kernel.parts[-2:]), "container": containers, "packed": kernel.stat().st_size,
            "unpacked": unpacked, "guest": as_numbers(guest), "host": as_numbers(host), "ratio": ratio(guest, host)}


def as_numbers(parts):
    return {part: count._asdict() for part, count in parts.items()}


def ratio(guest, host):
    """Of decoding and the copies that it makes; None where nothing is decoded."""
    on_host = work(host, "decoding", "copying")
    return work(guest, "decoding", "copying") / on_host if host["decoding"].instructions > 1000000 else None


HEADINGS = ("kernel", "container", "MiB", "load", "decoding", "copying", "REP", "rest", "firmware", "host dec.",
            "host copy", "ratio")


def table_row(row):
    guest, host = ({part: Count(**count) for part, count in row[side].items()} for side in ("guest", "host"))
    figures = (work(guest, *guest), work(guest, "decoding"), work(guest, "copying"),
               sum(guest[part].iterations for part in ("decoding", "copying")),
               work(guest, "rest"), work(guest, "firmware"), work(host, "decoding"), work(host, "copying"))
    return (row["kernel"], row["container"], f"{row['unpacked'] / 2**20:.1f}", *(f"{n / 1e6:.1f}" for n in figures),
            "-" if row["ratio"] is None else f"{row['ratio']:.3f}")


def print_table(rows):
    lines = [HEADINGS, *map(table_row, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    for line in lines:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
    print("Millions of instructions and REP iterations; 'REP': how many of decoding and copying are iterations.\n"
          "'load' is from LoadImage to ExitBootServices; the ratio is (decoding + copying) / (host dec. + host copy),"
          f" to be at most {TARGET}.")


def arguments():
    parser = argparse.ArgumentParser(prog="unpack", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="the loader")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for a kernel (%(default)s)")
    parser.add_argument("kernels", type=pathlib.Path, nargs="+", metavar="KERNEL")
    return parser.parse_args()


def main():
    given = arguments()
    check_programs("qemu-x86_64", "qemu-system-x86_64")
    if LOADER_MAP.stat().st_mtime < readable_file(given.efi, "the loader").stat().st_mtime:
        raise Failure(f"{LOADER_MAP}: is older than {given.efi}; 'make bench' brings both up to date")
    rows = []
    for kernel in given.kernels:
        print(f"unpack: {kernel}", file=sys.stderr, flush=True)
        rows.append(measure(given.efi, readable_file(kernel, "kernel"), given.timeout))
    write_figures(given.output, rows)
    print_table(rows)
    return 0


if __name__ == "__main__":
    run_main("unpack", main)
