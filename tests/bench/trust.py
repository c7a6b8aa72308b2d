#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure what trust costs: Linux and a large initrd, with Secure Boot and a TPM.

The floor reads the files and verifies nothing. The table is printed and written as JSON."""

import argparse
import hashlib
import pathlib
import sys

sys.dont_write_bytecode = True

from guest import (BENCH, TOP, Failure, Firmware, check_programs, images, readable_file, run, split,  # noqa: E402
                   write_figures)
from payloads import MIB, write_grub, write_initrd  # noqa: E402
from pvhtools.fat import write_fat  # noqa: E402
from pvhtools.program import run_main, temporary_folder  # noqa: E402
from rows import LINUX_OPTIONS  # noqa: E402

sys.path.insert(0, str(TOP / "tests" / "boot"))

import qemu  # noqa: E402 (the line above makes these known)
import secure_boot  # noqa: E402
import tpm  # noqa: E402
import ukis  # noqa: E402
from artifacts import package, required  # noqa: E402

# The generations are those of GRUB 2.12: shim refuses older ones.
GRUB_SBAT = ("sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
             "grub,5,Free Software Foundation,grub,2.06,https://www.gnu.org/software/grub/\n")
ENTRY = "title Linux\nlinux /vmlinuz\ninitrd /initrd\n"
SHIM = pathlib.PurePosixPath(secure_boot.SHIM)


def hash_file(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def put_floor(folder, linux, state):
    return {"vmlinuz": linux, "initrd": folder / "initrd"}, ["read \\vmlinuz", "read \\initrd"]


def put_pins(folder, linux, state):
    """The loader, signed with the command line and the hashes of both files."""
    (folder / "pins").write_text(f"{hash_file(linux)}  /vmlinuz\n{hash_file(folder / 'initrd')}  /initrd\n")
    loader = ukis.build(folder / "pvhboot.efi", signer=secure_boot.signer(state), os_release=None, cmdline=LINUX_OPTIONS,
                        more=[f"--section=.pins:@{folder / 'pins'}"])
    files = {"pvhboot.efi": loader, "vmlinuz": linux, "initrd": folder / "initrd", "loader/entries/linux.conf": ENTRY.encode()}
    return files, ["load \\pvhboot.efi "]


def put_image(stub):
    """One signed image with everything in it, made of STUB."""
    def put(folder, linux, state):
        image = ukis.build(folder / "uki.efi", signer=secure_boot.signer(state), stub=stub, linux=linux,
                           initrd=folder / "initrd", cmdline=LINUX_OPTIONS)
        return {"uki.efi": image}, ["load \\uki.efi "]
    return put


def put_grub(folder, linux, state):
    """Debian's shim, which verifies GRUB, and then the kernel for it. Nobody verifies the initrd."""
    (folder / "sbat").write_text(GRUB_SBAT)
    write_grub(folder / "grub.efi", [f"linux /vmlinuz {LINUX_OPTIONS}", "initrd /initrd", "boot"],
               "--sbat", folder / "sbat")
    key = secure_boot.signer(state)
    files = {str(SHIM): required(package("shim-signed") / "usr/lib/shim/shimx64.efi.signed"),
             str(SHIM.with_name("grubx64.efi")): secure_boot.sign_anything(folder / "grub.efi", key, folder / "grub.signed"),
             "vmlinuz": secure_boot.sign_anything(linux, key, folder / "vmlinuz.signed"), "initrd": folder / "initrd"}
    return files, ["load \\" + str(SHIM).replace("/", "\\") + " "]


# What is measured: the state of Secure Boot, and what puts the files there.
LOADERS = {
    "floor": ("db", put_floor),
    "pvhboot, pins": ("db", put_pins),
    "pvhboot, one image": ("db", put_image(ukis.LOADER)),
    "systemd-stub, one image": ("db", put_image(ukis.SYSTEMD_STUB)),
    "GRUB and shim": ("shim", put_grub),
}


def firmware():
    found = qemu.FIRMWARES[secure_boot.FIRMWARE]
    return Firmware(found.file(found.code), found.file(found.variables), "BOOTX64.EFI", found.smm)


def write_signed_disk(folder, files, lines):
    """The disk; the program that starts the loaders is signed for the firmware."""
    starter = secure_boot.sign_anything(BENCH / "x64/starter.efi", "db", folder / "starter.signed")
    text = "".join(f"{line}\n" for line in ("ram", *lines)).encode()
    write_fat(folder / "disk", {**files, "EFI/BOOT/BOOTX64.EFI": starter, "bench.txt": text})


def boot(folder, state, mode, timeout):
    """Boots the folder's disk, with a new TPM. Returns what was counted up to Linux's first message, for the floor all of
    it; and the guest's words."""
    with temporary_folder(BENCH, ".tpm.") as state_folder, tpm.tpm(state_folder) as devices:
        words = run(folder, folder / "disk", mode, timeout=timeout, firmware=firmware(), store=secure_boot.store(state),
                    devices=(*devices, "-global", "ICH9-LPC.disable_s3=1"))
    return next(path for path in (folder / "counts.message", folder / "counts") if path.exists()), words


def measure(name, linux, size, timeout):
    """The work of each part, and the emulating thread's CPU time in seconds."""
    state, put = LOADERS[name]
    with temporary_folder(BENCH, ".trust.") as folder:
        write_initrd(folder / "initrd", size * MIB)
        write_signed_disk(folder, *put(folder, linux, state))
        counts, words = boot(folder, state, "linux", timeout)
        parts = {part: sum(both) for part, both in split(counts, images(words)).items()}
        times, _ = boot(folder, state, "linux-time", timeout)
        return {"parts": parts, "seconds": int(times.read_text().split()[0]) / 1e9}


def print_table(rows):
    print(f"{'initrd':>8}  {'loader':24} {'work':>10} {'of the floor':>12} {'firmware':>10} {'loader itself':>13} {'CPU time':>10}")
    floors = {row["initrd"]: sum(row["parts"].values()) for row in rows if row["loader"] == "floor"}
    for row in rows:
        total, floor = sum(row["parts"].values()), floors.get(row["initrd"])
        ratio = f"{total / floor:12.2f}" if floor else " " * 12
        print(f"{row['initrd']:4} MiB  {row['loader']:24} {total / 1e6:10.1f} {ratio} {row['parts']['firmware'] / 1e6:10.1f} "
              f"{row['parts']['loader'] / 1e6:13.1f} {row['seconds']:8.2f} s")
    print("Millions of instructions and REP iterations from LoadImage to Linux's first message, and the CPU time of the thread "
          "that emulates the processor.")


def main():
    parser = argparse.ArgumentParser(prog="trust", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--linux", type=pathlib.Path, required=True, help="Debian's kernel")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the figures go, as JSON")
    parser.add_argument("--initrd", type=int, nargs="+", default=[64, 512], help="MiB of it (%(default)s)")
    parser.add_argument("--loaders", nargs="+", choices=LOADERS, default=list(LOADERS), help="only these")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds for each (%(default)s)")
    given = parser.parse_args()
    check_programs("qemu-system-x86_64", "grub-mkimage")
    rows = []
    for size in given.initrd:
        for name in given.loaders:
            try:
                found = measure(name, readable_file(given.linux, "kernel"), size, given.timeout)
            except Failure as failure:
                raise Failure(f"{name}, {size} MiB: {failure}") from None
            rows.append({"initrd": size, "loader": name, **found})
            print(f"trust: {size} MiB, {name}: {sum(found['parts'].values()) / 1e6:.1f} M, {found['seconds']:.2f} s",
                  file=sys.stderr, flush=True)
    write_figures(given.output, rows)
    print_table(rows)
    return 0


if __name__ == "__main__":
    run_main("trust", main)
