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
import tempfile
import zlib

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


def xz(check, *more, dictionary=1 << 16):
    lzma2 = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": dictionary}
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


def skippable(number, data):
    """A frame that zstd and lz4 pass over."""
    return struct.pack("<II", 0x184d2a50 + number, len(data)) + data


def parts(data, count):
    size = -(-len(data) // count)
    return [data[i * size:(i + 1) * size] for i in range(count)]


def xz_number(number):
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(made) + bytes([number])


def xz_with_blocks(pieces):
    """One stream of a block for each of (data, size of its dictionary): no packer gives them different ones."""
    header, blocks, records = b"", b"", b""
    for data, dictionary in pieces:
        stream = xz(lzma.CHECK_CRC32, dictionary=dictionary)(data)
        header = stream[:12]
        index = len(stream) - 12 - (struct.unpack_from("<I", stream, len(stream) - 8)[0] + 1) * 4
        block = stream[12:index]
        unpadded, shift, at = 0, 0, index + 2  # behind the indicator and the number of records
        while True:
            unpadded |= (stream[at] & 0x7f) << shift
            shift, at = shift + 7, at + 1
            if not stream[at - 1] & 0x80:
                break
        records += xz_number(unpadded) + xz_number(len(data))
        blocks += block
    index = b"\0" + xz_number(len(pieces)) + records
    index += bytes(-len(index) % 4)
    index += struct.pack("<I", zlib.crc32(index))
    footer = struct.pack("<I", len(index) // 4 - 1) + header[6:8]
    return header + blocks + index + struct.pack("<I", zlib.crc32(footer)) + footer + b"YZ"


def sized_lz4(data):
    """Of a pipe lz4 knows no size, so it has to be a file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return subprocess.run(["lz4", "-cq", "--content-size", file.name], stdout=subprocess.PIPE, check=True).stdout


def joined(kernel):
    """Packers of several members, with all that may stand around them."""
    first, second, third, fourth = parts(kernel, 4)
    gz, pipe_zst, sized_zst, lz4, lz4l = (PACKERS[name] for name in ("gz", "pipe.zst", "zst", "lz4", "lz4l"))
    small, large = xz(lzma.CHECK_SHA256), xz(lzma.CHECK_CRC64, X86, dictionary=1 << 20)
    linked_lz4 = pipe("lz4", "-cq", "-B4", "-BX", "-BD")
    return {
        "padded.gz": lambda: gz(kernel) + bytes(1000),
        "joined.gz": lambda: gz(b"") + gz(first) + gz(second + third) + gz(b"") + gz(fourth),
        "joined.padded.gz": lambda: gz(first + second) + gz(third + fourth) + bytes(3),
        "empty-last.gz": lambda: gz(kernel) + gz(b""),
        "padded.xz": lambda: small(kernel) + bytes(1000),
        "joined.xz": lambda: (small(b"") + small(first) + bytes(8) + large(second + third) + small(fourth) +
                              bytes(4)),
        "dictionaries.xz": lambda: xz_with_blocks(
            [(first, 1 << 16), (second, 1 << 20), (third, 1 << 18), (fourth, 3 << 20)]),
        "skip.zst": lambda: skippable(0, b"") + sized_zst(kernel),
        "joined.zst": lambda: (
            skippable(3, bytes(700)) + sized_zst(first) + pipe_zst(b"") + skippable(15, b"x" * 9) + pipe_zst(second) +
            sized_zst(third) + sized_zst(fourth) + skippable(0, b"end")),
        "sized.zst": lambda: sized_zst(first) + sized_zst(second + third + fourth),
        "skip.lz4": lambda: skippable(7, b"lz4") + lz4(kernel),
        "joined.lz4": lambda: (
            skippable(1, bytes(700)) + lz4(first) + lz4(b"") + linked_lz4(second) + skippable(2, b"") + lz4l(third) +
            skippable(4, b"four") + sized_lz4(fourth) + skippable(0, b"")),
        "joined.lz4l": lambda: lz4l(first) + lz4l(second) + lz4(third) + lz4l(fourth),
    }


def lz4_looking_back():
    """A frame of linked blocks, whose first block refers to data before the start."""
    block = b"\x4f\x7fELF" + struct.pack("<H", 30000) + b"\xff\x00" + b"\xc0" + bytes(12)
    return b"\x04\x22\x4d\x18\x40\x40\xc0" + struct.pack("<I", len(block)) + block + bytes(4)


def lz4_looking_far_back():
    """A frame of linked blocks, whose second block refers to data before the first one, which is short and stored."""
    first = b"\x7fELF" + bytes(12)
    second = b"\x0f" + struct.pack("<H", 30000) + b"\x40" + b"\xc0" + bytes(range(12))
    return (b"\x04\x22\x4d\x18\x40\x40\xc0" + struct.pack("<I", 1 << 31 | len(first)) + first
            + struct.pack("<I", len(second)) + second + bytes(4))


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
    joints = {name: pack() for name, pack in joined(kernel).items()}
    yield from joints.items()
    for name in ("joined.gz", "joined.xz", "joined.zst", "joined.lz4", "joined.lz4l"):
        yield f"bz.{name}", bzimage(joints[name], len(kernel))
    bz_joined = [bzimage(data, len(kernel)) for data in (joints["joined.xz"], joints["joined.zst"])]
    yield "bz.joined.xz.gz", b"".join(PACKERS["gz"](part) for part in parts(bz_joined[0], 3)) + bytes(512)
    yield "joined.zst.lz4.xz", xz(lzma.CHECK_CRC32)(skippable(0, bytes(9)) + PACKERS["lz4"](joints["joined.zst"]))
    yield "bz.joined.zst.xz", b"".join(xz(lzma.CHECK_CRC32)(part) + bytes(4) for part in parts(bz_joined[1], 3))
    yield "delta.xz", xz(lzma.CHECK_CRC32, {"id": lzma.FILTER_DELTA, "dist": 4})(kernel)
    yield "looking-back.lz4", lz4_looking_back()
    yield "looking-far-back.lz4", lz4_looking_far_back()
    yield "lz4.gz.xz", PACKERS["xz"](PACKERS["gz"](packed["lz4"]))
    yield "lz4.gz.xz.gz", PACKERS["gz"](PACKERS["xz"](PACKERS["gz"](packed["lz4"])))


def large_samples(kernel):
    for name in ("gz", "xz", "zst", "pipe.zst", "lz4", "linked.lz4", "lz4l"):
        yield f"large.{name}", PACKERS[name](kernel)
    yield "large.blocks.xz", pipe("xz", "-cq", "--lzma2=dict=64KiB", "--block-size=1MiB")(kernel)
    joints = joined(kernel)
    for name in ("joined.gz", "joined.xz", "joined.lz4", "joined.lz4l"):
        yield f"large.{name}", joints[name]()
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
