# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-run: how each kind of end is told, on a terminal and without one; an installed tree, Secure Boot, gdb."""

import os
import pty
import pwd
import re
import select
import shutil
import socket
import struct
import subprocess
import time

import pytest

import qemu
import report
from artifacts import LOADER, TOP, kernel_path, required

RUN = TOP / "tools" / "pvhboot-run"
ENTRY = 0x200000
TIMEOUT = 240   # seconds

# Machine code of 32 bits: the kernels that an author may well have written.
PRINTS = bytes.fromhex("66baf803 b041ee b00aee")                # "A" to the serial port
FAULTS = bytes.fromhex("0f0b")                                  # ud2, without an IDT
HALTS = bytes.fromhex("faf4 ebfd")                              # cli; hlt
LOOPS = bytes.fromhex("ebfe")
RESETS = bytes.fromhex("66baf90c b006ee f4")                    # port 0xcf9
POWERS_OFF = bytes.fromhex("66ba0406 66b80020 66ef f4")         # q35's PM1a control block
EXITS = bytes.fromhex("b015 e6f4 f4")                           # isa-debug-exit: 0x15


def kernel(folder, code, name="my kernel, the 2nd"):
    """An ELF32 kernel of this code."""
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen", ENTRY)
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, ENTRY, 52, 0, 0, 52, 32, 2, 0, 0, 0)
    load = struct.pack("<IIIIIIII", 1, 256, ENTRY, ENTRY, len(code), len(code), 5, 4096)
    named = struct.pack("<IIIIIIII", 4, 52 + 64, 0, 0, len(note), len(note), 4, 4)
    path = folder / name
    path.write_bytes((header + load + named + note).ljust(256, b"\0") + code)
    return path


def run(*words, program=RUN, **options):
    """Without a terminal: the exit status, and all that was said, wrapped lines joined."""
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=TIMEOUT, **options)
    return done.returncode, " ".join(report.plain(done.stdout.decode(errors="replace")).split())


def run_on_terminal(*words, end_at=None):
    """The same at a terminal. Ctrl-A X is typed once END_AT has been shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([RUN, *words], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while select.select([ours], [], [], TIMEOUT)[0] and (data := os.read(ours, 4096)):
            shown += data
            if end_at and end_at in shown:
                os.write(ours, b"\x01x")
                end_at = None
    except OSError:     # the other side is closed
        pass
    os.close(ours)
    return process.wait(timeout=TIMEOUT), " ".join(report.plain(shown.decode(errors="replace")).split())


@pytest.fixture
def folder(tmp_path):
    required(LOADER)
    return tmp_path


def test_a_triple_fault_on_a_terminal(folder):
    status, said = run_on_terminal(kernel(folder, PRINTS + FAULTS))
    assert status == 6, said
    assert said.endswith(f"triple fault: the kernel met an exception that nothing handled at 0x{ENTRY + len(PRINTS):x}, "
                         "interrupts off")


@pytest.mark.slow
@pytest.mark.parametrize("code, status, words", [
    (FAULTS, 6, "triple fault: the kernel met an exception that nothing handled at 0x200000"),
    (RESETS, 10, "the kernel reset the machine at 0x2000"),
    (PRINTS + POWERS_OFF, 0, "A pvhboot-run: the machine powered off"),
    (EXITS, 0x2b, "the kernel wrote 21 to isa-debug-exit: exit status 43"),
    (PRINTS + HALTS, 8, "the kernel hangs at 0x20000c, halted, interrupts off: nothing can wake it any more"),
    (HALTS, 8, "it has printed nothing on the serial port"),
    (PRINTS + LOOPS, 8, "the kernel hangs at 0x20000a, interrupts off: it did not power off in"),
], ids=["faults", "resets", "powers-off", "exits", "halts", "halts-silently", "loops"])
def test_each_end_is_told(folder, code, status, words):
    path = kernel(folder, code)
    for found, said in (run("--timeout", "45", path), run_on_terminal("--timeout", "45", path)):
        assert found == status and words in said, said


@pytest.mark.slow
def test_a_halted_kernel_is_told_of_at_the_terminal_and_left_to_the_user(folder):
    status, said = run_on_terminal(kernel(folder, HALTS), end_at=b"serial port; Ctrl-A X ends it")
    assert status == 8 and said.count("nothing can wake it any more") == 2, said


@pytest.mark.slow
def test_a_refusal_by_pvhboot():
    """The host cannot know how little memory that machine has."""
    status, said = run("-m", "96M", kernel_path("tkbig"))
    assert status == 4 and said.endswith("pvhboot did not start the kernel, so the firmware went on; the reason is above")
    assert "tkbig.elf: " in said


@pytest.mark.slow
def test_what_the_kernel_is_given(folder):
    module = folder / "a module"
    module.write_bytes(b"module" * 100)
    shutil.copy(module, folder / "second")
    status, said = run("-m", "256M", "-smp", "3", "--net", "--initrd", module, "--module", f"{folder}/second x=1  y='2'",
                       "--append", "-v pvhtest.modules=2", "--pass-framebuffer", kernel_path("tk64n8"))
    assert status == 33, said
    assert re.search(r'cmdline="?framebuffer=0x[0-9a-f]+,\d+x\d+,\d+,\w+ -v pvhtest.modules=2', said), said
    assert "module 1 " in said and "x=1 y='2'" in said


@pytest.mark.slow
def test_secure_boot_and_tpm():
    """The same machine refuses the loader without a signature."""
    status, said = run("--secure-boot", "--tpm", "--append", "pvhtest.tpm", kernel_path("tk64n8"))
    assert status == 33 and "info pcr11=" in said, said
    assert not re.search(r"pcr7=(0+|3d458cfe\w+) ", said)


@pytest.mark.slow
def test_firmware_of_32_bits():
    firmware = qemu.FIRMWARES["ia32"].file(qemu.FIRMWARES["ia32"].code)
    status, said = run("--ia32", "--firmware", firmware, kernel_path("tk64n8"))
    assert status == 33, said


def install(folder):
    """An installed tree, in a folder that others may read."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    subprocess.run(["make", "-s", "DEPS=no", "install", f"DESTDIR={folder}", "PREFIX=/opt/my pvhboot, new"], cwd=TOP,
                   env=environment, stdout=subprocess.DEVNULL, check=True)
    return folder / "opt/my pvhboot, new/bin/pvhboot-run"


@pytest.mark.slow
def test_an_installed_tree_as_an_ordinary_user(boot):
    folder = boot.folder("run installed, tree")
    program = install(folder)
    path = kernel(folder, PRINTS + POWERS_OFF)
    nobody = {"user": pwd.getpwnam("nobody").pw_uid, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    for words in ((), ("--secure-boot",)):
        status, said = run(*words, path, program=program, cwd="/", env={"PATH": "/usr/bin:/bin"}, **nobody)
        assert status == 0 and said.endswith("A pvhboot-run: the machine powered off"), said


class Debugger:
    """As much of gdb's protocol as it takes to set a breakpoint and to read a register."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT)
        for _ in range(100):
            try:
                self.socket.connect(str(path))
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("QEMU does not listen")

    def ask(self, words):
        self.socket.sendall(f"${words}#{sum(words.encode()) % 256:02x}".encode())
        answer = b""
        while not re.search(rb"\$[^#]*#..$", answer):
            data = self.socket.recv(4096)
            assert data, "QEMU has gone"
            answer += data
        self.socket.sendall(b"+")
        return re.search(rb"\$([^#]*)#..$", answer)[1].decode()


@pytest.mark.slow
def test_a_debugger_stops_at_the_entry(folder):
    path = kernel(folder, PRINTS + POWERS_OFF)
    with subprocess.Popen([RUN, path, "--", "-gdb", f"unix:{folder}/gdb,server=on,wait=off", "-S"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        gdb = Debugger(folder / "gdb")
        assert gdb.ask(f"Z1,{ENTRY:x},1") == "OK"
        assert gdb.ask("c").startswith("T05")
        assert gdb.ask(f"m{ENTRY:x},4") == PRINTS[:4].hex()
        assert gdb.ask(f"z1,{ENTRY:x},1") == "OK"
        gdb.socket.sendall(b"$c#63")
        said = process.communicate(timeout=TIMEOUT)[0].decode(errors="replace")
    assert process.returncode == 0 and "it waits for a debugger" in said and "PVH entry" in said, said
