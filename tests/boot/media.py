# SPDX-License-Identifier: BSD-2-Clause
"""Disk images to boot from: a GPT disk with one EFI system partition.

Nothing is mounted and root is not needed: the partition table is written here,
the file system by mkfs.fat and mtools. The images are sparse files.
"""

import os
import re
import struct
import subprocess
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
MIB = 1 << 20
ESP_FIRST_LBA = 2048
GPT_ENTRIES = 128
GPT_ENTRY_SIZE = 128
GPT_TABLE_SECTORS = GPT_ENTRIES * GPT_ENTRY_SIZE // SECTOR

ESP_TYPE = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
DISK_GUID = uuid.UUID("8d0d1f6a-3f52-4e9a-b6c1-70766800000d")
ESP_GUID = uuid.UUID("8d0d1f6a-3f52-4e9a-b6c1-70766800000e")
XBOOTLDR_TYPE = uuid.UUID("bc13c2ff-59e6-4262-a352-b275fd6f7172")
XBOOTLDR_GUID = uuid.UUID("8d0d1f6a-3f52-4e9a-b6c1-70766800000f")
ROOT_TYPE = uuid.UUID("4f68bce3-e8cd-4db1-96e7-fbcaf984b709")
ROOT_GUID = uuid.UUID("8d0d1f6a-3f52-4e9a-b6c1-707668000010")

# The ID of a disk with an MBR, as it lies there: PARTUUID 70766801-01, -03.
MBR_ID = bytes.fromhex("01687670")

# Below 65,525 clusters EDK2 reads the volume as FAT16 whatever mkfs.fat wrote;
# 4 KiB clusters, as on a real disk, reach that number at 256 MiB.
CLUSTER_SECTORS = 8
SMALLEST_ESP = 300 * MIB

# FAT32's mark of a file's last cluster.
END_OF_CHAIN = 0x0fffffff


@dataclass(frozen=True)
class Partition:
    """Where a partition lies; what a hard-drive device path names."""

    number: int
    first_lba: int
    sectors: int
    guid: uuid.UUID
    type: uuid.UUID = ESP_TYPE
    label: str = "ESP"


def _content_size(files):
    return sum(len(data) if isinstance(data, bytes) else data.stat().st_size
               for data in files.values())


def _esp_sectors(files):
    size = max(SMALLEST_ESP, _content_size(files) * 51 // 50 + 32 * MIB)
    return -(-size // MIB) * MIB // SECTOR


def _gpt_header(own_lba, other_lba, table_lba, disk_sectors, table):
    first_usable = 2 + GPT_TABLE_SECTORS
    last_usable = disk_sectors - GPT_TABLE_SECTORS - 2

    def packed(crc):
        return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0,
                           own_lba, other_lba, first_usable, last_usable,
                           DISK_GUID.bytes_le, table_lba, GPT_ENTRIES, GPT_ENTRY_SIZE,
                           zlib.crc32(table))
    return packed(zlib.crc32(packed(0))).ljust(SECTOR, b"\0")


def _gpt_table(partitions):
    entries = b""
    for partition in partitions:
        last_lba = partition.first_lba + partition.sectors - 1
        entries += struct.pack("<16s16sQQQ72s", partition.type.bytes_le, partition.guid.bytes_le,
                               partition.first_lba, last_lba, 0,
                               partition.label.encode("utf-16-le"))
    return entries.ljust(GPT_ENTRIES * GPT_ENTRY_SIZE, b"\0")


def _protective_mbr(disk_sectors):
    entry = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xee, b"\xff\xff\xff", 1, disk_sectors - 1)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


def _write_gpt(path, *partitions):
    disk_sectors = partitions[-1].first_lba + partitions[-1].sectors + GPT_TABLE_SECTORS + 1
    table = _gpt_table(partitions)
    last = disk_sectors - 1
    backup_table = last - GPT_TABLE_SECTORS
    with open(path, "wb") as disk:
        disk.truncate(disk_sectors * SECTOR)
        disk.write(_protective_mbr(disk_sectors))
        disk.write(_gpt_header(1, last, 2, disk_sectors, table))
        disk.write(table)
        disk.seek(backup_table * SECTOR)
        disk.write(table)
        disk.write(_gpt_header(last, 1, backup_table, disk_sectors, table))


def run_tool(*command, **options):
    """Run a tool of the host; its output is returned, and shown when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


def _folders(files):
    """Every folder the files need, parents first."""
    found = {}
    for name in files:
        for parent in reversed(Path(name).parents):
            if parent != Path("."):
                found[str(parent)] = None
    return list(found)


def _fill_fat(image, files):
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    folders = _folders(files)
    if folders:
        run_tool("mmd", "-i", image, *(f"::{folder}" for folder in folders), env=environment)
    _fill(image, files, environment)


def _fill(image, files, environment):
    for name, data in files.items():
        source, text = ("-", data) if isinstance(data, bytes) else (data, None)
        run_tool("mcopy", "-i", image, source, f"::{name}", env=environment, input=text)


def _after(partition, image, **what):
    """A partition right after another one, as large as an image."""
    return Partition(partition.number + 1, partition.first_lba + partition.sectors,
                     -(-image.stat().st_size // MIB) * MIB // SECTOR, **what)


def _append_image(path, partition, image):
    run_tool("dd", f"if={image}", f"of={path}", f"bs={MIB}", "conv=notrunc,sparse",
             f"seek={partition.first_lba * SECTOR // MIB}")


def write_disk(path, files, guid=ESP_GUID, xbootldr=None, root=None):
    """Write a GPT disk whose ESP holds `files`, a dict of path ("a/b") to bytes or Path.

    A machine's second disk needs a `guid` of its own. `xbootldr`: an image of a second partition,
    of that type; `root`: of a third one, for the root file system.
    """
    partition = Partition(1, ESP_FIRST_LBA, _esp_sectors(files), guid)
    partitions = [partition]
    if xbootldr:
        partitions.append(_after(partitions[-1], xbootldr, guid=XBOOTLDR_GUID, type=XBOOTLDR_TYPE,
                                 label="boot"))
    if root:
        partitions.append(_after(partitions[-1], root, guid=ROOT_GUID, type=ROOT_TYPE, label="root"))
    _write_gpt(path, *partitions)
    for one, image in zip(partitions[1:], [image for image in (xbootldr, root) if image]):
        _append_image(path, one, image)
    run_tool("mkfs.fat", "-F", "32", "-s", CLUSTER_SECTORS, "-i", "70766800", "-n", "ESP",
         "--offset", ESP_FIRST_LBA, path, partition.sectors // 2)
    _fill_fat(f"{path}@@{ESP_FIRST_LBA * SECTOR}", files)
    return partition


def replace_file(path, name, data):
    """Replace the file `name` on the disk's ESP with `data` (bytes or Path)."""
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    partition = f"{path}@@{ESP_FIRST_LBA * SECTOR}"
    run_tool("mdel", "-i", partition, f"::{name}", env=environment)
    _fill(partition, {name: data}, environment)


@dataclass(frozen=True)
class Fat:
    """The layout of the FAT32 file system of a disk's ESP, in sectors of the disk."""

    tables: tuple       # the first sector of each copy of the table
    data: int           # the sector of cluster 2

    def sector(self, cluster):
        """The first sector of a cluster."""
        return self.data + (cluster - 2) * CLUSTER_SECTORS


def fat(path):
    """The places on the disk's file system, from its boot sector."""
    with open(path, "rb") as disk:
        disk.seek(ESP_FIRST_LBA * SECTOR)
        boot_sector = disk.read(SECTOR)
    reserved, count = struct.unpack_from("<HB", boot_sector, 14)
    size, = struct.unpack_from("<I", boot_sector, 36)
    first = ESP_FIRST_LBA + reserved
    return Fat(tuple(first + number * size for number in range(count)), first + count * size)


def clusters(path, name):
    """The clusters of the file `name` on the disk's ESP, in their order."""
    shown = subprocess.run(["mshowfat", "-i", f"{path}@@{ESP_FIRST_LBA * SECTOR}", f"::{name}"],
                           stdout=subprocess.PIPE, check=True).stdout.decode()
    found = []
    for first, last in re.findall(r"<(\d+)(?:-(\d+))?>", shown):
        found += range(int(first), int(last or first) + 1)
    return found


def sector_of(path, name, offset):
    """The disk's sector that holds the byte at `offset` of a file on its ESP."""
    cluster = clusters(path, name)[offset // (CLUSTER_SECTORS * SECTOR)]
    return fat(path).sector(cluster) + offset // SECTOR % CLUSTER_SECTORS


def cut_chain(path, name, offset):
    """End a file's chain of clusters before the one that holds `offset`; its size stays as it is."""
    last = clusters(path, name)[offset // (CLUSTER_SECTORS * SECTOR) - 1]
    with open(path, "r+b") as disk:
        for table in fat(path).tables:
            disk.seek(table * SECTOR + 4 * last)
            disk.write(struct.pack("<I", END_OF_CHAIN))


def write_mbr(path, partition, kind=0xea):
    """Give a disk of write_disk() an MBR for its GPT: the ESP, a gap, and as the third partition one more after it."""
    second_lba = partition.first_lba + partition.sectors
    size = os.path.getsize(path) // SECTOR
    rows = bytes(16).join(struct.pack("<B3sB3sII", 0, b"\0\2\0", which, b"\xff\xff\xff", first, sectors)
                    for which, first, sectors in (
                        (0xef, partition.first_lba, partition.sectors),
                        (kind, second_lba, size - GPT_TABLE_SECTORS - 1 - second_lba)))
    with open(path, "r+b") as disk:
        disk.seek(440)
        disk.write(MBR_ID + rows.rjust(len(rows) + 2, b"\0").ljust(66, b"\0") + b"\x55\xaa")
        disk.write(bytes(SECTOR * (1 + GPT_TABLE_SECTORS)))
        disk.seek((size - GPT_TABLE_SECTORS - 1) * SECTOR)
        disk.write(bytes(SECTOR * (1 + GPT_TABLE_SECTORS)))


def write_fat(path, files, size=64 * MIB):
    """An image of a FAT32 file system alone, to be a partition."""
    with open(path, "wb") as image:
        image.truncate(size)
    run_tool("mkfs.fat", "-F", "32", "-s", 1, "-n", "BOOT", path)
    _fill_fat(path, files)
    return path


# What mke2fs of Debian 12 leaves out, and that of e2fsprogs 1.47 itself does not.
EXT4_OF_DEBIAN = "^metadata_csum_seed,^orphan_file"


def write_ext4(path, folder, features=EXT4_OF_DEBIAN, size=96 * MIB):
    """An image of an ext4 file system with the files of a folder."""
    with open(path, "wb") as image:
        image.truncate(size)
    run_tool("/usr/sbin/mke2fs", "-q", "-t", "ext4", "-O", features, "-d", folder, path)
    return path
