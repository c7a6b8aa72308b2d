# SPDX-License-Identifier: BSD-2-Clause
"""Shared by the boot tests: running a row, keeping its log, showing it on failure."""

import shutil

import pytest

import qemu
import report
import scenario
from artifacts import OUTPUT

TAIL = 60


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: only in check-boot-full")


class Booter:
    """Runs boots for one test; keeps the files when the test fails."""

    def __init__(self):
        self.logs = []
        self.folders = []

    def folder(self, name):
        """A new folder for the files of one boot."""
        folder = OUTPUT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folders.append(folder)
        return folder

    def run(self, name, machine, image, store, **options):
        """Boot an image; its serial log is build/boot/NAME.log."""
        result = qemu.run(machine, image, store, image.parent / "run", **options)
        log = OUTPUT / f"{name}.log"
        log.write_text(result.serial)
        self.logs.append((log, report.plain(result.serial)))
        assert not result.timed_out, f"{name} did not end within its time"
        return result

    def row(self, row, **options):
        """Boot a row; returns what the kernel was given, and the result."""
        what = scenario.given(row)
        image, store = scenario.prepare(row, what, self.folder(row.name))
        return what, self.run(row.name, row.machine, image, store, **options)


@pytest.fixture
def boot(request):
    """Runs boots; see Booter."""
    booter = Booter()
    request.node.booter = booter
    yield booter
    if not request.node.failed:
        for folder in booter.folders:
            shutil.rmtree(folder)


def _tail(log, text):
    lines = [line for line in text.split("\n") if line.strip()]
    return f"end of {log}:\n" + "\n".join(lines[-TAIL:])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    result = outcome.get_result()
    if call.when == "call":
        item.failed = result.failed
    booter = getattr(item, "booter", None)
    if booter and call.when == "call" and result.failed:
        for log, text in booter.logs:
            result.sections.append(("serial line", _tail(log, text)))
