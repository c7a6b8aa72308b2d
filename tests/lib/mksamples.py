#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write kernels for the tests of unpacking: a small ELF file in every container, and a large one in some."""

import argparse
import gzip
import lzma
import pathlib
import random
import struct
import subprocess

BASE = 0x100000
# More than one lz4 block of 8 MiB, and not a round number.
LARGE_SIZE = (9 << 20) + 12345


def note(owner, kind, value):
    return struct.pack("<III", len(owner), len(value), kind) + owner + bytes(-len(owner) % 4) + value


def elf(body):
    """An ELF64 kernel with a PVH entry point, a note segment and a load segment for BODY."""
    entry = note(b"Xen\0", 18, struct.pack("<Q", BASE + 0x1000))
    headers = 64 + 2 * 56
    start = headers + len(entry)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, BASE, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    rows = ((4, 4, headers, BASE, BASE, len(entry), len(entry), 4),
            (1, 5, start, BASE + 0x1000, BASE + 0x1000, len(body), len(body) + 4096, 16))
    return header + b"".join(struct.pack("<IIQQQQQQ", *row) for row in rows) + entry + body


def code(size):
    """Reproducible bytes that compress moderately, with call instructions for the x86 filter."""
    chance = random.Random(1)
    pieces = [chance.randbytes(chance.randrange(4, 24)) for _ in range(24)]
    made = bytearray()
    while len(made) < size:
        made += chance.choice(pieces)
        made += b"\xe8" + struct.pack("<i", chance.randrange(-4096, 4096))
    return bytes(made[:size])


def pipe(*command):
    return lambda data: subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def xz(check, *more):
    lzma2 = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 16}
    return lambda data: lzma.compress(data, format=lzma.FORMAT_XZ, check=check, filters=[*more, lzma2])


def sized_zstd(*options):
    """Like pipe(), but the frame header contains the size."""
    return lambda data: pipe("zstd", "-cq", f"--stream-size={len(data)}", *options)(data)


X86 = {"id": lzma.FILTER_X86}
PACKERS = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "xz": xz(lzma.CHECK_CRC32, X86),
    "crc64.xz": xz(lzma.CHECK_CRC64),
    "sha256.xz": xz(lzma.CHECK_SHA256),
    "zst": sized_zstd("-19"),
    "pipe.zst": pipe("zstd", "-cq", "-19", "--zstd=wlog=17"),
    "lz4": pipe("lz4", "-cq", "-9"),
    "checked.lz4": pipe("lz4", "-cq", "-B4", "-BX"),
    "linked.lz4": pipe("lz4", "-cq", "-B4", "-BD", "-BX"),
    "lz4l": pipe("lz4", "-clq", "-9"),
}
# Formats without checksums.
UNCHECKED = {
    "unchecked.xz": xz(lzma.CHECK_NONE),
    "unchecked.zst": sized_zstd("--no-check"),
    "unchecked.lz4": pipe("lz4", "-cq", "-BD", "--no-frame-crc"),
}
PAYLOADS = ("gz", "xz", "zst", "pipe.zst", "lz4", "lz4l")


def lz4_looking_back():
    """A frame of linked blocks, whose first block refers to data before the start."""
    block = b"\x4f\x7fELF" + struct.pack("<H", 30000) + b"\xff\x00" + b"\xc0" + bytes(12)
    return b"\x04\x22\x4d\x18\x40\x40\xc0" + struct.pack("<I", len(block)) + block + bytes(4)


def bzimage(payload, size):
    """A bzImage with one setup sector, the first bytes of a PE header, and a signature at its end."""
    image = bytearray(1024)
    image[0:2] = b"MZ"
    image[0x1f1] = 1
    image[0x1fe:0x200] = b"\x55\xaa"
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20f)
    if not payload.startswith(b"\x1f\x8b"):
        payload += struct.pack("<I", size)
    struct.pack_into("<II", image, 0x248, 16, len(payload))
    return bytes(image) + bytes(16) + payload + b"signature"


def small_samples(kernel):
    packed = {name: pack(kernel) for name, pack in {**PACKERS, **UNCHECKED}.items()}
    for name, data in packed.items():
        yield name, data
    for name in PAYLOADS:
        yield f"bz.{name}", bzimage(packed[name], len(kernel))
    yield "bz.elf", bzimage(kernel, len(kernel))
    bz_xz = bzimage(packed["xz"], len(kernel))
    yield "bz.xz.gz", PACKERS["gz"](bz_xz)
    yield "bz.xz.zst", PACKERS["pipe.zst"](bz_xz)
    yield "delta.xz", xz(lzma.CHECK_CRC32, {"id": lzma.FILTER_DELTA, "dist": 4})(kernel)
    yield "looking-back.lz4", lz4_looking_back()
    yield "lz4.gz.xz", PACKERS["xz"](PACKERS["gz"](packed["lz4"]))
    yield "lz4.gz.xz.gz", PACKERS["gz"](PACKERS["xz"](PACKERS["gz"](packed["lz4"])))


def large_samples(kernel):
    for name in ("gz", "xz", "zst", "pipe.zst", "lz4", "linked.lz4", "lz4l"):
        yield f"large.{name}", PACKERS[name](kernel)
    yield "large.blocks.xz", pipe("xz", "-cq", "--lzma2=dict=64KiB", "--block-size=1MiB")(kernel)
    yield "large.bz.lz4l", bzimage(PACKERS["lz4l"](kernel), len(kernel))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    kernel, large = elf(code(600)), elf((code(300000) * 40)[:LARGE_SIZE])
    samples = {"elf": kernel, "large": large, **dict(small_samples(kernel)), **dict(large_samples(large))}
    for name, data in samples.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
