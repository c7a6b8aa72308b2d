# SPDX-License-Identifier: BSD-2-Clause
"""One run of QEMU with UEFI firmware, from power-on to its end.

A run ends when the guest powers off or leaves through isa-debug-exit, when a
given text appears on its serial line or debug port, or when its time is up. It is always the
process started here that is ended, by its own id.
"""

import json
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

FIRMWARE_DIRECTORY = Path("/usr/share/OVMF")


@dataclass(frozen=True)
class Firmware:
    """A build of OVMF: its code, the variables it starts from, whether it needs SMM."""

    code: str
    variables: str
    smm: bool = False


FIRMWARES = {
    "plain": Firmware("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
    "smm": Firmware("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd", smm=True),
    "secure-boot": Firmware("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.snakeoil.fd", smm=True),
}

MEDIA = {
    "virtio": ("-device", "virtio-blk-pci,drive=medium"),
    "ahci": ("-device", "ide-hd,drive=medium,bus=ide.0"),
    "ide": ("-device", "ide-hd,drive=medium,bus=ide.0"),
    "nvme": ("-device", "nvme,drive=medium,serial=pvhboot"),
    "usb": ("-device", "qemu-xhci", "-device", "usb-storage,drive=medium,removable=on"),
    "cd": ("-device", "ide-cd,drive=medium,bus=ide.0"),
}

# Seconds; the slowest boot takes 40 on two idle cores.
TIMEOUT = 240

# Nothing more will come: the firmware, its shell, GRUB or iPXE wait for a person, or what ran is
# dead: the firmware, or Linux.
STUCK = (r"Press any key to enter the Boot Manager|Shell> |grub> |iPXE> |!!!! X64 Exception"
         r"|end Kernel panic")

# QEMU 7.2 under TCG computes the flags of cmpxchg16b from a stale state: an interrupt right behind
# it saves garbage as EFLAGS. Linux's allocator lives on that instruction wherever the CPU has it:
# on a busy host more than half of all boots panicked, whoever had loaded the kernel.
WITHOUT_BROKEN_INSTRUCTION = "-cx16"


@dataclass(frozen=True)
class Machine:
    """The hardware of one run."""

    firmware: str = "plain"
    board: str = "q35"
    memory: int = 512
    cpus: int = 1
    cpu: str = "qemu64"
    medium: str = "virtio"
    vga: str = "none"
    read_rate: int = 0  # bytes a second that the medium gives; 0: as fast as it can


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    serial: str
    debug: str
    status: int
    seconds: float
    timed_out: bool
    screen: bytes
    variables: bytes    # the store, with what was written to it


def firmware_variables(machine):
    """The bytes of the variable store that this firmware starts from."""
    return (FIRMWARE_DIRECTORY / FIRMWARES[machine.firmware].variables).read_bytes()


def _firmware_arguments(firmware, variables):
    code = FIRMWARE_DIRECTORY / firmware.code
    arguments = [
        "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
        "-drive", f"if=pflash,unit=1,format=raw,file={variables}",
    ]
    if firmware.smm:
        arguments += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    return arguments


# One thread for all CPUs: with one each, a CPU may still run what another has just patched, and
# Linux, which patches itself while it runs, dies of a stale int3 now and then on a busy host.
ACCELERATOR = "tcg,thread=single"

# What becomes of what the guest writes to its medium.
DISKS = {"forgotten": "snapshot=on", "kept": "snapshot=off", "refused": "readonly=on"}


def command_line(machine, image, directory, devices=(), writes="forgotten"):
    """QEMU's command line for this machine; its files are in `directory`, `devices` come on top."""
    firmware = FIRMWARES[machine.firmware]
    board = f"{machine.board},smm=on" if firmware.smm else machine.board
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", ACCELERATOR,
        "-machine", board, "-cpu", f"{machine.cpu},{WITHOUT_BROKEN_INSTRUCTION}",
        "-smp", str(machine.cpus), "-m", f"{machine.memory}M",
        "-display", "none", "-vga", machine.vga,
        "-nic", "none", "-no-reboot",
        *_firmware_arguments(firmware, directory / "vars.fd"),
        "-drive", f"if=none,id=medium,format=raw,{DISKS[writes]},bps_rd={machine.read_rate},file={image}",
        *MEDIA[machine.medium],
        "-chardev", f"file,id=serial,path={directory}/serial", "-serial", "chardev:serial",
        "-chardev", f"file,id=debug,path={directory}/debug",
        "-device", "isa-debugcon,iobase=0xe9,chardev=debug",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
        "-qmp", f"unix:{directory}/qmp,server=on,wait=off",
        *devices,
    ]


class Monitor:
    """QEMU's monitor, spoken to over its socket."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r")
        self._lines.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        """Run one command and wait for its answer."""
        request = json.dumps({"execute": command, "arguments": arguments})
        self._socket.sendall(request.encode())
        for line in self._lines:
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return
        raise RuntimeError(f"{command}: QEMU closed its monitor")


def _text(path):
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


def _wait(process, outputs, until, deadline):
    """Wait for the end of the run; True when its time was up."""
    while process.poll() is None:
        if any(re.search(until, _text(output)) for output in outputs):
            return False
        if time.monotonic() > deadline:
            return True
        time.sleep(0.1)
    return False


def end(process):
    """End a process that was started here."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _screen(process, directory):
    """The picture on the screen of a run that still goes on, as a PPM file's bytes."""
    if process.poll() is not None:
        return b""
    picture = directory / "screen.ppm"
    Monitor(directory / "qmp").execute("screendump", filename=str(picture))
    return picture.read_bytes()


def run(machine, image, variables, directory, until=STUCK, devices=(), writes="forgotten"):
    """Boot the machine from `image` with a fresh variable store; see the module's text.

    `writes` says what becomes of what is written to the image.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / "vars.fd").write_bytes(variables)
    started = time.monotonic()
    with open(directory / "qemu", "wb") as messages:
        process = subprocess.Popen(command_line(machine, image, directory, devices, writes),
                                   stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
    screen = b""
    try:
        outputs = (directory / "serial", directory / "debug")
        timed_out = _wait(process, outputs, until, started + TIMEOUT)
        if machine.vga != "none":
            screen = _screen(process, directory)
    finally:
        end(process)
    return Result(_text(directory / "serial"), _text(directory / "debug"), process.returncode,
                  time.monotonic() - started, timed_out, screen,
                  (directory / "vars.fd").read_bytes())
