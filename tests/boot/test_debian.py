# SPDX-License-Identifier: BSD-2-Clause
"""Debian 12 with /boot on ext4: what kernel-install and pvhboot-install leave there boots to its login.

The system is mmdebstrap's, from build/deps. Its /boot is a file system of its own while the two programs run, as it is on a
disk, which takes root and a loop device.
"""

import os
import re
import shutil
import subprocess

import pytest

import media
import qemu
import report
from artifacts import BUILD, LOADER, TOP, required
from qemu import Machine

SYSTEM = BUILD / "deps" / "debian-12.tar"
LIMIT = 540  # seconds, for all of a system's services

# What a user types. The folder of pvhboot's sources is /mnt there, and the ESP a folder, which needs no FAT of the kernel's.
INSTALL = f"""
set -e
echo 'root=PARTUUID={media.ROOT_GUID} ro quiet console=ttyS0' >/etc/kernel/cmdline
mkdir -p /boot/loader/entries
echo layout=bls >/etc/kernel/install.conf
for kernel in /boot/vmlinuz-*; do
    kernel-install add "${{kernel#/boot/vmlinuz-}}" "$kernel"
done
mkdir -p /boot/efi
/mnt/tools/pvhboot-install --removable --driver ext4 --efi /mnt/pvhboot.efi /boot/efi
"""

# In a mount namespace of its own, with which the mounts end.
IN_CHROOT = """
set -e
mount --make-rprivate /
mount -o loop "$2" "$1/boot"
mount -t proc proc "$1/proc"
exec chroot "$1" sh -c "$3"
"""

# The same, to bring files out of it.
COPY = """
set -e
mount --make-rprivate /
mount -o loop "$2" "$1"
cp -a "$1/efi" "$3"
"""

TAKES_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system in a chroot: run this as root")


def unshared(script, *words):
    """Run a script in a mount namespace of its own."""
    return media.run_tool("unshare", "--mount", "sh", "-c", script, "sh", *words)


def installed(folder):
    """The files of the ESP, and the images of /boot and of the root file system."""
    root, boot = folder / "root", folder / "boot"
    root.mkdir()
    subprocess.run(["tar", "-C", root, "--exclude=./dev/*", "-xf", required(SYSTEM)], check=True)
    (root / "etc/machine-id").write_text("70766800000d4e9ab6c1707668000000\n")
    (root / "boot").rename(boot)
    (root / "boot").mkdir()
    partition = media.write_ext4(folder / "boot.img", boot, size=192 * media.MIB)
    shutil.copytree(TOP / "tools", root / "mnt/tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(required(LOADER), root / "mnt/pvhboot.efi")
    said = unshared(IN_CHROOT, root, partition, INSTALL)
    (folder / "esp").mkdir()
    unshared(COPY, folder / "esp", partition, folder / "copied")
    shutil.rmtree(root / "mnt")
    (root / "mnt").mkdir()
    return said, folder / "copied", partition, media.write_ext4(folder / "root.img", root, size=700 * media.MIB)


@pytest.mark.slow
@TAKES_ROOT
def test_debian_with_boot_on_ext4(boot):
    folder = boot.folder("debian")
    said, esp, partition, root = installed(folder)
    assert "to /boot/efi/EFI/pvhboot/drivers/ext4_x64.efi\n" in said
    files = {str(path.relative_to(esp)): path for path in esp.rglob("*") if path.is_file()}
    media.write_disk(folder / "image", files, xbootldr=partition, root=root)
    machine = Machine(memory=1024)
    result = boot.run("debian", machine, folder / "image", qemu.firmware_variables(machine),
                      until=rf"\blogin: |{qemu.STUCK}", limit=LIMIT)
    text = report.plain(result.serial)
    assert re.search(r"Linux 6\S+-cloud-amd64: linux \+ initrd\.img-6", text)
    assert re.search(r"^\S+ login: ", text, re.M)
