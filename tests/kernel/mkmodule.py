#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes a module whose contents the test kernel can check: mkmodule.py SIZE SEED OUTPUT."""

import os
import random
import struct
import sys
import zlib

MARK = b"PVHMODSUM:\0\0"
TRAILER_SIZE = len(MARK) + 4
CHUNK = 1 << 20


def chunks(size, seed):
    """The parts of a module: pattern, mark, checksum of the pattern. size includes all of them."""
    if size < TRAILER_SIZE:
        raise ValueError(f"a module needs {TRAILER_SIZE} bytes for its checksum, not {size}")
    generator = random.Random(seed)
    crc = 0
    left = size - TRAILER_SIZE
    while left:
        piece = generator.randbytes(min(left, CHUNK))
        crc = zlib.crc32(piece, crc)
        left -= len(piece)
        yield piece
    yield MARK + struct.pack("<I", crc)


def write_module(path, size, seed):
    with open(f"{path}.part", "wb") as file:
        for piece in chunks(size, seed):
            file.write(piece)
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    write_module(sys.argv[3], int(sys.argv[1], 0), int(sys.argv[2], 0))
