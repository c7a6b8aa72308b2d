# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-install puts shim in front of the signed pvhboot, keeps it there, and takes it away."""

import shutil
import subprocess

import pytest
from install_runs import BINARY, FALLBACK, FOREIGN, UUIDS, file_option, loader, standard
from pvhinfo_runs import BUILD
from test_install_signed import LOADER, is_signed, make_keys

SHIM, MANAGER, SECOND = "EFI/pvhboot/shimx64.efi", "EFI/pvhboot/mmx64.efi", "EFI/pvhboot/grubx64.efi"
REMOVABLE_MANAGER, REMOVABLE_SECOND = "EFI/BOOT/mmx64.efi", "EFI/BOOT/grubx64.efi"
CERTIFICATE = "EFI/pvhboot/pvhboot.cer"
SHIM_ENTRY = "\\EFI\\pvhboot\\shimx64.efi"
DEBIAN = [BUILD / "deps/packages" / path for path in (
    "shim-signed/usr/lib/shim/shimx64.efi.signed", "shim-helpers-amd64-signed/usr/lib/shim/mmx64.efi.signed")]


# Knows what shim() says of its signers.
SBVERIFY = """
[ "$1" != --list ] || ! grep -a -q '^signed by ' "$2" || exec sed -n 's/^signed by /  - subject: /p' "$2"
exec /usr/bin/sbverify "$@" """


def shim(version="16.1", name=b"shim", vendor=None, signers=()):
    """What passes for shim, or for its MokManager."""
    return (b"MZ" + bytes(62) + name * 100 + f"\0UEFI SHIM\n$Version: {version} $\n\0".encode() +
            b"sbat,1,SBAT Version,sbat,1,x\nshim,4,UEFI shim,shim,1,x\n" +
            (f"shim.{vendor},1,x,shim,{version},x\n" if vendor else "").encode() +
            b"".join(b"\nsigned by %s\n" % signer for signer in signers) + bytes(9))


class Packages:
    """A machine with shim's packages in a folder of their own, and keys."""

    def __init__(self, folder, keys):
        self.machine = standard(folder)
        shutil.copy(LOADER, self.machine.efi)
        self.folder = folder / "their shim"
        self.folder.mkdir()
        self.write("16.1")
        self.keys = keys
        self.words = (f"--shim={self.folder}", *keys)

    def write(self, version):
        (self.folder / "shimx64.efi.signed").write_bytes(shim(version))
        (self.folder / "mmx64.efi.signed").write_bytes(shim(version, b"manager"))

    def content(self, path):
        return (self.machine.esp / path).read_bytes()

    def exists(self, path):
        return (self.machine.esp / path).exists()

    def entries(self):
        """What the boot entries start, but for the other loader's."""
        variables = self.machine.variables
        return {number: variables.options(number) for number in variables.entries() if number != 0}


@pytest.fixture(name="keys", scope="module")
def one_key(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"), "mine")


@pytest.fixture
def packages(tmp_path, keys):
    return Packages(tmp_path, keys)


def test_shim_starts_the_signed_loader(packages):
    said = packages.machine.call("install", *packages.words)
    assert (packages.content(SHIM), packages.content(MANAGER)) == (shim(), shim(name=b"manager"))
    assert is_signed(packages.machine.esp / SECOND, packages.keys)
    assert not packages.exists(BINARY) and not packages.exists("EFI/BOOT")
    assert packages.machine.variables.read("Boot0001") == file_option("pvhboot", 1, UUIDS[1], SHIM_ENTRY)
    assert f"mokutil --import {packages.machine.esp}/{CERTIFICATE}\n" in said and "Enroll key from disk" in said
    assert said.index("grubx64.efi\n") < said.index(f"to {packages.machine.esp}/{SHIM}\n")


def test_the_certificate_is_in_der(packages, tmp_path):
    packages.machine.call("install", *packages.words)
    wanted = tmp_path / "wanted"
    subprocess.run(["openssl", "x509", "-in", packages.keys[3], "-outform", "der", "-out", wanted], check=True)
    assert packages.content(CERTIFICATE) == wanted.read_bytes()


def test_removable(packages):
    packages.machine.call("install", "--removable", *packages.words)
    assert (packages.content(FALLBACK), packages.content(REMOVABLE_MANAGER)) == (shim(), shim(name=b"manager"))
    assert packages.content(REMOVABLE_SECOND) == packages.content(SECOND)


def test_options_follow_the_second_stage(packages):
    """shim takes the first word for the program."""
    for _ in range(2):
        packages.machine.call("install", "--options", "--entry a", *packages.words)
        assert packages.entries() == {1: "\\EFI\\pvhboot\\grubx64.efi --entry a"}
    packages.machine.call("install", *packages.words)
    assert packages.entries() == {1: "\\EFI\\pvhboot\\grubx64.efi --entry a"}


def test_a_second_time_changes_nothing(packages):
    packages.machine.call("install", "--removable", *packages.words)
    before = packages.machine.files()
    for words in (("install", *packages.words), ("install",), ("update", f"--shim={packages.folder}")):
        assert packages.machine.call(*words).count("is up to date") >= 2
        assert packages.machine.files() == before
    assert list(packages.entries()) == [1]


def test_what_was_without_shim_gets_it(packages):
    """The old copies are signed as well, and the boot entry is replaced."""
    packages.machine.call("install", "--removable")
    packages.machine.call("install", *packages.words)
    assert packages.content(FALLBACK) == shim()
    assert all(is_signed(packages.machine.esp / path, packages.keys) for path in (BINARY, SECOND, REMOVABLE_SECOND))
    assert [number for number in packages.entries()
            if packages.machine.variables.read(f"Boot{number:04X}") != file_option("pvhboot", 1, UUIDS[1], SHIM_ENTRY)] == []
    assert len(packages.entries()) == 1


def test_update(packages):
    packages.machine.call("install", "--removable", *packages.words)
    packages.write("16.2")
    packages.machine.call("update", f"--shim={packages.folder}")
    for path in (SHIM, FALLBACK):
        assert packages.content(path) == shim("16.2")
    for path in (MANAGER, REMOVABLE_MANAGER):
        assert packages.content(path) == shim("16.2", b"manager")
    packages.write("15.8")
    assert packages.machine.call("update", f"--shim={packages.folder}").count("newer, shim 16.2; left alone") == 2
    assert packages.content(SHIM) == shim("16.2")
    packages.machine.call("update", "--force", f"--shim={packages.folder}", *packages.keys)
    assert packages.content(SHIM) == shim("15.8")


@pytest.mark.parametrize("old, new, reason", [
    ({"signers": [b"me"]}, {"signers": [b"them"]}, "signed by me, and the shim at hand is not"),
    ({"signers": [b"me"]}, {}, "signed by me, and the shim at hand is not"),
    ({"signers": [b"CA 2011", b"CA 2023"]}, {"signers": [b"CA 2023"]}, "signed by CA 2011, and"),
    ({"vendor": "fedora"}, {"vendor": "debian"}, "of another vendor than the shim at hand, shim.fedora"),
    ({"vendor": "debian", "signers": [b"CA 2011"]}, {"vendor": "debian", "signers": [b"CA 2011", b"CA 2023"]}, None),
])
def test_a_shim_of_another_origin_stays(packages, old, new, reason):
    """The machine's firmware may trust no other signer, and its kernels no other vendor."""
    packages.machine.program("sbverify", SBVERIFY)
    packages.machine.call("install", *packages.words)
    packages.machine.place(SHIM, shim(**old))
    (packages.folder / "shimx64.efi.signed").write_bytes(shim("16.2", **new))
    packages.machine.call("update", f"--shim={packages.folder}", warnings=f"{SHIM}: {reason}" if reason else "")
    assert packages.content(SHIM) == (shim(**old) if reason else shim("16.2", **new))
    packages.machine.call("update", "--force", f"--shim={packages.folder}", *packages.keys)
    assert packages.content(SHIM) == shim("16.2", **new)


def test_an_update_of_the_loader_needs_the_key(packages):
    packages.machine.call("install", *packages.words)
    packages.machine.efi.write_bytes(loader("9.9.9"))
    assert "is signed, and its replacement would not be" in packages.machine.refusal("update", f"--shim={packages.folder}")


def test_remove(packages):
    packages.machine.place("EFI/debian/grubx64.efi", FOREIGN)
    packages.machine.call("install", "--removable", "--no-variables", *packages.words)
    said = packages.machine.call("remove")
    assert said.count("removed ") >= 7
    assert list(packages.machine.files()) == ["EFI", "EFI/debian", "EFI/debian/grubx64.efi", "loader", "loader/entries",
                                              "loader/loader.conf"]


def test_remove_takes_the_boot_entry(packages):
    packages.machine.call("install", *packages.words)
    packages.machine.call("remove")
    assert packages.entries() == {}


@pytest.mark.parametrize("path", [REMOVABLE_SECOND, FALLBACK, REMOVABLE_MANAGER])
def test_another_loaders_files_stay(packages, path):
    """Those of a medium that starts GRUB by shim."""
    packages.machine.place(path, FOREIGN)
    assert path in packages.machine.refusal("install", "--removable", *packages.words)
    packages.machine.call("remove")
    assert packages.content(path) == FOREIGN
    packages.machine.call("install", "--removable", "--force", *packages.words)
    assert packages.content(path) != FOREIGN


def test_what_is_not_there(packages, tmp_path):
    (packages.folder / "mmx64.efi.signed").unlink()
    assert "mmx64.efi.signed: cannot be read; install shim-signed and shim-helpers" in packages.machine.refusal(
        "install", *packages.words)
    assert "shimx64.efi.signed: cannot be read" in packages.machine.refusal("install", f"--shim={tmp_path}", *packages.keys)
    (packages.folder / "mmx64.efi.signed").write_bytes(loader())
    assert "is not shim's" in packages.machine.refusal("install", *packages.words)


def test_status(packages):
    words = ("status", f"--shim={packages.folder}")
    packages.machine.call("install", "--removable", *packages.words)
    said = packages.machine.call(*words)
    for path in (SHIM, FALLBACK):
        assert f"\n{path}: shim 16.1, up to date\n" in said
    for path in (SECOND, REMOVABLE_SECOND):
        assert f"\n{path}: " in said and ", up to date, signed by /CN=mine\n" in said
    assert "\nboot entry: Boot0001, the first\n" in said and BINARY not in said
    packages.write("16.2")
    (packages.machine.esp / MANAGER).unlink()
    said = packages.machine.call(*words)
    assert "shim 16.1, not the one that is installed, 16.2\n" in said and f"\n{MANAGER}: not there" in said
    (packages.machine.esp / SHIM).unlink()
    assert f"\n{SHIM}: no shim" in packages.machine.call(*words)


def test_wrong_usage(packages):
    for words, sentence in ((("install", "--shim"), "--shim needs --key and --cert"),
                            (("remove", "--shim"), "--shim is for install, update and status, not for remove")):
        done = packages.machine.run(*words)
        assert done.returncode == 2 and sentence in done.stderr


def test_a_dry_run_writes_nothing(packages):
    before = packages.machine.files()
    said = packages.machine.call("install", "--dry-run", "--removable", *packages.words)
    assert said.count("would have copied") == 7 and packages.machine.files() == before and packages.entries() == {}


@pytest.mark.skipif(not all(path.exists() for path in DEBIAN), reason="shim is only downloaded for the boot tests")
def test_debians_shim(packages):
    for path in DEBIAN:
        shutil.copy(path, packages.folder)
    packages.machine.call("install", *packages.words)
    assert packages.content(SHIM) == DEBIAN[0].read_bytes()
    assert "shim 16.1, up to date\n" in packages.machine.call("status", f"--shim={packages.folder}")
    packages.machine.call("remove")
    assert not packages.exists("EFI")
