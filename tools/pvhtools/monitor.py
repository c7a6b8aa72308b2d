# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's monitor (QMP), over a socket that QEMU inherits."""

import json
import pathlib
import select
import socket
import time

from .outcome import End, read_processors

ANSWER_TIME = 10  # seconds
TRIPLE_FAULT = "Triple fault"  # as QEMU's log has it


class Monitor:
    """Tells why the machine has ended, and where its processors are."""

    def __init__(self, log):
        self.log = pathlib.Path(log)
        self.end = End(has_run=False)
        self.rest = b""
        self.answer = None

    def __enter__(self):
        self.ours, self.theirs = socket.socketpair()
        self.send("qmp_capabilities")
        return self

    def __exit__(self, *_):
        self.ours.close()
        self.theirs.close()

    def options(self):
        """For QEMU, which has to inherit `theirs`. At its end the machine waits to be looked at."""
        return ["-chardev", f"socket,id=monitor,fd={self.theirs.fileno()}", "-mon", "chardev=monitor,mode=control",
                "-action", "reboot=shutdown,shutdown=pause"]

    def fileno(self):
        return self.ours.fileno()

    def send(self, command, **arguments):
        request = {"execute": command, **({"arguments": arguments} if arguments else {})}
        try:
            self.ours.sendall(json.dumps(request).encode() + b"\n")
        except OSError:  # it has ended
            pass

    def receive(self):
        """Reads what is there. Returns False once QEMU has closed its side."""
        try:
            data = self.ours.recv(65536)
        except OSError:
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.take(json.loads(line))
        return bool(data)

    def take(self, message):
        if "return" in message:
            self.end.has_run = True
            self.answer = message["return"]
        elif message.get("event") == "SHUTDOWN" and self.end.reason == "unknown":
            self.end.reason = message["data"]["reason"]

    def processors(self):
        """Where all processors are; none if QEMU does not say."""
        self.answer = None
        self.send("human-monitor-command", **{"command-line": "info registers -a"})
        deadline = time.monotonic() + ANSWER_TIME
        while not isinstance(self.answer, str) and time.monotonic() < deadline:
            if select.select([self.ours], [], [], 0.2)[0] and not self.receive():
                break
        return read_processors(self.answer) if isinstance(self.answer, str) else []

    def has_faulted(self):
        """QEMU's log tells a triple fault from a reset that was asked for. None if there is no log."""
        return TRIPLE_FAULT in self.log.read_text(errors="replace") if self.log.is_file() else None

    def finish(self):
        """Looks at a machine that has ended, and lets QEMU go."""
        if self.end.reason == "guest-reset":
            self.end.is_fault = self.has_faulted()
            self.end.processors = self.processors()
        self.send("quit")
