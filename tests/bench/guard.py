#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fail when loading or unpacking has become more work than the figures of guard.json allow.

With the firmware that the figures were taken with, all work counts, else only the loader's own. Unpacking is counted in the
program "decode", which is the same code, for each unpacked byte: kernels are updated."""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True

from bench import count_work, has_firmware, loaders_of, make_disk, scratch_folder  # noqa: E402
from guest import BENCH, FIRMWARES, TOP, Failure, check_programs, readable_file, work, write_figures  # noqa: E402
from pvhtools.program import run_main  # noqa: E402
from rows import ROWS  # noqa: E402
from unpack import run_on_host  # noqa: E402

FIGURES = pathlib.Path(__file__).with_name("guard.json")
GUARDED = ("kernel 8M", "kernel 64M at 16M", "kernel 8M, 100 modules 64K", "kernel 8M, 500 entries", "menu of 50 entries",
           "kernel 8M, ia32")
# In one of six runs the firmware took 1.1 M more for what is on the screen.
DRAWN = ("menu of 50 entries",)
ALLOWED = 1.03
KERNELS = TOP / "build/deps/kernels"
UNPACKED = {"xz": KERNELS / "6.1-amd64/vmlinuz", "zstd": KERNELS / "6.12-cloud/vmlinuz",
            "lz4": KERNELS / "6.1-cloud/vmlinuz", "gzip": BENCH / "6.1-cloud/vmlinux.gz"}
ALLOWED_UNPACKING = 1.05  # another kernel's bytes take a little more or less
QEMU = "7.2"  # whose plugin interface plugin.h is


def qemu_version():
    words = subprocess.run(["qemu-system-x86_64", "--version"], stdout=subprocess.PIPE, text=True).stdout
    return re.search(r"version (\d+\.\d+)", words)[1]


def firmware_hash(arch):
    return hashlib.sha256(readable_file(FIRMWARES[arch].code, "firmware").read_bytes()).hexdigest()


def count(row, scratch):
    parts = count_work(row, scratch, "pvhboot")["end"]
    return {"firmware": firmware_hash(row.arch), "all": parts["work"], "loader": sum(parts["parts"]["loader"].values())}


def measure(efi):
    """The figures by row."""
    figures = {}
    for row in (row for row in ROWS if row.name in GUARDED and has_firmware(row)):
        with scratch_folder() as scratch:
            make_disk(row._replace(loaders=("pvhboot",)), scratch, efi, None)
            figures[row.name] = count(row, scratch)
    return figures


def measure_unpacking():
    """Instructions for each unpacked byte, by format."""
    figures = {}
    for name, kernel in UNPACKED.items():
        with scratch_folder() as scratch:
            size, _, parts = run_on_host(readable_file(kernel, "kernel"), scratch)
            figures[name] = round(work(parts, "decoding", "copying") / size, 3)
    return figures


def check_unpacking(known):
    """The formats that take too much."""
    bad = []
    for name, figure in measure_unpacking().items():
        ratio = figure / known[name]
        print(f"check-bench: {name}: {figure:.2f} instructions a byte, {ratio:.3f} of the figure")
        bad += [f"unpacking {name}"] if ratio > ALLOWED_UNPACKING else []
    return bad


def check(efi):
    known = json.loads(readable_file(FIGURES, "the figures").read_text())
    bad = check_unpacking(known["unpacking"])
    for name, figures in measure(efi).items():
        same = known["rows"][name]["firmware"] == figures["firmware"]
        kind = "all" if same and name not in DRAWN else "loader"
        if not same:
            print(f"check-bench: {name}: this firmware is another one than the figure is for: only the loader's own work is "
                  "compared")
        ratio = figures[kind] / known["rows"][name][kind]
        print(f"check-bench: {name}: {figures[kind] / 1e6:.3f} M, {ratio:.3f} of the figure")
        bad += [name] if ratio > ALLOWED else []
    if bad:
        raise Failure(f"more work than before: {'; '.join(bad)}; where it is worth it, 'make bench-accept' writes new "
                      "figures")


def accept(efi):
    """Rows that cannot be measured here keep their figures."""
    known = json.loads(readable_file(FIGURES, "the figures").read_text())
    figures = {"unpacking": measure_unpacking(), "rows": {**known["rows"], **measure(efi)}}
    write_figures(FIGURES, figures)


def main():
    parser = argparse.ArgumentParser(prog="guard", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="the loader")
    parser.add_argument("--efi-ia32", type=pathlib.Path, required=True, help="the loader for 32-bit firmware")
    parser.add_argument("--accept", action="store_true", help="make what is measured the figures")
    given = parser.parse_args()
    check_programs("qemu-system-x86_64", "qemu-x86_64")
    if qemu_version() != QEMU:
        print(f"check-bench: NOT MEASURED: QEMU is {qemu_version()}, and counting is for the plugins of {QEMU} "
              "(Debian 12)")
        return 0
    efi = loaders_of(given)
    return accept(efi) if given.accept else check(efi)


if __name__ == "__main__":
    run_main("guard", main)
