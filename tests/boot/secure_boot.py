# SPDX-License-Identifier: BSD-2-Clause
"""Machines with Secure Boot: their keys, their variable stores, what is signed, and what is on their disk.

The states are:
  off       PK, KEK and db are there, Secure Boot is not enabled
  setup     no PK: setup mode, in which nothing is verified
  db        Secure Boot verifies with keys of our own, and nothing else
  shim      ... with Microsoft's keys; Debian's shim starts the loader, which is signed by a key in MokList
  insecure  the same, with MokSBState: shim has been told to verify nothing

In every state the key `db` is good for the boot option behind the loader, pcrs.efi.
"""

import functools
import json
import os
import shutil
import tempfile
from pathlib import Path

import media
import qemu
import variables
from artifacts import BUILD, LOADER, OUTPUT, package, required
from qemu import Machine

STATES = ("off", "setup", "db", "shim", "insecure")
SHIM_STATES = ("shim", "insecure")

# S3 is off: with it, the firmware has ACPI NVS where most kernels are linked to.
FIRMWARE = "bookworm-smm-s3-off"
VARIABLES = {False: "OVMF_VARS_4M.fd", True: "OVMF_VARS_4M.ms.fd"}

KEYS = OUTPUT / "keys"
# `foreign` is in no database.
KEY_NAMES = ("PK", "KEK", "db", "mok", "foreign")
OWNER = "8d0d1f6a-3f52-4e9a-b6c1-707668000014"
SHIM_LOCK = "605dab50-e046-4300-abb6-3dd810dd8b23"
NON_VOLATILE_BOOT = 3

VIRT_FIRMWARE = "bookworm-backports/python3-virt-firmware"
SHIM = "EFI/shim/shimx64.efi"
PCRS = BUILD / "boot-tools" / "pcrs.efi"
WENT_ON = "pcrs: the firmware went on"


def key(name):
    """The private key of that name."""
    return _keys() / f"{name}.key"


def certificate(name):
    """Its certificate, which is signed by itself."""
    return _keys() / f"{name}.pem"


@functools.cache
def _keys():
    """The folder of the keys. The one who is first makes all of them, other processes then use the same."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if not KEYS.exists():
        folder = Path(tempfile.mkdtemp(dir=OUTPUT, prefix=".keys."))
        for name in KEY_NAMES:
            media.run_tool("openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                           "-subj", f"/CN=pvhboot test {name}", "-keyout", folder / f"{name}.key",
                           "-out", folder / f"{name}.pem")
        try:
            folder.rename(KEYS)
        except OSError:     # another process was faster
            shutil.rmtree(folder)
    return KEYS


def _sbsign(source, name, target):
    return media.run_tool("sbsign", "--key", key(name), "--cert", certificate(name), "--output", target, source)


def sign(source, name, target):
    """Signs an EFI program with the key of that name; returns `target`. sbsign must have nothing to say."""
    said = _sbsign(source, name, target)
    assert "warning" not in said.lower() and "gap" not in said.lower(), said
    return target


def sign_anything(source, name, target):
    """The same for a damaged program, of which sbsign warns."""
    _sbsign(source, name, target)
    return target


def _shim_state(folder):
    file = folder / "MokSBState.json"
    file.write_text(json.dumps({"version": 2, "variables": [
        {"name": "MokSBState", "guid": SHIM_LOCK, "attr": NON_VOLATILE_BOOT, "data": "01"}]}))
    return file


def _enrolled(state, folder):
    """virt-fw-vars' options for a state."""
    def add(option, name):
        return option, OWNER, certificate(name)
    if state == "setup":
        return ()
    if state in SHIM_STATES:
        shim = ("--set-shim-verbose", *add("--add-mok", "mok"), *add("--add-db", "db"))
        return shim if state == "shim" else (*shim, "--set-json", _shim_state(folder))
    keys = (*add("--set-pk", "PK"), *add("--add-kek", "KEK"), *add("--add-db", "db"))
    return (*keys, "--sb") if state == "db" else (*keys, "--set-false", "SecureBootEnable")


@functools.cache
def store(state):
    """The bytes of a variable store in that state."""
    tree = package(VIRT_FIRMWARE)
    source = qemu.FIRMWARES[FIRMWARE].file(VARIABLES[state in SHIM_STATES])
    with tempfile.TemporaryDirectory(dir=OUTPUT, prefix=".store.") as name:
        folder = Path(name)
        options = _enrolled(state, folder)
        if not options:
            return source.read_bytes()
        media.run_tool("/usr/bin/python3", tree / "usr/bin/virt-fw-vars", "-i", source, "-o", folder / "vars.fd",
                       *options, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                                      "PYTHONPATH": str(tree / "usr/lib/python3/dist-packages")})
        return (folder / "vars.fd").read_bytes()


def machine(**fields):
    """The hardware of a machine with such a store."""
    return Machine(**{"firmware": FIRMWARE, "memory": 512, **fields})


def signer(state):
    """The key by which the loader has to be signed."""
    return "mok" if state in SHIM_STATES else "db"


def signed_loader(state, folder, loader=LOADER):
    """The loader, signed as the state wants it."""
    return sign(required(loader), signer(state), folder / "loader.signed")


def _option(state, partition, name, options):
    """A boot option that starts a program of the disk, by shim where that is: shim takes its name from the options."""
    path = "\\" + name.replace("/", "\\")
    if state in SHIM_STATES:
        options, path = f"{path} {options}".rstrip(), "\\" + SHIM.replace("/", "\\")
    return variables.boot_option(name, variables.file_path(partition, path),
                                 variables.utf16(options) if options else b"")


def write_disk(state, folder, files, starts):
    """Writes folder/image with these files; returns the variable store.

    The boot options start the programs of `starts`, pairs of a file and its LoadOptions, in this order; the last
    option is pcrs.efi.
    """
    content = {**files, PCRS.name: sign(required(PCRS), "db", folder / "pcrs.signed")}
    if state in SHIM_STATES:
        content[SHIM] = required(package("shim-signed") / "usr/lib/shim/shimx64.efi.signed")
    partition = media.write_disk(folder / "image", content)
    last = variables.boot_option("pcrs", variables.file_path(partition, f"\\{PCRS.name}"))
    return variables.add_boot_options(store(state), [
        *(_option(state, partition, name, options) for name, options in starts), last])
