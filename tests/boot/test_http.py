# SPDX-License-Identifier: BSD-2-Clause
"""Kernels and initrds that an entry names by URLs, and pvhboot started by HTTP boot."""

import zlib

import pytest

import http_server
import packets
import qemu
import report
import ukis
from artifacts import LOADER, kernel_path, required
from esp import KERNEL, Installed, entry

CONFIG = {"loader/loader.conf": b"timeout menu-disabled\n"}
MODULE = bytes(range(256)) * 4096 + b"end"


@pytest.fixture(name="server")
def fixture_server():
    """A server with the test kernel."""
    with http_server.Server() as server:
        server.put("/kernel.elf", kernel_path(KERNEL).read_bytes())
        yield server


def boot_from(boot, name, server, path="/kernel.elf", **keys):
    """Boots an entry for a kernel of the server, before one of the disk; returns its title and all output."""
    disk = Installed(boot, f"http-{name}", {
        **CONFIG,
        "loader/entries/a.conf": entry("server", pvh=server.url + path, sort_key="a", **keys),
        "loader/entries/b.conf": entry("disk", sort_key="b")})
    return disk.booted(devices=http_server.DEVICES)


def test_url_in_an_entry(boot, server):
    """From an ordinary ESP: the card is found, gets an address, and the kernel comes in few requests."""
    title, text = boot_from(boot, "entry", server, initrd=server.put("/my%20initrd", MODULE))
    assert title == "server", text
    assert len([path for path, _ in server.requests if path == "/my%20initrd"]) == 2
    assert len([path for path, _ in server.requests if path == "/kernel.elf"]) <= 4, server.requests


@pytest.mark.slow
def test_ipv6(boot):
    """A server that is named by its address of IPv6; the machine gets its own from the router."""
    with http_server.Server(host="fec0::2") as server:
        server.put("/kernel.elf", kernel_path(KERNEL).read_bytes())
        title, text = boot_from(boot, "ipv6", server)
        assert title == "server", text


# The initrd, as it is served badly, and what is then said of it.
BAD = {
    "loop": ({"status": 302, "location": "/initrd"}, "the server names another URL again and again"),
    "no-length": ({"tells_length": False, "gives_ranges": False}, "the server does not tell the size of the file"),
    "chunked": ({"chunked": True, "gives_ranges": False}, "the server does not tell the size of the file"),
    "missing": ({"status": 404}, "the server says 404 Not Found"),
    "dripping": ({"bytes_a_second": 3}, "the transfer stops again and again"),
    "too-long": ({"extra_length": 1000, "gives_ranges": False}, "the transfer stops again and again"),
    "garbage": ({"garbage": b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"}, "the server does not answer"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_bad_servers(boot, server, name):
    """The boot fails with a sentence that names the file, and the next entry boots."""
    ways, words = BAD[name]
    url = server.put("/initrd", MODULE, **ways)
    title, text = boot_from(boot, name, server, initrd=url)
    assert title == "disk"
    assert f"{url}: {words}" in text


@pytest.mark.slow
def test_no_server(boot, server):
    """Nothing listens there."""
    url = f"http://{http_server.HOST}:9/vmlinuz"
    title, text = boot_from(boot, "none", server, initrd=url)
    assert title == "disk"
    assert f"{url}: the server does not answer" in text


@pytest.mark.slow
@pytest.mark.parametrize("ranges", (True, False), ids=("ranges", "whole"))
def test_cut_off(boot, server, ranges):
    """Connections that end at each tenth of the file: it goes on there, or from the start."""
    urls = [server.put(f"/initrd{tenth}", MODULE, cut_at=tenth / 10, cuts=2, gives_ranges=ranges)
            for tenth in range(1, 10)]
    disk = Installed(boot, f"http-cut-{ranges}", {
        **CONFIG, "loader/entries/a.conf": entry("server", pvh=server.url + "/kernel.elf")
        + "".join(f"module {url}\n" for url in urls).encode()})
    title, text = disk.booted(devices=http_server.DEVICES)
    assert title == "server", text
    assert len([path for path, _ in server.requests if path == "/initrd1"]) >= 3


@pytest.mark.slow
def test_redirection(boot, server):
    """To another server: one without ranges."""
    with http_server.Server() as other:
        other.put("/kernel.elf", kernel_path(KERNEL).read_bytes(), gives_ranges=False)
        server.put("/there", b"", status=302, location=other.url + "/kernel.elf")
        title, text = boot_from(boot, "redirection", server, "/there")
        assert title == "server", text
        assert other.requests


@pytest.mark.slow
def test_sizes(boot, server):
    """Files that just fit the first request, or do not."""
    sizes = (1, 1 << 16, (1 << 16) + 1)
    disk = Installed(boot, "http-sizes", {
        **CONFIG, "loader/entries/a.conf": entry("server", pvh=server.url + "/kernel.elf") + "".join(
            f"module {server.put(f'/m{size}', MODULE[:size])}\n" for size in sizes).encode()})
    result = disk.start(devices=http_server.DEVICES)
    modules = report.test_kernel(report.plain(result.serial)).modules
    assert [size for size, _, _ in modules] == list(sizes)
    assert [crc for _, crc, _ in modules] == [zlib.crc32(MODULE[:size]) for size in sizes]


def started_by_http(boot, name, server, files, devices=()):
    """Boots by the firmware's HTTP boot, after its PXE has given up, from a directory of the server; returns what the test
    kernel found."""
    for path, data in files.items():
        server.put(f"/boot/{path}", data)
    machine = qemu.Machine(memory=512)
    image = boot.folder(name) / "image"
    image.write_bytes(bytes(1 << 20))
    devices = ("-netdev", f"user,id=net,bootfile={server.url}/boot/pvhboot.efi",
               "-device", "virtio-net-pci,netdev=net,romfile=,bootindex=0", *devices)
    result = boot.run(name, machine, image, qemu.firmware_variables(machine), devices=devices, limit=600)
    found = report.test_kernel(report.plain(result.serial))
    assert found.failed == []
    return found


@pytest.mark.slow
def test_http_boot(boot, server):
    """All comes from the directory that the loader came from."""
    found = started_by_http(boot, "http-boot", server, {
        "pvhboot.efi": required(LOADER).read_bytes(), "pvhboot/default.conf": entry("by HTTP"),
        "kernel.elf": kernel_path(KERNEL).read_bytes()})
    assert found.values.get("cmdline") == "by HTTP"
    assert "/boot/loader/loader.conf" in [path for path, _ in server.requests]


@pytest.mark.slow
def test_image_of_a_server(boot, server, tmp_path):
    """A unified kernel image, in an entry of the server that the loader came from."""
    image = ukis.build(tmp_path / "image.efi", linux=kernel_path(KERNEL), cmdline="in an image")
    found = started_by_http(boot, "http-image", server, {
        "pvhboot.efi": required(LOADER).read_bytes(), "pvhboot/default.conf": b"uki /image.efi\n",
        "image.efi": image.read_bytes()})
    assert found.values.get("cmdline") == "in an image"


@pytest.mark.slow
def test_image_by_url(boot, server, tmp_path):
    """The same in an entry of a disk."""
    image = ukis.build(tmp_path / "image.efi", linux=kernel_path(KERNEL), cmdline="by its URL")
    disk = Installed(boot, "http-image-url", {
        **CONFIG, "loader/entries/a.conf": f"uki-url {server.put('/image.efi', image.read_bytes())}\n".encode()})
    result = disk.start(devices=http_server.DEVICES)
    assert report.test_kernel(report.plain(result.serial)).values.get("cmdline") == "by its URL"


def transfer_times(boot, server, tmp_path):
    """Seconds for a module, and for as many bytes behind the loader, which the firmware has loaded itself."""
    dump = tmp_path / "packets"
    loader, module = required(LOADER).read_bytes(), bytes(32 << 20)
    found = started_by_http(boot, "http-speed", server, {
        "pvhboot.efi": loader.ljust(len(module), b"\0"), "module": module, "kernel.elf": kernel_path(KERNEL).read_bytes(),
        "pvhboot/default.conf": entry("by HTTP") + b"module /module\n"}, [*packets.options("net", dump), "-icount", "shift=3"])
    assert [size for size, _, _ in found.modules] == [len(module)]
    passed = packets.read(dump)
    return [packets.http_transfer(passed, f"/boot/{name}", server.server_address[1]) for name in ("module", "pvhboot.efi")]


@pytest.mark.slow
def test_speed(boot, server, tmp_path):
    """We take no longer than the firmware. The server has a clock of its own: on a busy host one transfer or the other
    waits for it, so there are three tries."""
    for _ in range(3):
        ours, theirs = transfer_times(boot, server, tmp_path)
        print(f"{ours:.2f} s, the firmware's own {theirs:.2f} s")
        if ours < 1.05 * theirs:
            return
    pytest.fail("three times slower than the firmware")
