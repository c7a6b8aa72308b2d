# SPDX-License-Identifier: BSD-2-Clause
"""A virtual machine with UEFI firmware: QEMU's options, the firmware's variables, a TPM."""

import contextlib
import pathlib
import re
import socket
import subprocess

from .program import UNITS, Failure, call, need, readable_file, running

QEMU = "qemu-system-x86_64"
OVMF = pathlib.Path("/usr/share/OVMF")
CODES = ("OVMF_CODE_4M.fd", "OVMF_CODE.fd")
CODES_IA32 = ("OVMF32_CODE_4M.secboot.fd",)
CODES_SECURE = ("OVMF_CODE_4M.secboot.fd",)

# What the firmware of Debian's package trusts for tests. Everybody has this key.
SNAKEOIL = pathlib.Path("/usr/share/ovmf")
SNAKEOIL_KEY = "PkKek-1-snakeoil.key"
SNAKEOIL_CERTIFICATE = "PkKek-1-snakeoil.pem"

# Debian's firmware (OVMF 2022.11) hangs without a word in 88 MiB.
LEAST_MEMORY = 96 << 20

# QEMU before 8.0 emulates CMPXCHG16B with stale flags; Linux uses it in its allocator and crashes at random.
EMULATED_CPU = "qemu64,-cx16"
CPUS = {"kvm": "host"}

# Checked here, because QEMU would print a usage message or accept it: 0 CPUs are taken as one.
NUMBERS = (
    ("m", "-m", r"0*[1-9][0-9]*[KMGTkmgt]?", "is not a memory size; write 512M or 2G, say"),
    ("smp", "-smp", r"0*[1-9][0-9]{0,5}", "is not a number of processors; write 1 or more"),
    ("accel", "--accel", r"tcg|kvm", "is not an accelerator; write tcg or kvm"),
    ("timeout", "--timeout", r"(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,9})?", "is not a number of seconds; write 60, say"),
)


def check_numbers(given):
    for name, option, form, complaint in NUMBERS:
        value = getattr(given, name)
        if value is not None and not re.fullmatch(form, value):
            raise Failure(f"{option} {value} {complaint}")
    if memory_bytes(given.m) >= 1 << 63:
        raise Failure(f"-m {given.m} {NUMBERS[0][-1]}")
    if given.firmware is None and memory_bytes(given.m) < LEAST_MEMORY:
        raise Failure(f"-m {given.m} is too little for the firmware, which hangs with less than 96M; "
                      "Debian's kernel needs about 256M")


def memory_bytes(size):
    """What QEMU makes of a memory size; MiB are its unit."""
    return int(size.rstrip("KMGTkmgt")) * UNITS[size[-1].upper() if size[-1].isalpha() else "M"]


def need_programs(given):
    """Says which Debian packages are missing, all of them at once."""
    wanted = [QEMU, "mkfs.fat", "mcopy", *(["sbsign", "openssl"] if given.secure_boot else []),
              *(["swtpm"] if given.tpm else [])]
    need(wanted, [] if find_code(given) else [firmware_package(given.ia32)])


def firmware_package(is_ia32):
    return "ovmf-ia32" if is_ia32 else "ovmf"


def find_code(given):
    """The firmware's CODE file: the one named, or else the first that is installed; None if none is."""
    if given.firmware:
        return readable_file(given.firmware, "firmware")
    names = CODES_IA32 if given.ia32 else CODES_SECURE if given.secure_boot else CODES
    return next((OVMF / name for name in names if (OVMF / name).exists()), None)


def firmware_variables(code, with_keys=False):
    """The file with the initial variables for this firmware: without keys, or with the snakeoil key."""
    name = code.name.replace("CODE", "VARS")
    plain = name.replace(".secboot", "")
    names = (plain.replace(".fd", ".snakeoil.fd"),) if with_keys else (name, plain)
    for candidate in names:
        path = code.with_name(candidate)
        if candidate != code.name and path.exists():
            return path
    if with_keys:
        raise Failure(f"firmware {code}: {names[0]}, the variables with keys for tests, must be in the same folder")
    raise Failure(f"firmware {code}: the VARS file that belongs to this CODE file must be in the same folder")


def signing_key(scratch):
    """Key and certificate that the variables with keys trust."""
    for name in (SNAKEOIL_KEY, SNAKEOIL_CERTIFICATE):
        if not (SNAKEOIL / name).is_file():
            raise Failure(f"{SNAKEOIL / name}: the key for tests is missing; apt install ovmf")
    key = pathlib.Path(scratch, "snakeoil.key")
    call("openssl", "pkey", "-in", SNAKEOIL / SNAKEOIL_KEY, "-passin", "pass:snakeoil", "-out", key)
    return key, SNAKEOIL / SNAKEOIL_CERTIFICATE


def qemu_command(given, scratch):
    """The QEMU command, with fresh firmware variables and the volume to boot from."""
    code = find_code(given)
    variables = pathlib.Path(scratch, "variables.fd")
    variables.write_bytes(firmware_variables(code, given.secure_boot).read_bytes())
    smm = "on" if "secboot" in code.resolve().name else "off"
    return [QEMU, "-accel", given.accel, "-cpu", CPUS.get(given.accel, EMULATED_CPU), "-machine", f"q35,smm={smm}",
            # As libvirt does. Without S3, OVMF with SMM has no ACPI NVS where kernels are linked to.
            "-global", "ICH9-LPC.disable_s3=1", "-global", f"driver=cfi.pflash01,property=secure,value={smm}",
            "-m", given.m, "-smp", given.smp,
            "-drive", f"if=pflash,format=raw,readonly=on,file={escape(code)}",
            "-drive", f"if=pflash,format=raw,file={escape(variables)}",
            "-drive", f"if=none,id=volume,format=raw,file={escape(pathlib.Path(scratch, 'esp.img'))}",
            "-device", "virtio-blk-pci,drive=volume,bootindex=1",
            "-nodefaults", *screen(given), *network(given.net), *for_authors(given, scratch), *given.qemu]


def screen(given):
    """A screen in a window, or none; QEMU's own option says which window."""
    if given.display:
        return ["-vga", "std"]
    return ["-vga", "std", "-display", "none"] if given.pass_framebuffer else ["-display", "none"]


def network(wanted):
    """A network card behind QEMU's address translation; the firmware does not boot from it."""
    return ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="] if wanted else ["-nic", "none"]


def for_authors(given, scratch):
    """The device by which kernels end QEMU with a status, and the log that tells of triple faults, unless they are given.

    KVM does not tell of them."""
    options = [] if any("isa-debug-exit" in word for word in given.qemu) else [
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
    if given.accel == "tcg" and "-d" not in given.qemu and "-D" not in given.qemu:
        options += ["-d", "cpu_reset", "-D", str(pathlib.Path(scratch, "log"))]
    return options


def escape(path):
    """Doubles commas, which otherwise end a value of a QEMU option."""
    return str(path).replace(",", ",,")


@contextlib.contextmanager
def tpm(wanted, scratch):
    """Runs an empty TPM 2.0 for a machine. Yields QEMU's options and the socket that it has to inherit."""
    if not wanted:
        yield [], None
        return
    state = pathlib.Path(scratch, "tpm")
    state.mkdir()
    ours, theirs = socket.socketpair()
    # swtpm takes commas for separators: it works in the folder.
    command = ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=.", "--ctrl", f"type=unixio,clientfd={ours.fileno()}",
               "--flags", "not-need-init,startup-clear"]
    with ours, theirs, open(state / "messages", "wb") as messages, \
         running(command, cwd=state, pass_fds=[ours.fileno()], stdin=subprocess.DEVNULL, stdout=messages, stderr=messages):
        ours.close()
        yield ["-chardev", f"socket,id=tpm,fd={theirs.fileno()}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
               "-device", "tpm-crb,tpmdev=tpm0"], theirs
