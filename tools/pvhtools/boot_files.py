# SPDX-License-Identifier: BSD-2-Clause
"""What lies on a boot volume: pvhboot as the firmware's default program, a kernel with its files, and their entry."""

import json
import pathlib
import re
import tempfile

from .program import TOP, Failure, call_for_words, readable_file

PVHINFO = TOP / "build" / "pvhinfo"
LOADER = "EFI/BOOT/BOOTX64.EFI"
ENTRIES = "loader/entries"
FOLDER = "boot"

# What a loader can be built with, as pvhinfo calls the formats; lz4 has two.
ALL_DECODERS = "gzip xz zstd lz4"

# A memory map for pvhinfo: 4 GiB and nothing in them. What has no place there has none on any machine.
ROOMY_MAP = "efi 7 0 0 100000000\n"


def add_boot_options(parser, command_line):
    """The options that say what to boot; COMMAND_LINE is the kernel's when none is named."""
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="pvhboot.efi")
    parser.add_argument("--decoders", default=ALL_DECODERS, help="what it was built with (%(default)s)")
    parser.add_argument("--kernel", type=pathlib.Path, required=True,
                        help="an ELF file, compressed or not, or a bzImage")
    parser.add_argument("--initrd", type=pathlib.Path, action="append", default=[],
                        help="may be given several times")
    parser.add_argument("--module", action="append", default=[], metavar="'PATH ARGS'",
                        help="may be given several times")
    parser.add_argument("--overwrite-acpi-nvs", action="store_true",
                        help="let a kernel that cannot be moved take ACPI NVS; the machine must not sleep (S3) then")
    parser.add_argument("--cmdline", default=command_line, help="the kernel's command line (%(default)s)")


def boot_files(loader, kernel, initrds, modules, command_line, decoders=ALL_DECODERS, overwrite_nvs=False):
    """The volume's files: path -> content, as bytes or as the host's file that holds it.

    MODULES are "PATH ARGUMENTS" each. KERNEL goes onto the volume as it is, packed or not."""
    initrds = [readable_file(initrd, "initrd") for initrd in initrds]
    modules = [split_module(module) for module in modules]
    found = check_bootable(readable_file(kernel, "kernel"), initrds, modules, one_line(command_line))
    check_decoders(kernel, found["containers"], decoders)
    title, version = describe(kernel, found["system"] or "")
    volume = Volume()
    lines = [f"title {title}"] + ([f"version {version}"] if version else [])
    lines.append(f"pvh {volume.add(kernel.name, kernel)}")
    lines += [f"initrd {volume.add(file.name, file)}" for file in initrds]
    lines += [f"module {volume.add(file.name, file)} {words}".rstrip() for file, words in modules]
    lines += [f"options {command_line}"] if command_line else []
    lines += ["overwrite-acpi-nvs yes"] if overwrite_nvs else []
    volume.files[LOADER] = readable_file(loader, "EFI program")
    volume.files[f"{ENTRIES}/{safe_name(title).lower()}.conf"] = ("\n".join(lines) + "\n").encode()
    return volume.files


def check_bootable(kernel, initrds, modules, command_line):
    """What pvhinfo tells of KERNEL, once it has found that all of it can boot; else its words are the failure's."""
    words = [f"--initrd={as_path(initrd)}" for initrd in initrds]
    words += [f"--module={module_of(file)}={arguments}" for file, arguments in modules]
    with tempfile.NamedTemporaryFile("w", suffix=".map") as roomy:
        roomy.write(ROOMY_MAP)
        roomy.flush()
        found = call_for_words(PVHINFO, "--json", "--map", roomy.name, *words, f"--cmdline={command_line}",
                               "--", kernel)
    return json.loads(found)[0]


def check_decoders(kernel, containers, decoders):
    """pvhinfo unpacks everything; a loader that was built with less does not."""
    absent = set(ALL_DECODERS.split()) - set(decoders.split())
    for container in containers:
        if container.split()[0] in absent:
            raise Failure(f"{kernel}: {container}: this pvhboot was built without its decoder; unpack it to the ELF file, "
                          "or build with its decoder (DECODERS)")


def as_path(file):
    """FILE in a form that pvhinfo takes for no size: 30M would be one."""
    return file if "/" in str(file) else f"./{file}"


def module_of(file):
    """FILE, or its size where its name would be taken to end at an = before the arguments."""
    if "=" not in str(file):
        return as_path(file)
    if file.stat().st_size == 0:
        raise Failure(f"{file}: the file is empty; write it again")
    return file.stat().st_size


class Volume:
    """Collects files under names of their own: two files that are called alike on the host stay apart."""

    def __init__(self):
        self.files = {}

    def add(self, name, content):
        """The path under which CONTENT will be found."""
        name = safe_name(name)
        taken = {path.lower() for path in self.files}
        path, count = f"{FOLDER}/{name}", 1
        while path.lower() in taken:
            count += 1
            path = f"{FOLDER}/{count}-{name}"
        self.files[path] = content
        return f"/{path}"


def split_module(module):
    """The file and the arguments in "PATH ARGUMENTS"."""
    path, _, arguments = module.strip().partition(" ")
    if not path:
        raise Failure("a module has no path; write --module 'PATH ARGUMENTS'")
    return readable_file(path, "module"), one_line(arguments)


def describe(kernel, system):
    """Title and version of the entry, from the kernel's name or else from its notes."""
    named = re.fullmatch(r"vmlinu[xz]-(.+)", kernel.name)
    if named:
        return f"Linux {named[1]}", named[1]
    noted = re.fullmatch(r"Linux ([0-9]\S*)", system)
    if noted:
        return system, noted[1]
    return kernel.name, None


def safe_name(name):
    """NAME without what a FAT volume or an entry's line could not hold."""
    return re.sub(r"[^A-Za-z0-9._+-]", "-", name)


def one_line(text):
    if re.search(r"[\0\r\n]", text):
        raise Failure("a command line must be one line")
    return text
