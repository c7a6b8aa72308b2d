# SPDX-License-Identifier: BSD-2-Clause
"""Ten machines whose entries are told apart by their network cards, served as docs/netboot.md says."""

import pytest

import qemu
import report
from artifacts import LOADER, kernel_path, required
from esp import KERNEL, entry
from servers import Network, documented

pytestmark = pytest.mark.slow

MACHINE = qemu.Machine(memory=256)
MACS = [f"52:54:00:ab:34:{number:02x}" for number in range(0x50, 0x5a)]


def files(base):
    """The directory of docs/netboot.md with an entry for each machine."""
    entries = {f"pvhboot/01-{mac.replace(':', '-')}.conf": entry(f"machine {mac}") for mac in MACS}
    tree = {"pvhboot.efi": required(LOADER).read_bytes(), "kernel.elf": kernel_path(KERNEL).read_bytes(),
            "pvhboot/default.conf": entry("another machine"), **entries}
    return {f"{base}/{name}": data for name, data in tree.items()}


def booted(boot, name, network, mac, **options):
    """Starts the machine with this card; returns the command line of the test kernel."""
    image = network.folder / "image"
    image.write_bytes(bytes(1 << 20))
    devices = ["-netdev", "tap,id=net,ifname=eth1,script=no,downscript=no",
               "-device", f"virtio-net-pci,netdev=net,romfile=,bootindex=0,mac={mac}"]
    result = boot.run(name, MACHINE, image, qemu.firmware_variables(MACHINE), devices=devices, prefix=network.entering,
                      **options)
    found = report.test_kernel(report.plain(result.serial))
    assert found.failed == []
    return found.values.get("cmdline")


def test_dnsmasq(boot):
    """By PXE: DHCP and TFTP of dnsmasq alone. The machine behind the tenth has the entry for others."""
    with Network(boot.folder("servers-dnsmasq"), files("tftp")) as network:
        network.start_dnsmasq(documented("dnsmasq"))
        for mac in (MACS[0], MACS[9]):
            assert booted(boot, f"servers-dnsmasq-{mac[-2:]}", network, mac) == f"machine {mac}"
        assert booted(boot, "servers-dnsmasq-other", network, "52:54:00:ab:34:5a") == "another machine"


def test_nginx(boot):
    """By HTTP boot: DHCP of dnsmasq, files of nginx."""
    tftp = ("dhcp-boot", "enable-tftp", "tftp-root")
    lines = [line for line in documented("dnsmasq") if not line.startswith(tftp)] + documented("HTTP boot")
    with Network(boot.folder("servers-nginx"), files("http/boot")) as network:
        network.start_dnsmasq(lines)
        network.start_nginx(documented("HTTP boot", "For nginx:"))
        for mac in (MACS[3], MACS[6]):
            assert booted(boot, f"servers-nginx-{mac[-2:]}", network, mac, limit=600) == f"machine {mac}"
        log = (network.folder / "nginx-access.log").read_text()
    assert '"GET /boot/pvhboot/01-52-54-00-ab-34-53.conf HTTP/1.1" 206' in log
