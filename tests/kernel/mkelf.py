#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes one of the test kernel's ELF files: mkelf.py BODY SHAPE OUTPUT, or mkelf.py --list."""

import argparse
import os
import sys

import shapes
from elffile import Body


def all_shapes():
    """All shapes by name; names of bad ones start with bad/, like their files in build/kernel/."""
    return {**shapes.GOOD, **{f"bad/{name}": shape for name, shape in shapes.BAD.items()}}


def write_file(path, data):
    """Writes a file atomically."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the names of all shapes")
    parser.add_argument("body", nargs="?", help="the flat kernel, build/kernel/body.bin")
    parser.add_argument("shape", nargs="?", choices=sorted(all_shapes()), metavar="shape")
    parser.add_argument("output", nargs="?")
    options = parser.parse_args(arguments)

    if options.list:
        print("\n".join(all_shapes()))
    elif options.output is None:
        parser.error("BODY, SHAPE and OUTPUT are needed")
    else:
        write_file(options.output, all_shapes()[options.shape](Body.load(options.body)))


if __name__ == "__main__":
    main(sys.argv[1:])
