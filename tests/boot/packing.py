# SPDX-License-Identifier: BSD-2-Clause
"""Compresses kernels like distributions and users do, with the host's tools, and damages such files.

Compressed files are kept in build/boot/packed for all rows.
"""

import os
import shutil
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


# Kinds of damage.
DAMAGES = {
    "cut": lambda data: data[:len(data) * 3 // 5],
    "flipped": _flipped,
}


def damaged(path, how):
    """The bytes of a file after `how`."""
    return DAMAGES[how](path.read_bytes())
