# SPDX-License-Identifier: BSD-2-Clause
"""What pvhboot-run refuses before it boots, QEMU's options, and how it judges a boot, with a script in QEMU's place."""

import argparse
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time

import pytest
from conftest import ELF, TOOLS, elf_kernel, load_program
from esp_folder import fake_loader
from pvhtools import machine, outcome, program
from pvhtools.outcome import (CRASHED, HANG, NOT_STARTED, POWERED_OFF, REFUSED, RESET, TRIPLE_FAULT, UNEXPECTED, Console, End,
                              Processor)
from pvhtools.program import Failure

run = load_program("pvhboot-run")
WORKS = "pvhboot: it works:"
LINE = "k: vmlinuz, PVH entry 0x200000, 5 RAM ranges; console continues on ttyS0"
SHELL, PANIC = "UEFI Interactive Shell v2.2", "[ 1.0] Kernel panic - not syncing: VFS"
HALTED = Processor(0x200002, True, False)


# The verdict: from what the console said, and how the machine ended.

def console_of(*lines):
    console = Console()
    console.feed("".join(f"{line}\r\n" for line in lines).encode())
    return console


def verdict(lines, reason="unknown", expected=None, **end):
    """The exit status, and the words."""
    try:
        return outcome.judge(console_of(*lines), End(reason, **end), expected)
    except Failure as failure:
        return failure.status, str(failure)


@pytest.mark.parametrize("lines, reason, words", [
    ([LINE, "hello"], "guest-shutdown", "powered off"), ([], "guest-shutdown", "powered off"),
    (["pvhboot menu"], "unknown", "by you"), ([LINE, "hello"], "host-qmp-quit", "by you"), ([], "host-signal", "by you"),
    ([LINE, "x"], "host-ui", "by you"),
    ([LINE, "reboot: Restarting system"], "guest-reset", "restarted"),
    ([SHELL, LINE, "hello"], "guest-shutdown", "powered off"), ([PANIC, LINE, "x"], "unknown", "by you"),
])
def test_boots_that_worked_or_that_were_ended(lines, reason, words):
    status, said = verdict(lines, reason)
    assert status == POWERED_OFF and words in said


@pytest.mark.parametrize("lines, reason, status, words", [
    ([SHELL], "unknown", REFUSED, "did not start the kernel"), ([SHELL], "guest-shutdown", REFUSED, "did not start"),
    (["BdsDxe: No bootable option or device was found."], "unknown", REFUSED, "did not start"),
    (["BdsDxe: failed to start Boot0001: Access Denied", SHELL], "unknown", REFUSED, "not signed"),
    ([LINE, PANIC, "more"], "unknown", CRASHED, "panicked"), ([LINE, PANIC], "guest-reset", CRASHED, "panicked"),
    (["!!!! X64 Exception Type - 06(#UD - Invalid Opcode)"], "unknown", CRASHED, "the CPU faulted"),
    ([LINE, "x"], "guest-panic", CRASHED, "did not power off"),
    ([LINE, "reboot: Restarting system", "more", LINE], "guest-reset", RESET, "met an exception"),
    ([LINE], "unknown", HANG, "had printed nothing"), ([LINE, "QEMU: Terminated"], "unknown", HANG, "had printed nothing"),
])
def test_boots_that_failed(lines, reason, status, words):
    found, said = verdict(lines, reason)
    assert found == status and words in said


@pytest.mark.parametrize("is_fault, status, words", [
    (True, TRIPLE_FAULT, "triple fault: the kernel met an exception that nothing handled at 0x200002, halted, interrupts off"),
    (False, RESET, "the kernel reset the machine at 0x200002, halted, interrupts off"),
    (None, RESET, "the kernel reset the machine, or met an exception that nothing handled at 0x200002, halted, interrupts off"),
])
def test_a_triple_fault_is_told_from_a_reset(is_fault, status, words):
    assert verdict([LINE], "guest-reset", is_fault=is_fault, processors=[HALTED]) == (status, words)
    assert "pvhboot or the firmware" in verdict([], "guest-reset", is_fault=is_fault)[1]


@pytest.mark.parametrize("reason", ["unknown", "guest-shutdown"])
def test_the_status_of_isa_debug_exit_is_ours(reason):
    assert verdict([LINE], reason, status=33) == (33, "the kernel wrote 16 to isa-debug-exit: exit status 33")


@pytest.mark.parametrize("end, words", [
    ({"status": 1, "has_run": False}, "QEMU failed"), ({"status": 1, "reason": "host-error"}, "QEMU failed"),
    ({"status": -9}, "signal 9"),
])
def test_qemu_that_fails(end, words):
    status, said = verdict([], **end)
    assert status == NOT_STARTED and words in said


def test_the_console_has_to_say_what_is_expected():
    assert verdict([LINE, f"{WORKS} Linux"], "guest-shutdown", WORKS)[0] == POWERED_OFF
    assert verdict([LINE, f"x {WORKS}"], "guest-shutdown", WORKS) == (
        UNEXPECTED, f"the console never said what it had to: {WORKS}")


def test_our_statuses_are_none_of_a_kernels():
    """isa-debug-exit makes odd ones."""
    statuses = [NOT_STARTED, REFUSED, TRIPLE_FAULT, HANG, RESET, CRASHED, UNEXPECTED]
    assert len(set(statuses)) == len(statuses) and all(status % 2 == 0 and status > 0 for status in statuses)


@pytest.mark.parametrize("lines, rest, words", [
    ([], b"", "printed nothing at all"), (["BdsDxe: loading"], b"", "before the kernel was entered"),
    ([LINE], b"", "it has printed nothing in 7 s"), ([LINE], b"he", "did not power off in 7 s"),
    ([LINE, "hello"], b"", "hangs at 0x200002, halted, interrupts off"),
])
def test_a_hang_is_told_by_how_far_it_got(lines, rest, words):
    console = console_of(*lines)
    console.feed(rest)
    failure = outcome.too_late(console, [HALTED], 7)
    assert failure.status == HANG and words in str(failure)


def test_a_failure_that_was_seen_counts_more_than_the_time():
    assert outcome.too_late(console_of(SHELL), [], 7).status == REFUSED


def test_a_wrapped_line_of_pvhboot_is_not_the_kernels():
    for lines in (["k.elf: k.elf, PVH entry 0x20001c, 5 RAM ranges; no console= was", "    given: this screen stays"],
                  ["kernel.elf: kernel.elf, PVH", "    entry 0x20001c, 5 RAM ranges; it goes on"],
                  [LINE, "", "   \0"]):
        assert console_of(*lines).is_silent_kernel()
        assert not console_of(*lines, "hello").is_silent_kernel()


REGISTERS = """
CPU#0
RAX=0000000000000000
RIP=ffffffff81000000 RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1
CPU#1
EAX=00000000
EIP=00200002 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0
"""


def test_the_processors_are_read():
    found = outcome.read_processors(REGISTERS)
    assert found == [Processor(0xffffffff81000000, True, True), Processor(0x200002, False, False)]
    assert outcome.read_processors("") == []


@pytest.mark.parametrize("processors, is_dead", [
    ([], False), ([HALTED], True), ([HALTED, HALTED], True), ([HALTED, Processor(1, True, True)], False),
    ([HALTED, Processor(1, False, False)], False),
])
def test_a_machine_in_which_nothing_can_happen(processors, is_dead):
    assert outcome.is_dead(processors) == is_dead


def test_the_console_is_read_without_what_only_terminals_understand():
    console = Console()
    assert console.feed(b"\033[2J\033[01;01Hone\r\ntw") == ["one"]
    assert console.feed(b"o\n\033[=3hthree\n") == ["two", "three"]


# What is wrong before the machine starts.

def started(*words, path=None):
    environment = {**os.environ, **({"PATH": path} if path else {})}
    return subprocess.run([sys.executable, TOOLS / "pvhboot-run", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=environment, timeout=60)


@pytest.mark.parametrize("option, value", [
    ("-m", "junk"), ("-m", ""), ("-m", "0"), ("-m", "512X"), ("-smp", "0"), ("-smp", ""), ("-smp", "two"),
    ("--accel", "junk"), ("--accel", ""), ("--timeout", "nan"), ("--timeout", ""), ("--timeout", "0"), ("--timeout", "0.0"),
    ("--timeout", "-1"), ("--timeout", "9" * 400), ("-m", "8388608T"), ("-m", "9" * 30), ("-m", "-5"), ("-smp", "9" * 30), ("-smp", "-1")])
def test_a_machine_that_cannot_be_is_refused_in_one_line(option, value):
    done = started(option, value, "none")
    assert (done.returncode, done.stdout) == (NOT_STARTED, "") and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"pvhboot-run: {option} {value} is not a")


def options(**given):
    return argparse.Namespace(**{"m": "512M", "smp": "2", "accel": "tcg", "timeout": None, "firmware": None, "ia32": False,
                                 "secure_boot": False, "tpm": False, "display": False, "pass_framebuffer": False,
                                 "net": False, "qemu": [], **given})


@pytest.mark.parametrize("name, value", [
    ("m", "512M"), ("m", "4096"), ("m", "2g"), ("smp", "16"), ("accel", "kvm"), ("timeout", "0.5"), ("m", "98304K")])
def test_machines_that_can_be(name, value):
    machine.check_numbers(options(**{name: value}))


@pytest.mark.parametrize("size", ["10M", "10", "95M", "1K", "98303k", "0010m"])
def test_too_little_memory_is_said_before_the_firmware_hangs(size):
    with pytest.raises(Failure, match=f"-m {size} is too little for the firmware"):
        machine.check_numbers(options(m=size))
    machine.check_numbers(options(m=size, firmware="mine"))


@pytest.mark.parametrize("words, complaint", [
    ((), "required: KERNEL"), (("--nonsense", "k"), "nonsense"), (("--app", "x", "k"), "--app"), (("k", "more"), "more"),
    (("--secure-boot", "--ia32", "k"), "64 bits"), (("--secure-boot", "--module", "m", "k"), "one signed image"),
])
def test_wrong_usage(words, complaint):
    done = started(*words)
    assert done.returncode == NOT_STARTED and complaint in done.stderr


@pytest.mark.parametrize("name, content, status, words", [
    ("missing", None, NOT_STARTED, "missing: No such file"),
    ("two words, and commas", ELF.replace(b"Xen\0", b"xxx\0"), REFUSED, "pvhboot would refuse it: "),
    ("text", b"text", REFUSED, "pvhboot would refuse it: "),
])
def test_kernels_that_are_not_booted(tmp_path, name, content, status, words):
    if content:
        (tmp_path / name).write_bytes(content)
    done = started(tmp_path / name)
    assert done.returncode == status and words in done.stderr.splitlines()[-1] and name in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("option", ["--initrd", "--module", "--firmware", "--efi"])
def test_files_that_are_missing(kernel, option):
    done = started(option, "/none/x", kernel)
    assert done.returncode == NOT_STARTED and "/none/x: No such file" in done.stderr
    assert len(done.stderr.splitlines()) == 1  # nothing of a machine that starts


def test_a_loader_that_is_none(kernel, tmp_path):
    (tmp_path / "ia32.efi").write_bytes(fake_loader(is_ia32=True))
    for path, words in ((kernel, "is not an EFI program for x64 or ia32"), (tmp_path / "ia32.efi", "is pvhboot for 32-bit firmware")):
        done = started("--efi", path, kernel)
        assert done.returncode == NOT_STARTED and f"{path}: {words}" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_decoders_that_there_are_none_of(kernel):
    done = started("--decoders", "gzip bzip2", kernel)
    assert done.returncode == 2 and "--decoders: bzip2 is not known; the decoders are gzip xz zstd lz4" in done.stderr


def test_packages_that_are_missing_are_named_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(program, "SYSTEM_PROGRAMS", "")
    monkeypatch.setattr(machine, "OVMF", tmp_path)
    for given, packages in ((options(), "qemu-system-x86 dosfstools mtools ovmf"),
                            (options(ia32=True), "qemu-system-x86 dosfstools mtools ovmf-ia32"),
                            (options(secure_boot=True, tpm=True),
                             "qemu-system-x86 dosfstools mtools sbsigntool openssl swtpm ovmf")):
        with pytest.raises(Failure, match=f"missing Debian packages: apt install {packages}$"):
            machine.need_programs(given)


# QEMU's options.

@pytest.mark.parametrize("code, variables", [
    ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"), ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd"),
    ("OVMF_CODE_4M.snakeoil.fd", "OVMF_VARS_4M.snakeoil.fd"), ("OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd"),
])
def test_firmware_is_paired_with_its_variables(tmp_path, code, variables):
    for name in (code, "OVMF_VARS_4M.fd", "OVMF_VARS_4M.snakeoil.fd", "OVMF32_VARS_4M.fd"):
        (tmp_path / name).touch()
    assert machine.firmware_variables(tmp_path / code) == tmp_path / variables


def test_secure_boot_takes_variables_with_keys(tmp_path):
    code = tmp_path / "OVMF_CODE_4M.secboot.fd"
    for name in (code.name, "OVMF_VARS_4M.fd"):
        (tmp_path / name).touch()
    with pytest.raises(Failure, match="OVMF_VARS_4M.snakeoil.fd"):
        machine.firmware_variables(code, True)
    (tmp_path / "OVMF_VARS_4M.snakeoil.fd").touch()
    assert machine.firmware_variables(code, True) == tmp_path / "OVMF_VARS_4M.snakeoil.fd"


def test_firmware_without_variables_is_refused(tmp_path):
    (tmp_path / "bios.fd").touch()
    with pytest.raises(Failure, match="VARS"):
        machine.firmware_variables(tmp_path / "bios.fd")


@pytest.mark.parametrize("given, expected", [
    ({}, ["-display", "none"]), ({"display": True}, ["-vga", "std"]),
    ({"pass_framebuffer": True}, ["-vga", "std", "-display", "none"]),
    ({"display": True, "pass_framebuffer": True}, ["-vga", "std"]),
])
def test_a_screen(given, expected):
    assert machine.screen(options(**given)) == expected


@pytest.mark.parametrize("qemu, accel, has_device, has_log", [
    ([], "tcg", True, True), ([], "kvm", True, False), (["-d", "int"], "tcg", True, False), (["-D", "x"], "tcg", True, False),
    (["-device", "isa-debug-exit"], "tcg", False, True),
])
def test_what_the_author_has_given_is_not_given_again(qemu, accel, has_device, has_log):
    found = machine.for_authors(options(qemu=qemu, accel=accel), "/tmp")
    assert (any("isa-debug-exit" in word for word in found), "-d" in found) == (has_device, has_log)


def parsed(*words):
    return run.parse_arguments(list(words))


def test_arguments_for_qemu_are_its_own():
    given = parsed("--append", "-s --x", "kernel", "--", "-s", "-S", "--", "x")
    assert (given.append, given.kernel.name, given.qemu) == ("-s --x", "kernel", ["-s", "-S", "--", "x"])


@pytest.mark.parametrize("words, on_terminal, seconds", [
    (("k",), False, 180), (("k",), True, None), (("--timeout", "5", "k"), True, 5), (("k", "--", "-S"), False, None),
    (("--timeout", "5", "k", "--", "-S"), False, 5),
])
def test_when_a_boot_is_given_up(words, on_terminal, seconds):
    assert run.time_limit(parsed(*words), on_terminal) == seconds


# A whole run, with a script in the place of QEMU.

STAND_IN = """#!/usr/bin/python3
import json, re, socket, sys, time
monitor = socket.socket(fileno=int(re.search("id=monitor,fd=([0-9]*)", " ".join(sys.argv))[1]))
monitor.recv(1000)
monitor.sendall(b'{{"QMP": {{}}}}\\n{{"return": {{}}}}\\n')
logs = [re.search("logfile=(.*)", word)[1] for word in sys.argv if "logfile=" in word]
for stream in [sys.stdout] + [open(log.replace(",,", ","), "w") for log in logs]:
    print({lines!r}, file=stream, flush=True)
if {faults}:
    open(sys.argv[sys.argv.index("-D") + 1], "w").write("Triple fault\\n")
time.sleep({seconds})
if {reason!r}:
    monitor.sendall(json.dumps({{"event": "SHUTDOWN", "data": {{"reason": {reason!r}}}}}).encode() + b"\\n")
    while b"quit" not in (words := monitor.recv(1000)) and words:
        if b"registers" in words:
            monitor.sendall(json.dumps({{"return": "EIP=00200002 EFL=00000002 HLT=1"}}).encode() + b"\\n")
sys.exit({status})
"""


class Runner:
    """Runs pvhboot-run with a QEMU that does as it is told."""

    def __init__(self, folder):
        self.folder = folder / "programs, and more"
        self.folder.mkdir()
        self.kernel = folder / "my kernel, the 2nd"
        self.kernel.write_bytes(elf_kernel())
        loader = folder / "pvhboot.efi"
        loader.write_bytes(fake_loader())
        self.command = [sys.executable, str(TOOLS / "pvhboot-run"), "--efi", str(loader), str(self.kernel)]
        os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")

    def qemu(self, lines, reason="guest-shutdown", status=0, faults=False, seconds=0):
        program = self.folder / "qemu-system-x86_64"
        program.write_text(STAND_IN.format(lines=lines, reason=reason, status=status, faults=faults, seconds=seconds))
        program.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "TMPDIR": str(self.folder)}

    def in_batch(self, *words):
        return subprocess.run([*self.command[:-1], *words, self.command[-1]], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment, timeout=60)

    def on_terminal(self):
        """The exit status and all that the terminal shows."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.command, stdin=theirs, stdout=theirs, stderr=theirs, env=self.environment)
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 4096):
                shown += data
        except OSError:  # the other side is closed
            pass
        os.close(ours)
        return process.wait(timeout=30), shown.decode()


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


ENDS = [
    ({"lines": LINE + "\nhello"}, POWERED_OFF, "powered off"), ({"lines": PANIC, "reason": "host-qmp-quit"}, CRASHED, "panicked"),
    ({"lines": LINE, "reason": "guest-reset", "faults": True}, TRIPLE_FAULT, "triple fault: the kernel met"),
    ({"lines": LINE, "reason": "guest-reset"}, RESET, "the kernel reset the machine"),
    ({"lines": SHELL}, REFUSED, "did not start the kernel"), ({"lines": LINE, "reason": "", "status": 43}, 43, "wrote 21"),
]


@pytest.mark.parametrize("qemu, status, words", ENDS)
def test_the_exit_status_without_a_terminal(runner, qemu, status, words):
    runner.qemu(**qemu)
    done = runner.in_batch()
    assert done.returncode == status and words in done.stdout
    assert [path.name for path in runner.folder.iterdir()] == ["qemu-system-x86_64"]


@pytest.mark.parametrize("qemu, status, words", ENDS)
def test_the_exit_status_on_a_terminal(runner, qemu, status, words):
    runner.qemu(**qemu)
    found, shown = runner.on_terminal()
    assert found == status and words in shown
    assert [path.name for path in runner.folder.iterdir()] == ["qemu-system-x86_64"]


def test_a_machine_that_hangs_is_given_up(runner):
    runner.qemu(LINE, seconds=60)
    done = runner.in_batch("--timeout", "1")
    assert done.returncode == HANG and "the kernel hangs" in done.stdout


def test_a_machine_that_says_nothing_for_two_seconds_is_explained(runner):
    runner.qemu("", reason="", seconds=60)
    (runner.folder / "qemu-system-x86_64").write_text("#!/bin/sh\nexec sleep 60\n")
    done = runner.in_batch("--timeout", "3")
    assert done.stdout.splitlines()[-2:] == [
        "pvhboot-run: waiting for the firmware, which has printed nothing so far",
        "pvhboot-run: the firmware hangs: the machine printed nothing at all; does it need more memory (-m)?"]
    assert done.returncode == HANG


def test_the_first_word_comes_at_once(runner):
    runner.qemu(LINE, seconds=60)
    begun = time.monotonic()
    with subprocess.Popen(runner.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, env=runner.environment) as process:
        assert process.stderr.readline().startswith("pvhboot-run: starting a machine")
        assert time.monotonic() - begun < 10  # 0.2 s; a busy host takes longer
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert [path.name for path in runner.folder.iterdir()] == ["qemu-system-x86_64"]


def test_qemu_that_does_not_start(runner):
    runner.qemu("")
    (runner.folder / "qemu-system-x86_64").write_text("#!/bin/sh\necho 'no such option' >&2\nexit 1\n")
    done = runner.in_batch()
    assert done.returncode == NOT_STARTED and done.stdout.splitlines()[-2:] == [
        "no such option", "pvhboot-run: QEMU failed; its message is above"]


def test_the_page_has_every_option_and_status():
    page = (pathlib.Path(TOOLS).parent / "docs/pvhboot-run.1").read_text().replace("\\-", "-")
    shown = started("--help").stdout
    for option in ("m", "smp", "firmware", "ia32", "secure-boot", "tpm", "module", "initrd", "append", "display", "net",
                   "pass-framebuffer", "overwrite-acpi-nvs", "accel", "timeout", "expect", "efi", "decoders", "help"):
        dashes = "-" if option in ("m", "smp") else "--"
        assert f"{dashes}{option}" in shown
        assert f"Fl {dashes[1:]}{option}" in page, option
    for status in (POWERED_OFF, NOT_STARTED, REFUSED, TRIPLE_FAULT, HANG, RESET, CRASHED, UNEXPECTED):
        assert f"\n.It {status}\n" in page
