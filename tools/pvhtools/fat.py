# SPDX-License-Identifier: BSD-2-Clause
"""FAT images for UEFI firmware, written without mounting, and reproducible."""

import os
import pathlib
import tempfile

from .program import Failure, call, source_date_epoch

LABEL = "PVHBOOT"
SERIAL = "50564842"
SECTOR = 512
LARGEST_FILE = (1 << 32) - 1

# EDK2 distinguishes FAT12, FAT16 and FAT32 only by the number of clusters (4085, 65525), whatever mkfs wrote, so each
# row keeps well away from these numbers. Rows: FAT bits, bytes per cluster, minimum and maximum number of clusters.
GEOMETRIES = (
    (16, 4096, 4200, 65000),
    (32, 4096, 66000, 262144),
    (32, 16384, 66000, 1 << 24),
)


def write_fat(image, files):
    """Write FILES (path -> bytes, or the host's file) into a new FAT file system at IMAGE, sized to fit."""
    sizes = [size_of(path, content) for path, content in files.items()]
    bits, cluster, clusters = geometry(sizes, len(folders_of(files)))
    with open(image, "wb") as new:
        new.truncate(image_size(bits, cluster, clusters))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": source_date_epoch(), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                   "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}
    call("mkfs.fat", "--invariant", "-i", SERIAL, "-n", LABEL, "-F", bits, "-S", SECTOR, "-s", cluster // SECTOR,
         image, env=environment)
    copy_files(image, files, environment)


def size_of(path, content):
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > LARGEST_FILE:
        raise Failure(f"{path}: {size} bytes; a file on a FAT volume must be smaller than 4 GiB")
    return size


def geometry(sizes, folders):
    """FAT bits, bytes per cluster and number of clusters to hold files of these SIZES."""
    for bits, cluster, fewest, most in GEOMETRIES:
        needed = sum(-(-size // cluster) for size in sizes) + 2 * folders + 8
        if needed <= most:
            return bits, cluster, max(needed, fewest)
    raise Failure(f"{sum(sizes)} bytes are too much for one FAT volume")


def image_size(bits, cluster, clusters):
    """The size of the clusters, two FATs, the root directory and the reserved sectors, in bytes."""
    tables = 2 * (clusters + 2) * bits // 8
    return (clusters + -(-tables // cluster) + 32) * cluster


def folders_of(files):
    """All folders that FILES need, parents first."""
    return sorted({str(parent) for path in files for parent in pathlib.PurePosixPath(path).parents} - {"."})


def copy_files(image, files, environment):
    """mtools take k:x for a drive, and what follows @@ for an offset: they get absolute paths, and no folder of the image."""
    image = pathlib.Path(image).absolute()
    here = {"env": environment, "cwd": image.parent}
    call("mmd", "-i", image.name, *[f"::/{folder}" for folder in folders_of(files)], **here)
    with tempfile.TemporaryDirectory(dir=image.parent) as scratch:
        for path in sorted(files):
            source = files[path]
            if isinstance(source, bytes):
                source = pathlib.Path(scratch, "content")
                source.write_bytes(files[path])
            call("mcopy", "-o", "-i", image.name, source.absolute(), f"::/{path}", **here, failed=f"copying {path}")
