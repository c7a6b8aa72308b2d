# SPDX-License-Identifier: BSD-2-Clause
"""Media that firmware boots from: an ISO image, a disk, a directory for a server."""

import os
import re
import shutil
import struct

from . import fat, gpt
from .boot_files import ENTRIES
from .program import UNITS, Failure, call, source_date_epoch

MIB = 1 << 20

# ISO 9660 and El Torito, 1.0: the boot record, the second volume descriptor, names the catalog's block, whose second row has
# the image's.
BLOCK = 2048
BOOT_RECORD = 17 * BLOCK
CATALOG_AT = 0x47
IMAGE_AT = 0x20 + 8

# For the programs that look at a medium as a disk of 4 KiB blocks, or of 1 MiB.
ALIGNMENT = 1 << 20

SIZE = re.compile(r"([1-9][0-9]*)([KMGTkmgt]?)(?:i?B)?")
LARGEST_DISK = 8 << 40

# How Python has bytes that are not.
NOT_UTF8 = re.compile(r"[\ud800-\udfff]")

# What a server has instead of EFI/BOOT and loader/entries: docs/netboot.md.
SERVED = {"EFI/BOOT/BOOTX64.EFI": "pvhboot.efi", "EFI/BOOT/BOOTIA32.EFI": "pvhboot-ia32.efi"}
SERVED_ENTRIES = "pvhboot"
DEFAULT = f"{SERVED_ENTRIES}/default.conf"


def write_iso(output, contents):
    """Writes an ISO image with a FAT image, which is both the only El Torito image and the only partition.

    An appended partition would be cleaner, but OVMF does not boot such a medium as a CD. The partition table is ours:
    xorriso's would have partitions for the gaps before and behind, too, to which Windows gives letters."""
    tree = output.parent / "tree"
    tree.mkdir()
    identity = contents.identity()
    fat.write_fat(tree / "efi.img", contents.files, contents.folders, serial=identity[:4].hex())
    size = (tree / "efi.img").stat().st_size
    date = source_date_epoch()
    for path in (tree / "efi.img", tree):
        os.utime(path, (int(date), int(date)))
    call("xorriso", "-as", "mkisofs", "-quiet", "-r", "-V", fat.LABEL, "-iso-level", "3", "-o", output,
         "-e", "efi.img", "-no-emul-boot", tree, env={**os.environ, "SOURCE_DATE_EPOCH": date})
    with open(output, "r+b") as image:
        image.truncate(-(-(image.seek(0, 2) + gpt.TAIL) // BLOCK) * BLOCK)
    gpt.write_gpt(output, image_offset(output), size, identity)


def image_offset(iso):
    """Where the El Torito image begins, in bytes."""
    with open(iso, "rb") as file:
        file.seek(BOOT_RECORD + CATALOG_AT)
        catalog, = struct.unpack("<I", file.read(4))
        file.seek(catalog * BLOCK + IMAGE_AT)
        return struct.unpack("<I", file.read(4))[0] * BLOCK


def write_disk(output, contents, size=None, qcow2=False):
    """Writes a disk with an EFI system partition, which fills it."""
    disk = output.with_name("disk")
    size = disk_size(contents, size)
    with open(disk, "wb") as new:
        new.truncate(size)
    identity = contents.identity()
    place = fat.Place(ALIGNMENT, size - 2 * ALIGNMENT)
    fat.write_fat(disk, contents.files, contents.folders, fat.DISK_GEOMETRIES, place, identity[:4].hex())
    gpt.write_gpt(disk, place.offset, place.size, identity)
    if qcow2:
        call("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, output)
    else:
        disk.rename(output)


def disk_size(contents, wanted):
    """The disk's size in bytes: WANTED, as somebody wrote it, or what the files need."""
    least = least_size(contents)
    if wanted is None:
        return least
    number = SIZE.fullmatch(wanted)
    size = int(number[1]) * UNITS.get(number[2].upper(), 1) if number else 0
    if not size or size % MIB or size > LARGEST_DISK:
        raise Failure(f"--size {wanted}: is not the size of a disk; write whole MiB, such as 512M or 8G")
    if size < least:
        raise Failure(f"--size {wanted}: the files need {least // MIB}M")
    return size


def least_size(contents):
    """For the files, and 1 MiB for each of the tables."""
    sizes = [fat.size_of(path, content) for path, content in contents.files.items()]
    rows = fat.rows_of([*contents.files, *fat.folders_of(contents.files, contents.folders)])
    bits, cluster, clusters = fat.geometry(sizes, rows, fat.DISK_GEOMETRIES)
    return -(-fat.image_size(bits, cluster, clusters + 8) // MIB) * MIB + 2 * ALIGNMENT


def write_netboot(folder, contents):
    """Makes FOLDER with the files for a server, as docs/netboot.md has them."""
    folder.mkdir()
    date = int(source_date_epoch())
    files = served_files(contents)
    empty = {*contents.folders} - {*fat.folders_of(contents.files)}
    for name in fat.folders_of(files, empty):
        (folder / name).mkdir()
    for path, content in files.items():
        with open(folder / path, "wb") as new:
            if isinstance(content, bytes):
                new.write(content)
            else:
                with open(content, "rb") as source:
                    shutil.copyfileobj(source, new, MIB)
        (folder / path).chmod(0o644)
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (date, date))


def served_files(contents):
    """Path on the server -> content. A list names the entries, since a server cannot be asked for them."""
    files, names = {}, []
    for path, content in contents.files.items():
        if NOT_UTF8.search(path):
            raise Failure(f"{path!r}: is not UTF-8, which names on a server are; rename it")
        path = SERVED.get(path.upper(), path)
        if path.lower().startswith(f"{ENTRIES}/"):
            names.append(path[len(ENTRIES) + 1:])
            path = f"{SERVED_ENTRIES}/{names[-1]}"
            if len(names[-1].split()) != 1 or path.lower() == DEFAULT:
                raise Failure(f"{ENTRIES}/{names[-1]}: no list for a server can name it; give it another name, without blanks")
        if path in files:
            raise Failure(f"{path}: is there twice; remove one")
        files[path] = content
    files.setdefault(DEFAULT, "".join(f"entries {name}\n" for name in sorted(names)).encode())
    return files
