#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure what it takes to load kernels: pvhboot, the firmware's own Read, and other boot loaders."""

import argparse
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True

from guest import BENCH, Failure, check_programs, images, readable_file, run, split, work, write_command, write_disk  # noqa: E402
from pvhtools.program import replacing, run_main  # noqa: E402
from rows import ROWS, add_loaders, commands, find_rows, make_files  # noqa: E402

POINTS = {"entered": "counts.entered", "message": "counts.message", "end": "counts"}


def measure(row, scratch, disk, loader):
    """Where the loader got to, and what each part had done by then."""
    write_command(disk, commands(row, loader, "ram"))
    words = run(scratch, disk, "linux" if row.kernel is None else "work", memory=row.memory)
    found = images(words)
    points = {point: split(scratch / name, found) for point, name in POINTS.items() if (scratch / name).exists()}
    return {"row": row.name, "loader": loader,
            **{point: {part: count._asdict() for part, count in parts.items()} for point, parts in points.items()},
            "work": work(points["end"])}


def measure_row(row, efi, linux, loaders):
    results = []
    import os; KEEP=os.environ.get("KEEP")
    with tempfile.TemporaryDirectory(dir=BENCH, prefix=".row.") as scratch:
        scratch = pathlib.Path(scratch)
        files = make_files(row, scratch, linux)
        add_loaders(row, scratch, efi, files)
        write_disk(scratch / "disk", files)
        for loader in loaders or row.loaders:
            try:
                result = measure(row, scratch, scratch / "disk", loader)
            except Failure as failure:
                result = {"row": row.name, "loader": loader, "failed": str(failure)}
            if KEEP: import shutil; os.makedirs(KEEP+"/"+loader,exist_ok=True); [shutil.copy(scratch/n,KEEP+"/"+loader) for n in ("words","counts") if (scratch/n).exists()]
            tell(result)
            results.append(result)
    return results


def tell(result):
    if "failed" in result:
        words = result["failed"]
    else:
        words = " ".join(f"{part}={(c['instructions'] + c['iterations']) / 1e6:.2f}" for part, c in result["end"].items())
        words = f"{result['work'] / 1e6:.2f} M; {words}"
    print(f"bench: {result['row']}, {result['loader']}: {words}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="the loader")
    parser.add_argument("--linux", type=pathlib.Path, required=True, help="Debian's kernel")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    parser.add_argument("--rows", default="", help="only rows with this in their name")
    parser.add_argument("--loaders", nargs="*", help="only these")
    return parser.parse_args()


def main():
    given = arguments()
    check_programs("qemu-system-x86_64", "grub-mkimage")
    results = []
    for row in find_rows(given.rows):
        results += measure_row(row, readable_file(given.efi, "the loader"), readable_file(given.linux, "Linux"),
                               given.loaders)
        with replacing(given.output) as new:
            new.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    run_main("bench", main)
