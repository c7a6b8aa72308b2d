# SPDX-License-Identifier: BSD-2-Clause
"""What the loader's own ACPI tables give to a kernel: the screen, and the log of the loader."""

import re

import pytest

import initrd
import report
import rows
import scenario
import screens
from efi_guest import kernel_modules
from test_boots import EXIT_OF_PASS
from test_console import FIRMWARE_GLYPH_HEIGHT

SLOW = pytest.mark.slow
ACPI_DATA = 3   # E820's
DISPLAYS = ("std", *(pytest.param(name, marks=SLOW) for name in ("virtio", "bochs-display", "ramfb", "two")))


def overlay_row(name, kernel, **fields):
    return rows.row(f"overlay-{name}", kernel, "entry", "q35", 512, 1, "qemu64", "virtio", **fields)


# ------------------------------------------------------------------------------------------------
# The test kernel


def run_test_kernel(boot, name, **fields):
    """The test kernel's report, its text, and the picture when it has come to its verdict."""
    row = overlay_row(name, "tk64n8", cmdline="pvhtest.draw pvhtest.halt", **fields)
    _, result = boot.row(row, until="pvhtest: verdict .*\n")
    text = report.plain(result.serial)
    found = report.test_kernel(text)
    assert found.verdict.startswith("PASS"), found.failed
    return found, text, result.screen


@pytest.mark.parametrize("display", DISPLAYS)
def test_what_the_kernel_draws_is_seen(boot, display):
    found, text, screen = run_test_kernel(boot, f"drawn-{display}", vga=display)
    shown = screens.picture(screen)
    assert screens.framebuffer_size(text) == (shown.width, shown.height)
    assert {"acpi-roots-agree", "coreboot-checksum", "framebuffer-not-in-ram"} <= set(found.passed)
    assert shown == screens.drawn(shown.width, shown.height)


# Outputs without a framebuffer: virtio-gpu only copies.
@pytest.mark.slow
@pytest.mark.parametrize("display", ["none", "virtio-gpu"])
def test_without_a_framebuffer_there_is_only_the_log(boot, display):
    found, text, _ = run_test_kernel(boot, f"without-{display}", vga=display)
    assert screens.framebuffer_size(text) is None
    assert "log-reserved" in found.passed
    assert found.values["log-end"] in text.partition("pvhtest:")[0]
    assert "warning" not in text and "screen stays" in found.values["log-end"]


@pytest.mark.slow
def test_switched_off_nothing_is_given_and_the_screen_is_left_alone(boot):
    row = overlay_row("off", "tk64n8", vga="std", cmdline="pvhtest.draw pvhtest.halt")
    what = scenario.given(row)
    image, store = scenario.prepare(row, what, boot.folder(row.name),
                                    {"loader/loader.conf": b"acpi-overlay no\n"})
    result = boot.run(row.name, row.machine, image, store, until="pvhtest: verdict .*\n")
    found = report.test_kernel(report.plain(result.serial))
    assert found.verdict.startswith("PASS")
    assert "coreboot-header" not in found.passed and "log-end" not in found.values
    lit = screens.picture(result.screen).lit_lines()
    assert lit[-1] - lit[0] > 5 * FIRMWARE_GLYPH_HEIGHT     # what the firmware drew


@pytest.mark.slow
def test_no_overlay_is_an_option_too(boot):
    row = rows.row("overlay-no-overlay", "tk64n8", "boot-option", "q35", 512, 1, "qemu64", "virtio",
                   options=("--no-overlay",), vga="std")
    _, result = boot.row(row)
    found = report.test_kernel(report.plain(result.serial))
    assert result.status == EXIT_OF_PASS
    assert "coreboot-header" not in found.passed and "log-end" not in found.values


# ------------------------------------------------------------------------------------------------
# Linux

# Prints the characters of the font on the screen, and waits to be looked at.
CONSOLES = "console=ttyS0 console=tty0 no_timer_check"
# The kernel is silenced, so that what it logs later is not below the characters.
LOOK = f"""
/bin/busybox dmesg -n 1
/bin/busybox printf '\\033[?25l\\n%s' '{screens.CHARACTERS.replace("'", "'" + chr(92) + "''")}' >/dev/tty0
echo "guest: shown" >/dev/ttyS0
while :; do /bin/busybox sleep 60; done
"""
SHOW = f"""#!/bin/busybox sh
/bin/busybox mount -t devtmpfs devtmpfs /dev
{LOOK}"""

# A display, the modules of its own driver, and the name of that one's framebuffer.
DRIVERS = (("std", ("bochs",), "bochs-drm"), ("bochs-display", ("bochs",), "bochs-drm"),
           ("virtio", ("virtio_pci", "virtio_gpu"), "virtio_gpu"))

# What the kernel logs is on all its consoles, so on the screen too.
TAKE_OVER = f"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
say() {{ /bin/busybox echo "<4>guest: $*" >/dev/kmsg; }}
simple() {{ /bin/busybox ls /sys/bus/platform/devices | /bin/busybox grep simple; }}
look() {{ say "$1": $(/bin/busybox cat /proc/fb), $(simple); }}
look before
for module in {{modules}}; do /bin/busybox insmod /$module.ko || say no module $module; done
look after
{LOOK}"""

# /sys/firmware/log, by the drivers of Linux for coreboot's console.
READ_LOG = """#!/bin/busybox sh
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec >/dev/ttyS0 2>&1
for module in {modules}; do /bin/busybox insmod /$module.ko; done
echo "guest: log"
/bin/busybox cat /sys/firmware/log
echo "guest: end"
/bin/busybox poweroff -f
"""


def guest(init, modules=()):
    """An initrd with busybox, this /init, and modules of the kernel, whose names /init is told."""
    contents = {"init": (0o755, init.replace("{modules}", " ".join(modules)).encode()),
                "bin/busybox": (0o755, initrd.BUSYBOX.read_bytes())}
    contents |= {f"{name}.ko": (0o644, path.read_bytes()) for name, path in dict(modules).items()}
    return initrd.archive(contents, folders=("bin", "dev", "proc", "sys"),
                          devices={"dev/console": (0o600, (5, 1))})


def run_linux(boot, row, archive, **options):
    image, store = scenario.prepare(row, scenario.Given((archive,), (), ()), boot.folder(row.name))
    return boot.run(row.name, row.machine, image, store, **options)


def boot_on_screen(boot, name, archive, kernel="6.1-amd64", display="std"):
    """What Linux said on the serial line; each row of text on the screen is part of that."""
    row = overlay_row(name, kernel, vga=display, form="vmlinuz", cmdline=CONSOLES)
    result = run_linux(boot, row, archive, until="guest: shown")
    said = report.plain(result.serial)
    shown = screens.console_text(screens.picture(result.screen))
    assert [line for line in shown if line.strip() not in said] == []
    assert sum(line != "" for line in shown) > 20
    assert any("Run /init as init process" in line for line in shown)
    return said, shown


@pytest.mark.parametrize("display", DISPLAYS)
def test_linux_boots_on_the_screen(boot, display):
    said, _ = boot_on_screen(boot, f"linux-{display}", guest(SHOW), display=display)
    assert said.count("Console: switching to colour frame buffer device") == 1


@pytest.mark.slow
def test_later_linux_boots_on_the_screen(boot):
    said, _ = boot_on_screen(boot, "linux-6.12", guest(SHOW), "6.12-amd64")
    assert re.search(r"Linux version 6\.12\.\d+\S*-amd64 ", said)
    assert said.count("Console: switching to colour frame buffer device") == 1


@pytest.mark.slow
@pytest.mark.parametrize("display, modules, framebuffer", DRIVERS)
def test_a_native_driver_takes_over(boot, display, modules, framebuffer):
    """The console goes on, with what was on the screen; the framebuffer that was handed over is removed."""
    archive = guest(TAKE_OVER, kernel_modules(modules, "linux-image-amd64"))
    said, shown = boot_on_screen(boot, f"driver-{display}", archive, display=display)
    assert said.count("Console: switching to colour frame buffer device") == 2
    assert "guest: before: 0 simple, simple-framebuffer.0\n" in said and "guest: no" not in said
    assert re.search(f"guest: after: 0 {framebuffer}\\w*,\n", said)
    assert any("guest: after: 0 " in line for line in shown)



@pytest.mark.slow
def test_the_last_line_is_alone_on_the_screen(boot):
    """A Linux without a driver for the framebuffer leaves it there."""
    row = overlay_row("last-line", "6.1-cloud", vga="std", cmdline=CONSOLES)
    lit = screens.picture(run_linux(boot, row, guest(SHOW), until="guest: shown").screen).lit_lines()
    assert lit[-1] - lit[0] < 2 * FIRMWARE_GLYPH_HEIGHT     # as many rows as it is broken into


@pytest.mark.slow
def test_linux_without_a_screen(boot):
    row = overlay_row("linux-headless", "6.1-amd64", form="vmlinuz",
                      cmdline=CONSOLES)
    said = report.plain(run_linux(boot, row, guest(SHOW), until="guest: shown").serial)
    assert "guest: shown" in said and "simple-framebuffer" not in said


@pytest.mark.slow
def test_linux_reads_the_loaders_log(boot):
    """With what was not printed. The log is in memory that Linux was told to keep."""
    row = overlay_row("log", "6.1-cloud", cmdline="console=ttyS0 no_timer_check")
    archive = guest(READ_LOG, kernel_modules(("memconsole_coreboot",)))
    result = run_linux(boot, row, archive)
    text = report.plain(result.serial)
    log = text.partition("guest: log\n")[2].partition("guest: end\n")[0]
    before = text.partition("Linux version")[0]
    *_, last = [line for line in before.split("\n") if "PVH entry" in line]
    assert log.rstrip("\n").split("\n")[-1] == last
    assert "ACPI overlay" not in before
    start, end = (int(number, 16) for number in re.search(r"ACPI overlay (\w+)-(\w+)", log).groups())
    assert [entry for entry in report.linux(result.serial).memory_map
            if entry[0] == ACPI_DATA and entry[1] <= start and end < entry[2]]
    for line in (r"e820 1 0x\w+ 0x\w+", r"  module 0     .*/initrd0.img"):
        assert re.search(f"^{line}$", log, re.M), line
