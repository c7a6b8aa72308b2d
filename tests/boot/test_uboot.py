# SPDX-License-Identifier: BSD-2-Clause
"""U-Boot's UEFI, of either width: the menu, the prompt and what it means by options; rows.py has the boots.

Its console is the serial line only. Its environment's bootargs, meant for Linux, are the LoadOptions of every EFI program.
"""

import contextlib

import pytest

import media
import qemu
import report
import rows
import scenario
from artifacts import OUTPUT, kernel_path
from esp import KERNEL, entry
from interactive import Session
from qemu import Machine
from test_boots import check_memory_map, check_payloads, parameters
from test_menu import ENTRIES, IDLE, Menu, at_menu, cmdline_of_kernel, numbered

FIRMWARE = ("u-boot", "u-boot-ia32")
BOOTARGS = "root=/dev/sdb3"     # the first word of the default
PROMPT = r"\n=> \Z"

either_width = pytest.mark.parametrize("firmware", FIRMWARE)


def machine_of(firmware, **fields):
    """U-Boot looks for loaders on AHCI disks."""
    return Machine(firmware, medium="ahci", **{"memory": 256, **fields})


def disk(boot, name, machine, files):
    """A disk with the loader and a kernel, and the log's name."""
    image = boot.folder(name) / "image"
    media.write_disk(image, {**scenario.removable(machine), "kernel.elf": kernel_path(KERNEL), **files})
    return image


@contextlib.contextmanager
def at_prompt(boot, name, firmware, files):
    """A machine at U-Boot's prompt, with the loader's file in memory: `bootefi $kernel_addr_r` starts it."""
    machine = machine_of(firmware)
    image = disk(boot, name, machine, files)
    with Session(machine, image, b"", image.parent / "run", (80, 24)) as session:
        session.wait_printed("Hit any key to stop autoboot")
        session.send(" ")
        session.wait_printed(PROMPT)
        for command in ("scsi scan", f"load scsi 0:1 $kernel_addr_r {next(iter(scenario.removable(machine)))}"):
            order(session, command)
        try:
            yield session
        finally:
            log = OUTPUT / f"{name}.log"
            log.write_text(session.printed)
            boot.logs.append((log, report.plain(session.printed)))


def order(session, command):
    """Gives a command, and waits for the prompt; returns what was printed before it."""
    start = len(session.printed)
    type_line(session, command)
    session.wait_printed(rf"(?s)\A.{{{start}}}.+{PROMPT}")
    return report.plain(session.printed[start:])


def type_line(session, text):
    """U-Boot's serial port has no flow control and the driver no queue."""
    for start in range(0, len(text), 8):
        session.send(text[start:start + 8])
    session.send("ret")


@either_width
@pytest.mark.slow
def test_the_menu_and_its_editor(boot, firmware):
    with at_menu(boot, f"{firmware}-menu", numbered(12), memory=256, firmware=firmware, medium="ahci") as session:
        menu = Menu(session)
        menu.shows(IDLE)
        menu.shows(f"{BOOTARGS}: not a file; ignoring the load options and reading the entries")
        menu.marked("=> Entry 0")
        for key, expected in (("down", 1), ("j", 2), ("up", 1), ("end", 11), ("home", 0), ("5", 4), ("pgdn", 11),
                              ("pgup", 0), ("9", 8), ("4", 3)):
            session.send(key)
            menu.chosen(f"Entry {expected}")
        session.send("e")
        menu.line("option 3")
        session.send("end", *" more", "ctrl-left", *"and ", "home", "delete")
        menu.line("ption 3 and more")
        session.send("ret")
        assert cmdline_of_kernel(session) == "ption 3 and more"


@either_width
@pytest.mark.slow
def test_an_error_returns_to_the_prompt(boot, firmware):
    """Each time, and with nothing lost that the next start needs."""
    with at_prompt(boot, f"{firmware}-prompt", firmware, {}) as session:
        order(session, r"setenv bootargs '\\missing.elf a=b'")
        for _ in range(3):
            said = order(session, "bootefi $kernel_addr_r")
            assert r"pvhboot: \missing.elf: " in said and "Application failed" in said
        order(session, r"setenv bootargs '--initrd \\missing.img \\kernel.elf'")
        assert r"pvhboot: \missing.img: " in order(session, "bootefi $kernel_addr_r")
        order(session, """setenv bootargs '\\\\kernel.elf a="b  c" end'""")
        type_line(session, "bootefi $kernel_addr_r")
        assert cmdline_of_kernel(session) == 'a="b  c" end'


@either_width
@pytest.mark.slow
def test_without_entries_the_firmware_goes_on(boot, firmware):
    machine = machine_of(firmware)
    image = disk(boot, f"{firmware}-empty", machine, {})
    text = report.plain(boot.run(f"{firmware}-empty", machine, image, b"").serial)
    assert f"pvhboot: {BOOTARGS}: " in text and text.endswith("\n=> ")


@either_width
@pytest.mark.slow
def test_an_entry_whose_tries_cannot_be_counted_is_booted(boot, firmware):
    """This U-Boot cannot rename files."""
    machine = machine_of(firmware)
    image = disk(boot, f"{firmware}-counting", machine, {f"{ENTRIES}/a+3.conf": entry("counted")})
    text = report.plain(boot.run(f"{firmware}-counting", machine, image, b"").serial)
    found = report.test_kernel(text)
    assert found.failed == [] and found.values["cmdline"] == "counted"
    assert "a+3.conf" in text


@pytest.mark.parametrize("row", parameters(rows.U_BOOT_LINUX))
def test_linux(row, boot):
    what, result = boot.row(row)
    found = report.linux(result.serial.partition("Linux version")[2])
    assert "done" in found.values, "Linux did not come to the end of /init"
    assert found.values["cmdline"] == row.cmdline
    assert found.values["cpus"] == str(row.machine.cpus)
    assert found.rsdp and found.complaints == []
    check_payloads(what, found)
    check_memory_map(row, found.memory_map, result.serial)


@pytest.mark.slow
def test_linux_is_told_how_to_keep_its_memory(boot):
    """The 64-bit U-Boot sets up no MTRRs: Linux would take all RAM from itself."""
    sentence = "Linux leaves it unused unless disable_mtrr_trim is given"
    machine = machine_of("u-boot", memory=512)
    image = disk(boot, "u-boot-mtrr", machine, {
        "linux": kernel_path("6.1-cloud"),
        f"{ENTRIES}/a.conf": entry("Linux", pvh=None, linux="/linux", options=rows.CONSOLE)})
    assert sentence in report.plain(boot.run("u-boot-mtrr", machine, image, b"", until=r"PVH entry|" + qemu.STUCK).serial)
