# SPDX-License-Identifier: BSD-2-Clause
"""Runs QEMU, and watches the machine's serial console until its end, on a terminal or without one."""

import contextlib
import os
import pathlib
import select
import subprocess
import sys
import time

from .machine import escape
from .monitor import Monitor
from .outcome import ENDED_BY_USER, Console, halted, is_dead, judge, too_late
from .program import running

FIRST_WORD = 2          # seconds after which it is said what is waited for
LOOK = 3                # seconds of silence after which the processors are looked at
LAST_WORDS = 2          # seconds for the rest of the output after a failure
POLL = 0.2


class Session:
    """One run of QEMU. A TIMEOUT of None waits for as long as it takes."""

    def __init__(self, monitor, timeout, say):
        self.monitor = monitor
        self.console = Console()
        self.say = say
        self.started = self.heard = time.monotonic()
        self.timeout = timeout
        self.deadline = self.started + timeout if timeout is not None else None
        self.places = None
        self.failure = None     # that somebody at the terminal has been told of
        self.told = set()

    def seconds(self):
        return time.monotonic() - self.started

    def hear(self, data):
        """Takes what the console says; returns its complete lines."""
        self.heard, self.places = time.monotonic(), None
        lines = self.console.feed(data)
        if self.console.failure() and self.deadline is not None:  # for the rest of its output
            self.deadline = min(self.deadline, time.monotonic() + LAST_WORDS)
        return lines

    def last_line(self):
        """What completes a line that the machine has left open."""
        return b"\n" if self.console.rest else b""

    def tell(self, words):
        """Says something once."""
        if words not in self.told:
            self.told.add(words)
            self.say(words)

    def receive(self):
        """Reads the monitor; returns False when the machine has ended."""
        if not self.monitor.receive():
            return False
        if self.monitor.end.reason != "unknown":
            self.monitor.finish()
            return False
        return True

    def has_died(self):
        """Whether, for a while, nothing was printed and nothing can happen any more."""
        if not self.console.is_entered or time.monotonic() < self.heard + LOOK:
            return False
        self.heard = time.monotonic()
        places, self.places = self.places, self.monitor.processors()
        return is_dead(self.places) and places == self.places

    def check(self):
        """To be called now and then. Fails if it has taken too long, or without a terminal if the kernel has halted."""
        if self.console.is_empty() and self.seconds() > FIRST_WORD:
            self.tell(f"waiting for {self.console.waits_for()}")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise too_late(self.console, self.monitor.processors(), self.seconds())


@contextlib.contextmanager
def machine_of(command, monitor, inherited, **streams):
    """Runs QEMU, and kills it when this program ends, for whatever reason. Only QEMU keeps its sockets."""
    sockets = [monitor.theirs] + ([inherited] if inherited else [])
    with running(command, pass_fds=[ours.fileno() for ours in sockets], **streams) as machine:
        for ours in sockets:
            ours.close()
        yield machine


def run_on_terminal(command, scratch, timeout, expected, inherited=None):
    """Lends the terminal to the machine, and reads a copy of its console."""
    copy = pathlib.Path(scratch, "console")
    copy.touch()
    command += ["-chardev", f"stdio,id=terminal,mux=on,signal=off,logfile={escape(copy)}", "-serial", "chardev:terminal",
                "-mon", "chardev=terminal,mode=readline"]
    with Monitor(pathlib.Path(scratch, "log")) as monitor, open(copy, "rb") as printed:
        session = Session(monitor, timeout, lambda words: say(words, "\r\n"))
        with machine_of([*command, *monitor.options()], monitor, inherited) as machine:
            watch_terminal(session, machine, printed)
            monitor.end.status = machine.wait()
        session.hear(printed.read())
        session.hear(session.last_line())
        if session.failure and monitor.end.reason in ENDED_BY_USER:
            raise session.failure
        return judge(session.console, monitor.end, expected)


def watch_terminal(session, machine, printed):
    """Tells what is wrong, and leaves it to the user when to end it."""
    while machine.poll() is None:
        if select.select([session.monitor], [], [], POLL)[0] and not session.receive():
            return
        data = printed.read()
        if data:
            session.failure = None
            session.hear(data)
        session.check()
        failure = session.console.failure()
        if not failure and session.has_died():
            failure = halted(session.console, session.places)
        if failure:
            session.failure = failure
            session.tell(f"{failure}; Ctrl-A X ends it")


def run_in_batch(command, scratch, timeout, expected, inherited=None):
    """Prints the console."""
    command += ["-serial", "stdio"]
    with Monitor(pathlib.Path(scratch, "log")) as monitor:
        session = Session(monitor, timeout, say)
        with machine_of([*command, *monitor.options()], monitor, inherited, stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE) as machine:
            print_console(session, machine)
            monitor.end.status = machine.wait()
        return judge(session.console, monitor.end, expected)


def print_console(session, machine):
    """Until QEMU closes its side."""
    waiting = [machine.stdout, session.monitor]
    while machine.stdout in waiting:
        ready = select.select(waiting, [], [], POLL)[0]
        if session.monitor in ready and not session.receive():
            waiting.remove(session.monitor)
        if machine.stdout in ready:
            data = os.read(machine.stdout.fileno(), 65536)
            show(session.hear(data or session.last_line()))
            if not data:
                return
        session.check()
        if session.monitor in waiting and session.has_died():
            raise halted(session.console, session.places)


def show(lines):
    for line in lines:
        print(line, flush=True)


def say(words, end="\n"):
    print(f"pvhboot-run: {words}", end=end, file=sys.stderr, flush=True)
