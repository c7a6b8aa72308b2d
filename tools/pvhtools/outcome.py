# SPDX-License-Identifier: BSD-2-Clause
"""How a boot in a virtual machine has ended: what its serial console said, and what QEMU tells, made one verdict."""

import dataclasses
import re

from .program import Failure

# Exit statuses. QEMU's device isa-debug-exit makes odd ones of what a kernel writes; these are even.
POWERED_OFF = 0
NOT_STARTED = 2
REFUSED = 4
TRIPLE_FAULT = 6
HANG = 8
RESET = 10
CRASHED = 12
UNEXPECTED = 14

# Lines after which the boot has failed: the status, and what they mean.
WENT_ON = "pvhboot did not start the kernel, so the firmware went on; the reason is above"
SIGNS = {
    "UEFI Interactive Shell": (REFUSED, WENT_ON),
    "No bootable option or device was found": (REFUSED, WENT_ON),
    "Access Denied": (REFUSED, "the firmware did not start pvhboot: Secure Boot is on, and this loader is not signed"),
    "Kernel panic - not syncing": (CRASHED, "the kernel panicked; its messages are above (was an initrd given?)"),
    "X64 Exception Type": (CRASHED, "the CPU faulted before the kernel was entered; its registers are above"),
    "IA32 Exception Type": (CRASHED, "the CPU faulted before the kernel was entered; its registers are above"),
}
# Linux, when it has been told to reboot: a reset without that line is a fault.
ORDERLY_RESET = "reboot: Restarting system"
# What QEMU itself prints when it is ended by Ctrl-A X.
FAREWELL = "QEMU: Terminated"
# Ctrl-A X, which QEMU gives no reason for before 8.0; the monitor's quit; a signal; the window was closed.
ENDED_BY_USER = ("unknown", "host-qmp-quit", "host-signal", "host-ui")

# pvhboot's own line before the jump, which may be wrapped: what goes on in the next line is indented.
ENTERED = re.compile(r" PVH entry 0x[0-9a-f]+")
INDENT = "    "
TERMINAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?=]*[A-Za-z]|[()][0-9A-B]|[c78=>])|[\r\0]")


class Console:
    """The lines of the serial console, and the last thing that they say of the boot."""

    def __init__(self):
        self.lines = []
        self.rest = b""
        self.sign = None
        self.is_entered = False
        self.printed_since = False  # by the kernel: anything after pvhboot's last line

    def feed(self, data):
        """Takes what was printed. Returns the lines that are complete by now."""
        *complete, self.rest = (self.rest + data).split(b"\n")
        lines = [plain_text(line) for line in complete]
        for line in lines:
            self.read(line)
            self.lines.append(line)
        return lines

    def read(self, line):
        """Somebody may have seen a failure and tried again: the last sign counts; of one kind, the first says most."""
        for sign in (sign for sign in (*SIGNS, ORDERLY_RESET) if sign in line):
            if not self.failure() or SIGNS.get(sign, (None,))[0] != SIGNS[self.sign][0]:
                self.sign = sign
        before = self.lines[-1] if self.lines else ""
        if ENTERED.search(f"{before} {line.strip()}") and not ENTERED.search(before):
            self.sign, self.is_entered, self.printed_since = None, True, False
        elif self.is_entered and line.strip() not in ("", FAREWELL) and not line.startswith(INDENT):
            self.printed_since = True

    def failure(self):
        """The failure that the last sign stands for; None if there is none."""
        return Failure(SIGNS[self.sign][1], SIGNS[self.sign][0]) if self.sign in SIGNS else None

    def is_empty(self):
        return not self.lines and not self.rest

    def is_silent_kernel(self):
        """The kernel runs, and has printed nothing here."""
        return self.is_entered and not self.printed_since and not plain_text(self.rest).strip()

    def waits_for(self):
        """What has to come next."""
        if self.is_empty():
            return "the firmware, which has printed nothing so far"
        return "the kernel" if self.is_entered else "the firmware to start pvhboot, and pvhboot to start the kernel"


def plain_text(line):
    """A line without terminal escape sequences."""
    return TERMINAL_SEQUENCE.sub("", line.decode(errors="replace"))


@dataclasses.dataclass
class Processor:
    """What `info registers` of QEMU's monitor says of one processor."""

    place: int
    is_halted: bool
    takes_interrupts: bool

    def __str__(self):
        return f"0x{self.place:x}" + (", halted" if self.is_halted else "") + (
            "" if self.takes_interrupts else ", interrupts off")


def read_processors(text):
    """All processors, the boot processor first."""
    found = []
    for registers in re.split(r"(?m)^CPU#\d+", text):
        place, flags = re.search(r"\b[ER]IP=([0-9a-f]+)", registers), re.search(r"\b[ER]FL=([0-9a-f]+)", registers)
        if place and flags:
            found.append(Processor(int(place[1], 16), "HLT=1" in registers, bool(int(flags[1], 16) & 0x200)))
    return found


@dataclasses.dataclass
class End:
    """What QEMU tells of the machine's end."""

    reason: str = "unknown"     # of its event SHUTDOWN
    status: int = 0             # its own
    has_run: bool = True        # whether there was a machine at all
    is_fault: bool | None = None    # a triple fault, or a reset that was asked for; None if it is not known
    processors: list = dataclasses.field(default_factory=list)

    def place(self):
        return f" at {self.processors[0]}" if self.processors else ""


def judge(console, end, expected=None):
    """The exit status and a sentence; a Failure if there was one. EXPECTED is what a line must start with."""
    if end.status != 0:
        return judge_status(end)
    if console.failure():
        raise console.failure()
    if end.reason == "guest-reset" and console.sign != ORDERLY_RESET:
        raise reset(console, end)
    if end.reason in ENDED_BY_USER:
        if console.is_silent_kernel():
            raise Failure("ended by you; the kernel had printed nothing since pvhboot started it, as one that hangs or has "
                          f"no serial console{end.place()}", HANG)
        return POWERED_OFF, "ended by you"
    if end.reason not in ("guest-shutdown", "guest-reset"):
        raise Failure(f"the machine ended, but did not power off ({end.reason})", CRASHED)
    if expected and not any(line.startswith(expected) for line in console.lines):
        raise Failure(f"the console never said what it had to: {expected}", UNEXPECTED)
    return POWERED_OFF, "the machine powered off" if end.reason == "guest-shutdown" else "the kernel restarted the machine"


def judge_status(end):
    """QEMU fails before there is a machine, by a signal, or because the kernel wrote to isa-debug-exit."""
    if end.status < 0:
        raise Failure(f"QEMU was ended by signal {-end.status}", NOT_STARTED)
    if not end.has_run or end.reason not in ("unknown", "guest-shutdown"):
        raise Failure("QEMU failed; its message is above", NOT_STARTED)
    return end.status, f"the kernel wrote {end.status >> 1} to isa-debug-exit: exit status {end.status}"


def reset(console, end):
    who = "the kernel" if console.is_entered else "pvhboot or the firmware"
    if end.is_fault:
        return Failure(f"triple fault: {who} met an exception that nothing handled{end.place()}", TRIPLE_FAULT)
    doubt = ", or met an exception that nothing handled" if end.is_fault is None else ""
    return Failure(f"{who} reset the machine{doubt}{end.place()}", RESET)


def too_late(console, processors, seconds):
    """The failure of a boot that has taken too long."""
    place = End(processors=processors).place()
    if console.failure():
        return console.failure()
    if console.is_empty():
        return Failure("the firmware hangs: the machine printed nothing at all; does it need more memory (-m)?", HANG)
    if not console.is_entered:
        return Failure(f"the boot hangs before the kernel was entered: it waited {seconds:.0f} s for "
                       f"{console.waits_for()}", HANG)
    said = "has printed nothing" if console.is_silent_kernel() else "did not power off"
    return Failure(f"the kernel hangs{place}: it {said} in {seconds:.0f} s; --timeout SECONDS gives it longer", HANG)


def is_dead(processors):
    """No processor will ever execute anything again."""
    return bool(processors) and all(cpu.is_halted and not cpu.takes_interrupts for cpu in processors)


def halted(console, processors):
    """The failure of a kernel all of whose processors have halted for good."""
    said = "" if console.printed_since or not console.is_entered else "; it has printed nothing on the serial port"
    return console.failure() or Failure(
        f"the kernel hangs{End(processors=processors).place()}: nothing can wake it any more{said}", HANG)
