# SPDX-License-Identifier: BSD-2-Clause
"""The files of a boot volume: pvhboot as the firmware's default program, a kernel with its files, and their entry."""

import dataclasses
import json
import os
import pathlib
import re

from .pe import Image
from .program import Failure, call_for_words, own_file, readable_file, temporary_folder

PVHINFO = own_file("build/pvhinfo", "bin/pvhinfo")
LOADER = "EFI/BOOT/BOOTX64.EFI"
LOADER_IA32 = "EFI/BOOT/BOOTIA32.EFI"
# Where make puts them, and where make install does.
LOADER_PLACES = {LOADER: ("build/x64/pvhboot.efi", "lib/pvhboot/pvhboot.efi"),
                 LOADER_IA32: ("build/ia32/pvhboot.efi", "lib/pvhboot/pvhbootia32.efi")}
ENTRIES = "loader/entries"
FOLDER = "boot"

# All formats that a loader can be built with, as pvhinfo names them; lz4 stands for two.
ALL_DECODERS = "gzip xz zstd lz4"

# File names on FAT have up to 255 characters; a number or a suffix may be added to ours.
LONGEST_NAME = 200

# Names of DOS devices, which neither mtools nor Windows take for files, whatever follows a dot.
DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)

# What the loader would take for a boot counter at the end of an entry's name.
COUNTER = re.compile(r"\+([0-9]+(-[0-9]+)?)$")

# The names of entry files that the loader does not read.
NOT_READ = re.compile(r"\.|auto-")

# White space to the loader.
BLANKS = " \t\r\n\0"

# A memory map for pvhinfo: 4 GiB, all free. What does not fit there does not fit on any machine.
ROOMY_MAP = "efi 7 0 0 100000000\n"


class Refused(Failure):
    """pvhinfo says that pvhboot would refuse this kernel."""


@dataclasses.dataclass
class Boot:
    """What one entry boots, with files on the host; each of MODULES is "PATH ARGUMENTS"."""

    kernel: pathlib.Path = None
    uki: pathlib.Path = None  # an EFI program, instead of a kernel
    initrds: list = dataclasses.field(default_factory=list)
    modules: list = dataclasses.field(default_factory=list)
    command_line: str = ""
    title: str = ""  # by default what the kernel's name says
    version: str = ""
    settings: list = dataclasses.field(default_factory=list)  # further lines of the entry


def boot_files(loader, kernel, initrds, modules, command_line, decoders=ALL_DECODERS, overwrite_nvs=False,
               pass_framebuffer=False, program=LOADER):
    """The volume's files: path -> content, as bytes or as the path of a file on the host.

    Each of MODULES is "PATH ARGUMENTS". KERNEL is copied as it is, compressed or not. PROGRAM is where firmware looks for
    LOADER."""
    settings = [f"{key} yes" for key, wanted in (("overwrite-acpi-nvs", overwrite_nvs), ("pass-framebuffer", pass_framebuffer))
                if wanted]
    boot = Boot(kernel, initrds=initrds, modules=modules, command_line=command_line, settings=settings)
    volume = Volume({})
    volume.add_entry(boot, look_at(boot, decoders))
    volume.files[program] = check_loader(loader, program == LOADER_IA32)
    return volume.files


def find_unknown_decoders(decoders):
    """What is wrong with a list of decoders; None if nothing is."""
    unknown = [name for name in decoders.split() if name not in ALL_DECODERS.split()]
    return f"--decoders: {unknown[0]} is not known; the decoders are {ALL_DECODERS}" if unknown else None


def read_loader(path):
    """The Image of PATH, which is pvhboot by its SBAT section."""
    image = Image(path, readable_file(path, "EFI program").read_bytes())
    if not re.search(rb"^pvhboot,[0-9]+,", image.content(".sbat") or b"", re.MULTILINE):
        raise Failure(f"{path}: is not pvhboot; name a pvhboot.efi")
    return image


def check_loader(path, is_ia32=False):
    """Checks that PATH is a pvhboot.efi for that firmware, and returns it. One that vouches for files is one, too."""
    image = read_loader(path)
    if image.content(".linux"):
        raise Failure(f"{path}: is an image with a kernel, which starts that and no entry; name a pvhboot.efi")
    if image.is_ia32() != is_ia32:
        raise Failure(f"{path}: is pvhboot for {'32' if image.is_ia32() else '64'}-bit firmware; name the one for "
                      f"{'32' if is_ia32 else '64'}-bit firmware")
    return pathlib.Path(path)


def loader_path(named, program):
    """Where the loader PROGRAM is, LOADER or LOADER_IA32: the file NAMED, or ours."""
    return named or own_file(*LOADER_PLACES[program])


def find_loader(named, program):
    """The same for a loader that is to be there, and to be pvhboot for that firmware."""
    path = loader_path(named, program)
    if not named and not path.is_file():
        raise Failure(f"{path}: the loader is missing; make builds it, and make install installs it")
    return check_loader(path, program == LOADER_IA32)


def look_at(boot, decoders=ALL_DECODERS):
    """Checks that BOOT can boot, and returns what pvhinfo prints about its kernel. Its files are checked, and listed, by this."""
    boot.initrds = [readable_file(initrd, "initrd") for initrd in boot.initrds]
    boot.modules = [split_module(module) for module in boot.modules]
    found = check_bootable(readable_file(boot.kernel, "kernel"), boot.initrds, boot.modules, one_line(boot.command_line))
    check_decoders(boot.kernel, found["containers"], decoders)
    return found


def check_bootable(kernel, initrds, modules, command_line):
    """Checks with pvhinfo that KERNEL can boot with these files, and returns what pvhinfo prints about it."""
    words = [f"--initrd={as_path(initrd)}" for initrd in initrds]
    words += [f"--module={module_of(file)}={arguments}" for file, arguments in modules]
    with temporary_folder() as scratch:
        roomy = scratch / "roomy.map"
        roomy.write_text(ROOMY_MAP)
        try:
            found = call_for_words(PVHINFO, "--json", "--map", roomy, *words, f"--cmdline={command_line}",
                                   "--", kernel)
        except Failure as failure:
            raise (Refused(str(failure)) if failure.program_status == 1 else failure) from None
    return json.loads(found)[0]


def check_decoders(kernel, containers, decoders):
    """Checks that the loader was built with the decoders for KERNEL: pvhinfo has all of them."""
    absent = set(ALL_DECODERS.split()) - set(decoders.split())
    for container in containers:
        if container.split()[0] in absent:
            raise Failure(f"{kernel}: {container}: this pvhboot was built without its decoder; unpack it to the ELF file, "
                          "or build with its decoder (DECODERS)")


def as_path(file):
    """FILE in a form that pvhinfo does not take for a size, such as 30M."""
    return file if "/" in str(file) else f"./{file}"


def module_of(file):
    """FILE for pvhinfo, or its size if its name contains =, which would end the name."""
    if "=" not in str(file):
        return as_path(file)
    if file.stat().st_size == 0:
        raise Failure(f"{file}: the file is empty; copy it again")
    return file.stat().st_size


class Volume:
    """Collects files under unique names: two files with the same name on the host are kept apart, and one is there once."""

    def __init__(self, files):
        self.files = files
        self.copied = {}

    def add(self, name, file):
        """Adds a file of the host and returns its path on the volume."""
        if file not in self.copied:
            self.copied[file] = self.free_path(FOLDER, safe_name(name), "")
            self.files[self.copied[file]] = file
        return f"/{self.copied[file]}"

    def free_path(self, folder, name, suffix):
        taken = {path.lower() for path in self.files}
        path, count = f"{folder}/{name}{suffix}", 1
        while path.lower() in taken:
            count += 1
            path = f"{folder}/{count}-{name}{suffix}"
        return path

    def add_entry(self, boot, found):
        """Adds an entry with its files; FOUND is what look_at() has returned."""
        title, version = describe(boot.kernel or boot.uki, found["system"] or "")
        title, version = boot.title or title, boot.version or version
        lines = [f"title {title}"] + ([f"version {version}"] if version else [])
        lines.append(f"pvh {self.add(boot.kernel.name, boot.kernel)}" if boot.kernel else f"uki {self.add(boot.uki.name, boot.uki)}")
        lines += [f"initrd {self.add(file.name, file)}" for file in boot.initrds]
        lines += [f"module {self.add(file.name, file)} {words}".rstrip() for file, words in boot.modules]
        lines += [f"options {value}" for value in option_values(boot.command_line)]
        self.files[self.free_path(ENTRIES, entry_name(title), ".conf")] = os.fsencode("\n".join([*lines, *boot.settings]) + "\n")


def split_module(module):
    """Splits "PATH ARGUMENTS" into file and arguments."""
    path, _, arguments = module.strip().partition(" ")
    if not path:
        raise Failure("a module has no path; write --module 'PATH ARGUMENTS'")
    return readable_file(path, "module"), one_line(arguments)


def describe(kernel, system):
    """Title and version of the entry, from the kernel's file name, or else from its notes."""
    name = printable(kernel.name)
    named = re.fullmatch(r"vmlinu[xz]-(.+)", name)
    if named:
        return f"Linux {named[1]}", named[1]
    noted = re.fullmatch(r"Linux ([0-9]\S*)", system)
    if noted:
        return system, noted[1]
    return name, None


def printable(name):
    """NAME with what is not text or would end a line of an entry file replaced."""
    return re.sub(r"[\0-\x1f\x7f\ud800-\udfff]", "-", name)


def safe_name(name):
    """NAME as FAT, mtools and entry files can represent it."""
    name = re.sub(r"[^A-Za-z0-9._+-]", "-", name)[:LONGEST_NAME]
    name = re.sub(r"\.+$", lambda dots: "-" * len(dots[0]), name)  # FAT drops them
    return f"_{name}" if DEVICE_NAME.match(name) else name


def entry_name(title):
    """The name of the entry file, without its suffix."""
    name = COUNTER.sub(r"-\1", safe_name(title).lower())
    return f"_{name}" if NOT_READ.match(name) else name


def option_values(command_line):
    """The values of one or two `options` lines that the loader reads as COMMAND_LINE, to the letter; none if it is empty.

    The loader strips white space, and quotes around the whole value, and joins lines with a space."""
    if not command_line:
        return []
    spaces = [at for at, character in enumerate(command_line) if character == " "]
    for parts in [[command_line]] + [[command_line[:at], command_line[at + 1:]] for at in spaces]:
        values = [value_of(part) for part in parts]
        if None not in values:
            return values
    raise Failure(f"the command line {command_line} cannot be written to an entry: it would lose its outer quotes or white "
                  "space; leave them out")


def value_of(text):
    """A value that the loader reads as TEXT; None if there is none."""
    return next((value for value in (text, f'"{text}"', f"'{text}'") if text and read_value(value) == text), None)


def read_value(value):
    """What the loader reads (common/bls/config_lines.c)."""
    value = value.strip(BLANKS)
    quoted = re.fullmatch(r"""(["'])(.*)\1""", value, re.DOTALL)
    if not quoted or quoted[1] in quoted[2]:
        return value
    return quoted[2] if quoted[2].strip(BLANKS) else ""


def one_line(text, what="a command line"):
    if re.search(r"[\0\r\n]", text):
        raise Failure(f"{what} must be one line")
    return text
