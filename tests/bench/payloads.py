# SPDX-License-Identifier: BSD-2-Clause
"""The files that are loaded: test kernels with a payload, modules, initrds; and the loaders."""

import pathlib
import shutil
import struct
import subprocess
import sys

from guest import BENCH, Failure, call, readable_file

sys.dont_write_bytecode = True

MIB = 1 << 20
MAGIC = b"pvhbench"
PAGE = 4096
CPIO_FILE, CPIO_FOLDER, CPIO_DEVICE = 0o100755, 0o040755, 0o020600

SYSTEMD_BOOT = pathlib.Path("/usr/lib/systemd/boot/efi/systemd-bootx64.efi")
GRUB_MODULES = ("part_gpt", "fat", "iso9660", "normal", "configfile", "multiboot2", "linux", "boot", "echo", "search")


def append_payload(path, seed, size):
    with open(path, "ab") as file:
        subprocess.run([BENCH / "mkpayload", str(seed), str(size)], stdout=file, check=True)


def write_module(path, index, size):
    path.write_bytes(b"")
    append_payload(path, index + 1, size)


def expect(image, payload, payload_size, module_count, module_size):
    """Fill in the program's struct expected."""
    at = image.index(MAGIC)
    struct.pack_into("<4I", image, at + len(MAGIC), payload, payload_size, module_count, module_size)


def write_kernel(path, megabytes, size, module_count=0, module_size=0):
    """An ELF kernel at MEGABYTES with SIZE bytes of payload behind its code."""
    image = bytearray((BENCH / f"kernel-{megabytes}M.elf").read_bytes())
    count = struct.unpack_from("<H", image, 44)[0]
    headers = [list(struct.unpack_from("<8I", image, 52 + 32 * i)) for i in range(count)]
    offset = round_up(len(image))
    address = round_up(headers[0][2] + headers[0][5])
    expect(image, address, size, module_count, module_size)
    load = [1, offset, address, address, size, size, 4, PAGE]
    struct.pack_into("<H", image, 44, count + 1)
    for i, header in enumerate([headers[0], load, *headers[1:]]):
        struct.pack_into("<8I", image, 52 + 32 * i, *header)
    path.write_bytes(image.ljust(offset, b"\0"))
    append_payload(path, 0, size)


def write_pe(path, size):
    """The same as a PE file: the payload is one more section."""
    image = bytearray((BENCH / "x64" / "pe.efi").read_bytes())
    pe = struct.unpack_from("<I", image, 0x3c)[0]
    count, optional_size = struct.unpack_from("<H", image, pe + 6)[0], struct.unpack_from("<H", image, pe + 20)[0]
    optional, table = pe + 24, pe + 24 + optional_size
    address = round_up(struct.unpack_from("<I", image, optional + 56)[0])  # SizeOfImage
    offset = round_up(len(image))
    expect(image, address, size, 0, 0)
    struct.pack_into("<H", image, pe + 6, count + 1)
    struct.pack_into("<I", image, optional + 56, address + size)
    struct.pack_into("<8sIIIIIIHHI", image, table + 40 * count, b".payload", size, address, size, offset, 0, 0, 0, 0,
                     0x40000040)  # initialized data, readable
    path.write_bytes(image.ljust(offset, b"\0"))
    append_payload(path, 0, size)


def round_up(number):
    return -(-number // PAGE) * PAGE


def write_initrd(path, size):
    """An archive with our /init and a file of SIZE bytes that it checks."""
    with open(path, "wb") as file:
        file.write(cpio_header("dev", 1, CPIO_FOLDER) + cpio_header("dev/console", 2, CPIO_DEVICE, device=(5, 1)))
        init = (BENCH / "init").read_bytes()
        file.write(cpio_header("init", 3, CPIO_FILE, len(init)) + init + bytes(-len(init) % 4))
        file.write(cpio_header("payload", 4, CPIO_FILE, size))
    append_payload(path, 1, size)
    with open(path, "ab") as file:
        file.write(cpio_header("TRAILER!!!", 5, 0))


def cpio_header(name, inode, mode, size=0, device=(0, 0)):
    path = name.encode() + b"\0"
    header = b"070701" + b"".join(b"%08X" % n for n in (inode, mode, 0, 0, 1, 0, size, 0, 0, *device, len(path), 0))
    return header + path + bytes(-(len(header) + len(path)) % 4)


def write_grub(path, script, *options):
    """GRUB with the modules that the row needs and its script inside. OPTIONS: more for grub-mkimage."""
    (path.parent / "grub.cfg").write_text("".join(f"{line}\n" for line in script))
    call("grub-mkimage", "-O", "x86_64-efi", "-o", path, "-p", "/grub", "-c", path.parent / "grub.cfg", *options, *GRUB_MODULES)


def systemd_boot():
    return readable_file(SYSTEMD_BOOT, "systemd-boot (Debian's systemd-boot-efi)")


def space_for(size):
    free = shutil.disk_usage(BENCH).free
    if free < size:
        raise Failure(f"{BENCH}: {free // MIB} MiB are free, {size // MIB} are needed")


