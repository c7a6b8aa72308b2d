#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure what it takes to load kernels: the firmware's own Read, pvhboot, and other boot loaders.

Work is counted with the disk in an EFI RAM disk; time is taken on emulated disks, the loaders taking turns."""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True

from guest import (BENCH, FIRMWARES, MEDIA, Failure, check_programs, images, pages_taken, readable_file, run,  # noqa: E402
                   split, work, write_cd, write_command, write_disk, write_figures)
from pvhtools.program import run_main, temporary_folder  # noqa: E402
from report import MILLION, print_leaving, print_times, print_works, write_plot  # noqa: E402
from rows import ROWS, add_loaders, commands, make_files, timed_rows  # noqa: E402

# The points that Linux reaches, and the files with the counts at each. Other kernels only have an end.
POINTS = {"message": "counts.message", "end": "counts"}
QUICK_ROWS = ("kernel 8M", "kernel 8M, 100 modules 64K", "kernel 8M, 500 entries")
ROUNDS = 5


def make_disk(row, scratch, efi, linux):
    """EFI: the loaders by architecture."""
    files = make_files(row, scratch, linux)
    add_loaders(row, scratch, efi[row.arch], files)
    write_disk(scratch / "disk", files, row.arch)


def scratch_folder():
    return temporary_folder(BENCH, ".row.")


def tell(*words):
    print("bench:", *words, file=sys.stderr, flush=True)


# Work

def count_work(row, scratch, loader):
    """The work of each part until the kernel ran, and until the points that Linux reaches."""
    write_command(scratch / "disk", commands(row, loader, "ram"))
    words = run(scratch, scratch / "disk", "linux" if row.kernel is None else "work", row.arch, screen=row.menu)
    found = images(words)
    parts = {point: split(scratch / name, found) for point, name in POINTS.items() if (scratch / name).exists()}
    return {point: {"work": work(counts), "parts": {part: count._asdict() for part, count in counts.items()}}
            for point, counts in parts.items()}


def measure_leaving(row, scratch):
    """Where pvhboot is when it calls ExitBootServices.

    What it has done by then, and the bytes that it holds beside the payload, its own program included."""
    write_command(scratch / "disk", ["exit", *commands(row, "pvhboot", "ram")])
    words = run(scratch, scratch / "disk", "work", row.arch)
    return {"memory": pages_taken(words) * 4096 - row.bytes(),
            "leaving": work(split(scratch / POINTS["end"], images(words)))}


def count_row(row, efi, linux, loaders):
    results = []
    with scratch_folder() as scratch:
        make_disk(row, scratch, efi, linux)
        for loader in row.loaders:
            if loaders and loader not in loaders:
                continue
            result = {"row": row.name, "loader": loader, "bytes": row.bytes()}
            try:
                result.update(count_work(row, scratch, loader))
                if loader == "pvhboot" and row.kernel and not row.menu:
                    result.update(measure_leaving(row, scratch))
                tell(f"{row.name}, {loader}: {result['end']['work'] / MILLION:.2f} M")
            except Failure as failure:
                result["failed"] = str(failure)
                tell(f"{row.name}, {loader}: {failure}")
            results.append(result)
    return results


# Time

def take_time(row, scratch, loader, medium):
    """Milliseconds of the emulating thread."""
    disk = scratch / "disk"
    write_command(disk, commands(row, loader, medium))
    if medium == "cd":
        write_cd(scratch / "cd", disk, scratch / "kernel.elf")
        disk = scratch / "cd"
    run(scratch, disk, "time", medium=medium, memory="1G")
    cpu, wall = (int(number) / 1e6 for number in (scratch / "counts").read_text().split())
    return {"cpu": cpu, "wall": wall}


def time_row(row, medium, rounds, efi, linux):
    """Runs the loaders in turn, so that other load on the host affects all of them."""
    taken = {loader: [] for loader in row.loaders}
    failed = {}
    with scratch_folder() as scratch:
        make_disk(row, scratch, efi, linux)
        for number in range(rounds):
            for loader in taken:
                try:
                    taken[loader].append(take_time(row, scratch, loader, medium))
                    tell(f"{medium}, {row.name}, {loader}, round {number + 1} of {rounds}:",
                         f"{taken[loader][-1]['cpu']:.0f} ms")
                except Failure as failure:
                    failed[loader] = str(failure)
                    tell(f"{medium}, {row.name}, {loader}: {failure}")
    return [{"row": row.name, "medium": medium, "loader": loader, "rounds": times,
             **({"failed": failed[loader]} if loader in failed else {})} for loader, times in taken.items()]


# All of it

def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="the loader")
    parser.add_argument("--efi-ia32", type=pathlib.Path, required=True, help="the loader for 32-bit firmware")
    parser.add_argument("--linux", type=pathlib.Path, required=True, help="Debian's kernel")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    parser.add_argument("--plot", type=pathlib.Path, help="draw the work over the size into this picture")
    parser.add_argument("--quick", action="store_true", help="only some rows, and no times")
    parser.add_argument("--only", choices=("work", "time"), help="measure this, and keep the other from OUTPUT")
    parser.add_argument("--rows", help="only rows with this in their name")
    parser.add_argument("--loaders", nargs="*", help="only these")
    parser.add_argument("--media", nargs="*", default=list(MEDIA), choices=list(MEDIA), help="where to take times")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often (%(default)s)")
    parser.add_argument("--tables", action="store_true", help="measure nothing, print the tables of OUTPUT")
    return parser.parse_args()


def is_chosen(result, given):
    """True for an old figure that will be measured again."""
    return "medium" not in result or result["medium"] in given.media


def chosen(row, given):
    if given.quick and row.name not in QUICK_ROWS:
        return False
    return not given.rows or given.rows in row.name


def loaders_of(given):
    """The loaders by architecture."""
    return {"x64": readable_file(given.efi, "the loader"), "ia32": readable_file(given.efi_ia32, "the loader for ia32")}


def has_firmware(row):
    """Whether the machine of this row can be had; a line says so if not."""
    if FIRMWARES[row.arch].code.exists():
        return True
    tell(f"{row.name}: NOT MEASURED: the firmware is missing, Debian 12's package ovmf-ia32")
    return False


def measure(given, results):
    """Measures into RESULTS, and saves them after each row, since all rows take long."""
    efi, linux = loaders_of(given), readable_file(given.linux, "Linux")
    for row in [] if given.only == "time" else ROWS:
        if chosen(row, given) and has_firmware(row):
            results["work"] += count_row(row, efi, linux, given.loaders)
            write_figures(given.output, results)
    for medium in [] if given.quick or given.only == "work" else given.media:
        for row in timed_rows(medium):
            if chosen(row, given):
                results["time"] += time_row(row, medium, given.rounds, efi, linux)
                write_figures(given.output, results)


def main():
    given = arguments()
    results = {"work": [], "time": []}
    if given.tables or given.only:
        results = json.loads(readable_file(given.output, "the figures").read_text())
    if given.only:
        results[given.only] = [result for result in results[given.only] if not is_chosen(result, given)]
    if not given.tables:
        check_programs("qemu-system-x86_64", "grub-mkimage", *(["gnuplot"] if given.plot else []))
        measure(given, results)
    print_works(results["work"])
    print_leaving(results["work"])
    print_times(results["time"])
    if given.plot:
        write_plot(results["work"], given.plot)
    return 1 if any("failed" in result and result["loader"] == "pvhboot" for kind in results.values()
                    for result in kind) else 0


if __name__ == "__main__":
    run_main("bench", main)
