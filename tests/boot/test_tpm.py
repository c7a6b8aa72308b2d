# SPDX-License-Identifier: BSD-2-Clause
"""Linux finds the TPM's event log, the log explains the value of every PCR, and so does what was booted.

The TPM is swtpm's, a new one for each boot. The log is read by tpm2_eventlog, which computes the
PCRs from it, and compared with what the TPM itself says at the end.
"""

import base64
import hashlib

import pytest

import initrd
import report
import rows
import scenario
import secure_boot
import ukis
from artifacts import kernel_path
from tpm import BANKS, EV_EVENT_TAG, EV_IPL, events, replayed, tagged, tpm, utf16

PCR_OF_IMA = 10     # Linux itself measures into it, and has a log of its own
PCRS = tuple(pcr for pcr in range(24) if pcr != PCR_OF_IMA)

LOADER_CONFIG = b"timeout 0\r\n# read by pvhboot, Gr\xfc\xdfe\n"

# The tags of systemd-boot and Linux's EFI stub.
TAG_LOADER_CONFIG, TAG_LOAD_OPTIONS, TAG_INITRD = 0xf5bc582a, 0x8f3b22ed, 0x8f3b22ec

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

def unextended(bank, pcr):
    """What a PCR has that nobody has extended (TCG PC Client Platform TPM Profile, section 4.6)."""
    return ("ff" if 17 <= pcr <= 22 else "00") * BANKS[bank]


def measurements(row, archive):
    """(PCR, type, what is hashed, what is logged): what a boot of this row must measure, in its order."""
    command_line = utf16(row.cmdline)
    path = f"/{scenario.kernel_file(row)}".encode() + b"\0"
    return [
        (5, EV_EVENT_TAG, LOADER_CONFIG, tagged(TAG_LOADER_CONFIG, utf16("loader.conf"))),
        (9, EV_IPL, scenario.kernel_source(row).read_bytes(), path),
        (12, EV_IPL, command_line, command_line),
        (9, EV_EVENT_TAG, command_line, tagged(TAG_LOAD_OPTIONS, b"LOADED_IMAGE::LoadOptions\0")),
        (9, EV_EVENT_TAG, archive, tagged(TAG_INITRD, b"Linux initrd\0")),
    ]


def check_measurements(values, row, archive):
    """The TPM's PCRs are those that can be computed from the files and the command line, without the log."""
    wanted = measurements(row, archive)
    for bank in BANKS:
        for pcr in range(8, 16):
            value = bytes(BANKS[bank])
            for data in [what for measured, _, what, _ in wanted if measured == pcr]:
                value = hashlib.new(bank, value + hashlib.new(bank, data).digest()).digest()
            if pcr != PCR_OF_IMA:
                assert values[f"pcr-{bank}/{pcr}"].lower() == value.hex(), f"PCR {pcr} of {bank}"
    logged = [event for event in events(base64.b64decode(values["log"]))
              if event[0] > 7 or event[:2] == (5, EV_EVENT_TAG)]
    assert logged == [(pcr, kind, hashlib.sha256(data).digest(), text) for pcr, kind, data, text in wanted]


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


def log_initrd():
    """Prints the event log, and every PCR."""
    return initrd.archive({"init": (0o755, INIT), "bin/busybox": (0o755, initrd.BUSYBOX.read_bytes())},
                          folders=("bin", "dev", "proc", "sys"), devices={"dev/console": (0o600, (5, 1))})


ROWS = (
    ("tpm-tis", tpm_row("tpm-tis")),
    ("tpm-crb", tpm_row("tpm-crb", slow=True)),
    ("tpm-crb", tpm_row("tpm-crb", "6.12-cloud", slow=True)),
)


@pytest.mark.parametrize("model, row", [
    pytest.param(model, row, id=row.name, marks=[pytest.mark.slow] if row.slow else []) for model, row in ROWS])
def test_linux_has_the_event_log(model, row, boot):
    archive = log_initrd()
    what = scenario.Given((archive,), (), ())
    folder = boot.folder(row.name)
    image, store = scenario.prepare(row, what, folder, {"loader/loader.conf": LOADER_CONFIG})
    with tpm(folder, model, BANKS) as devices:
        result = boot.run(row.name, row.machine, image, store, devices=devices)
    values = report.linux(result.serial).values
    assert "done" in values, "Linux did not come to the end of /init"
    check_log(values, folder)
    check_measurements(values, row, archive)


@pytest.mark.slow
def test_systemd_pcrlock_predicts_an_image(boot):
    """Each measurement that it predicts for the image and the command line is in the log, and no other in PCR 11."""
    folder = boot.folder("pcrlock")
    (folder / "initrd").write_bytes(log_initrd())
    uki = ukis.build(folder / "uki", linux=kernel_path("6.1-cloud"), initrd=folder / "initrd", cmdline="console=ttyS0")
    store = secure_boot.write_disk("off", folder, {"EFI/test/uki.efi": uki}, [("EFI/test/uki.efi", "")])
    with tpm(folder) as devices:
        result = boot.run("pcrlock", secure_boot.machine(), folder / "image", store, devices=devices)
    log = base64.b64decode(report.linux(result.serial).values["log"])
    logged = [(pcr, digest) for pcr, _, digest, _ in events(log)]
    image = ukis.locked("lock-uki", uki, folder / "uki.pcrlock")
    assert [one for one in image if one[0] == 11] == [one for one in logged if one[0] == 11]
    assert {pcr for pcr, _ in image} == {4, 11}
    (folder / "cmdline").write_text("console=ttyS0")
    for one in image + ukis.locked("lock-kernel-cmdline", folder / "cmdline", folder / "cmdline.pcrlock"):
        assert one in logged
