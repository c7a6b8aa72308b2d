# SPDX-License-Identifier: BSD-2-Clause
"""Other loaders and tools that start pvhboot, each set up as in its own documentation.

The firmware itself, the shell, systemd-boot and GRUB are in scenario.py; these need a second disk,
a network, another system, or a package that tools/fetch-packages unpacks.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import efi_guest
import media
import qemu
import scenario
import variables
from artifacts import LOADER, SYSTEMD_BOOT, package, required
from scenario import INSTALLED, LOADER_COMMAND, REMOVABLE, SCRIPT

# QEMU's user network: the host is its DHCP and TFTP server.
TFTP = "tftp://10.0.2.2"
IPXE_SCRIPT = "boot.ipxe"

# An entry of rEFInd that starts immediately: the timeout is -1.
REFIND_CONFIGURATION = """\
timeout -1
textonly true
scanfor manual
default_selection "Test"
menuentry "Test" {{
    loader /{loader}
    options "{options}"
}}
"""

# The system on which kernel-install runs: Debian's hooks and names, and the directory of entries
# that bootctl creates. The older kernel must not be booted.
MACHINE_ID = "70766862006f6f740000000000000001"
OLDER_VERSION = "6.1.0-9-cloud-amd64"
OS_RELEASE = b'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
# busybox has no install, and its stat knows of no mount points.
INSTALLER_PROGRAMS = (efi_guest.Program(Path("/usr/bin/install")),
                      efi_guest.Program(Path("/usr/bin/stat")))
ENTRIES_KIND = {"loader/entries.srel": b"type1\n"}
KERNEL_INSTALL = """
run older kernel-install add {older} /boot/older
run newer kernel-install add {version} /boot/vmlinuz {initrds}
"""

# The loader's command line comes after all of efibootmgr's own options, as a single argument:
# version 17 garbles several.
EFIBOOTMGR = ("efibootmgr --create --disk /dev/vda --part 1 --label pvhboot "
              f"--loader '{LOADER_COMMAND}'")
EFIBOOTMGR_ORDERS = "orders.txt"
EFIBOOTMGR_WAYS = {
    "unicode": "--unicode -- '{options}'",
    "ascii": "-- '{options}'",
    "file": f"--append-binary-args /efi/{EFIBOOTMGR_ORDERS}",
}


@dataclass(frozen=True)
class Setup:
    """The requirements of a caller: files on the partition, boot options, other hardware."""

    files: dict
    boot_options: object = None     # a function of the partition
    devices: tuple = ()             # QEMU's arguments


def _without_initrds(what):
    return replace(what, initrds=())


def _refind(row, what, directory):
    options = scenario.loader_options(row, what).replace('"', '""')
    configuration = REFIND_CONFIGURATION.format(loader=INSTALLED, options=options)
    program = package("refind") / "usr/share/refind/refind/refind_x64.efi"
    return Setup({REMOVABLE: required(program), INSTALLED: required(LOADER),
                  "EFI/BOOT/refind.conf": configuration.encode(),
                  **scenario.common_files(row, what)})


def _systemd_boot_linux(row, what, directory):
    """As for Linux's EFI stub: systemd-boot puts initrd= before the options."""
    options = scenario.loader_options(row, _without_initrds(what))
    initrds = "".join(f"initrd /initrd{number}.img\n" for number in range(len(what.initrds)))
    entry = f"title Test\nlinux /{INSTALLED}\n{initrds}options {options}\n"
    return Setup({REMOVABLE: required(SYSTEMD_BOOT), INSTALLED: required(LOADER),
                  "loader/loader.conf": b"timeout 0\n",
                  "loader/entries/test.conf": entry.encode(),
                  **scenario.common_files(row, what)})


def _write_folder(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            shutil.copyfile(data, path)


def _ipxe(row, what, directory):
    """iPXE from the disk, everything else from the network; iPXE's images are the loader's volume."""
    files = scenario.common_files(row, what)
    lines = ["#!ipxe", f"kernel {TFTP}/pvhboot.efi {scenario.loader_options(row, what)}",
             *(f"initrd {TFTP}/{name}" for name in files), "boot || shell"]
    served = directory / "tftp"
    _write_folder(served, {**files, "pvhboot.efi": required(LOADER),
                           IPXE_SCRIPT: ("\n".join(lines) + "\n").encode()})
    network = f"user,id=network,tftp={served},bootfile={IPXE_SCRIPT}"
    return Setup({REMOVABLE: required(package("ipxe") / "boot/ipxe.efi")},
                 devices=("-netdev", network,
                          "-device", "virtio-net-pci,netdev=network,romfile="))


def _grub_elsewhere(row, what, directory):
    """GRUB on the first disk with files of the same names, pvhboot and its files on the second."""
    config = (f"search --file --set=root /{INSTALLED}\n"
              f"chainloader /{INSTALLED} '{scenario.loader_options(row, what)}'\nboot\n")
    files = scenario.common_files(row, what)
    other = directory / "other"
    media.write_disk(other, {INSTALLED: required(LOADER), **files})
    wrong = {name: b"This is the wrong volume.\n" for name in files}
    return Setup({REMOVABLE: scenario.grub_image(directory, config, "search"), **wrong},
                 devices=("-drive", f"if=none,id=other,format=raw,snapshot=on,file={other}",
                          "-device", "virtio-blk-pci,drive=other"))


def _shell_script(*commands):
    return Setup({INSTALLED: required(LOADER), SCRIPT: scenario.script(*commands)},
                 lambda partition: [scenario.shell_option()])


def _with_files(setup, files):
    return replace(setup, files={**setup.files, **files})


def _shell_initrd(row, what, directory):
    """The shell's `initrd` command offers the initrd; the command line names none."""
    setup = _shell_script("initrd \\initrd0.img", f"{LOADER_COMMAND} "
                          f"{scenario.loader_options(row, _without_initrds(what))}")
    return _with_files(setup, scenario.common_files(row, what))


def _shell_initrd_named(row, what, directory):
    """The command line names another initrd than the shell offers."""
    setup = _shell_script("initrd \\offered.img",
                          f"{LOADER_COMMAND} {scenario.loader_options(row, what)}")
    return _with_files(setup, {**scenario.common_files(row, what),
                               "offered.img": b"This is the wrong initrd.\n"})


def installed_kernel():
    """The kernel to be installed, and its version."""
    kernel = efi_guest.kernel_file()
    return kernel, kernel.name.removeprefix("vmlinuz-")


def _kernel_install_files(row, what):
    """The guest's own files that kernel-install reads."""
    systemd = package("systemd")
    hooks = "usr/lib/kernel/install.d"
    files = {f"{hooks}/{hook.name}": hook for hook in (systemd / hooks).iterdir()}
    files |= {f"boot/initrd{number}.img": data for number, data in enumerate(what.initrds)}
    return {**files, "bin/kernel-install": systemd / "usr/bin/kernel-install",
            "etc/os-release": OS_RELEASE, "etc/machine-id": MACHINE_ID.encode() + b"\n",
            "etc/kernel/cmdline": row.cmdline.encode() + b"\n",
            "boot/vmlinuz": installed_kernel()[0], "boot/older": b"This is the wrong kernel.\n"}


def _kernel_install(row, what, directory):
    """A system with systemd-boot, where kernel-install installs two kernels."""
    initrds = " ".join(f"/boot/initrd{number}.img" for number in range(len(what.initrds)))
    script = KERNEL_INSTALL.format(older=OLDER_VERSION, version=installed_kernel()[1],
                                   initrds=initrds)
    guest = efi_guest.files(INSTALLER_PROGRAMS, script, _kernel_install_files(row, what))
    return Setup({REMOVABLE: required(SYSTEMD_BOOT), "loader/entries/.keep": b"", **ENTRIES_KIND,
                  **guest}, lambda partition: [efi_guest.boot_option(partition)])


def kernel_install_command_line(row):
    """What kernel-install makes of the row's command line."""
    return f"{row.cmdline} systemd.machine_id={MACHINE_ID}"


def _efibootmgr(way):
    def setup(row, what, directory):
        options = scenario.loader_options(row, what)
        command = f"{EFIBOOTMGR} {EFIBOOTMGR_WAYS[way].format(options=options)}"
        program = efi_guest.program("efibootmgr", "bin/efibootmgr", "libefivar1", "libefiboot1",
                                    "libpopt0")
        files = {INSTALLED: required(LOADER), EFIBOOTMGR_ORDERS: f"{options}\n".encode(),
                 **scenario.common_files(row, what),
                 **efi_guest.files([program], f"run create {command}")}
        return Setup(files, lambda partition: [efi_guest.boot_option(partition)])
    return setup


SETUPS = {
    "refind": _refind,
    "systemd-boot-linux": _systemd_boot_linux,
    "ipxe": _ipxe,
    "grub-elsewhere": _grub_elsewhere,
    "shell-initrd": _shell_initrd,
    "shell-initrd-named": _shell_initrd_named,
    "kernel-install": _kernel_install,
    "efibootmgr-unicode": _efibootmgr("unicode"),
    "efibootmgr-ascii": _efibootmgr("ascii"),
    "efibootmgr-file": _efibootmgr("file"),
}


def prepare(row, what, directory):
    """Write a row's image; returns it, the variable store, and QEMU's further arguments."""
    setup = SETUPS[row.start](row, what, directory)
    image = directory / "image"
    partition = media.write_disk(image, setup.files)
    store = qemu.firmware_variables(row.machine)
    if setup.boot_options:
        store = variables.add_boot_options(store, setup.boot_options(partition))
    return image, store, setup.devices
