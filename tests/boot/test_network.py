# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot started by PXE: entries, kernels and initrds by TFTP, from QEMU's own server."""

import hashlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

import initrd
import media
import qemu
import report
import scenario
from artifacts import LOADER, LOADER_IA32, MKIMAGE, kernel_path, package, required
from esp import KERNEL, entry
from qemu import Machine

TOP = Path(__file__).parents[2]
SERVER = "127.0.0.9"
MAC = "52:54:00:ab:34:56"
MAC_NAME = "01-52-54-00-ab-34-56"
UUID = "12345678-9abc-def0-1234-56789abcdef0"
MACHINE = Machine(memory=256)


def served(folder, files, loader="pvhboot.efi"):
    """A directory for the server, with the loader and these files."""
    for name, data in {loader: required(LOADER), **files}.items():
        path = folder / "tftp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.read_bytes())
    return folder / "tftp"


def booted(boot, name, files, loader="pvhboot.efi", machine=MACHINE, net="", **options):
    """Starts a machine that boots from the network; returns what it printed."""
    folder = boot.folder(name)
    root = served(folder, files, loader)
    image = folder / "image"
    image.write_bytes(bytes(1 << 20))
    # Without QEMU's option ROM, which is iPXE, the firmware's own PXE client boots.
    devices = ["-netdev", f"user,id=net,tftp={root},bootfile={loader}{net}",
               "-device", f"virtio-net-pci,netdev=net,romfile=,bootindex=0,mac={MAC}", "-uuid", UUID]
    result = boot.run(name, machine, image, qemu.firmware_variables(machine), devices=devices, **options)
    return report.plain(result.serial)


def kernel_line(text):
    """The command line of the test kernel that has run, without a fault."""
    found = report.test_kernel(text)
    assert found.failed == []
    return found.values.get("cmdline")


def joined(text):
    """Without the line ends of the console."""
    return " ".join(text.split())


PAYLOAD = b"payload" * 1000
KERNEL_FILE = {"kernel.elf": kernel_path(KERNEL)}
DEFAULT = {"pvhboot/default.conf": entry("default")}
BY_MAC = {f"pvhboot/{MAC_NAME}.conf": entry("mac")}
BY_UUID = {f"pvhboot/{UUID}.conf": entry("uuid")}


def test_entry_of_this_machine_by_its_mac(boot):
    text = booted(boot, "tftp-mac", {**KERNEL_FILE, **DEFAULT, **BY_MAC})
    assert kernel_line(text) == "mac"


@pytest.mark.slow
def test_uuid_comes_before_mac(boot):
    text = booted(boot, "tftp-uuid", {**KERNEL_FILE, **DEFAULT, **BY_MAC, **BY_UUID})
    assert kernel_line(text) == "uuid"


@pytest.mark.slow
def test_default_below_a_base_directory(boot):
    """All paths are relative to the directory that the loader came from."""
    files = {f"boot/x64/{name}": data for name, data in {**KERNEL_FILE, **DEFAULT}.items()}
    text = booted(boot, "tftp-base", files, loader="boot/x64/pvhboot.efi")
    assert kernel_line(text) == "default"


@pytest.mark.slow
def test_list_of_entries(boot):
    """With loader.conf, whose default is not the first, and an entry whose boots are counted."""
    text = booted(boot, "tftp-list", {
        **KERNEL_FILE, "loader/loader.conf": b"timeout menu-disabled\ndefault b+3.conf\n",
        "pvhboot/default.conf": b"# for all\nentries a.conf b+3.conf\nentries missing.conf\n",
        "pvhboot/a.conf": entry("a"), "pvhboot/b+3.conf": entry("b")})
    assert kernel_line(text) == "b"
    assert "missing.conf: File not found" in joined(text)
    assert joined(text).count("this boot cannot be counted") == 1


@pytest.mark.slow
def test_directory_of_mkimage(boot):
    net, kernel = boot.folder("tftp-mkimage-tree") / "net", kernel_path("tk64n4")
    media.run_tool(MKIMAGE, "--efi", required(LOADER), "--efi-ia32", required(LOADER_IA32), "--timeout", "0", "--output", f"{net}/",
                   *(f"--entry=title={title},linux={kernel},options=from={title}" for title in ("first", "second")))
    files = {str(path.relative_to(net)): path for path in net.rglob("*") if path.is_file()}
    assert kernel_line(booted(boot, "tftp-mkimage", files)) == "from=first"


@pytest.mark.slow
def test_missing_kernel(boot):
    text = booted(boot, "tftp-no-kernel", DEFAULT, until="File not found")
    assert "tftp://10.0.2.2/kernel.elf: File not found" in joined(text)


@pytest.mark.slow
def test_no_entries(boot):
    text = booted(boot, "tftp-no-entries", KERNEL_FILE, until="nothing to boot")
    assert (f"the server has none of the entries {UUID}.conf, {MAC_NAME}.conf, default.conf"
            in joined(text))


@pytest.mark.slow
def test_linux_and_initrd(boot):
    """A bzImage, and an initrd of two files, which are read straight to their place."""
    kernel = kernel_path("6.1-cloud", "vmlinuz")
    text = booted(boot, "tftp-linux", {
        "vmlinuz": kernel, "one.img": initrd.report_initrd(),
        "two.img": initrd.payload_initrd("0", PAYLOAD),
        "pvhboot/default.conf": b"title Linux\nlinux /vmlinuz\ninitrd /one.img\ninitrd /two.img\n"
                                b"options console=ttyS0\n"},
        machine=Machine(memory=512))
    found = report.linux(text)
    assert found.complaints == []
    assert found.checksums == {"0": hashlib.md5(PAYLOAD).hexdigest()}


@pytest.mark.slow
def test_entries_of_ipxe(boot):
    """Started by iPXE from a disk: what it has downloaded are files without directories, entries among them."""
    folder = boot.folder("ipxe-entries")
    files = {"pvhboot/default.conf": b"entries a.conf b.conf\n", "pvhboot/a.conf": entry("a"),
             "pvhboot/b.conf": entry("b"), "loader/loader.conf": b"timeout menu-disabled\ndefault b*\n", **KERNEL_FILE}
    root = served(folder, files)
    lines = ["#!ipxe", "kernel tftp://10.0.2.2/pvhboot.efi", *(f"initrd tftp://10.0.2.2/{name}" for name in files),
             "boot || shell"]
    (root / "boot.ipxe").write_text("\n".join(lines) + "\n")
    image = folder / "image"
    media.write_disk(image, {scenario.REMOVABLE: required(package("ipxe") / "boot/ipxe.efi")})
    devices = ["-netdev", f"user,id=net,tftp={root},bootfile=boot.ipxe", "-device", "virtio-net-pci,netdev=net,romfile="]
    result = boot.run("ipxe-entries", MACHINE, image, qemu.firmware_variables(MACHINE), devices=devices)
    assert kernel_line(report.plain(result.serial)) == "b"


def documented_configuration():
    """The configuration for dnsmasq in docs/netboot.md."""
    text = (TOP / "docs/netboot.md").read_text()
    block = text.split("## dnsmasq", 1)[1].split("\n\n    ", 1)[1].split("\n\n", 1)[0]
    return [line.strip() for line in block.split("\n")]


def ask(name, *options):
    """Ask the server on the loopback for a file by TFTP, with options; returns its first packet."""
    request = b"\0\1" + b"\0".join(word.encode() for word in (name, "octet", *options)) + b"\0"
    for _ in range(20):     # until it listens
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.sendto(request, (SERVER, 69))
            try:
                return client.recv(2000)
            except (TimeoutError, ConnectionError):
                time.sleep(0.2)
    pytest.fail(f"dnsmasq does not answer for {name}")


def test_documented_dnsmasq(boot):
    """dnsmasq takes the whole configuration; its TFTP part answers as the loader needs it."""
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
    if not program or os.geteuid() != 0:
        pytest.skip("dnsmasq-base is not installed, or this is not root, who alone may serve port 69")
    folder = boot.folder("tftp-dnsmasq")
    lines = documented_configuration()
    (folder / "whole.conf").write_text("\n".join(lines) + "\n")
    subprocess.run([program, "--test", "-C", folder / "whole.conf"], check=True, capture_output=True)
    root = served(folder, {**KERNEL_FILE, **BY_MAC})
    tftp = [line for line in lines if line in ("port=0", "enable-tftp")]
    assert len(tftp) == 2 and "tftp-root=/srv/tftp" in lines
    (folder / "tftp.conf").write_text("\n".join([*tftp, f"tftp-root={root}", f"listen-address={SERVER}",
                                                 "bind-interfaces", "user=root"]) + "\n")
    with subprocess.Popen([program, "-k", "-C", folder / "tftp.conf", "-x", folder / "pid"]) as server:
        try:
            size = (root / "kernel.elf").stat().st_size
            assert f"tsize\0{size}\0".encode() in ask("kernel.elf", "tsize", "0", "blksize", "1468")
            assert b"blksize\0001468\0" in ask("kernel.elf", "blksize", "1468")
            assert ask(f"pvhboot/{MAC_NAME}.conf")[4:] == BY_MAC[f"pvhboot/{MAC_NAME}.conf"]
            assert ask("pvhboot/default.conf", "tsize", "0").startswith(b"\0\5\0\1")
        finally:
            server.terminate()
