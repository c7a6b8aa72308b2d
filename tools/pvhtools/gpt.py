# SPDX-License-Identifier: BSD-2-Clause
"""GUID partition tables with one partition, an EFI system partition: UEFI 2.10, chapter 5."""

import struct
import uuid
import zlib

SECTOR = 512
ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
ENTRIES, ENTRY_SIZE = 128, 128
TABLE_SECTORS = ENTRIES * ENTRY_SIZE // SECTOR
FIRST_USABLE = 2 + TABLE_SECTORS
TAIL = (TABLE_SECTORS + 1) * SECTOR  # the second table, at the end of the disk
LABEL = "EFI system partition"

# The only partition of the protective MBR: from the second sector to the last. It must not be marked as active (UEFI 2.10,
# 5.2.3), and nothing else is in that table, so that nobody takes the disk for one with an MBR.
PROTECTIVE = 0xee
LARGEST_MBR = 0xffffffff


def write_gpt(image, offset, size, identity):
    """Writes both tables to IMAGE, whose size is that of the disk, with the bytes of OFFSET and SIZE as a partition.

    The GUIDs of disk and partition are made of IDENTITY, bytes."""
    disk, partition = (uuid.UUID(bytes=identity[at:at + 16], version=4) for at in (0, 16))
    with open(image, "r+b") as file:
        sectors = file.seek(0, 2) // SECTOR
        table = table_of(partition, offset // SECTOR, (offset + size) // SECTOR - 1)
        last = sectors - 1
        file.seek(0)
        file.write(protective_mbr(sectors) + header(disk, 1, last, 2, sectors, table) + table)
        file.seek((last - TABLE_SECTORS) * SECTOR)
        file.write(table + header(disk, last, 1, last - TABLE_SECTORS, sectors, table))


def table_of(partition, first, last):
    entry = struct.pack("<16s16sQQQ72s", ESP.bytes_le, partition.bytes_le, first, last, 0, LABEL.encode("utf-16-le"))
    return entry.ljust(ENTRIES * ENTRY_SIZE, b"\0")


def header(disk, own, other, table_at, sectors, table):
    def packed(checksum):
        return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, checksum, 0, own, other, FIRST_USABLE,
                           sectors - TABLE_SECTORS - 2, disk.bytes_le, table_at, ENTRIES, ENTRY_SIZE, zlib.crc32(table))
    return packed(zlib.crc32(packed(0))).ljust(SECTOR, b"\0")


def protective_mbr(sectors):
    entry = struct.pack("<B3sB3sII", 0, b"\0\2\0", PROTECTIVE, b"\xff\xff\xff", 1, min(sectors - 1, LARGEST_MBR))
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"
