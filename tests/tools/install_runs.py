# SPDX-License-Identifier: BSD-2-Clause
"""Running pvhboot-install, on machines that are made up of a few stand-ins for the system's programs."""

import os
import pathlib
import struct
import subprocess
import sys
import uuid

from conftest import TOOLS

PROGRAM = TOOLS / "pvhboot-install"
BINARY = "EFI/pvhboot/pvhboot.efi"
FALLBACK = "EFI/BOOT/BOOTX64.EFI"
FALLBACK_IA32 = "EFI/BOOT/BOOTIA32.EFI"
LOADER_PATH = "\\EFI\\pvhboot\\pvhboot.efi"

EFI_GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
ESP_TYPE = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
LINUX_TYPE = "0fc63daf-8483-4772-8e79-3d69d8477de4"
UUIDS = [str(uuid.UUID(int=0x8d0d1f6a_3f52_4e9a_b6c1_707668000000 + number)) for number in range(8)]

# Each looks its answer up in a file that the test has written.
FINDMNT = """
for argument; do :; done
sed -n "s,^$argument ,,p" "$MACHINE/mounts" | grep . """
LSBLK = """
for argument; do :; done
cat "$MACHINE/lsblk/${argument##*/}" """
BLKID = """
for argument; do :; done
cat "$MACHINE/blkid/${argument##*/}" || exit 2"""
# Changes variables as efibootmgr does. test_install_variables.py compares it with what the real one wrote.
# Reads what cannot seek, as the files of an efivarfs.
OD = """
case " $* " in *" -j"*) echo "od: cannot skip" >&2; exit 1 ;; esac
exec /usr/bin/od "$@" """
EFIBOOTMGR = f"""
[ ! -e "$MACHINE/refusal" ] || {{ cat "$MACHINE/refusal" >&2; exit 5; }}
exec /usr/bin/python3 -B '{pathlib.Path(__file__).resolve()}' "$@" """


def sbat(version, generation=1):
    """The section by which a pvhboot is known."""
    return (f"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
            f"pvhboot,{generation},pvhboot,pvhboot,{version},https://pvhboot.invalid/\n").encode()


def loader(version="1.2.3", filling=b"code", generation=1):
    """What passes for a pvhboot.efi of that version."""
    return b"MZ" + bytes(62) + filling * 1000 + bytes(17) + sbat(version, generation) + bytes(300) + b"\n\0data"


# A loader of another kind: it has an SBAT section too, and the name pvhboot in it.
FOREIGN = b"MZ" + bytes(100) + b"sbat,1,x,sbat,1,x\nshim,4,UEFI shim,shim,1,x\n#### pvhboot,1,pvhboot ####\n" + bytes(9)


def partition_node(number, partuuid):
    """A hard drive's node of a device path, in a GPT or, for xxxxxxxx-nn, in an MBR."""
    if len(partuuid) == 11:
        signature, kind = struct.pack("<I12x", int(partuuid[:8], 16)), 1
    else:
        signature, kind = uuid.UUID(partuuid).bytes_le, 2
    return struct.pack("<BBHIQQ16sBB", 4, 1, 42, number, 0x800, 0x14000, signature, kind, kind)


def load_option(label, path, options=b"", active=True):
    """An EFI_LOAD_OPTION; PATH is the device path's nodes but the last."""
    path += struct.pack("<BBH", 0x7f, 0xff, 4)
    return struct.pack("<IH", active, len(path)) + (label + "\0").encode("utf-16-le") + path + options


def file_option(label, number, partuuid, path=LOADER_PATH, options=b"", active=True):
    """The EFI_LOAD_OPTION for a file on a partition."""
    name = (path + "\0").encode("utf-16-le")
    node = struct.pack("<BBH", 4, 4, 4 + len(name)) + name
    return load_option(label, partition_node(number, partuuid) + node, options, active)


class Variables:
    """The files of an efivarfs."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name, vendor=EFI_GLOBAL):
        return self.folder / f"{name}-{vendor}"

    def write(self, name, data, vendor=EFI_GLOBAL):
        self.path(name, vendor).write_bytes(struct.pack("<I", 7) + data)

    def read(self, name):
        return self.path(name).read_bytes()[4:]

    def write_order(self, numbers):
        self.write("BootOrder", b"".join(struct.pack("<H", number) for number in numbers))

    def order(self):
        if not self.path("BootOrder").exists():
            return []
        data = self.read("BootOrder")
        return list(struct.unpack(f"<{len(data) // 2}H", data))

    def entries(self):
        """The numbers of the boot entries that there are."""
        return sorted(int(path.name[4:8], 16) for path in self.folder.glob(f"Boot[0-9A-F]*-{EFI_GLOBAL}"))

    def is_active(self, number):
        return bool(self.read(f"Boot{number:04X}")[0] & 1)

    def options(self, number):
        """The LoadOptions of a boot entry, as text."""
        data = self.read(f"Boot{number:04X}")
        end = data.index(struct.pack("<BBH", 0x7f, 0xff, 4)) + 4
        return data[end:].decode("utf-16-le")


def change_variables(words):
    """What efibootmgr does with the options that pvhboot-install gives it."""
    assert words.pop(0) == "-q"
    variables = Variables(folder_of_variables())
    text = ""
    if "--" in words:
        place = words.index("--")
        words, (text,) = words[:place], words[place + 1:]
    values = {word: value for word, value in zip(words, words[1:]) if word in ("-b", "-d", "-p", "-L", "-l", "-o")}
    number = int(values.get("-b", "0"), 16)
    if "-c" in words:
        create(variables, values, text)
    elif "-B" in words:
        variables.path(f"Boot{number:04X}").unlink()
        variables.write_order([other for other in variables.order() if other != number])
    elif "-a" in words:
        variables.write(f"Boot{number:04X}", b"\1" + variables.read(f"Boot{number:04X}")[1:])
    elif "-o" in words:
        variables.write_order([int(word, 16) for word in values["-o"].split(",")])
    else:
        raise AssertionError(words)


def create(variables, values, text):
    number = next(number for number in range(0x10000) if number not in variables.entries())
    partuuid = (folder_of_machine() / "parts" / f"{values['-d'].split('/')[-1]}-{values['-p']}").read_text()
    variables.write(f"Boot{number:04X}", file_option(values["-L"], int(values["-p"]), partuuid, values["-l"],
                                                     text.encode("utf-16-le")))
    variables.write_order([number, *variables.order()])


def folder_of_machine():
    return type(TOOLS)(os.environ["MACHINE"])


def folder_of_variables():
    return type(TOOLS)(os.environ["EFIVARFS_PATH"])


class Machine:
    """A machine with an ESP, a folder here, that is mounted nowhere or from a partition of a disk."""

    def __init__(self, folder):
        self.folder = folder
        self.esp = folder / "my esp"
        self.efi = folder / "pvhboot.efi"
        self.variables = Variables(folder / "efivars")
        for name in ("my esp", "bin", "lsblk", "blkid", "parts", "efivars"):
            (folder / name).mkdir()
        (folder / "mounts").touch()
        for name, script in (("findmnt", FINDMNT), ("lsblk", LSBLK), ("blkid", BLKID), ("od", OD),
                             ("efibootmgr", EFIBOOTMGR)):
            self.program(name, script)
        self.efi.write_bytes(loader())

    def program(self, name, script):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def partition(self, device, disk, number, partuuid, parttype=ESP_TYPE):
        """There is a partition."""
        scheme = "dos" if len(partuuid) == 11 else "gpt"
        name = device.split("/")[-1]
        (self.folder / "blkid" / name).write_text(
            f"DEVNAME={device}\nTYPE=vfat\nPART_ENTRY_SCHEME={scheme}\nPART_ENTRY_UUID={partuuid}\n"
            f"PART_ENTRY_TYPE={parttype}\nPART_ENTRY_NUMBER={number}\n")
        (self.folder / "lsblk" / name).write_text(f"{device} part\n{disk} disk\n")
        (self.folder / "parts" / f"{disk.split('/')[-1]}-{number}").write_text(partuuid)

    def mount(self, device, folder=None, kind="vfat"):
        with open(self.folder / "mounts", "a") as mounts:
            mounts.write(f"{folder or self.esp} {device} {kind}\n")

    def started_by_efi(self, secure_boot=False):
        """The firmware's variables can be seen, with an entry of another loader."""
        self.variables.write("SecureBoot", bytes([secure_boot]))
        self.variables.write("SetupMode", b"\0")
        self.variables.write("Boot0000", file_option("debian", 1, UUIDS[0], "\\EFI\\debian\\shimx64.efi"))
        self.variables.write_order([0])

    def run(self, *words, prefix=(), **options):
        environment = {**os.environ, "MACHINE": str(self.folder), "EFIVARFS_PATH": f"{self.variables.folder}/",
                       "PATH": f"{self.folder}/bin:{os.environ['PATH']}", **options.pop("environment", {})}
        return subprocess.run([*prefix, PROGRAM, *words], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def call(self, command, *words, status=0, warnings=""):
        """Run a command on the ESP; what it says."""
        done = self.run(command, "--efi", self.efi, *words, self.esp)
        assert (done.returncode, warnings in done.stderr) == (status, True), done
        assert bool(done.stderr) == bool(warnings or status not in (0, 3, 4)), done.stderr
        return done.stdout

    def refusal(self, command, *words):
        """Run a command that must fail; the one line that it says why."""
        before = self.files()
        done = self.run(command, "--efi", self.efi, *words, self.esp)
        assert done.returncode == 1, done
        line, = done.stderr.splitlines()
        assert self.files() == before
        return line

    def files(self):
        """What is on the ESP: each file's content, and None for a folder."""
        return {str(path.relative_to(self.esp)): path.read_bytes() if path.is_file() else None
                for path in sorted(self.esp.rglob("*"))}

    def place(self, path, data):
        """Put a file onto the ESP."""
        (self.esp / path).parent.mkdir(parents=True, exist_ok=True)
        (self.esp / path).write_bytes(data)


def standard(folder):
    """A machine that was started by EFI, its ESP on /dev/sda1."""
    machine = Machine(folder)
    machine.partition("/dev/sda1", "/dev/sda", 1, UUIDS[1])
    machine.mount("/dev/sda1")
    machine.started_by_efi()
    return machine


if __name__ == "__main__":
    change_variables(sys.argv[1:])
