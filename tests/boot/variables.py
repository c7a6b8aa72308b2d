# SPDX-License-Identifier: BSD-2-Clause
"""Boot options written into a copy of OVMF's variable store.

The result is like efibootmgr's, without running it in an operating system: Boot####
variables of any shape, in the order that a row requests. The layout is that of EDK2's
authenticated variable store.
"""

import struct
import uuid

EFI_GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
STORE_GUID = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")
STORE_HEADER = 28
VARIABLE_HEADER = 60
VARIABLE_MAGIC = 0x55aa
VARIABLE_ADDED = 0x3f
VARIABLE_DELETED = 0xfd
NON_VOLATILE_BOOT_RUNTIME = 7

# The location of OVMF's shell: the firmware volume and the file in it.
SHELL_VOLUME = uuid.UUID("7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1")
SHELL_FILE = uuid.UUID("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1")

END_OF_PATH = bytes((0x7f, 0xff, 4, 0))


def _node(kind, subtype, body):
    return struct.pack("<BBH", kind, subtype, 4 + len(body)) + body


def utf16(text):
    """UCS-2 with a terminator, as firmware strings are."""
    return (text + "\0").encode("utf-16-le")


def file_path(partition, name):
    """Device path of a file (`\\a\\b`) on a partition, in efibootmgr's short form."""
    drive = struct.pack("<IQQ16sBB", partition.number, partition.first_lba, partition.sectors,
                        partition.guid.bytes_le, 2, 2)
    return _node(4, 1, drive) + _node(4, 4, utf16(name)) + END_OF_PATH


def shell_path():
    """Device path of the shell built into OVMF."""
    return (_node(4, 7, SHELL_VOLUME.bytes_le) + _node(4, 6, SHELL_FILE.bytes_le)
            + END_OF_PATH)


def boot_option(description, path, data=b""):
    """An EFI_LOAD_OPTION that is active; `data` becomes the image's LoadOptions."""
    return struct.pack("<IH", 1, len(path)) + utf16(description) + path + data


def _variable(name, data):
    raw_name = utf16(name)
    header = struct.pack("<HBBIQ16sIII16s", VARIABLE_MAGIC, VARIABLE_ADDED, 0,
                         NON_VOLATILE_BOOT_RUNTIME, 0, bytes(16), 0, len(raw_name), len(data),
                         EFI_GLOBAL.bytes_le)
    record = header + raw_name + data
    return record + b"\xff" * (-len(record) % 4)


def _existing(store, position):
    """Position, name and size of each variable in the store, from `position` on."""
    while struct.unpack_from("<H", store, position)[0] == VARIABLE_MAGIC:
        name_size, data_size = struct.unpack_from("<II", store, position + 36)
        name = store[position + VARIABLE_HEADER:position + VARIABLE_HEADER + name_size]
        size = VARIABLE_HEADER + name_size + data_size
        size += -size % 4
        yield position, name.decode("utf-16-le").rstrip("\0"), size
        position += size


def _with_variables(store, first, new):
    """The store with `new` variables, replacing those of the same name: duplicates hang EDK2."""
    store = bytearray(store)
    end = first
    for position, name, size in _existing(store, first):
        if name in new:
            store[position + 2] &= VARIABLE_DELETED
        end = position + size
    records = b"".join(_variable(name, data) for name, data in new.items())
    store[end:end + len(records)] = records
    return bytes(store)


def add_boot_options(store, options):
    """The variable store's bytes with Boot0000, Boot0001, ... in this order, and no timeout."""
    header = struct.unpack_from("<H", store, 48)[0]
    if store[header:header + 16] != STORE_GUID.bytes_le:
        raise ValueError("this firmware's variable store has another layout than EDK2's")
    new = {"Timeout": struct.pack("<H", 0),
           "BootOrder": struct.pack(f"<{len(options)}H", *range(len(options)))}
    new |= {f"Boot{number:04X}": option for number, option in enumerate(options)}
    return _with_variables(store, header + STORE_HEADER, new)
