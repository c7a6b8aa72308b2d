# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo --esp --secure-boot says would boot: the loader's table decides."""

import gzip
import re
import struct

import pytest
from conftest import ELF, bzimage
from esp_folder import PROGRAM, Esp, linux
from pvhinfo_runs import CHECKED, pvhinfo, results
from test_pvhinfo_image import SBAT, digest, latin, pinned

LOADER = "EFI/pvhboot/pvhboot.efi"
UNSIGNED = "Secure Boot is on, and this file is not signed"
NO_INITRD = "Secure Boot is on, and no signature covers this initrd or module"
OUTSIDE = "Secure Boot is on, and the command line comes from outside"
ASKS = "boots if the firmware or shim accepts its signature"


def program(data, certificates=b""):
    """The headers of a PE file in front of a bzImage, or alone, with certificates at its end."""
    image = bytearray(data)
    image[:2] = b"MZ"
    struct.pack_into("<I", image, 0x3c, 0x40)
    struct.pack_into("<4sHHIIIHH", image, 0x40, b"PE\0\0", 0x8664, 0, 0, 0, 0, 160, 0x22)
    struct.pack_into("<H", image, 0x58, 0x20b)
    struct.pack_into("<I", image, 0x58 + 108, 6)
    if certificates:
        image += bytes(-len(image) % 8)
        struct.pack_into("<II", image, 0x58 + 112 + 32, len(image), len(certificates))
    return bytes(image) + certificates


BZIMAGE = bzimage(gzip.compress(linux()))
FILES = {"elf": linux(), "initrd": b"i", "a.cred": b"c", "unsigned": program(BZIMAGE), "signed": program(BZIMAGE, b"c" * 64),
         "other": program(bzimage(gzip.compress(ELF)), b"c" * 64), "tool.efi": PROGRAM + bytes(300),
         "signed.efi": program(bytes(1024), b"c" * 64)}
ENTRIES = {
    "elf": ("linux /elf\n", UNSIGNED),
    "unsigned": ("linux /unsigned\n", ASKS),
    "unsigned-initrd": ("linux /unsigned\ninitrd /initrd\n", f"refused: /unsigned: {UNSIGNED}"),
    "signed": ("linux /signed\n", ASKS),
    "signed-initrd": ("linux /signed\ninitrd /initrd\n", f"refused: /initrd: {NO_INITRD}"),
    "signed-module": ("linux /signed\nmodule /initrd\n", f"refused: /initrd: {NO_INITRD}"),
    "signed-extra": ("linux /signed\nextra /a.cred\n", f"refused: /a.cred: {NO_INITRD}"),
    "signed-options": ("linux /signed\noptions quiet\n", f"refused: /signed: {OUTSIDE}"),
    "other": ("linux /other\n", ASKS),  # all that is in a bzImage is Linux to the loader
    "program": ("efi /tool.efi\n", f"refused: /tool.efi: {UNSIGNED}"),
    "signed-program": ("efi /signed.efi\noptions x\n", ASKS),
}


@pytest.fixture
def esp(tmp_path):
    folder = Esp(tmp_path)
    for path, content in FILES.items():
        folder.write(path, content)
    return folder


def verdicts(esp, state):
    """Entry to what is said of it."""
    found, = results("--esp", esp.folder, "--secure-boot", state)
    return {row["id"]: row["secure_boot"] for row in found["entries"]}


@pytest.mark.parametrize("state", ["off", "insecure"])
def test_where_nothing_is_verified_all_boots(esp, state):
    for name, (text, _) in ENTRIES.items():
        esp.entry(f"{name}.conf", text)
    assert verdicts(esp, state) == {name: "boots" for name in ENTRIES}


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_with_secure_boot_on(esp, name):
    text, said = ENTRIES[name]
    esp.entry("a.conf", text)
    assert said in verdicts(esp, "on")["a"]
    for checked in CHECKED:
        done = pvhinfo("--esp", esp.folder, "--secure-boot", "on", program=checked)
        assert re.search(rf"^  secure boot  (refused: /\S+: )?{re.escape(said)}", done.stdout, re.M)


@pytest.mark.parametrize("path", ["http://10.0.2.2/vmlinuz", "PARTUUID=01234567-89ab-cdef-0123-456789abcdef:/vmlinuz"])
@pytest.mark.parametrize("key", ["linux", "efi"])
def test_of_what_is_not_looked_at_nothing_is_said(esp, key, path):
    esp.entry("a.conf", f"{key} {path}\n")
    assert verdicts(esp, "on") == {"a": None}
    assert "secure boot" not in pvhinfo("--esp", esp.folder, "--secure-boot", "on").stdout


def test_where_the_state_is_unknown(esp):
    esp.entry("a.conf", "linux /signed\n")
    assert verdicts(esp, "unknown") == {"a": "refused: only what is inside the loader's image is started"}


def test_pins(esp):
    """The signed loader's command line replaces the entry's."""
    pins = pinned((digest(FILES["elf"]), "/elf"), (digest(b"i"), "/initrd"))
    esp.entry("a.conf", "linux /elf\ninitrd /initrd\noptions quiet\n")
    esp.entry("b.conf", "linux /elf\nmodule /initrd x\n")
    esp.write(LOADER, latin((".sbat", SBAT), (".pins", pins)))
    assert OUTSIDE in verdicts(esp, "on")["a"]
    esp.write(LOADER, latin((".sbat", SBAT), (".pins", pins), (".cmdline", "quiet")))
    found = verdicts(esp, "on")
    assert "comes from outside and is ignored" not in pvhinfo("--esp", esp.folder, "--secure-boot", "on").stderr
    esp.entry("c.conf", "linux /elf\noptions other\n")
    ignored = "loader/entries/c.conf: warning: the command line comes from outside and is ignored"
    assert ignored in pvhinfo("--esp", esp.folder, "--secure-boot", "on").stderr
    assert ignored not in pvhinfo("--esp", esp.folder, "--secure-boot", "off").stderr
    (esp.folder / "loader/entries/c.conf").unlink()
    assert found["a"] == "boots" and f"refused: /initrd: {OUTSIDE}" in found["b"]
    esp.write(LOADER, latin((".sbat", SBAT), (".pins", pinned((digest(FILES["elf"]), "/elf"))), (".cmdline", "quiet")))
    assert f"refused: /initrd: {NO_INITRD}" in verdicts(esp, "on")["a"]


@pytest.mark.parametrize("text", ["linux /elf\ninitrd /initrd\n", "linux /elf\nmodule /initrd\n", "linux /initrd\n"])
def test_an_entry_whose_pins_differ_does_not_boot(esp, text):
    esp.write(LOADER, latin((".sbat", SBAT), (".pins", pinned((digest(b"j"), "/initrd")))))
    esp.entry("a.conf", text)
    esp.entry("b.conf", "linux /elf\n")
    found, = results("--esp", esp.folder, "--secure-boot", "off", status=1)
    rows = {row["id"]: row for row in found["entries"]}
    assert not rows["a"]["bootable"] and rows["a"]["secure_boot"] is None and rows["b"]["bootable"]
    assert any(problem.startswith("/initrd: ") for problem in rows["a"]["problems"])
    assert ": entries: 2, bootable: 1\n" in pvhinfo("--esp", esp.folder).stdout


def test_without_a_state_nothing_is_said(esp):
    esp.entry("a.conf", "linux /elf\n")
    found, = results("--esp", esp.folder)
    assert "secure_boot" not in found["entries"][0]
    assert "secure boot" not in pvhinfo("--esp", esp.folder).stdout


@pytest.mark.parametrize("words, said", [
    (("--secure-boot", "on"), "--secure-boot needs --esp"),
    (("--esp", "x", "--secure-boot", "maybe"), "--secure-boot takes on, off, insecure or unknown"),
])
def test_wrong_usage(words, said):
    done = pvhinfo(*words)
    assert done.returncode == 2 and said in done.stderr
