# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-install signs what it installs, keeps signed copies signed, and tells what is signed."""

import os
import shutil
import subprocess

import pytest
from conftest import TOOLS
from install_runs import BINARY, FALLBACK, FALLBACK_IA32, Machine, loader, standard
from pvhinfo_runs import BUILD

LOADER = BUILD / "x64" / "pvhboot.efi"


def make_keys(folder, name):
    key, certificate = folder / f"{name} key.pem", folder / f"{name} cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", f"/CN={name}", "-days", "9"], check=True, stderr=subprocess.DEVNULL)
    return "--key", key, "--cert", certificate


@pytest.fixture(name="keys", scope="module")
def all_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_keys(folder, name) for name in ("mine", "other")}


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    shutil.copy(LOADER, machine.efi)
    return machine


def is_signed(path, keys):
    return subprocess.run(["sbverify", *keys[2:], path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def test_all_copies_are_signed(machine, keys):
    said = machine.call("install", "--removable", *keys["mine"])
    assert all(is_signed(machine.esp / path, keys["mine"]) for path in (BINARY, FALLBACK))
    assert "/CN=mine\n" in said and machine.efi.read_bytes() == LOADER.read_bytes()
    status = machine.call("status")
    assert status.count("up to date, signed by /CN=mine\n") == 2


def test_a_second_time_changes_nothing(machine, keys):
    machine.call("install", *keys["mine"])
    os.utime(machine.esp / BINARY, (1, 1))
    assert "is up to date" in machine.call("install", *keys["mine"])
    assert "is up to date" in machine.call("update")
    assert (machine.esp / BINARY).stat().st_mtime == 1


def test_another_key_signs_again(machine, keys):
    machine.call("install", *keys["mine"])
    machine.call("update", *keys["other"])
    assert is_signed(machine.esp / BINARY, keys["other"]) and not is_signed(machine.esp / BINARY, keys["mine"])


def test_an_unsigned_copy_becomes_signed(machine, keys):
    machine.call("install")
    machine.call("update", *keys["mine"])
    assert is_signed(machine.esp / BINARY, keys["mine"])


def test_a_signed_copy_is_not_replaced_by_an_unsigned_one(machine, keys):
    machine.call("install", *keys["mine"])
    machine.efi.write_bytes(loader("9.9.9"))
    for command in ("install", "update"):
        assert "is signed, and its replacement would not be" in machine.refusal(command)
    machine.call("update", "--force")
    assert (machine.esp / BINARY).read_bytes() == loader("9.9.9")


@pytest.mark.parametrize("path", [BINARY, FALLBACK])
def test_an_image_with_a_kernel_is_another_file(machine, kernel, path):
    image = machine.esp / path
    image.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([TOOLS / "pvhboot-mkimage", "--linux", kernel, "--output", image], check=True, stdout=subprocess.DEVNULL)
    content = image.read_bytes()
    assert "not pvhboot" in machine.refusal("install", "--removable")
    assert "not pvhboot" in machine.run("status", machine.esp).stdout
    machine.run("remove", machine.esp)
    assert image.read_bytes() == content


@pytest.mark.parametrize("architecture, path", [("x64", BINARY), ("ia32", FALLBACK_IA32)])
def test_what_is_signed_is_known_without_sbverify(machine, keys, architecture, path):
    shutil.copy(BUILD / architecture / "pvhboot.efi", machine.esp / "unsigned.efi")
    (machine.esp / path).parent.mkdir(parents=True, exist_ok=True)
    machine.call("install", "--removable", "--efi-ia32", BUILD / "ia32" / "pvhboot.efi")
    assert machine.call("update", "--efi-ia32", BUILD / "ia32" / "pvhboot.efi")
    subprocess.run(["sbsign", "--key", keys["mine"][1], "--cert", keys["mine"][3], "--output", machine.esp / path,
                    machine.esp / "unsigned.efi"], check=True, stderr=subprocess.DEVNULL)
    signed = (machine.esp / path).read_bytes()
    machine.program("sbverify", "exit 127")
    assert "is signed, and its replacement would not be" in machine.refusal("update", "--efi-ia32",
                                                                            BUILD / "ia32" / "pvhboot.efi")
    assert (machine.esp / path).read_bytes() == signed


def test_wrong_keys(machine, keys, tmp_path):
    mixed = (*keys["mine"][:3], keys["other"][3])
    assert "nothing was changed" in machine.refusal("install", *mixed)
    assert "cannot be read; name a file in PEM form" in machine.refusal("install", "--key", tmp_path / "none",
                                                                        *keys["mine"][2:])
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("x")
    assert "sbsign could not sign with these" in machine.refusal("install", "--key", nonsense, *keys["mine"][2:])


@pytest.mark.parametrize("words, said", [
    (["install", "--key", "k"], "--key needs --cert"),
    (["install", "--cert", "c"], "--cert needs --key"),
    (["status", "--key", "k", "--cert", "c"], "are for install and update, not for status"),
])
def test_wrong_usage(machine, words, said):
    done = machine.run(*words)
    assert done.returncode == 2 and said in done.stderr


def test_what_secure_boot_starts(tmp_path, keys):
    machine = standard(tmp_path)
    shutil.copy(LOADER, machine.efi)
    machine.started_by_efi(secure_boot=True)
    assert "Secure Boot is on: the firmware starts pvhboot if" in machine.call("install", *keys["mine"])
    assert "\nSecure Boot: on, the firmware starts what is signed" in machine.call("status")
    machine.started_by_efi()
    machine.variables.write("SetupMode", b"\1")
    assert "\nSecure Boot: off, setup mode: keys can be enrolled\n" in machine.call("status")
