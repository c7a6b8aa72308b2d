# SPDX-License-Identifier: BSD-2-Clause
"""A TPM for one boot, its PCRs as guests print them, and what has to be in them.

The values are computed here from what was booted: the table of what systemd-stub, systemd-boot and
Linux's EFI stub measure, which the loader follows. systemd-measure computes PCR 11 as well.
"""

import hashlib
import re
import struct
import subprocess
import time
from contextlib import contextmanager

BANKS = {"sha1": 20, "sha256": 32}
ZERO = bytes(BANKS["sha256"])

# Types of events (TCG PC Client Platform Firmware Profile, section 10.4.1).
EV_EVENT_TAG, EV_IPL = 6, 13

# Sections of a unified kernel image in the order in which they are measured.
MEASURED_SECTIONS = (".linux", ".osrel", ".cmdline", ".initrd", ".ucode", ".splash", ".dtb", ".uname", ".sbat",
                     ".pcrpkey", ".profile", ".dtbauto", ".hwids")

# Nothing may be in these after a boot that was refused: those of the operating system and its loader, and shim's.
UNTOUCHED = tuple(range(8, 16))
PCR_OF_SHIM = 14

# What pcrs.efi, the test kernel and the initrds print.
PCR = re.compile(r"\bpcr(\d+)=([0-9a-fA-F]{64})\b")


@contextmanager
def tpm(folder, model="tpm-crb", banks=("sha256",)):
    """Runs a TPM with nothing in it; gives QEMU's arguments for it."""
    state = folder / "tpm"
    state.mkdir()
    with open(folder / "swtpm", "wb") as messages:
        subprocess.run(["swtpm_setup", "--tpm2", "--tpmstate", state, "--pcr-banks", ",".join(banks)],
                       stdout=messages, stderr=messages, check=True)
        process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--ctrl", f"type=unixio,path={state}/socket",
             "--flags", "not-need-init,startup-clear"], stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
        try:
            for _ in range(100):
                if (state / "socket").exists():
                    break
                time.sleep(0.1)
            yield ("-chardev", f"socket,id=tpm,path={state}/socket", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                   "-device", f"{model},tpmdev=tpm0")
        finally:
            process.terminate()
            process.wait(timeout=10)


def pcrs(text):
    """The PCRs of the SHA-256 bank that a guest printed: number to digest."""
    found = {int(number): bytes.fromhex(digest) for number, digest in PCR.findall(text)}
    assert len(found) == 24, f"{len(found)} PCRs were printed"
    return found


def digest(data):
    return hashlib.sha256(data).digest()


def extended(*measured, value=ZERO):
    """A PCR after the measurements of these bytes."""
    for data in measured:
        value = digest(value + digest(data))
    return value


def utf16(text):
    """Text as it is measured: UCS-2 with a terminator."""
    return (text + "\0").encode("utf-16-le")


def pcr_4(*hashes):
    """PCR 4: the programs that were loaded, by ukis.authenticode(), once the firmware starts the first boot option."""
    value = extended(b"Calling EFI Application from Boot Option", bytes(4))
    for program in hashes:
        value = digest(value + program)
    return value


def pcr_9(cmdline, initrd=None):
    """PCR 9 of a unified kernel image: command line and initrd, as Linux's EFI stub measures them."""
    return extended(utf16(cmdline), *([initrd] if initrd is not None else []))


def pcr_11(sections):
    """PCR 11 of a unified kernel image: name and content of each section; `sections` maps the one to the other."""
    measured = []
    for name in MEASURED_SECTIONS:
        if name in sections:
            measured += [name.encode() + b"\0", sections[name]]
    return extended(*measured)


def pcr_12(*texts):
    """PCR 12: the texts that came from outside the image, or from an addon, in their order."""
    return extended(*map(utf16, texts))


# Digests in tpm2_eventlog's last part: "  sha256:", then "    0  : 0x00..." for each PCR.
REPLAYED_BANK = re.compile(r"^  (\w+):\n((?:    \d+ *: 0x[0-9a-f]+\n)+)", re.M)
REPLAYED_PCR = re.compile(r"^    (\d+) *: 0x([0-9a-f]+)$", re.M)


def replayed(log, folder):
    """The PCRs of each bank that tpm2_eventlog computes from a log, as digits."""
    file = folder / "event-log"
    file.write_bytes(log)
    text = subprocess.run(["tpm2_eventlog", file], stdout=subprocess.PIPE, check=True, text=True).stdout
    _, _, end = text.rpartition("\npcrs:\n")
    return {bank: {int(number): value for number, value in REPLAYED_PCR.findall(lines)}
            for bank, lines in REPLAYED_BANK.findall(end)}


def events(log):
    """(PCR, type, SHA-256 digest, data) of each event in a crypto agile log."""
    offset = 32 + struct.unpack_from("<I", log, 28)[0]
    while offset < len(log):
        pcr, kind, count = struct.unpack_from("<III", log, offset)
        offset += 12
        digests = {}
        for _ in range(count):
            algorithm, = struct.unpack_from("<H", log, offset)
            size = {4: 20, 11: 32}[algorithm]
            digests[algorithm] = log[offset + 2:offset + 2 + size]
            offset += 2 + size
        size, = struct.unpack_from("<I", log, offset)
        yield pcr, kind, digests[11], log[offset + 4:offset + 4 + size]
        offset += 4 + size


def tagged(tag, text):
    """The data of an event of the type EV_EVENT_TAG."""
    return struct.pack("<II", tag, len(text)) + text
