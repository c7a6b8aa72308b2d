#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure how long files take from a server: the firmware itself, pvhboot, iPXE and GRUB, by HTTP and by TFTP.

The same bytes come from the same server to the same card. The machine's clock goes by its instructions, and the packets that
pass the card say when a transfer begins and ends. The table is printed and written as JSON."""

import argparse
import os
import pathlib
import sys

sys.dont_write_bytecode = True

from guest import BENCH, STEADY_CLOCK, TOP, Failure, check_programs, readable_file, write_figures  # noqa: E402
from payloads import MIB  # noqa: E402
from pvhtools.fat import write_fat  # noqa: E402
from pvhtools.program import call, run_main, temporary_folder  # noqa: E402

sys.path.insert(0, str(TOP / "tests" / "boot"))

import http_server  # noqa: E402 (the line above makes these known)
import packets  # noqa: E402
import qemu  # noqa: E402
from artifacts import package, required  # noqa: E402

MACHINE = qemu.Machine(memory=512)
DONE = "bench: done"
LIMIT = 900
KERNEL = BENCH / "kernel-32M.elf"
ENTRY = "title bench\npvh /kernel.elf\nmodule /module\noptions console=ttyS0\n"
GRUB_MODULES = ("net", "efinet", "tftp", "http", "echo", "multiboot2", "normal", "sleep")


def boot(folder, net, image, first=True):
    """Runs the machine with a card on the user network NET, which is booted FIRST; returns what passed the card."""
    dump = folder / "packets"
    card = "virtio-net-pci,netdev=net,romfile=" + (",bootindex=0" if first else "")
    devices = ("-netdev", f"user,id=net{net}", "-device", card, *STEADY_CLOCK, *packets.options("net", dump))
    result = qemu.run(MACHINE, image, qemu.firmware_variables(MACHINE), folder / "run", f"{DONE}|{qemu.STUCK}", devices,
                      limit=LIMIT)
    if result.timed_out or (not first and DONE not in result.serial):
        raise Failure(f"no end in {LIMIT} s; the guest said {result.serial[-400:]!r}")
    return packets.read(dump)


def check_amounts(passed, server, size, http, tftp):
    """All bytes have come by each protocol, by HTTP and by TFTP so many times: loaders go on after a transfer that failed."""
    ports = (("HTTP", {server.server_address[1]}, http),
             ("TFTP", {packet.source for packet in passed if packet.payload.startswith(packets.DATA)}, tftp))
    for name, sources, times in ports:
        came = sum(len(packet.payload) for packet in passed if packet.source in sources)
        if came < times * size * MIB:
            raise Failure(f"{came} bytes came by {name}, {times * size} MiB were to come")


def empty_disk(folder):
    image = folder / "image"
    image.write_bytes(bytes(MIB))
    return image


def program_disk(folder, program):
    """A disk whose only program is started where the network has none."""
    write_fat(folder / "image", {"EFI/BOOT/BOOTX64.EFI": program})
    return folder / "image"


def put_files(folder, payload, efi):
    """What is served: the loader, followed by zeros, is as large as the module."""
    files = {"pvhboot.efi": efi.read_bytes().ljust(len(payload), b"\0"), "module": payload,
             "kernel.elf": readable_file(KERNEL, "kernel").read_bytes(), "pvhboot/default.conf": ENTRY.encode()}
    for name, data in files.items():
        path = folder / "tftp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def measure_http_boot(folder, server, size):
    passed = boot(folder, f",bootfile={server.url}/pvhboot.efi", empty_disk(folder))
    check_amounts(passed, server, size, 2, 0)
    port = server.server_address[1]
    return {"firmware": packets.http_transfer(passed, "/pvhboot.efi", port),
            "pvhboot": packets.http_transfer(passed, "/module", port)}


def measure_tftp_boot(folder, server, size):
    passed = boot(folder, f",tftp={folder / 'tftp'},bootfile=pvhboot.efi", empty_disk(folder))
    check_amounts(passed, server, size, 0, 2)
    return {"firmware": packets.tftp_transfer(passed, "pvhboot.efi"), "pvhboot": packets.tftp_transfer(passed, "module")}


def transfers(passed, server, size):
    """Those of the module by both protocols."""
    check_amounts(passed, server, size, 1, 1)
    return {"http": packets.http_transfer(passed, "/module", server.server_address[1]),
            "tftp": packets.tftp_transfer(passed, "module")}


def measure_ipxe(folder, server, size):
    """Its script comes by TFTP; it drives the card itself."""
    script = ("#!ipxe", f"imgfetch {server.url}/module", "imgfree", f"imgfetch tftp://{http_server.HOST}/module",
              f"echo {DONE}", "sleep 60")
    (folder / "tftp" / "boot.ipxe").write_text("".join(f"{line}\n" for line in script))
    image = program_disk(folder, required(package("ipxe") / "boot/ipxe.efi"))
    return transfers(boot(folder, f",tftp={folder / 'tftp'},bootfile=boot.ipxe", image, False), server, size)


def measure_grub(folder, server, size):
    """By the firmware's driver of the card."""
    script = ("net_bootp", f"set http=(http,{http_server.HOST}:{server.server_address[1]})",
              f"set tftp=(tftp,{http_server.HOST})", "multiboot2 $tftp/kernel.elf", "module2 $http/module",
              "module2 $tftp/module", f"echo {DONE}", "sleep 60")
    (folder / "grub.cfg").write_text("".join(f"{line}\n" for line in script))
    call("grub-mkimage", "-O", "x86_64-efi", "-o", folder / "grub.efi", "-p", "/grub", "-c", folder / "grub.cfg", *GRUB_MODULES)
    return transfers(boot(folder, f",tftp={folder / 'tftp'}", program_disk(folder, folder / "grub.efi"),
                          False), server, size)


def measure(efi, size):
    """Seconds by protocol and loader."""
    payload = os.urandom(size * MIB)
    found = {"http": {}, "tftp": {}}
    with temporary_folder(BENCH, ".network.") as folder, http_server.Server() as server:
        files = put_files(folder, payload, efi)
        for name, data in files.items():
            server.put(f"/{name}", data)
        found["http"].update(measure_http_boot(folder, server, size))
        found["tftp"].update(measure_tftp_boot(folder, server, size))
        for loader, run in (("iPXE", measure_ipxe), ("GRUB", measure_grub)):
            for protocol, seconds in run(folder, server, size).items():
                found[protocol][loader] = seconds
    return found


def print_table(found, size):
    print(f"{'':8}{'loader':10}{'s':>8}{'MiB/s':>8}{'of the firmware':>17}")
    for protocol, loaders in found.items():
        for loader, seconds in loaders.items():
            print(f"{protocol:8}{loader:10}{seconds:8.2f}{size / seconds:8.1f}{seconds / loaders['firmware']:17.2f}")


def main():
    parser = argparse.ArgumentParser(prog="network", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--efi", type=pathlib.Path, required=True, help="the loader")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    parser.add_argument("--size", type=int, default=32, help="MiB (%(default)s)")
    given = parser.parse_args()
    check_programs("qemu-system-x86_64", "grub-mkimage")
    found = measure(readable_file(given.efi, "the loader"), given.size)
    write_figures(given.output, found)
    print_table(found, given.size)
    return 0


if __name__ == "__main__":
    run_main("network", main)
