# SPDX-License-Identifier: BSD-2-Clause
"""What a guest has written to its disk, in the order in which it did, and the disk as it was in between.

QEMU's blklogwrites writes the log, in the format of Linux's dm-log-writes: a sector for the log itself, then for each write
a sector that describes it, and the data.
"""

import struct
from typing import NamedTuple

SECTOR = 512
MAGIC = 0x6a736677736872
DISCARD = 4


class Write(NamedTuple):
    offset: int     # bytes, in the disk
    data: bytes


def read_log(path):
    """All writes with data; flushes have none."""
    log = path.read_bytes()
    magic, version, count, size = struct.unpack_from("<QQQI", log)
    if (magic, version, size) != (MAGIC, 1, SECTOR):
        raise ValueError(f"{path} is no log of writes: {magic:#x}, version {version}, sectors of {size} bytes")
    found, position = [], SECTOR
    for _ in range(count):
        sector, sectors, flags, _ = struct.unpack_from("<QQQQ", log, position)
        position += SECTOR
        if flags & DISCARD:
            continue
        data = log[position:position + sectors * SECTOR]
        if len(data) != sectors * SECTOR:
            raise ValueError(f"{path} ends within a write")
        position += len(data)
        if data:
            found.append(Write(sector * SECTOR, data))
    return found


def changed_sectors(writes, image):
    """The writes, each cut into the sectors that it changes of an image: disks write whole sectors, and no more at once."""
    found, now = [], {}
    with open(image, "rb") as disk:
        for write in writes:
            for at in range(0, len(write.data), SECTOR):
                offset, data = write.offset + at, write.data[at:at + SECTOR]
                if offset not in now:
                    disk.seek(offset)
                    now[offset] = disk.read(SECTOR)
                if data != now[offset]:
                    now[offset] = data
                    found.append(Write(offset, data))
    return found


def apply(writes, image):
    with open(image, "r+b") as disk:
        for write in writes:
            disk.seek(write.offset)
            disk.write(write.data)
