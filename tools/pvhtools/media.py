# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-mkimage for media: options, and what comes of them. See pvhboot-mkimage(1)."""

import contextlib
import os
import pathlib

from .boot_files import ALL_DECODERS, LOADER, LOADER_IA32, Boot, find_loader, find_unknown_decoders, loader_path
from .media_entries import add_config, add_entries, check_entries, is_timeout, parse_entry
from .media_images import write_disk, write_iso, write_netboot
from .media_tree import Contents
from .program import Failure, need, refuse_inputs, replacing, sha256, temporary_folder
from .signing import sign

# What the name of the output says, unless an option does.
MODES = {".iso": "iso", ".img": "disk", ".raw": "disk", ".qcow2": "disk"}
MEDIA = ("iso", "disk", "netboot")
PROGRAMS = {"iso": ["mkfs.fat", "mcopy", "xorriso"], "disk": ["mkfs.fat", "mcopy"], "netboot": []}

# Path on the medium, and the option.
LOADERS = ((LOADER, "efi"), (LOADER_IA32, "efi_ia32"))


def add_media_options(parser):
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--uki", dest="mode", action="store_const", const="uki", help="make one EFI program")
    kind.add_argument("--iso", dest="mode", action="store_const", const="iso", help="make an image for CDs and USB sticks (OUT.iso)")
    kind.add_argument("--disk", dest="mode", action="store_const", const="disk", help="make a disk (OUT.img, OUT.raw, OUT.qcow2)")
    kind.add_argument("--netboot", dest="mode", action="store_const", const="netboot", help="make a directory for a server (OUT/)")
    media = parser.add_argument_group("media")
    media.add_argument("directory", metavar="DIRECTORY", nargs="?", type=pathlib.Path,
                       help="what goes onto the medium: loader/entries, kernels, and so on")
    media.add_argument("--module", action="append", default=[], metavar="'FILE ARGS'", help="of --linux; may be given several times")
    media.add_argument("--overwrite-acpi-nvs", action="store_true", help="let the kernel of --linux overwrite ACPI NVS")
    media.add_argument("--timeout", metavar="SECONDS", help="how long the menu waits, as in loader.conf (5 if there are several entries)")
    media.add_argument("--size", help="of the disk, such as 512M (what the files need)")
    media.add_argument("--format", choices=("raw", "qcow2"), help="of the disk")
    media.add_argument("--efi-ia32", type=pathlib.Path, help="the pvhboot.efi for 32-bit firmware")
    media.add_argument("--decoders", default=ALL_DECODERS, help="the decoders that pvhboot.efi was built with (%(default)s)")
    media.add_argument("--force", action="store_true", help="write it even if an entry cannot boot")


def has_uki_options(options):
    """Whether there is an option that only one EFI program has."""
    return bool(options.esp or options.pin or options.profile or options.pcrsig or options.pcrpkey or options.os_release is not None)


def mode_of(options):
    """uki, or one of MEDIA; None where neither an option nor the output's name says it."""
    if options.mode:
        return options.mode
    if has_uki_options(options):
        return "uki"
    named = "netboot" if options.output.endswith("/") else MODES.get(pathlib.Path(options.output).suffix.lower())
    if named:
        return named
    return None if options.directory or any("=" in entry for entry in options.entry) else "uki"


def find_media_misuse(options, mode):
    """What is wrong with the options of a medium."""
    if has_uki_options(options):
        return "--esp, --pin, --profile, --pcrsig, --pcrpkey and --os-release are for one EFI program, not for media"
    if not options.linux and (options.initrd or options.module or options.cmdline is not None or options.overwrite_acpi_nvs):
        return "--initrd, --module, --cmdline and --overwrite-acpi-nvs belong to --linux; an --entry has its own"
    if not (options.directory or options.entry or options.linux):
        return "name a DIRECTORY, an --entry or --linux"
    if mode != "disk" and (options.size or options.format):
        return "--size and --format are for --disk"
    if bool(options.key) != bool(options.cert):
        return "--key and --cert need each other"
    if options.timeout is not None and not is_timeout(options.timeout):
        return f"--timeout {options.timeout}: write a number of seconds, menu-force, menu-hidden or menu-disabled"
    return find_unknown_decoders(options.decoders)


def make_media(options, mode, cmdline):
    """Makes the medium; CMDLINE is that of --linux."""
    output = place_for(options.output, mode)
    is_qcow2 = mode == "disk" and (options.format or output.suffix.lower()[1:]) == "qcow2"
    need([*PROGRAMS[mode], *(["qemu-img"] if is_qcow2 else []), *(["sbsign"] if options.key else [])])
    with temporary_folder() as scratch:
        contents = collect(options, cmdline, scratch)
        refuse_own_files(output, options, contents)
        if mode != "netboot":
            contents.check_for_fat()
        found = check_entries(contents, options.force, options.key, mode == "netboot")
        with new_folder(output) if mode == "netboot" else replacing(output) as temporary:
            if mode == "iso":
                write_iso(temporary, contents)
            elif mode == "disk":
                write_disk(temporary, contents, options.size, is_qcow2)
            else:
                write_netboot(temporary, contents)
    tell(options, mode, output, found)


def collect(options, cmdline, scratch):
    """All files of the medium."""
    contents = Contents.read(options.directory) if options.directory else Contents()
    boots = [parse_entry(text) for text in options.entry]
    if options.linux:
        boots.append(Boot(options.linux, initrds=options.initrd, modules=options.module, command_line=cmdline,
                          settings=["overwrite-acpi-nvs yes"] if options.overwrite_acpi_nvs else []))
    add_entries(contents, boots, options.decoders, options.force)
    add_config(contents, options.timeout)
    for path, option in LOADERS:
        if not contents.find(path):
            contents.add(path, loader(getattr(options, option), path, options, scratch))
    return contents


def loader(named, program, options, scratch):
    """The loader's file, signed if that is wanted."""
    path = find_loader(named, program)
    if not options.key:
        return path
    signed = scratch / pathlib.Path(program).name
    sign(options.key, options.cert, path, signed)
    return signed


def place_for(name, mode):
    """The path for the medium NAME: a new or existing file, or a new folder, in an existing folder."""
    if not name:
        raise Failure("the image has no name; name it by --output (make iso: ISO=FILE)")
    path = pathlib.Path(name)
    is_folder = mode == "netboot"
    folder = path if name.endswith("/") and not is_folder else pathlib.Path(os.path.realpath(path)).parent
    if path.is_dir() and not is_folder:
        raise Failure(f"{name}: is a directory; name a file in it for the image")
    if not folder.is_dir():
        raise Failure(f"{name}: the folder {folder} does not exist; make it first (mkdir -p)")
    if path.is_block_device():
        raise Failure(f"{name}: is a device; write the image to a file and copy it: dd if=FILE of={name} bs=4M")
    if is_folder and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Failure(f"{name}: is there already; name a new directory, or an empty one")
    return path


def refuse_own_files(output, options, contents):
    """Fails when the image would overwrite one of the files that it is made of, or would be one of the directory's."""
    if options.directory and pathlib.Path(os.path.realpath(output)).is_relative_to(options.directory.resolve()):
        raise Failure(f"{output}: is in {options.directory}, whose files go onto the medium; put it elsewhere")
    refuse_inputs(output, [options.key, options.cert, *(loader_path(getattr(options, option), path) for path, option in LOADERS),
                           *(file for file in contents.files.values() if isinstance(file, pathlib.Path))])


@contextlib.contextmanager
def new_folder(output):
    """Yields the path of a folder to make next to OUTPUT, which becomes OUTPUT at the end if nothing failed."""
    output = pathlib.Path(os.path.realpath(output))
    with temporary_folder(output.parent, f".{output.name[:20]}.") as scratch:
        yield scratch / output.name
        os.replace(scratch / output.name, output)


def tell(options, mode, output, found):
    for entry in found:
        words = [" (the default)"] if entry["default"] else [] if entry["bootable"] else [" (does not boot)"]
        print(f"  {entry['label']}{''.join(words)}")
    if mode == "netboot":
        print(f"wrote {output}: copy it to the server's directory, and name pvhboot.efi by DHCP")
        return
    print(f"wrote {output}: {output.stat().st_size} bytes, SHA-256 {sha256(output)}")
    if output.suffix.lower() != ".qcow2" and options.format != "qcow2":
        print(f"for a stick, which loses all that is on it: dd if={output} of=/dev/sdX bs=4M conv=fsync")
    if not options.key:
        print("the loaders are not signed: with Secure Boot on, the firmware refuses them; --key and --cert sign them")
