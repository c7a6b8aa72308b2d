# SPDX-License-Identifier: BSD-2-Clause
"""An interactive run of QEMU: sends keys, by keyboard or serial line, and reads the screen."""

import array
import fcntl
import os
import re
import select
import shutil
import subprocess
import termios
import time

import qemu
from terminal import Terminal

PATIENCE = 120      # seconds for a screen to come up; two busy cores need twenty
PIPE_SIZE = 1 << 20
QUIET = 0.3         # seconds without output after which drawing is complete
CHARACTER_KEYS = {" ": "spc", "-": "minus", "=": "equal", "+": "shift-equal", "?": "shift-slash",
                  ".": "dot", "/": "slash", ",": "comma", "\\": "backslash", "_": "shift-minus"}

# The sequences of a VT100 or xterm, to which OVMF's serial terminal is set.
SERIAL_KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
               "home": "\x1b[H", "end": "\x1b[F", "delete": "\x1b[3~", "pgup": "\x1b[5~",
               "pgdn": "\x1b[6~", "ret": "\r", "esc": "\x1b", "backspace": "\b",
               "ctrl-left": "\x1b[1;5D", "ctrl-right": "\x1b[1;5C",
               **{f"ctrl-{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
               **{f"alt-{letter}": f"\x1b{letter}" for letter in "bdf"}}


def _key_name(key):
    """QEMU's name for a key or a character."""
    if len(key) > 1:
        return key
    return CHARACTER_KEYS.get(key) or (f"shift-{key.lower()}" if key.isupper() else key)


class Session:
    """One machine, from power-on to the end of the `with` block."""

    def __init__(self, machine, image, variables, directory, size=(80, 24), devices=()):
        self.directory = directory
        self.terminal = Terminal(*size)
        self.received = bytearray()
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        (directory / "vars.fd").write_bytes(variables)
        self._process = self._monitor = self._to_machine = self._from_machine = None
        self._command = [self._replace_serial(word)
                         for word in qemu.command_line(machine, image, directory, devices)]

    def _replace_serial(self, word):
        if not word.startswith("file,id=serial,"):
            return word
        return f"pipe,id=serial,path={self.directory}/line,logfile={self.directory}/serial"

    def _open_pipe(self, name):
        """A pipe to QEMU, large enough: QEMU drops output that does not fit after a while."""
        path = self.directory / name
        os.mkfifo(path)
        pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)     # no waiting for the other end
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        return pipe

    def __enter__(self):
        self._to_machine, self._from_machine = self._open_pipe("line.in"), self._open_pipe("line.out")
        with open(self.directory / "qemu", "wb") as messages:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL,
                                             stdout=messages, stderr=messages)
        try:
            self._monitor = self._connect_monitor()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        qemu.end(self._process)
        os.close(self._to_machine)
        os.close(self._from_machine)

    def _connect_monitor(self):
        deadline = time.monotonic() + 30
        while True:
            try:
                return qemu.Monitor(self.directory / "qmp")
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def _receive(self, seconds):
        """Read from the serial line for some time; False if nothing was received."""
        ready, _, _ = select.select([self._from_machine], [], [], seconds)
        data = os.read(self._from_machine, PIPE_SIZE) if ready else b""
        self.received += data
        self.terminal.feed(data)
        return bool(data)

    def settle(self):
        """Wait until drawing is complete."""
        while self._receive(QUIET):
            pass

    def wait(self, condition, what, seconds=PATIENCE):
        """Wait until condition() holds, which is checked after each output."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = time.monotonic() > deadline or self._process.poll() is not None
            if not self._receive(0.1) and ended:
                assert condition(), f"{what()} did not come; the screen:\n{self.terminal.text}"

    def wait_screen(self, pattern):
        """Wait until the screen's text matches."""
        self.wait(lambda: re.search(pattern, self.terminal.text), lambda: pattern)

    def wait_printed(self, pattern):
        """Wait until this has been printed, anywhere on the screen."""
        self.wait(lambda: re.search(pattern, self.printed), lambda: pattern)

    def expect(self, look, expected):
        """Wait until look(), which inspects the screen, returns the expected value."""
        self.wait(lambda: look() == expected, lambda: f"{expected!r} instead of {look()!r}", 30)

    def wait_end(self):
        """Wait until the guest has left; returns QEMU's exit status."""
        self.wait(lambda: self._process.poll() is not None, lambda: "the machine's end")
        self.settle()
        return self._process.returncode

    def press(self, *keys):
        """Press keys of the keyboard: QEMU's names ("ctrl-a", "pgup"), or characters."""
        for key in keys:
            codes = [{"type": "qcode", "data": name} for name in _key_name(key).split("-")]
            self._monitor.execute("send-key", **{"keys": codes, "hold-time": 20})
            # A user does not type fast enough after Escape for it to be taken for a sequence.
            self._rest(0.3 if key == "esc" else 0.06)

    def send(self, *keys):
        """Send keys over the serial line: names as above, or text."""
        for key in keys:
            os.write(self._to_machine, SERIAL_KEYS.get(key, key).encode())
            # EDK2 waits two seconds for the rest of an escape sequence.
            self._rest(2.5 if key == "esc" else 0.03)

    def hold(self, key):
        """Keep a key down at the serial line for a moment, without a queue of what is not taken."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self._to_machine, termios.FIONREAD, waiting)
        if waiting[0] == 0:
            os.write(self._to_machine, key.encode() * 64)
        self._rest(0.02)

    def _rest(self, seconds):
        """Give the machine time to read a key."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._receive(left)

    def screendump(self, path):
        """Save the machine's screen as a PPM file."""
        self.settle()
        self._monitor.execute("screendump", filename=str(path))

    @property
    def process_id(self):
        """QEMU's process ID, to measure its processor time."""
        return self._process.pid

    @property
    def printed(self):
        """Everything received over the serial line."""
        return self.received.decode("utf-8", "replace")
