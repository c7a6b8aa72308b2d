# SPDX-License-Identifier: BSD-2-Clause
"""FAT images for UEFI firmware, written without mounting, and reproducible."""

import os
import pathlib
from dataclasses import dataclass

from .program import Failure, call, source_date_epoch, temporary_folder

LABEL = "PVHBOOT"
SERIAL = "50564842"
SECTOR = 512
MIB = 1 << 20
LARGEST_FILE = (1 << 32) - 1

# EDK2 distinguishes FAT12, FAT16 and FAT32 only by the number of clusters (4085, 65525), whatever mkfs wrote, so each
# row keeps well away from these numbers. Rows: FAT bits, bytes per cluster, minimum and maximum number of clusters.
GEOMETRIES = (
    (16, 4096, 4200, 65000),
    (32, 4096, 66000, 262144),
    (32, 16384, 66000, 1 << 24),
)

# An EFI system partition of a disk is FAT32, says UEFI 2.10, 13.3.1.1; FAT16 is for removable media.
DISK_GEOMETRIES = (
    (32, 512, 66000, 520000),
    (32, 4096, 66000, 1 << 22),
    (32, 16384, 66000, 1 << 24),
    (32, 32768, 66000, 1 << 26),
)

# A row of a folder: 32 bytes for the short name, and for each 13 letters of the long one. A folder has at most 65536, and
# FAT16's root folder those that mkfs.fat gives it.
ROW = 32
LETTERS = 13
MOST_ROWS = 65536
ROOT_ROWS = 500


@dataclass(frozen=True)
class Place:
    """Where in an image the file system is: from byte OFFSET on, in SIZE bytes; by default as large as its files need."""

    offset: int = 0
    size: int = None


def write_fat(image, files, folders=(), geometries=GEOMETRIES, place=Place(), serial=SERIAL):
    """Write FILES (path -> bytes, or the host's file) and FOLDERS, which may be empty, into a new FAT file system."""
    sizes = [size_of(path, content) for path, content in files.items()]
    folders = folders_of(files, folders)
    rows = rows_of([*files, *folders])
    if place.size:
        bits, cluster, size = fill(sizes, rows, geometries, place.size)
    else:
        bits, cluster, clusters = geometry(sizes, rows, geometries)
        size = image_size(bits, cluster, clusters)
    with open(image, "r+b" if place.offset else "wb") as new:
        new.truncate(max(place.offset + size, os.fstat(new.fileno()).st_size))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": source_date_epoch(), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                   "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}
    first = place.offset // SECTOR
    call("mkfs.fat", "--invariant", "-i", serial, "-n", LABEL, "-F", bits, "-S", SECTOR, "-s", cluster // SECTOR,
         "-h", first, "--offset", first, image, size // 1024, env=environment)
    copy_files(image, files, folders, place.offset, environment)


def size_of(path, content):
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > LARGEST_FILE:
        raise Failure(f"{path}: {size} bytes; a file on a FAT volume must be smaller than 4 GiB")
    return size


def rows_of(paths):
    """Folder -> how many rows it has, for its own two and for those in it; the root folder is '.'."""
    rows = {".": 2}
    for path in map(pathlib.PurePosixPath, paths):
        rows[str(path.parent)] = rows.get(str(path.parent), 2) + 1 + -(-len(path.name) // LETTERS)
    for folder, count in rows.items():
        if count > MOST_ROWS:
            raise Failure(f"{folder}: has more files than a folder on a FAT volume can hold; make several of it")
    return rows


def geometry(sizes, rows, geometries=GEOMETRIES):
    """FAT bits, bytes per cluster and number of clusters to hold files of these SIZES, in folders with ROWS."""
    for bits, cluster, fewest, most in geometries:
        needed = clusters_for(sizes, rows, cluster)
        if needed <= most and (bits == 32 or rows["."] <= ROOT_ROWS):
            return bits, cluster, max(needed, fewest)
    raise Failure(f"{sum(sizes)} bytes are too much for one FAT volume")


def clusters_for(sizes, rows, cluster):
    return sum(-(-size // cluster) for size in sizes) + sum(max(2, -(-count * ROW // cluster)) for count in rows.values()) + 8


def image_size(bits, cluster, clusters):
    """The size of the clusters, two FATs, the root directory and the reserved sectors, in bytes."""
    tables = 2 * (clusters + 2) * bits // 8
    return (clusters + -(-tables // cluster) + 32) * cluster


def fill(sizes, rows, geometries, size):
    """FAT bits, bytes per cluster and bytes of a file system that fills SIZE bytes."""
    for bits, cluster, fewest, most in geometries:
        clusters = clusters_within(bits, cluster, size)
        if max(clusters_for(sizes, rows, cluster), fewest) <= clusters <= most:
            return bits, cluster, size // cluster * cluster
    raise Failure(f"{size // MIB} MiB are {'too little for these files' if size < 1 << 40 else 'more than FAT can use'}")


def clusters_within(bits, cluster, size):
    """How many clusters, at least, a file system of SIZE bytes has."""
    return (size // cluster - 32) * cluster // (cluster + bits // 4) - 4


def folders_of(files, folders=()):
    """All folders that FILES need, and FOLDERS, parents first."""
    paths = [parent for path in files for parent in pathlib.PurePosixPath(path).parents]
    return sorted({*map(str, paths), *folders, "."} - {"."})


def copy_files(image, files, folders, offset, environment):
    """mtools take k:x for a drive, and what follows @@ for an offset: they get absolute paths, and no folder of the image."""
    image = pathlib.Path(image).absolute()
    volume = f"{image.name}@@{offset}" if offset else image.name
    here = {"env": environment, "cwd": image.parent}
    call("mmd", "-i", volume, *[f"::/{folder}" for folder in folders], **here)
    with temporary_folder(image.parent) as scratch:
        for path in sorted(files):
            source = files[path]
            if isinstance(source, bytes):
                source = scratch / "content"
                source.write_bytes(files[path])
            call("mcopy", "-o", "-i", volume, source.absolute(), f"::/{path}", **here, failed=f"copying {path}")
