# SPDX-License-Identifier: BSD-2-Clause
"""pvhinfo on the host plans what the loader plans, from the map that its --dry-run has printed."""

import re
import subprocess
from dataclasses import dataclass

import pytest

import media
import qemu
import report
import scenario
import variables
from artifacts import BUILD, LOADER, kernel_path, required
from qemu import Machine
from scenario import LOADER_COMMAND

KERNELS = ("6.1-cloud", "6.12-cloud", "tk64n8")
FILES = (("one.img", 3 << 20), ("two.img", 4097), ("module.bin", 70000))
COMMAND_LINE = "console=ttyS0 some words"


@dataclass(frozen=True)
class Place:
    """A machine, and the kernels that the loader refuses there."""

    name: str
    machine: Machine
    refused: tuple = ()


PLACES = (
    Place("replay-q35", Machine()),
    Place("replay-pc-256M", Machine(board="pc", memory=256)),
    Place("replay-smm", Machine(firmware="smm", memory=1024), ("6.1-cloud", "tk64n8")),
)


def dry_run(kernel):
    return (f'{LOADER_COMMAND} --dry-run --initrd \\one.img --initrd \\two.img --module "\\module.bin x y" '
            f"\\{kernel}.elf {COMMAND_LINE}")


def loaders_words(boot, place):
    """What the loader says of each kernel, in one run of the UEFI shell."""
    files = {f"{kernel}.elf": kernel_path(kernel) for kernel in KERNELS}
    files |= {name: scenario.pattern(place.name, name, size) for name, size in FILES}
    commands = [line for kernel in KERNELS for line in (f"echo case {kernel}", dry_run(kernel), "echo done")]
    image = boot.folder(place.name) / "image"
    media.write_disk(image, {**files, scenario.INSTALLED: required(LOADER),
                             scenario.SCRIPT: scenario.script(*commands, "reset -s")})
    store = variables.add_boot_options(qemu.firmware_variables(place.machine), [scenario.shell_option()])
    serial = boot.run(place.name, place.machine, image, store).serial
    return {kernel: re.search(rf"case {kernel}\r?\n(.*?)done\r?\n", serial, re.S)[1] for kernel in KERNELS}


def on_the_host(folder, kernel, said):
    """pvhinfo's run on that, with files that bear the same names."""
    (folder / "map").write_text(said, newline="")
    (folder / f"\\{kernel}.elf").symlink_to(kernel_path(kernel))
    return subprocess.run([required(BUILD / "pvhinfo"), "--map", "map", "--initrd", str(FILES[0][1]),
                           "--initrd", str(FILES[1][1]), "--module", f"{FILES[2][1]}=x y",
                           "--cmdline", COMMAND_LINE, f"\\{kernel}.elf"],
                          cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def comparable(text):
    """The plan, the start info and the table, without what a map cannot tell and what files are called."""
    said = ("loader: ", "firmware: ", "machine: ", "date: ", "efi ", "mcfg ", "acpi-overlay ", "pvhboot: ", "Linux ", "Pvhtest", "PVH kernel")
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(said))
    text = re.sub(r"rsdp_paddr 0x\w+", "rsdp_paddr", text)
    text = re.sub(r"\d+ descriptors", "descriptors", text)
    return re.sub(r"^(  module .*-0x\w+) \S+", r"\1", text, flags=re.M)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_the_same_plan_from_the_printed_map(place, boot, tmp_path):
    for kernel, said in loaders_words(boot, place).items():
        (tmp_path / kernel).mkdir()
        done = on_the_host(tmp_path / kernel, kernel, said)
        said = report.plain(said)
        if kernel in place.refused:
            assert done.returncode == 1
            assert f"pvhboot: {done.stderr}" in said
        else:
            assert (done.returncode, done.stderr) == (0, "")
            assert "\ne820 1 " in done.stdout and "start_info at" in done.stdout
            assert comparable(said) == comparable(done.stdout)
