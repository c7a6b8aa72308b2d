# SPDX-License-Identifier: BSD-2-Clause
"""Makes what QEMU boots from a row: an image, a variable store, and the files for the kernel."""

import random
from dataclasses import dataclass

import initrd
import media
import packing
import qemu
import variables
from artifacts import LOADER, LOADER_IA32, MKIMAGE, SYSTEMD_BOOT, is_linux, kernel_path, required

REMOVABLE = "EFI/BOOT/BOOTX64.EFI"
REMOVABLE_IA32 = "EFI/BOOT/BOOTIA32.EFI"
INSTALLED = "EFI/pvhboot/pvhboot.efi"
LOADER_COMMAND = "\\" + INSTALLED.replace("/", "\\")
SCRIPT = "run.nsh"
# A script named in the shell's own options runs at once, without the countdown.
SHELL_OPTIONS = "Shell.efi -noversion -nomap fs0:\\" + SCRIPT

BLOCK = 64 << 20    # randbytes takes less than 256 MiB at a time

# Optional data of a boot option that is a structure, not text, as it occurs.
JUNK = bytes.fromhex("8800000001000000ff7f0000c35a96e1") + bytes(range(128, 160))

# An entry older than the row's own, although "1.9" sorts after "1.10" as text, and one for another
# machine. The loader must use neither.
DECOYS = {
    "loader/entries/zz-older.conf": b"title Older\nsort-key pvhboot-test\nversion 1.9\n"
                                    b"linux /missing.elf\n",
    "loader/entries/zz-other.conf": b"title Other\nsort-key pvhboot-test\nversion 2\n"
                                    b"architecture aa64\nlinux /missing.elf\n",
}


@dataclass(frozen=True)
class Given:
    """What the kernel was given: its modules, and the files that /init reports on."""

    initrds: tuple      # file contents, to be joined into the first module
    modules: tuple      # (contents, arguments) of the others
    payloads: tuple     # contents of /payload/0, /payload/1, ...


def pattern(name, number, size):
    """Reproducible bytes, different for each row and file."""
    source = random.Random(f"{name} {number}")
    return b"".join(source.randbytes(min(BLOCK, size - done)) for done in range(0, size, BLOCK))


def given(row):
    """Everything that a row passes to its kernel besides the command line."""
    payloads = tuple(pattern(row.name, number, size) for number, size in enumerate(row.payloads))
    modules = tuple((pattern(row.name, f"module {number}", size), arguments)
                    for number, (size, arguments) in enumerate(row.modules))
    if not is_linux(row.kernel):
        return Given(payloads, modules, payloads)
    # One byte more than the archive's multiple of four: the loader has to pad, since
    # Linux finds no archive that starts at an odd place.
    initrds = (initrd.report_initrd() + b"\0",
               *(initrd.payload_initrd(str(number), data) + b"\0"
                 for number, data in enumerate(payloads)))
    return Given(initrds, modules, payloads)


def kernel_file(row):
    """The kernel's name on the volume. That of a packed one says nothing: the content has to."""
    return "kernel" if row.form != "vmlinux" or row.packers else "kernel.elf"


def kernel_source(row):
    """The file that a row starts, on the host."""
    return packing.packed(kernel_path(row.kernel, row.form), row.packers)


def common_files(row, what):
    """The kernel and what goes with it, as the options and the entry name them."""
    files = {kernel_file(row): kernel_source(row)}
    files |= {f"initrd{number}.img": data for number, data in enumerate(what.initrds)}
    files |= {f"module{number}.bin": data for number, (data, _) in enumerate(what.modules)}
    return files


def loader_options(row, what):
    """The loader's command line, as a user would write it."""
    words = list(row.options)
    words += [f"--initrd \\initrd{number}.img" for number in range(len(what.initrds))]
    for number, (_, arguments) in enumerate(what.modules):
        module = f"\\module{number}.bin {arguments}".rstrip()
        words.append(f'--module "{module}"')
    return " ".join([*words, f"\\{kernel_file(row)}", row.cmdline]).rstrip()


def entry_file(row, what):
    """The boot entry that says the same as the options."""
    key = "linux" if is_linux(row.kernel) else "pvh"
    lines = ["title Test", "sort-key pvhboot-test", "version 1.10", f"{key} /{kernel_file(row)}"]
    lines += [f"initrd /initrd{number}.img" for number in range(len(what.initrds))]
    lines += [f"module /module{number}.bin {arguments}".rstrip()
              for number, (_, arguments) in enumerate(what.modules)]
    lines += [f"options {row.cmdline}"] if row.cmdline else []
    return ("\n".join(lines) + "\n" + row.entry_lines).encode()


def _load_options(row, text):
    raw = variables.utf16(text)
    shapes = {
        "plain": raw,
        "unterminated": raw[:-2],
        "odd": raw[:-2] + b"\0",
        "named": variables.utf16(f"{LOADER_COMMAND} {text}"),
        "junk": JUNK,
    }
    return shapes[row.load_options]


def script(*commands):
    """A script of the UEFI shell that ends with powering off."""
    lines = ["@echo -off", "fs0:", *commands, "reset -s"]
    return "".join(line + "\r\n" for line in lines).encode()


def installed_option(partition, data):
    """The boot option of the installed loader, with `data` as its LoadOptions."""
    return variables.boot_option("pvhboot", variables.file_path(partition, LOADER_COMMAND), data)


def shell_option():
    """The boot option that runs the script at once."""
    return variables.boot_option("Shell", variables.shell_path(), variables.utf16(SHELL_OPTIONS))


def grub_image(directory, config, *modules):
    """GRUB as a single EFI application with `config` and further modules."""
    config_file = directory / "grub.cfg"
    config_file.write_text(config)
    image = directory / "grub.efi"
    media.run_tool("grub-mkimage", "-O", "x86_64-efi", "-o", image, "-p", "/", "-c", config_file,
                   "part_gpt", "fat", "chain", "normal", "echo", "halt", "boot", *modules)
    return image.read_bytes()


def removable(machine):
    """The loader as the machine's firmware finds it by itself."""
    if qemu.FIRMWARES[machine.firmware].bits == 32:
        return {REMOVABLE_IA32: required(LOADER_IA32)}
    return {REMOVABLE: required(LOADER)}


def _start_entry(row, what, directory):
    return {**removable(row.machine), "loader/entries/test.conf": entry_file(row, what),
            **DECOYS}, None


def _start_entry_id(row, what, directory):
    newer = b"title Newer\nsort-key pvhboot-test\nversion 1.11\nlinux /missing.elf\n"
    files = {INSTALLED: required(LOADER), "loader/entries/test.conf": entry_file(row, what),
             "loader/entries/newer.conf": newer}
    return files, lambda partition: [installed_option(partition, variables.utf16("--entry test"))]


def _start_boot_option(row, what, directory):
    files = {INSTALLED: required(LOADER)}
    if row.load_options == "junk":
        files["loader/entries/test.conf"] = entry_file(row, what)
    data = _load_options(row, loader_options(row, what))

    return files, lambda partition: [installed_option(partition, data)]


def _shell_commands(row, what):
    commands = ["memmap"] if row.memory_map else []
    return commands + [f"{LOADER_COMMAND} {loader_options(row, what)}"]


def _start_shell(row, what, directory):
    files = {INSTALLED: required(LOADER), SCRIPT: script(*_shell_commands(row, what))}
    return files, lambda partition: [shell_option()]


def _start_startup(row, what, directory):
    return {INSTALLED: required(LOADER), "startup.nsh": script(*_shell_commands(row, what))}, None


def _start_systemd_boot(row, what, directory):
    entry = f"title Test\nefi /{INSTALLED}\noptions {loader_options(row, what)}\n"
    return {REMOVABLE: required(SYSTEMD_BOOT), INSTALLED: required(LOADER),
            "loader/loader.conf": b"timeout 0\n",
            "loader/entries/test.conf": entry.encode()}, None


def _start_grub(row, what, directory):
    config = f"set root=(hd0,gpt1)\nchainloader /{INSTALLED} '{loader_options(row, what)}'\nboot\n"
    return {REMOVABLE: grub_image(directory, config), INSTALLED: required(LOADER)}, None


STARTS = {
    "entry": _start_entry,
    "entry-id": _start_entry_id,
    "boot-option": _start_boot_option,
    "shell": _start_shell,
    "startup": _start_startup,
    "systemd-boot": _start_systemd_boot,
    "grub": _start_grub,
}


def _write_iso(row, what, directory, image):
    """Uses tools/pvhboot-mkimage, which is tested too. A stick has three entries, of which the first is the row's."""
    command = [MKIMAGE, "--iso", "--efi", required(LOADER), "--efi-ia32", required(LOADER_IA32), "--output", image]
    kernel, names = kernel_source(row), [directory / f"initrd{number}.img" for number in range(len(what.initrds))]
    for name, data in zip(names, what.initrds):
        name.write_bytes(data)
    if row.machine.medium == "usb":
        initrds = "".join(f",initrd={name}" for name in names)
        command += ["--timeout", "0", "--entry", f"title=First,linux={kernel}{initrds},options={row.cmdline}",
                    *(f"--entry=title={title},linux={kernel},options={title}" for title in ("Another", "Third"))]
    else:
        command += ["--linux", kernel, f"--cmdline={row.cmdline}", *(f"--initrd={name}" for name in names)]
    media.run_tool(*command)


def prepare(row, what, directory, more=()):
    """Write a row's image, with more files; returns it and the variable store to boot it with."""
    image = directory / "image"
    store = qemu.firmware_variables(row.machine)
    if row.start == "iso":
        _write_iso(row, what, directory, image)
        return image, store
    files, options = STARTS[row.start](row, what, directory)
    partition = media.write_disk(image, {**common_files(row, what), **files, **dict(more)})
    if options:
        store = variables.add_boot_options(store, options(partition))
    return image, store
