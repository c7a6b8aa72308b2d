# SPDX-License-Identifier: BSD-2-Clause
"""One run of QEMU with UEFI firmware, EDK2's or U-Boot's, from power-on to its end.

A run ends when the guest powers off or exits through isa-debug-exit, when a given
text appears on its serial line or debug port, or at the timeout. Only the process
started here is ended, by its ID.
"""

import errno
import json
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from artifacts import PACKAGES, package, required

OVMF = Path("usr/share/OVMF")
U_BOOT = Path("usr/lib/u-boot")


@dataclass(frozen=True)
class Firmware:
    """A build of OVMF: its code, the variables it starts from, whether it needs SMM and may sleep."""

    code: str
    variables: str = "OVMF_VARS_4M.fd"  # "": it keeps none
    smm: bool = False
    s3: bool = True
    package: str = ""   # of build/deps/packages; "": the one that is installed
    folder: Path = OVMF
    bits: int = 64
    optional: bool = False  # no release of Debian has to have it: without it, boots are skipped

    def file(self, name):
        """The path of one of its files."""
        if self.optional and not (PACKAGES / self.package).exists():
            pytest.skip(f"the firmware package {self.package} is missing: `make check-boot` fetches it if there is one")
        tree = package(self.package) if self.package else Path("/")
        return required(tree / self.folder / name)


def ia32(**fields):
    """OVMF for 32-bit processors; EDK2 has given it up, and so will Debian."""
    return Firmware("OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd", smm=True, package="bookworm/ovmf-ia32", bits=32,
                    optional=True, **fields)


def u_boot(target, bits):
    """U-Boot with its own UEFI, which boots from AHCI and passes its bootargs to every EFI program."""
    return Firmware(f"{target}/u-boot.rom", "", s3=False, package="bookworm/u-boot-qemu", folder=U_BOOT, bits=bits,
                    optional=True)


FIRMWARES = {
    "plain": Firmware("OVMF_CODE_4M.fd"),
    "smm": Firmware("OVMF_CODE_4M.secboot.fd", smm=True),
    # Of named releases, whatever is installed.
    "bookworm": Firmware("OVMF_CODE_4M.fd", package="bookworm/ovmf"),
    "bookworm-2m": Firmware("OVMF_CODE.fd", "OVMF_VARS.fd", package="bookworm/ovmf"),
    "bookworm-smm": Firmware("OVMF_CODE_4M.secboot.fd", smm=True, package="bookworm/ovmf"),
    "bookworm-smm-s3-off": Firmware("OVMF_CODE_4M.secboot.fd", smm=True, s3=False, package="bookworm/ovmf"),
    "ia32": ia32(),
    # Without ACPI NVS where fixed kernels go.
    "ia32-s3-off": ia32(s3=False),
    "u-boot": u_boot("qemu-x86_64", 64),
    "u-boot-ia32": u_boot("qemu-x86", 32),
    "bullseye": Firmware("OVMF_CODE_4M.fd", package="bullseye/ovmf"),
    "trixie": Firmware("OVMF_CODE_4M.fd", package="trixie/ovmf"),
    # With EFI_MEMORY_ATTRIBUTE_PROTOCOL; strict.c makes use of it.
    "trixie-strict-nx": Firmware("OVMF_CODE_4M.secboot.strictnx.fd", smm=True, package="trixie/ovmf"),
    "forky-strict-nx": Firmware("OVMF_CODE_4M.secboot.strictnx.fd", smm=True, package="forky/ovmf-generic"),
}

MEDIA = {
    "virtio": ("-device", "virtio-blk-pci,drive=medium"),
    "ahci": ("-device", "ide-hd,drive=medium,bus=ide.0"),
    "ide": ("-device", "ide-hd,drive=medium,bus=ide.0"),
    "nvme": ("-device", "nvme,drive=medium,serial=pvhboot"),
    "usb": ("-device", "qemu-xhci", "-device", "usb-storage,drive=medium,removable=on"),
    "cd": ("-device", "ide-cd,drive=medium,bus=ide.0"),
}

# What a machine shows its pictures on: -vga, and further devices.
DISPLAYS = {
    "none": ("none",),
    "std": ("std",),
    "virtio": ("virtio",),
    "two": ("std", "-device", "secondary-vga"),
    "bochs-display": ("none", "-device", "bochs-display"),
    "ramfb": ("none", "-device", "ramfb"),
    "virtio-gpu": ("none", "-device", "virtio-gpu-pci"),
}

# Seconds; the slowest boot takes 40 on two idle cores.
TIMEOUT = 240

# Texts after which nothing more happens: the firmware, its shell, GRUB, iPXE or U-Boot wait for a
# user, or the firmware or Linux has crashed.
STUCK = (r"Press any key to enter the Boot Manager|Shell> |grub> |iPXE> |\n=> \Z|!!!! (?:X64|IA32) Exception"
         r"|### ERROR ### Please RESET|end Kernel panic|reboot: .*System halted")

# QEMU 7.2 with TCG computes the flags of cmpxchg16b from a stale state: an interrupt right after it
# saves garbage as EFLAGS. Linux's allocator uses the instruction if the CPU has it: on a busy host
# more than half of all boots panicked, with any loader.
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
    vga: str = "none"   # of DISPLAYS
    read_rate: int = 0  # bytes a second that the medium gives; 0: as fast as it can


@dataclass(frozen=True)
class Result:
    """The result of a run."""

    serial: str
    debug: str
    status: int
    seconds: float
    timed_out: bool
    screen: bytes
    variables: bytes    # the store, with what was written to it
    host_memory: int    # bytes that QEMU itself took at its largest


def firmware_variables(machine):
    """The bytes of the variable store that this firmware starts from; none if it keeps no variables."""
    firmware = FIRMWARES[machine.firmware]
    return firmware.file(firmware.variables).read_bytes() if firmware.variables else b""


def _firmware_arguments(firmware, variables):
    if not firmware.variables:
        return ["-bios", str(firmware.file(firmware.code))]
    arguments = [
        "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={firmware.file(firmware.code)}",
        "-drive", f"if=pflash,unit=1,format=raw,file={variables}",
    ]
    if firmware.smm:
        arguments += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    if not firmware.s3:
        arguments += ["-global", "ICH9-LPC.disable_s3=1"]
    return arguments


# One thread for all CPUs: with one each, a CPU may still run code that another has just patched, and
# Linux, which patches itself at run time, sometimes crashes at a stale int3 on a busy host.
ACCELERATOR = "tcg,thread=single"

@dataclass(frozen=True)
class Fault:
    """A sector of the medium that cannot be read: never, or only the first time."""

    sector: int
    once: bool = False


def _image_options(image, writes, faults, directory):
    """The options of a drive with this raw image, with such sectors (QEMU's blkdebug) or a log (its blklogwrites)."""
    if writes == "logged":
        (directory / "writes").touch()
        return (f"driver=blklogwrites,file.driver=raw,file.file.filename={image},"
                f"log.driver=file,log.filename={directory}/writes")
    if not faults:
        return f"format=raw,file={image}"
    options = ["driver=blkdebug", "image.driver=raw", f"image.file.filename={image}"]
    for number, fault in enumerate(faults):
        rule = {"event": "none", "iotype": "read", "errno": errno.EIO, "sector": fault.sector,
                "once": "on" if fault.once else "off"}
        options += [f"inject-error.{number}.{key}={value}" for key, value in rule.items()]
    return ",".join(options)


# What happens to the guest's writes to its medium.
DISKS = {"forgotten": "snapshot=on", "kept": "snapshot=off", "refused": "readonly=on",
         "logged": "snapshot=off"}  # and kept: see disk_writes.py


def command_line(machine, image, directory, devices=(), writes="forgotten", faults=()):
    """QEMU's command line for this machine; its files are in `directory`, `devices` come on top."""
    firmware = FIRMWARES[machine.firmware]
    board = f"{machine.board},memory-backend=ram" + (",smm=on" if firmware.smm else "")
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", ACCELERATOR,
        "-machine", board, "-cpu", f"{machine.cpu},{WITHOUT_BROKEN_INSTRUCTION}",
        "-smp", str(machine.cpus), "-m", f"{machine.memory}M",
        # The host only provides memory that the guest uses.
        "-object", f"memory-backend-ram,id=ram,size={machine.memory}M,reserve=off",
        "-display", "none", "-vga", *DISPLAYS[machine.vga],
        "-nic", "none", "-no-reboot",
        *_firmware_arguments(firmware, directory / "vars.fd"),
        "-drive", f"if=none,id=medium,{_image_options(image, writes, faults, directory)},{DISKS[writes]},"
                  f"bps_rd={machine.read_rate}",
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


def _host_memory(process):
    """The process's peak memory on the host, in bytes; 0 once it has ended."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", _text(Path(f"/proc/{process.pid}/status")), re.M)
    return int(found[1]) << 10 if found else 0


def _wait(process, outputs, until, deadline):
    """Wait for the end of the run; returns whether it timed out, and its peak memory."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, _host_memory(process))
        if any(re.search(until, _text(output)) for output in outputs):
            return False, peak
        if time.monotonic() > deadline:
            return True, peak
        time.sleep(0.1)
    return False, peak


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
    """The screen of a machine that is still running, as the bytes of a PPM file."""
    if process.poll() is not None:
        return b""
    picture = directory / "screen.ppm"
    Monitor(directory / "qmp").execute("screendump", filename=str(picture))
    return picture.read_bytes()


def run(machine, image, variables, directory, until=STUCK, devices=(), writes="forgotten", faults=(), limit=TIMEOUT,
        prefix=()):
    """Boot the machine from `image` with a fresh variable store; see the module's text.

    `writes` says what becomes of what is written to the image; `faults` are its bad sectors; `limit` is in seconds.
    `prefix` is a command that executes the one behind it.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / "vars.fd").write_bytes(variables)
    started = time.monotonic()
    with open(directory / "qemu", "wb") as messages:
        process = subprocess.Popen([*prefix, *command_line(machine, image, directory, devices, writes, faults)],
                                   stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
    screen = b""
    try:
        outputs = (directory / "serial", directory / "debug")
        timed_out, host_memory = _wait(process, outputs, until, started + limit)
        if machine.vga != "none":
            screen = _screen(process, directory)
    finally:
        end(process)
    return Result(_text(directory / "serial"), _text(directory / "debug"), process.returncode,
                  time.monotonic() - started, timed_out, screen,
                  (directory / "vars.fd").read_bytes(), host_memory)
