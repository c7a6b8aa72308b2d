# SPDX-License-Identifier: BSD-2-Clause
"""32-bit firmware: which entries there are, and what a processor of 32 bits refuses; rows.py has the boots."""

import pytest

import media
import qemu
import report
import scenario
import ukis
from artifacts import LOADER_IA32, MKIMAGE, kernel_path, required
from esp import entry
from interactive import Session
from qemu import Machine
from test_menu import Menu

ENTRIES = "loader/entries"
FIRMWARE = "ia32-s3-off"


def disk(boot, name, machine, files):
    """A disk with the loader, kernels of both widths, and these files; returns it and the variables."""
    image = boot.folder(name) / "image"
    media.write_disk(image, {**scenario.removable(machine), "kernel.elf": kernel_path("tk64n8"),
                             "small.elf": kernel_path("tk32n4"), **files})
    return image, qemu.firmware_variables(machine)


@pytest.mark.slow
def test_a_processor_of_32_bits_refuses_a_kernel_of_64(boot):
    machine = Machine(FIRMWARE, memory=256, cpu="qemu32")
    image, store = disk(boot, "ia32-no-long-mode", machine, {f"{ENTRIES}/a.conf": entry("a")})
    sentence = "kernel.elf: is a 64-bit kernel, but this processor has no 64-bit mode; use a 32-bit kernel"
    result = boot.run("ia32-no-long-mode", machine, image, store, until=sentence[:40])
    text = " ".join(report.plain(result.serial).split())
    assert sentence[:40] in text
    assert report.test_kernel(text).verdict == ""


@pytest.mark.slow
def test_entries_for_either_architecture_are_in_the_menu(boot):
    machine = Machine(FIRMWARE, memory=256)
    image, store = disk(boot, "ia32-menu", machine, {
        "loader/loader.conf": b"timeout menu-force\n",
        f"{ENTRIES}/a.conf": entry("For x64", architecture="x64", sort_key="a"),
        f"{ENTRIES}/b.conf": entry("For ia32", architecture="ia32", pvh="/small.elf", sort_key="b"),
        f"{ENTRIES}/c.conf": entry("For aa64", architecture="aa64", sort_key="c")})
    with Session(machine, image, store, image.parent / "run", (80, 24)) as session:
        menu = Menu(session)
        menu.chosen("For x64")
        menu.shows("For ia32")
        menu.shows("For aa64 (cannot boot)")
        session.send("\r")
        session.wait_end()
    found = report.test_kernel(report.plain(session.printed))
    assert found.failed == [] and found.values["cmdline"] == "For x64"


@pytest.mark.slow
@pytest.mark.parametrize("maker", ["ukify", "pvhboot-mkimage"])
def test_an_image_with_its_kernel(maker, boot, tmp_path):
    """The loader for ia32 is a stub, too, and the kernel in it is of 64 bits."""
    machine = Machine(FIRMWARE, memory=256)
    uki = tmp_path / "uki"
    if maker == "ukify":
        ukis.build(uki, stub=LOADER_IA32, efi_arch="ia32", linux=kernel_path("tk64n8"), cmdline="from=image")
    else:
        media.run_tool(MKIMAGE, "--efi", required(LOADER_IA32), "--linux", kernel_path("tk64n8"), "--cmdline", "from=image",
                       "--output", uki)
    image, store = disk(boot, f"ia32-{maker}", machine, {scenario.REMOVABLE_IA32: uki})
    found = report.test_kernel(report.plain(boot.run(f"ia32-{maker}", machine, image, store).serial))
    assert found.verdict.startswith("PASS")
    assert (found.failed, found.values["cmdline"]) == ([], "from=image")
