# SPDX-License-Identifier: BSD-2-Clause
"""How `run` judges a boot, with a shell script in QEMU's place, and how it pairs firmware files."""

import argparse
import io
import subprocess
import time

import pytest
from conftest import TOOLS, load_program
from pvhtools.program import Failure

run = load_program("run")
WORKS = "pvhboot: it works: Linux 1 runs"


class Monitor:
    """QEMU's side of the monitor, with one event to tell."""

    def __init__(self, reason):
        self.text = '{"QMP": {}}\n{"return": {}}\n'
        if reason:
            self.text += '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "%s"}}\n' % reason

    def makefile(self):
        return io.StringIO(self.text)


def judged(lines, reason, is_ours):
    return run.judge(lines, run.shutdown_reason(Monitor(reason)), is_ours)


# A session on a terminal: what its console said, and why the machine ended.

SHELL, PANIC = "UEFI Interactive Shell v2.2", "[ 1.0] Kernel panic - not syncing: VFS"


@pytest.mark.parametrize("lines, reason", [
    ([WORKS], "guest-shutdown"),
    (["pvhboot menu"], None), ([WORKS], None), ([WORKS], "host-qmp-quit"), ([], "host-signal"),
    ([WORKS, "reboot: Restarting system"], "guest-reset"),
    ([SHELL, WORKS], "guest-shutdown"), ([PANIC, WORKS], None),
])
def test_a_session_that_worked_or_that_was_ended(lines, reason):
    run.judge_session(lines, run.shutdown_reason(Monitor(reason)), True)


@pytest.mark.parametrize("lines, reason, sentence", [
    ([SHELL], None, "did not start the kernel"), ([SHELL], "guest-shutdown", "did not start the kernel"),
    (["boot", PANIC, "more"], None, "panicked"), ([WORKS, PANIC], "host-signal", "panicked"),
    ([WORKS], "guest-reset", "was reset"), (["reboot: Restarting system", WORKS], "guest-reset", "was reset"),
    ([], "guest-shutdown", "did not report"), ([WORKS], "guest-panic", "did not power off"),
])
def test_a_session_that_failed(lines, reason, sentence):
    with pytest.raises(Failure, match=sentence):
        run.judge_session(lines, run.shutdown_reason(Monitor(reason)), True)


# In QEMU's place: says something on the console and in its copy, and why the machine ends.
STAND_IN = """#!/usr/bin/python3
import re, socket, sys
options = " ".join(sys.argv)
print({line!r})
open(re.search("logfile=([^ ,]*)", options)[1], "w").write({line!r})
monitor = socket.socket(fileno=int(re.search("fd=([0-9]*)", options)[1]))
monitor.recv(1000)
monitor.sendall(b'{{"event": "SHUTDOWN", "data": {{"reason": "{reason}"}}}}\\n')
sys.exit({status})
"""


@pytest.mark.parametrize("line, reason, status, words", [
    (WORKS, "guest-shutdown", 0, None), (PANIC, "host-qmp-quit", 0, "panicked"), (WORKS, "guest-reset", 0, "was reset"),
    ("", "host-error", 1, "QEMU failed"),
])
def test_the_exit_status_on_a_terminal(tmp_path, line, reason, status, words):
    program = tmp_path / "qemu"
    program.write_text(STAND_IN.format(line=line, reason=reason, status=status))
    program.chmod(0o755)
    if words is None:
        assert run.run_on_terminal([str(program)], True, tmp_path) == 0
    else:
        with pytest.raises(Failure, match=words):
            run.run_on_terminal([str(program)], True, tmp_path)


def console(script, seconds=10):
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as machine:
        try:
            return run.print_console(machine, time.monotonic() + seconds)
        finally:
            machine.kill()


def test_a_machine_that_works_and_switches_itself_off():
    judged(["boot", WORKS], "guest-shutdown", True)


def test_any_other_kernel_only_has_to_switch_off():
    judged(["hello"], "guest-shutdown", False)


@pytest.mark.parametrize("lines, reason, is_ours, sentence", [
    ([], "guest-shutdown", True, "did not report"),
    (["x " + WORKS], "guest-shutdown", True, "did not report"),
    ([WORKS], "guest-reset", True, "was reset"),
    ([WORKS], "guest-panic", False, "did not power off"),
    ([WORKS], None, True, "did not power off"),
])
def test_what_does_not_count_as_working(lines, reason, is_ours, sentence):
    with pytest.raises(Failure, match=sentence):
        judged(lines, reason, is_ours)


def test_the_console_is_read_to_its_end_without_what_only_terminals_understand():
    assert console(r"printf '\033[2J\033[01;01Hone\r\ntw'; sleep 0.1; printf 'o\n\033[=3hthree'") == [
        "one", "two", "three"]


def test_a_machine_that_hangs_is_given_up():
    with pytest.raises(Failure, match="in time"):
        console("echo started; exec sleep 60", seconds=0.3)


@pytest.mark.parametrize("line, sentence", [
    ("UEFI Interactive Shell v2.2", "did not start the kernel"),
    ("BdsDxe: No bootable option or device was found.", "did not start the kernel"),
    ("!!!! X64 Exception Type - 06(#UD - Invalid Opcode)", "the CPU faulted"),
])
def test_firmware_that_will_not_start_the_kernel_any_more_ends_the_wait(capsys, line, sentence):
    with pytest.raises(Failure, match=sentence):
        console(f"echo '{line}'; sleep 0.5; echo more; exec sleep 60", seconds=30)
    assert capsys.readouterr().out == f"{line}\nmore\n"


@pytest.mark.parametrize("option, value", [
    ("mem", "junk"), ("mem", ""), ("mem", "0"), ("mem", "512X"), ("mem", "-1"), ("cpus", "0"), ("cpus", ""),
    ("cpus", "two"), ("accel", "junk"), ("accel", ""), ("timeout", "nan"), ("timeout", "")])
def test_a_machine_that_cannot_be_is_refused_in_one_line(option, value):
    done = subprocess.run([TOOLS / "run", "--efi", "none", "--kernel", "none", f"--{option}={value}"],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"run: {option.upper()}={value} is not a")


@pytest.mark.parametrize("option, value", [
    ("mem", "512M"), ("mem", "4096"), ("mem", "2g"), ("cpus", "16"), ("accel", "kvm"), ("timeout", "0.5")])
def test_machines_that_can_be(option, value):
    given = argparse.Namespace(mem="512M", cpus="2", accel="tcg", timeout="180")
    setattr(given, option, value)
    run.check_machine(given)


@pytest.mark.parametrize("size", ["10M", "10", "95M", "1K", "98303k", "0010m"])
def test_too_little_memory_is_said_before_the_firmware_hangs(size):
    with pytest.raises(Failure, match=f"MEM={size} is too little for the firmware"):
        run.check_memory(argparse.Namespace(mem=size, ovmf=None))
    run.check_memory(argparse.Namespace(mem=size, ovmf="mine"))


@pytest.mark.parametrize("size", ["96M", "96", "98304K", "1g", "1T", "512M"])
def test_memory_that_is_enough_for_the_firmware(size):
    run.check_memory(argparse.Namespace(mem=size, ovmf=None))


def test_a_machine_that_says_nothing():
    with pytest.raises(Failure, match="printed nothing at all"):
        console("exec sleep 60", seconds=0.3)


@pytest.mark.parametrize("code, variables", [
    ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
    ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd"),
    ("OVMF_CODE_4M.snakeoil.fd", "OVMF_VARS_4M.snakeoil.fd"),
])
def test_firmware_is_paired_with_its_variables(tmp_path, code, variables):
    for name in (code, "OVMF_VARS_4M.fd", "OVMF_VARS_4M.snakeoil.fd"):
        (tmp_path / name).touch()
    assert run.firmware_variables(tmp_path / code) == tmp_path / variables


def test_firmware_without_variables_is_refused(tmp_path):
    (tmp_path / "bios.fd").touch()
    with pytest.raises(Failure, match="VARS"):
        run.firmware_variables(tmp_path / "bios.fd")


@pytest.mark.parametrize("window, options", [
    ("no", ["-display", "none"]), ("", ["-display", "none"]), ("yes", ["-vga", "std"]),
    ("vnc=:1", ["-vga", "std", "-display", "vnc=:1"]),
])
def test_a_screen_in_a_window(window, options):
    assert run.screen(window) == options
