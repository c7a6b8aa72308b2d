# SPDX-License-Identifier: BSD-2-Clause
"""The ELF file in a kernel file: the file itself, or unpacked from a bzImage (boot protocol 2.08 and later)."""

import bz2
import lzma
import struct
import zlib

from .program import Failure, call

ELF_MAGIC = b"\x7fELF"
PAYLOAD_SINCE = 0x208


def elf_of(path):
    """The ELF file that PATH is or contains, as bytes."""
    data = path.read_bytes()
    if data.startswith(ELF_MAGIC):
        return data
    return unpack_bzimage(data, path)


def unpack_bzimage(data, name):
    """The ELF file in a bzImage, checked against the size that is stored after the payload."""
    payload = payload_of(data, name)
    stated, = struct.unpack("<I", payload[-4:])
    elf = decompress(payload, name)
    if len(elf) != stated:
        raise Failure(f"{name}: its payload unpacks to {len(elf)} bytes instead of {stated}; the file is damaged")
    if not elf.startswith(ELF_MAGIC):
        raise Failure(f"{name}: its payload is not an ELF file, which a kernel with a PVH entry is")
    return elf


def payload_of(data, name):
    """The compressed kernel in a bzImage, including the size after it."""
    if len(data) < 0x250 or data[0x202:0x206] != b"HdrS":
        raise Failure(f"{name}: neither an ELF file nor a Linux bzImage")
    version, = struct.unpack_from("<H", data, 0x206)
    if version < PAYLOAD_SINCE:
        raise Failure(f"{name}: boot protocol {version >> 8}.{version & 255:02}; "
                      "a payload can be found from 2.08 (Linux 2.6.26) on")
    setup_sectors = data[0x1f1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = data[start:start + length]
    if length < 8 or len(payload) != length:
        raise Failure(f"{name}: truncated: its payload ends at byte {start + length}, the file at {len(data)}")
    return payload


def decompress(payload, name):
    """Decompresses the payload, by its magic number."""
    for magic, unpack in DECODERS.items():
        if payload.startswith(magic):
            try:
                return unpack(payload)
            except (zlib.error, lzma.LZMAError, EOFError, OSError, Failure) as error:
                raise Failure(f"{name}: its payload cannot be unpacked: {error}") from None
    raise Failure(f"{name}: its payload starts with {payload[:4].hex()}, a compression that is not supported here")


def gunzip(payload):
    """For gzip, the size after the payload is gzip's own trailer."""
    return zlib.decompress(payload, wbits=31)


def unxz(payload):
    """Stops at the end of the stream: the size after it is ignored."""
    return lzma.LZMADecompressor().decompress(payload)


def bunzip2(payload):
    """Stops at the end of the stream: the size after it is ignored."""
    return bz2.BZ2Decompressor().decompress(payload)


def unzstd(payload):
    """With the host's program: Python has no zstd module."""
    return call("zstd", "-dcq", data=payload[:-4])


def unlz4(payload):
    """Linux uses lz4's legacy format, where the size after the payload would be taken for another block."""
    return call("lz4", "-dcq", data=payload[:-4])


DECODERS = {
    b"\x1f\x8b": gunzip,
    b"\xfd7zXZ\0": unxz,
    b"\x5d\0\0": unxz,
    b"BZh": bunzip2,
    b"\x28\xb5\x2f\xfd": unzstd,
    b"\x02\x21\x4c\x18": unlz4,
}
