# SPDX-License-Identifier: BSD-2-Clause
"""A Debian 12 on which pvhboot's package is installed, and then two updates of the kernel: each boots, and old ones go.

The system is mmdebstrap's, and started as another loader would: by its kernel's EFI stub. It then does what its user would
do, with the packages on its disk, since it has no network, and reboots. From then on the firmware starts pvhboot.
"""

import os
import re
import subprocess

import pytest

import efi_guest
import media
import qemu
import report
import variables
from artifacts import BUILD, TOP, required
from qemu import Machine

SYSTEM = BUILD / "deps/debian-12-plain.tar"
UPDATES = [BUILD / f"deps/archives/{suite}/linux-image-cloud-amd64.deb" for suite in ("bookworm-backports", "trixie")]
PACKAGE = BUILD / f"boot-deb/pvhboot_{(TOP / 'VERSION').read_text().strip()}-1_amd64.deb"

LIMIT = 2400  # seconds: an initrd is made in an emulated machine
COMMAND_LINE = f"root=PARTUUID={media.ROOT_GUID} ro quiet console=ttyS0 no_timer_check"
MACHINE_ID = "70766800000d4e9ab6c1707668000000"

# What is done after each boot, in the order of the boots.
STEPS = (
    """
    run package apt-get -q -y install /walk/pvhboot.deb
    run install pvhboot-install
    run list pvhboot-kernel list
    """,
    """
    run update apt-get -q -y install /walk/update-1.deb
    run list pvhboot-kernel list
    """,
    """
    run remove apt-get -q -y purge linux-image-cloud-amd64 "linux-image-$(cat /walk/first)"
    echo 3 >/etc/kernel/tries
    echo 'pass-entry yes' >>/boot/efi/loader/loader.conf
    run update apt-get -q -y install /walk/update-2.deb
    run list pvhboot-kernel list
    """,
    """
    run bless systemctl show --property=Result,ExecMainStatus pvhboot-bless.service
    run list pvhboot-kernel list
    """,
)

# Printed to the serial line, where outputs() of efi_guest.py finds it.
WALK = """#!/bin/sh
run() {
    name=$1
    shift
    echo "guest: begin $name"
    "$@" 2>&1
    status=$?
    echo
    echo "guest: end $name $status"
}
export DEBIAN_FRONTEND=noninteractive
step=$(cat /walk/step)
echo $((step + 1)) >/walk/step
run kernel uname -r
run firmware ls /sys/firmware
run options cat /proc/cmdline
. "/walk/step-$step"
run entries find /boot/efi -type f
echo "guest: done"
systemctl --no-block reboot
"""

UNIT = """
[Unit]
After=pvhboot-bless.service local-fs.target
[Service]
ExecStart=/walk/walk
StandardOutput=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
"""


def write_files(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def plain_system(folder):
    """The root file system of a Debian, with what is done in it, and its kernel's version."""
    root = folder / "root"
    root.mkdir()
    subprocess.run(["tar", "-C", root, "--exclude=./dev/*", "-xf", required(SYSTEM)], check=True)
    kernel, = (root / "boot").glob("vmlinuz-*")
    version = kernel.name.partition("-")[2]
    write_files(root, {
        "etc/machine-id": f"{MACHINE_ID}\n",
        "etc/fstab": f"PARTUUID={media.ROOT_GUID} / ext4 defaults 0 1\nPARTUUID={media.ESP_GUID} /boot/efi vfat umask=0077 0 2\n",
        # Small initrds, quickly made.
        "etc/initramfs-tools/conf.d/walk": "MODULES=dep\nCOMPRESSLEVEL=1\n",
        "etc/dpkg/dpkg.cfg.d/walk": "force-unsafe-io\n",
        "etc/systemd/system/walk.service": UNIT,
        "walk/walk": WALK, "walk/step": "0\n", "walk/first": f"{version}\n",
        "walk/pvhboot.deb": required(PACKAGE).read_bytes(),
        **{f"walk/step-{number}": text for number, text in enumerate(STEPS)},
        **{f"walk/update-{number}.deb": required(path).read_bytes() for number, path in enumerate(UPDATES, 1)}})
    (root / "walk/walk").chmod(0o755)
    (root / "boot/efi").mkdir()
    subprocess.run(["systemctl", f"--root={root}", "enable", "-q", "walk.service"], check=True)
    subprocess.run(["systemctl", f"--root={root}", "mask", "-q", "serial-getty@ttyS0.service"], check=True)
    return root, version


def disk(folder, root, version):
    """A disk with the system, and the variables that start it by EFI."""
    boot = root / "boot"
    image = media.write_ext4(folder / "root.img", root, size=1800 * media.MIB)
    partition = media.write_disk(folder / "image", {
        "other/vmlinuz": boot / f"vmlinuz-{version}", "other/initrd.img": boot / f"initrd.img-{version}"}, root=image)
    option = variables.boot_option("Other loader", variables.file_path(partition, "\\other\\vmlinuz"),
                                   variables.utf16(f"initrd=\\other\\initrd.img {COMMAND_LINE}"))
    return variables.add_boot_options(qemu.firmware_variables(Machine()), [option])


def version_of(archive):
    said = subprocess.run(["dpkg-deb", "--field", archive, "Package"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return said.strip().removeprefix("linux-image-")


def listed(outputs):
    """The versions with an entry, oldest first, and there is no other kernel."""
    rows = outputs["list"].text.split("\n")
    rows = [row.split("  ", 1) for row in rows if row]
    assert {state for _, state in rows} == {"has an entry"}
    return [version for version, _ in rows]


def entry_files(outputs):
    return sorted(re.findall(rf"^/boot/efi/(loader/entries/{MACHINE_ID}\S+|{MACHINE_ID}/\S+)$", outputs["entries"].text, re.M))


def files_of(version, counter=""):
    return [f"{MACHINE_ID}/{version}/initrd.img-{version}", f"{MACHINE_ID}/{version}/linux",
            f"loader/entries/{MACHINE_ID}-{version}{counter}.conf"]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="unpacks a system whose files are root's: run this as root")
def test_two_kernel_updates(boot):
    folder = boot.folder("upgrade")
    root, first = plain_system(folder)
    store = disk(folder, root, first)
    second, third = map(version_of, UPDATES)
    machine = Machine(memory=1024)
    texts, outputs = [], []
    for number in range(len(STEPS)):
        result = boot.run(f"upgrade-{number}", machine, folder / "image", store, writes="kept", limit=LIMIT)
        store = result.variables
        texts.append(report.plain(result.serial))
        outputs.append(efi_guest.outputs(result.serial))
        assert [name for name, said in outputs[-1].items() if said.status] == [], outputs[-1]

    assert [said["kernel"].text.strip() for said in outputs] == [first, first, second, third]
    assert ["efi" in said["firmware"].text for said in outputs] == [True, False, False, False]
    assert [listed(said) for said in outputs] == [[first], [first, second], [second, third], [second, third]]
    for text, version in zip(texts[1:], (first, second, third)):
        assert re.search(rf"Linux {re.escape(version)}: linux \+ initrd\.img-{re.escape(version)}", text)
    # The initrd= of the other loader, and pvhboot's own words, are no part of it.
    assert [said["options"].text.strip() for said in outputs[1:3]] == [COMMAND_LINE] * 2
    assert entry_files(outputs[0]) == files_of(first)
    assert entry_files(outputs[1]) == sorted(files_of(first) + files_of(second))
    assert entry_files(outputs[2]) == sorted(files_of(second) + files_of(third, "+3"))
    # It was tried once, and found good.
    assert "Result=success\nExecMainStatus=0" in outputs[3]["bless"].text
    assert entry_files(outputs[3]) == sorted(files_of(second) + files_of(third))
    assert f"pvhboot.boot-count-path=/loader/entries/{MACHINE_ID}-{third}+2-1.conf" in outputs[3]["options"].text
