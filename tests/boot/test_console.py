# SPDX-License-Identifier: BSD-2-Clause
"""What a person at the console sees of the loader, when all is well."""

import re

import pytest

import media
import qemu
import report
import rows
import scenario
import screens
import variables
from artifacts import LOADER, TOP, kernel_path, required
from qemu import Machine
from scenario import LOADER_COMMAND
from test_boots import EXIT_OF_PASS

FIRMWARE_GLYPH_HEIGHT = 19

OPTIONS = ("--initrd", "--module", "--dry-run", "--verbose", "--overwrite-acpi-nvs", "--entry",
           "--help", "--version")
DRY_RUN = f"{LOADER_COMMAND} --dry-run --initrd \\initrd.img \\kernel.elf some words"
REAL_RUN = f"{LOADER_COMMAND} --initrd \\initrd.img \\kernel.elf some words"


def run_in_shell(boot, name, commands):
    """Run commands in the UEFI shell; returns what was printed, and the run."""
    image = boot.folder(name) / "image"
    media.write_disk(image, {
        scenario.INSTALLED: required(LOADER), scenario.SCRIPT: scenario.script(*commands),
        "kernel.elf": kernel_path("tk64n8"), "initrd.img": scenario.pattern(name, 0, 12345)})
    machine = Machine()
    store = variables.add_boot_options(qemu.firmware_variables(machine), [scenario.shell_option()])
    result = boot.run(name, machine, image, store)
    return report.plain(result.serial), result


def between(text, start, end):
    """The part of the text between the two marks."""
    return re.search(rf"^{start}\n(.*?)^{end}", text, re.M | re.S)[1]


def test_help_and_version(boot):
    text, _ = run_in_shell(boot, "console-help", [
        "echo first", f"{LOADER_COMMAND} --help", "echo status %lasterror%",
        "echo second", f"{LOADER_COMMAND} --version", "echo status %lasterror%"])
    usage = between(text, "first", "status 0x0")
    assert [option for option in OPTIONS if option not in usage] == []
    version = between(text, "second", "status 0x0")
    assert (TOP / "VERSION").read_text().strip() in version
    assert version.count("\n") == 1


def test_dry_run_says_what_will_be_and_costs_nothing(boot):
    text, result = run_in_shell(boot, "console-dry-run", [
        *["echo dry", DRY_RUN, "echo status %lasterror%", "memmap"] * 3, REAL_RUN])
    free = report.shell_free_pages(text)
    assert free[0] == free[1] == free[2]
    found = report.test_kernel(text)
    assert result.status == EXIT_OF_PASS
    said = between(text, "dry", "status 0x0")
    for field in ("0x336ec578", "some words", "initrd.img", "kernel.elf"):
        assert field in said
    assert report.dry_run_memory_map(said) == found.memory_map
    version = (TOP / "VERSION").read_text().strip()
    assert re.match(rf"loader: pvhboot {version}\nfirmware: EDK II [\d.]+, UEFI [\d.]+\n"
                    r"machine: QEMU Standard PC .*\ndate: 20\d\d(-\d\d){2} \d\d(:\d\d){2}\n", said)


@pytest.mark.parametrize("options, most", [((), 1), (("--verbose",), 100)],
                         ids=["quiet", "verbose"])
def test_lines_before_the_kernel_speaks(boot, options, most):
    row = rows.row(f"console-{most}", "tk64n8", "boot-option", "q35", 512, 1, "qemu64", "virtio",
                   cmdline="console=ttyS0", options=options, modules=((100, "words"),))
    _, result = boot.row(row)
    text = report.plain(result.serial)
    said = between(text, 'BdsDxe: starting Boot0000 "pvhboot".*?', "pvhtest:")
    lines = [line for line in said.split("\n") if line.strip()]
    assert 1 <= len(lines) <= most
    assert (len(lines) > 1) == bool(options)
    assert "kernel.elf" in said and "module0.bin" in said and "ttyS0" in said


def lit_pixels(picture):
    """Pixels of a PPM picture that are not dark."""
    magic, size, _, body = picture.split(b"\n", 3)
    assert magic == b"P6"
    width, height = map(int, size.split())
    assert len(body) == width * height * 3
    return sum(value > 100 for value in body[::3])


def test_the_loaders_line_is_all_that_is_on_the_screen(boot):
    """The firmware's logo is gone for a Linux, which takes the screen over. The line fills two at most."""
    row = rows.row("console-screen", "tklinux", "entry", "q35", 512, 1, "qemu64", "virtio",
                   cmdline="pvhtest.halt", vga="std")
    _, result = boot.row(row, until="pvhtest: verdict")
    assert lit_pixels(result.screen) > 500
    lit = screens.picture(result.screen).lit_lines()
    assert lit[-1] - lit[0] < 2 * FIRMWARE_GLYPH_HEIGHT
