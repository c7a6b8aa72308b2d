# SPDX-License-Identifier: BSD-2-Clause
"""What cannot boot is refused in one line, costs no memory, and lets the firmware go on."""

import re

import pytest

import media
import packing
import qemu
import refusals
import report
import scenario
import variables
from artifacts import BUILD, LOADER, TOP, kernel_path, required
from scenario import LOADER_COMMAND
from test_boots import EXIT_OF_PASS

WENT_ON = "the firmware went on"


def session_script(session):
    """Each command twice, with the free memory counted after each; then the kernel."""
    commands = []
    for refusal in session.refusals:
        for _ in range(2):
            commands += [f"echo case {refusal.name}", f"{LOADER_COMMAND} {refusal.command}",
                         "echo status %lasterror%", "memmap"]
    return scenario.script(*commands, f"{LOADER_COMMAND} {session.last}")


def made(file):
    """A packed file, and what became of it."""
    path = packing.packed(required(TOP / file.source), file.packers)
    return packing.damaged(path, file.damage) if file.damage else path


def session_files(session):
    files = {f"{name}.elf": kernel_path(name) for name in session.kernels}
    files |= {name: scenario.pattern(session.name, name, size) for name, size in session.sizes}
    files |= {f"made/{file.name}": made(file) for file in session.made}
    files |= {f"bad/{path.name}": path for path in sorted(required(BUILD / "kernel/bad").iterdir())}
    return {**files, scenario.INSTALLED: required(LOADER), scenario.SCRIPT: session_script(session)}


def cases(serial, name):
    """What was printed and returned each time a case ran."""
    found = re.findall(rf"^case {re.escape(name)}\n(.*?)^status (\S+)\n", report.plain(serial),
                       re.M | re.S)
    return [([line for line in text.split("\n") if line.strip()], int(status, 16))
            for text, status in found]


def complaints(refusal, serial):
    """What is wrong with how a case was refused, as sentences."""
    runs = cases(serial, refusal.name)
    if len(runs) != 2:
        yield f"{refusal.name}: came back {len(runs)} times, not twice"
    for lines, status in runs:
        if len(lines) != 1:
            yield f"{refusal.name}: printed {len(lines)} lines, not one: {lines}"
        for fragment in refusal.says:
            if not any(fragment in line for line in lines):
                yield f"{refusal.name}: {fragment!r} is missing from {lines}"
        if status == 0:
            yield f"{refusal.name}: returned success"


def lost_memory(session, serial):
    """Cases after which less memory is free than the time before."""
    free = report.shell_free_pages(serial)
    for number, refusal in enumerate(session.refusals):
        first, second = free[2 * number:2 * number + 2]
        if second < first:
            yield f"{refusal.name}: {first - second} pages were not given back"


# What is refused, and why, is tested on the host: the short run has the quickest sessions.
SLOW_SESSIONS = (refusals.CONTAINERS, refusals.SHAPES)
IN_SHORT_RUN = ("goes-on-missing-kernel",)


@pytest.mark.parametrize("session", [
    pytest.param(session, id=session.name, marks=[pytest.mark.slow] if session in SLOW_SESSIONS else [])
    for session in refusals.SESSIONS])
def test_refused_in_the_shell(session, boot):
    image = boot.folder(session.name) / "image"
    media.write_disk(image, session_files(session))
    store = variables.add_boot_options(qemu.firmware_variables(session.machine),
                                       [scenario.shell_option()])
    result = boot.run(session.name, session.machine, image, store)
    wrong = [text for refusal in session.refusals for text in complaints(refusal, result.serial)]
    wrong += lost_memory(session, result.serial)
    assert not wrong, "\n".join(wrong)
    assert report.test_kernel(report.plain(result.serial)).verdict.startswith("PASS")
    assert result.status == EXIT_OF_PASS


def next_option():
    """A shell script that says that it was reached."""
    return scenario.script(f"echo {WENT_ON}")


def failing_files(case):
    files = {scenario.INSTALLED: required(LOADER), scenario.SCRIPT: next_option()}
    if case.entry:
        files["loader/entries/test.conf"] = case.entry.encode()
    if case.kernel:
        files["kernel.elf"] = kernel_path(case.kernel)
    return files


@pytest.mark.parametrize("case", [
    pytest.param(case, id=case.name, marks=[] if case.name in IN_SHORT_RUN else [pytest.mark.slow])
    for case in refusals.BOOT_MANAGER])
def test_firmware_goes_on_to_its_next_option(case, boot):
    image = boot.folder(case.name) / "image"
    partition = media.write_disk(image, failing_files(case))
    options = [scenario.installed_option(partition,
                                         variables.utf16(case.options) if case.options else b""),
               scenario.shell_option()]
    store = variables.add_boot_options(qemu.firmware_variables(case.machine), options)
    text = report.plain(boot.run(case.name, case.machine, image, store).serial)
    for fragment in case.says:
        assert fragment in text
    first, _, after = text.partition('BdsDxe: failed to start Boot0000 "pvhboot"')
    assert "pvhtest:" not in first and "Linux version" not in first
    assert WENT_ON in after
