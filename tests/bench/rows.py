# SPDX-License-Identifier: BSD-2-Clause
"""The rows that are measured: what is loaded, and the configuration of each loader."""

import collections

from payloads import (MIB, systemd_boot, write_grub, write_initrd, write_kernel, write_module,
                      write_pe)

KIB = 1024
LINUX_OPTIONS = "nokaslr console=ttyS0 earlyprintk=serial,ttyS0,115200 no_timer_check panic=-1"

# kernel: MiB of payload in a test kernel (or None: Linux); at: its address in MiB; modules: count and bytes of each.
# menu: only until the loader's menu is shown. arch: of firmware and loaders.
class Row(collections.namedtuple("Row", "name kernel at modules entries loaders menu arch", defaults=[False, "x64"])):
    def bytes(self):
        """Size of the payloads."""
        kernel = self.kernel * MIB if self.kernel else 0
        return kernel + self.modules[0] * self.modules[1]


ALL = ("floor", "pvhboot", "grub", "systemd-boot", "stub")
MODULES = ("floor", "pvhboot", "grub")

ROWS = (
    Row("kernel 8M", 8, 32, (0, 0), 0, ALL),
    Row("kernel 64M", 64, 32, (0, 0), 0, ALL),
    Row("kernel 256M", 256, 32, (0, 0), 0, ALL),
    Row("kernel 64M at 16M", 64, 16, (0, 0), 0, MODULES),
    Row("kernel 8M, module 64M", 8, 32, (1, 64 * MIB), 0, MODULES),
    Row("kernel 8M, module 512M", 8, 32, (1, 512 * MIB), 0, MODULES),
    Row("kernel 8M, 100 modules 64K", 8, 32, (100, 64 * KIB), 0, MODULES),
    Row("kernel 8M, 500 entries", 8, 32, (0, 0), 500, ("floor", "pvhboot", "systemd-boot")),
    Row("menu of 50 entries", 8, 32, (0, 0), 50, ("pvhboot", "systemd-boot"), True),
    Row("kernel 8M, ia32", 8, 32, (0, 0), 0, ("floor", "pvhboot"), arch="ia32"),
    Row("Linux, initrd 64M", None, 0, (1, 64 * MIB), 0, ALL),
)

# What is timed on every medium, and what on the first one only: a round of one loader takes up to half a minute.
TIMED = ("kernel 64M",)
TIMED_ON_VIRTIO = (*TIMED, "kernel 8M, module 64M", "kernel 8M, 100 modules 64K", "Linux, initrd 64M")


def timed_rows(medium):
    names = TIMED_ON_VIRTIO if medium == "virtio" else TIMED
    return [row for row in ROWS if row.name in names]


# The files

def module_paths(row):
    return [f"modules/{i:03}" for i in range(row.modules[0])]


def make_files(row, folder, linux):
    """The row's files by their path on the disk."""
    files = {}
    if row.kernel is None:
        files["vmlinuz"] = linux
        files["initrd"] = folder / "initrd"
        write_initrd(files["initrd"], row.modules[1])
        return files
    files["kernel.elf"] = folder / "kernel.elf"
    write_kernel(files["kernel.elf"], row.at, row.kernel * MIB, *row.modules)
    if "systemd-boot" in row.loaders:
        files["kernel.efi"] = folder / "kernel.efi"
        write_pe(files["kernel.efi"], row.kernel * MIB)
    for i, path in enumerate(module_paths(row)):
        files[path] = folder / f"module{i}"
        write_module(files[path], i, row.modules[1])
    return files


def add_loaders(row, folder, efi, files):
    """The loaders and their configuration on the disk."""
    if "pvhboot" in row.loaders:
        files["pvhboot.efi"] = efi
    if "grub" in row.loaders:
        files["grub.efi"] = folder / "grub.efi"
        write_grub(files["grub.efi"], grub_script(row))
    if "systemd-boot" in row.loaders:
        files["sdboot.efi"] = systemd_boot()
    if row.entries or "systemd-boot" in row.loaders:
        files["loader/loader.conf"] = f"timeout {9 if row.menu else 0}\ndefault bench.conf\n".encode()
        files["loader/entries/bench.conf"] = entry(row, "bench").encode()
    for i in range(1, row.entries):
        files[f"loader/entries/e{i:04}.conf"] = entry(row, f"e{i:04}").encode()


def entry(row, name):
    """An entry by which systemd-boot starts the PE file, and pvhboot the ELF file."""
    what = "linux /vmlinuz\ninitrd /initrd" if row.kernel is None else "pvh /kernel.elf\nefi /kernel.efi"
    options = LINUX_OPTIONS if row.kernel is None else "console=ttyS0"
    return f"title Entry {name}\nversion 1.0\nsort-key bench\n{what}\noptions {options}\n"


def grub_script(row):
    if row.kernel is None:
        return [f"linux /vmlinuz {LINUX_OPTIONS}", "initrd /initrd", "boot"]
    return ["multiboot2 /kernel.elf", *[f"module2 /{path}" for path in module_paths(row)], "boot"]


# What the starter does

def backslashes(path):
    return "\\" + path.replace("/", "\\")


def commands(row, loader, medium):
    return (["ram"] if medium == "ram" else []) + (["wait"] if row.menu else []) + MAKE_COMMANDS[loader](row)


def floor_commands(row):
    kernel = "vmlinuz" if row.kernel is None else "kernel.elf"
    modules = ["initrd"] if row.kernel is None else module_paths(row)
    return [f"read {backslashes(path)}" for path in (kernel, *modules)]


def pvhboot_commands(row):
    if row.entries:
        return ["load \\pvhboot.efi "]
    if row.kernel is None:
        return [f"load \\pvhboot.efi --initrd /initrd /vmlinuz {LINUX_OPTIONS}"]
    options = "".join(f"--module /{path} " for path in module_paths(row))
    return [f"load \\pvhboot.efi {options}/kernel.elf console=ttyS0"]


def stub_commands(row):
    if row.kernel is None:
        return [f"load \\vmlinuz initrd=\\initrd {LINUX_OPTIONS}"]
    return ["load \\kernel.efi "]


MAKE_COMMANDS = {
    "floor": floor_commands,
    "pvhboot": pvhboot_commands,
    "grub": lambda row: ["load \\grub.efi "],
    "systemd-boot": lambda row: ["load \\sdboot.efi "],
    "stub": stub_commands,
}
