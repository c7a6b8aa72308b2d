#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Count how the loader's own work grows with the number of things it is given: n log n, or it is a fault."""

import argparse
import math
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True

from guest import BENCH, HOST_CPU, Failure, check_programs, plugin, read_counts, write_figures  # noqa: E402
from pvhtools import program  # noqa: E402
from pvhtools.program import run_main  # noqa: E402
from report import MILLION, print_table  # noqa: E402

# Measured for these numbers and for a tenth and a hundredth of them: the growth is checked.
LARGEST = {"descriptors": 10000, "modules": 1000, "entries": 2000}
STEPS = (100, 10, 1)
KERNEL = BENCH / "kernel-32M.elf"

# The largest growth of work / (n log n) over a factor of ten; n^1.5 would be 2.4.
TOLERANCE = 1.3


def count(kind, number, scratch):
    counts = scratch / "counts"
    done = program.run(["qemu-x86_64", "-cpu", HOST_CPU, *plugin(counts, "work"), BENCH / "grow", kind, str(number),
                        KERNEL], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 or not counts.exists():
        raise Failure(f"{number} {kind}: {done.stderr.strip() or 'the program did not come to its end'}")
    return sum(instructions + iterations for _, instructions, iterations in read_counts(counts))


def measure():
    results = []
    with program.temporary_folder(BENCH, ".grow.") as scratch:
        for kind, largest in LARGEST.items():
            for step in STEPS:
                number = largest // step
                results.append({"kind": kind, "number": number, "work": count(kind, number, scratch)})
    return results


def each(result):
    """Work divided by n log n."""
    return result["work"] / (result["number"] * math.log2(result["number"]))


def faults(results):
    for before, after in zip(results, results[1:]):
        if before["kind"] == after["kind"] and each(after) > TOLERANCE * each(before):
            yield (f"{after['number']} {after['kind']} take {each(after) / each(before):.2f} times the work a piece "
                   f"that {before['number']} take")


def main():
    parser = argparse.ArgumentParser(prog="growth", description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    given = parser.parse_args()
    check_programs("qemu-x86_64")
    results = measure()
    write_figures(given.output, results)
    print("The loader's own work on the host, in millions of instructions.\n")
    print_table(("of", "number", "work", "a piece", "a piece and log2 n"),
                [(result["kind"], result["number"], f"{result['work'] / MILLION:.3f}",
                  f"{result['work'] / result['number']:.0f}", f"{each(result):.0f}") for result in results])
    for fault in faults(results):
        print(f"growth: {fault}", file=sys.stderr)
    return 1 if any(faults(results)) else 0


if __name__ == "__main__":
    run_main("growth", main)
