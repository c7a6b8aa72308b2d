# SPDX-License-Identifier: BSD-2-Clause
"""Unified kernel images, made by Debian's ukify out of the loader, and forged ones."""

import functools
import hashlib
import json
import os
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import secure_boot
from artifacts import BUILD, LOADER, package, required

# ukify's versions to the package and the path; ukify() says which one the short run has.
UKIFY = {
    "254": ("bookworm-backports/systemd", "lib/systemd/ukify"),
    "257": ("trixie/systemd-ukify", "usr/bin/ukify"),
    "262": ("sid/systemd-ukify", "usr/bin/ukify"),
}
IN_SHORT_RUN = "257"

# Programs of systemd 257: what addons and profiles are made of, and a boot menu that knows profiles.
SYSTEMD_EFI = BUILD / "deps/packages/trixie/systemd-boot-efi/usr/lib/systemd/boot/efi"
ADDON_STUB = SYSTEMD_EFI / "addonx64.efi.stub"
SYSTEMD_STUB = SYSTEMD_EFI / "linuxx64.efi.stub"
SYSTEMD_BOOT = SYSTEMD_EFI / "systemd-bootx64.efi"

OS_RELEASE = 'ID=pvhtest\nVERSION_ID=1\nPRETTY_NAME="pvhboot test"\n'
SECTION = "<8sIIIIIIHHI"
HEADER_SIZE = 40
CERTIFICATE_TABLE = 4   # index of the data directory


def ukify(version, *arguments):
    """Runs a ukify."""
    name, path = UKIFY[version]
    done = subprocess.run(["/usr/bin/python3", required(package(name) / path), *map(str, arguments)],
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ukify {version}: {done.stdout}")
    return done.stdout


def build(target, version=IN_SHORT_RUN, signer=None, stub=LOADER, more=(), **parts):
    """Makes an image, signed by ukify with a key of secure_boot.py if one is named; returns `target`.

    `parts` are ukify's options: paths, or texts. There is an os-release unless it is None.
    """
    parts = {"os_release": OS_RELEASE, **parts}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in parts.items() if value is not None]
    if signer:
        # ukify takes what is not signed for an EFI program, and fails with an ELF file.
        options += ["--no-sign-kernel", f"--secureboot-private-key={secure_boot.key(signer)}",
                    f"--secureboot-certificate={secure_boot.certificate(signer)}"]
    ukify(version, "build", f"--stub={required(stub)}", f"--output={target}", *options, *more)
    return target


@dataclass(frozen=True)
class Section:
    """An entry of the section table; the offset is that of its bytes in the file, `at` that of the entry itself."""

    name: str
    size: int
    address: int
    file_size: int
    offset: int
    at: int


def _optional_header(data):
    pe, = struct.unpack_from("<I", data, 0x3c)
    return pe, pe + 24


def sections(data):
    """The section table of a PE file."""
    pe, optional = _optional_header(data)
    count, = struct.unpack_from("<H", data, pe + 6)
    first = optional + struct.unpack_from("<H", data, pe + 20)[0]
    found = []
    for at in range(first, first + HEADER_SIZE * count, HEADER_SIZE):
        name, size, address, file_size, offset, *_ = struct.unpack_from(SECTION, data, at)
        found.append(Section(name.rstrip(b"\0").decode(), size, address, file_size, offset, at))
    return found


def contents(data, profile=0):
    """Name to content of the sections of a profile: the base's, and the profile's own over them."""
    parts = [{}]
    for section in sections(data):
        if section.name == ".profile":
            parts.append({})
        parts[-1].setdefault(section.name, data[section.offset:section.offset + section.size])
    return {**parts[0], **(parts[profile + 1] if profile + 1 < len(parts) else {})}


def section(data, name):
    """The first section of that name."""
    return next(section for section in sections(data) if section.name == name)


def flipped(data, name):
    """The image with one bit in the middle of a section changed."""
    found = section(data, name)
    return flipped_at(data, found.offset + found.size // 2)


def flipped_at(data, offset):
    """The image with one bit changed."""
    return data[:offset] + bytes([data[offset] ^ 0x10]) + data[offset + 1:]


def changed_header(data, name, field, value):
    """The image with a field of a section's header replaced: "size", "address", "file_size" or "offset"."""
    place = section(data, name).at + {"size": 8, "address": 12, "file_size": 16, "offset": 20}[field]
    return data[:place] + struct.pack("<I", value) + data[place + 4:]


def with_sections(data, *added):
    """An unsigned image with more sections, (name, bytes) each, behind its last one, as ukify adds them."""
    pe, optional = _optional_header(data)
    page, align = struct.unpack_from("<II", data, optional + 32)
    count, = struct.unpack_from("<H", data, pe + 6)
    last = sections(data)[-1]
    made = bytearray(data) + bytes(-len(data) % align)
    address = last.address + last.size
    for number, (name, content) in enumerate(added):
        address = -(-address // page) * page
        stored = content + bytes(-len(content) % align)
        struct.pack_into(SECTION, made, last.at + HEADER_SIZE * (number + 1), name.encode(), len(content), address,
                         len(stored), len(made), 0, 0, 0, 0, 0x40000040)
        made += stored
        address += len(content)
    struct.pack_into("<H", made, pe + 6, count + len(added))
    struct.pack_into("<I", made, optional + 56, -(-address // page) * page)
    return bytes(made)


def small(*added):
    """An image of a few kilobytes with these sections, which can be listed but not started."""
    page, align, optional = 4096, 512, 240
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, optional, 0x22)
    options = struct.pack("<H30xII", 0x20b, page, align).ljust(optional, b"\0")
    text = struct.pack(SECTION, b".text", align, page, align, 2 * align, 0, 0, 0, 0, 0x60000020)
    head = b"MZ".ljust(0x3c, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + coff + options + text
    return with_sections(head.ljust(2 * align, b"\0") + bytes(align), *added)


def renamed(data, name, new_name):
    """The image with a section of another name."""
    at = section(data, name).at
    return data[:at] + new_name.encode().ljust(8, b"\0") + data[at + 8:]


def authenticode(data):
    """The SHA-256 of a PE file by which firmware knows it: without checksum, certificates and the reference to them."""
    optional = _optional_header(data)[1]
    checksum, directory = optional + 64, optional + 112 + 8 * CERTIFICATE_TABLE
    offset, size = struct.unpack_from("<II", data, directory)
    end = offset if size else len(data)
    return hashlib.sha256(data[:checksum] + data[checksum + 4:directory] + data[directory + 8:end]).digest()


def cut_certificates(data):
    """A signed image whose certificate table ends in the middle."""
    directory = _optional_header(data)[1] + 112 + 8 * CERTIFICATE_TABLE
    offset, size = struct.unpack_from("<II", data, directory)
    assert size, "the image is not signed"
    return data[:offset + size // 2]


# The sections of which systemd-stub makes archives for Linux, in this order, each with one file.
EXTRA_FILES = {".pcrsig": "tpm2-pcr-signature.json", ".pcrpkey": "tpm2-pcr-public-key.pem", ".profile": "profile",
               ".osrel": "os-release"}


def _cpio_entry(inode, mode, name, data=b""):
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return padded(header) + padded(data)


def padded(data):
    """With zeros to a multiple of four bytes, as parts of an initrd have to be."""
    return data + bytes(-len(data) % 4)


def archive(folder, folder_mode, file_mode, files):
    """The archive of files in a folder below /.extra, or in it, as systemd-stub writes it."""
    trailer = b"070701" + b"0" * 32 + b"00000001" + b"0" * 48 + b"0000000B" + b"0" * 8 + b"TRAILER!!!\0"
    entries = [(0o40555, ".extra")] if "/" in folder else []
    entries += [(0o40000 | folder_mode, folder)]
    entries += [(0o100000 | file_mode, f"{folder}/{name}", data) for name, data in files.items()]
    return b"".join(_cpio_entry(inode, *entry) for inode, entry in enumerate(entries, 1)) + padded(trailer)


def linux_initrd(found, archives=()):
    """What Linux gets as its initrd from an image with these sections, and with archives of what is beside it."""
    parts = [found[name] for name in (".ucode", ".initrd") if name in found]
    parts += archives
    parts += [archive(".extra", 0o555, 0o444, {file: found[name]}) for name, file in EXTRA_FILES.items() if name in found]
    return b"".join(map(padded, parts))


@functools.cache
def measure_tool():
    """The program systemd-measure of systemd 254, and its environment."""
    tree = package("bookworm-backports/systemd")
    libraries = package("bookworm-backports/libsystemd-shared") / "usr/lib/x86_64-linux-gnu/systemd"
    return required(tree / "lib/systemd/systemd-measure"), {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


def predicted_pcr_11(found, folder, phase=":"):
    """PCR 11 as systemd-measure predicts it, for the sections of contents()."""
    program, environment = measure_tool()
    options = []
    for name in (".linux", ".osrel", ".cmdline", ".initrd", ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey"):
        if name in found:
            file = Path(folder) / f"section{name}"
            file.write_bytes(found[name])
            options.append(f"--{name[1:]}={file}")
    said = subprocess.run([program, "calculate", "--bank=sha256", f"--phase={phase}", "--json=short", *options],
                          env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    return bytes.fromhex(json.loads(said)["sha256"][0]["hash"])


def pcrlock(*arguments):
    """Runs systemd-pcrlock of systemd 257, which needs that release's C library."""
    tree = package("trixie")
    libraries = [*tree.glob("*/usr/lib/x86_64-linux-gnu"), tree / "libsystemd-shared/usr/lib/x86_64-linux-gnu/systemd"]
    linker = required(tree / "libc6/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    subprocess.run([linker, "--library-path", ":".join(map(str, libraries)),
                    required(tree / "systemd/usr/lib/systemd/systemd-pcrlock"), *arguments],
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)


def locked(command, source, target):
    """(PCR, SHA-256 digest) of each measurement that `systemd-pcrlock COMMAND` predicts for a file."""
    pcrlock(command, source, f"--pcrlock={target}")
    return [(record["pcr"], bytes.fromhex(next(one["digest"] for one in record["digests"] if one["hashAlg"] == "sha256")))
            for record in json.loads(Path(target).read_text(encoding="utf-8"))["records"]]
