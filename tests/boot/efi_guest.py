# SPDX-License-Identifier: BSD-2-Clause
"""A Linux that the firmware starts through its EFI stub, to run Debian's EFI tools in.

A kernel that was started by PVH sees no EFI variables; one that was started by EFI has them, so
this is where efibootmgr, bootctl and their like are tried. The guest lives on the same EFI system
partition as the loader, in \\guest. Its /init mounts efivarfs and the partition (at /efi), runs a
script, prints what each command said, and powers off.

    files = efi_guest.files([program("efibootmgr", "bin/efibootmgr", ...)], "run list efibootmgr")
    ... media.write_disk(image, {..., **files}), boot efi_guest.boot_option(partition), or
        an entry with `efi /guest/vmlinuz` and `options` COMMAND_LINE ...
    said = efi_guest.outputs(result.serial)["list"]

In the script, `run NAME COMMAND...` runs a command and reports it under that name. The common
commands are busybox's, but for those that are named as programs: Debian binaries from
build/deps/packages or from the host, whose shared libraries (ldd names them) are taken along.
Scripts and configuration come as `others`, by their place in the guest.

An entry with `linux /guest/vmlinuz`, `initrd /guest/initrd.img` and KERNEL_OPTIONS starts the same
guest through PVH: outputs(serial, LACKS_OF_PVH) holds it to finding no variables.

What is written to the disk is lost with the run, unless that has writes="kept"; the variables are
in the run's result.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import initrd
import variables
from artifacts import package, required
from report import plain

FOLDER = "guest"
KERNEL_PACKAGE = "linux-image-cloud-amd64"
KERNEL_OPTIONS = "console=ttyS0 no_timer_check quiet"
COMMAND_LINE = f"initrd=\\{FOLDER}\\initrd.img {KERNEL_OPTIONS}"

# Where Debian's packages have their libraries. bootctl's own is in a folder of systemd's.
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/systemd",
             "lib/systemd", "usr/lib/systemd")

# The disk, its file system with the names and characters that mounting it needs, the variables.
MODULES = ("virtio_pci", "virtio_blk", "vfat", "nls_cp437", "nls_ascii", "efivarfs")

INIT = """#!/bin/sh
/bin/busybox --install -s /sbin
export PATH=/bin:/sbin TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
dmesg -n 1
run() {{
    name=$1
    shift
    echo "guest: begin $name"
    "$@"
    status=$?
    echo
    echo "guest: end $name $status"
}}
for module in {modules}; do
    insmod "/modules/$module.ko" || echo "guest: no module $module"
done
mount -t efivarfs efivarfs /sys/firmware/efi/efivars || echo "guest: no efivarfs"
mount -t vfat /dev/vda1 /efi || echo "guest: no file system"
{script}
umount /efi
echo "guest: done"
poweroff -f
"""


# What a guest that was started through PVH does not have.
LACKS_OF_PVH = ("module efivarfs", "efivarfs")

# The host's: busybox's shell would run its own commands instead of the programs.
SHELL = Path("/bin/sh")

ACCOUNTS = {"etc/passwd": b"root:x:0:0:root:/:/bin/sh\n", "etc/group": b"root:x:0:\n"}


@dataclass(frozen=True)
class Program:
    """A program of the guest's /bin: where it is on the host, and where else its libraries are."""

    path: Path
    libraries: tuple = ()   # names of packages


def program(name, path, *libraries):
    """`path` of the package `name`; `libraries` are further packages, else the host's are taken."""
    return Program(required(package(name) / path), (name, *libraries))


def shared_libraries(wanted):
    """The files that the program needs to run: path in the guest to path on the host."""
    folders = [package(name) / folder for name in wanted.libraries for folder in LIBRARIES]
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}
    said = subprocess.run(["ldd", wanted.path], env=environment, stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    if "not found" in said:
        raise FileNotFoundError(f"{wanted.path} lacks libraries; name their packages: {said}")
    found = {f"lib/{name}": Path(path) for name, path in re.findall(r"(\S+) => (/\S+)", said)}
    # The program itself names this one by its whole path.
    found |= {path[1:]: Path(path) for path in re.findall(r"^\s*(/\S*ld-linux\S*)", said, re.M)}
    return found


def kernel_file():
    """The guest's kernel, whose modules are taken too."""
    return next((package(KERNEL_PACKAGE) / "boot").glob("vmlinuz-*"))


def _load_order(names, files):
    """The modules with their dependencies, in the order to load them."""
    order = []
    for name in names:
        depends = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())[1].decode()
        needed = _load_order([word.replace("-", "_") for word in depends.split(",") if word], files)
        order += [one for one in (*needed, name) if one not in order]
    return order


def kernel_modules(names, kernel_package=KERNEL_PACKAGE):
    """These modules of a package and those that they need, by name, in the order to load them."""
    folder, = (package(kernel_package) / "lib" / "modules").iterdir()
    files = {path.stem.replace("-", "_"): path for path in folder.rglob("*.ko")}
    return {name: files[name] for name in _load_order(names, files)}


def _folders(names):
    parents = {str(parent) for name in names for parent in Path(name).parents}
    return parents - {"."}


def _content(data):
    return data if isinstance(data, bytes) else data.read_bytes()


def guest_initrd(programs, script, others):
    """The initrd: busybox, programs with their libraries, modules, and /init with the script."""
    modules = kernel_modules(MODULES)
    sources = {"bin/busybox": initrd.BUSYBOX}
    sources |= {f"modules/{name}.ko": path for name, path in modules.items()}
    for one in (Program(SHELL), *programs):
        sources |= {f"bin/{one.path.name}": one.path, **shared_libraries(one)}
    init = INIT.format(modules=" ".join(modules), script=script).encode()
    sources |= {**ACCOUNTS, **others}
    contents = {name: (0o755, _content(data)) for name, data in sources.items()}
    folders = {*_folders(contents), "sbin", "dev", "proc", "sys", "efi", "tmp"}
    return initrd.archive({"init": (0o755, init), **contents}, folders=sorted(folders),
                          devices={"dev/console": (0o600, (5, 1))})


def files(programs, script, others=None):
    """What the EFI system partition needs for the guest; `others`: path in the guest to content."""
    return {f"{FOLDER}/vmlinuz": kernel_file(),
            f"{FOLDER}/initrd.img": guest_initrd(programs, script, others or {})}


def boot_option(partition):
    """The boot option that starts the guest."""
    return variables.boot_option("Guest", variables.file_path(partition, f"\\{FOLDER}\\vmlinuz"),
                                 variables.utf16(COMMAND_LINE))


@dataclass(frozen=True)
class Output:
    """The output and the exit status of one command of the script."""

    text: str
    status: int


def outputs(serial, lacks=()):
    """The Output of each `run NAME`; fails when the guest did not reach the end of the script.

    `lacks` is what /init must report as missing.
    """
    text = plain(serial)
    assert "guest: done" in text, "the guest did not come to the end of its script"
    complaints = re.findall(r"^guest: no .*", text, re.M)
    assert complaints == [f"guest: no {what}" for what in lacks]
    found = re.findall(r"^guest: begin (\S+)\n(.*?)\nguest: end \1 (\d+)$", text, re.M | re.S)
    return {name: Output(said, int(status)) for name, said, status in found}
