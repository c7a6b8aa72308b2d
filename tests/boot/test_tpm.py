# SPDX-License-Identifier: BSD-2-Clause
"""Linux finds the TPM's event log, and the log explains the value of every PCR.

The TPM is swtpm's, a new one for each boot. The log is read by tpm2_eventlog, which computes the
PCRs from it, and compared with what the TPM itself says at the end.
"""

import base64
import re
import subprocess
import time
from contextlib import contextmanager

import pytest

import initrd
import report
import rows
import scenario

BANKS = {"sha1": 20, "sha256": 32}
PCR_OF_IMA = 10     # Linux itself measures into it, and has a log of its own
PCRS = tuple(pcr for pcr in range(24) if pcr != PCR_OF_IMA)

INIT = b"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t securityfs securityfs /sys/kernel/security
exec >/dev/console 2>&1
/bin/busybox dmesg -n 1
cd /sys/class/tpm/tpm0
for pcr in pcr-*/*; do
    echo "guest: $pcr=$(/bin/busybox cat $pcr)"
done
log=/sys/kernel/security/tpm0/binary_bios_measurements
echo "guest: size=$(/bin/busybox wc -c <$log)"
echo "guest: log=$(/bin/busybox base64 -w 0 $log)"
echo "guest: done"
/bin/busybox poweroff -f
"""

# Digests in tpm2_eventlog's last part: "  sha256:", then "    0  : 0x00..." for each PCR.
BANK = re.compile(r"^  (\w+):\n((?:    \d+ *: 0x[0-9a-f]+\n)+)", re.M)
PCR = re.compile(r"^    (\d+) *: 0x([0-9a-f]+)$", re.M)


@contextmanager
def tpm(folder, model):
    """Runs a TPM with nothing in it; gives QEMU's arguments for it."""
    state = folder / "tpm"
    state.mkdir()
    with open(folder / "swtpm", "wb") as messages:
        subprocess.run(["swtpm_setup", "--tpm2", "--tpmstate", state, "--pcr-banks", ",".join(BANKS)],
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


def replayed(log, folder):
    """The PCRs of each bank that tpm2_eventlog computes from a log."""
    file = folder / "event-log"
    file.write_bytes(log)
    text = subprocess.run(["tpm2_eventlog", file], stdout=subprocess.PIPE, check=True, text=True).stdout
    _, _, end = text.rpartition("\npcrs:\n")
    return {bank: {int(number): value for number, value in PCR.findall(lines)} for bank, lines in BANK.findall(end)}


def unextended(bank, pcr):
    """What a PCR has that nobody has extended (TCG PC Client Platform TPM Profile, section 4.6)."""
    return ("ff" if 17 <= pcr <= 22 else "00") * BANKS[bank]


def check_log(values, folder):
    log = base64.b64decode(values["log"])
    assert len(log) == int(values["size"]) > 1000
    assert b"Exit Boot Services Returned with Success" in log, "the final events are missing"
    computed = replayed(log, folder)
    assert computed.keys() == BANKS.keys()
    for bank, values_of_bank in computed.items():
        found = [values[f"pcr-{bank}/{pcr}"].lower() for pcr in PCRS]
        assert found == [values_of_bank.get(pcr, unextended(bank, pcr)) for pcr in PCRS]
        assert len(values_of_bank) > 7


def tpm_row(model, kernel="6.1-amd64", **fields):
    """A row whose machine has a TPM of this model."""
    return rows.row(f"{model}-{kernel}", kernel, "entry", "q35", 512, 1, "qemu64", "virtio", cmdline=rows.CONSOLE,
                    **fields)


ROWS = (
    ("tpm-tis", tpm_row("tpm-tis")),
    ("tpm-crb", tpm_row("tpm-crb", slow=True)),
    ("tpm-crb", tpm_row("tpm-crb", "6.12-cloud", slow=True)),
)


@pytest.mark.parametrize("model, row", [
    pytest.param(model, row, id=row.name, marks=[pytest.mark.slow] if row.slow else []) for model, row in ROWS])
def test_linux_has_the_event_log(model, row, boot):
    archive = initrd.archive({"init": (0o755, INIT), "bin/busybox": (0o755, initrd.BUSYBOX.read_bytes())},
                             folders=("bin", "dev", "proc", "sys"), devices={"dev/console": (0o600, (5, 1))})
    what = scenario.Given((archive,), (), ())
    folder = boot.folder(row.name)
    image, store = scenario.prepare(row, what, folder)
    with tpm(folder, model) as devices:
        result = boot.run(row.name, row.machine, image, store, devices=devices)
    values = report.linux(result.serial).values
    assert "done" in values, "Linux did not come to the end of /init"
    check_log(values, folder)
