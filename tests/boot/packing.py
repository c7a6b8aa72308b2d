# SPDX-License-Identifier: BSD-2-Clause
"""Compresses kernels like distributions and users do, with the host's tools, and damages such files.

Compressed files are kept in build/boot/packed for all rows.
"""

import gzip
import os
import shutil
import struct
import subprocess
import tempfile

from artifacts import OUTPUT, TOP

PACKED = OUTPUT / "packed"

# Each reads the file named behind it, as a person would have it do: zstd then writes the unpacked
# size into its header, and gzip the name. Low levels: packing is not what is tested. "zst-stream"
# is what a pipe gives: no size in the header.
PACKERS = {
    "gz": "gzip -1 -c",
    "xz": "xz --lzma2=preset=0,dict=8MiB -c",
    "xz-64MiB": "xz --lzma2=preset=0,dict=64MiB -c",
    "zst": "zstd -q -3 -c",
    "zst-stream": "zstd -q -3 -c --no-content-size",
    "lz4": "lz4 -q -1 -c",
    "lz4-legacy": "lz4 -q -l -c",
}

# Of bzimage().
SETUP_SECTOR = 512
PE_ALIGNMENT = 512
PE_PAGE = 4096
PE_HEADER = 0x40
PE_DIRECTORIES = 6
PE_OPTIONAL_SIZE = 112 + 8 * PE_DIRECTORIES


def _pack(source, packer, target):
    """Write the packed file under a temporary name first: another worker may need it too."""
    handle, temporary = tempfile.mkstemp(dir=PACKED, prefix=".part.")
    with open(handle, "wb") as output:
        subprocess.run([*PACKERS[packer].split(), source], stdout=output, check=True)
    shutil.copystat(source, temporary)
    os.replace(temporary, target)


def packed(source, packers):
    """`source` packed by each of the packers in turn, the last one outermost; a path."""
    PACKED.mkdir(parents=True, exist_ok=True)
    name = "-".join(source.relative_to(TOP).parts)
    stamp = source.stat().st_mtime_ns
    for packer in packers:
        name += f".{packer}"
        target = PACKED / name
        if not target.exists() or target.stat().st_mtime_ns != stamp:
            _pack(source, packer, target)
        source = target
    return source


def _flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1:]


def bzimage(kernel):
    """The bytes of a bzImage with this kernel (bytes) inside, and an EFI program as far as firmware looks at it.

    The layout is Linux's: the PE headers end before the setup header at 0x1f1, one section has the rest. Its code is
    a single RET, since no loader by PVH runs it.
    """
    payload = gzip.compress(kernel, 1, mtime=0)
    content = b"\xc3".ljust(PE_ALIGNMENT, b"\0") + payload
    content += bytes(-len(content) % PE_ALIGNMENT)
    image = bytearray(2 * SETUP_SECTOR)
    image[:2] = b"MZ"
    struct.pack_into("<I", image, 0x3c, PE_HEADER)
    struct.pack_into("<4sHHIIIHH", image, PE_HEADER, b"PE\0\0", 0x8664, 1, 0, 0, 0, PE_OPTIONAL_SIZE, 0x22e)
    optional = PE_HEADER + 24
    # PE32+, entry and base of code; section and file alignment; sizes of image and headers; EFI application, NX_COMPAT.
    struct.pack_into("<HBBIIIII", image, optional, 0x20b, 0, 0, len(content), 0, 0, PE_PAGE, PE_PAGE)
    struct.pack_into("<QII", image, optional + 24, 0, PE_PAGE, PE_ALIGNMENT)
    struct.pack_into("<II", image, optional + 56, PE_PAGE + -(-len(content) // PE_PAGE) * PE_PAGE, len(image))
    struct.pack_into("<HH", image, optional + 68, 10, 0x100)
    struct.pack_into("<I", image, optional + 108, PE_DIRECTORIES)
    struct.pack_into("<8sIIIIIIHHI", image, optional + PE_OPTIONAL_SIZE, b".text", len(content), PE_PAGE, len(content),
                     len(image), 0, 0, 0, 0, 0x60000020)
    image[0x1f1] = 1    # setup sectors
    struct.pack_into("<4sH", image, 0x202, b"HdrS", 0x20f)
    struct.pack_into("<II", image, 0x248, PE_ALIGNMENT, len(payload))
    return bytes(image) + content


# Kinds of damage.
DAMAGES = {
    "cut": lambda data: data[:len(data) * 3 // 5],
    "flipped": _flipped,
}


def damaged(path, how):
    """The bytes of a file after `how`."""
    return DAMAGES[how](path.read_bytes())
