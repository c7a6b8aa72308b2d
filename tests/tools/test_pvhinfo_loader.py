# SPDX-License-Identifier: BSD-2-Clause
"""`pvhinfo --esp` says what the loader does: the loader itself is run on the same files, on the fake firmware."""

import subprocess

import pytest
from conftest import ELF, elf_kernel
from esp_folder import Esp
from pvhinfo_runs import BUILD

LOADER = BUILD / "firmware" / "gcc" / "test_firmware"
LINUX_USES = 2047  # bytes of a command line: LINUX_COMMAND_LINE_MAX in pvh/limits.h
TOO_LONG = "the command line is {} bytes long; Linux uses only the first 2047"


@pytest.fixture
def esp(tmp_path):
    return Esp(tmp_path)


def loader(esp, *options):
    """Whether a dry run ends well, and its lines. Longer ones are folded, at 80 columns."""
    done = subprocess.run([LOADER, "--volume", esp.folder, " ".join(["--dry-run", *options])], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    assert done.returncode in (0, 1), done.stdout
    return done.returncode == 0, done.stdout.replace("\r", "").splitlines()


def both(esp, status=0):
    """What pvhinfo prints, after comparing it with the loader, entry by entry and for the default one."""
    result, errors = esp.check(status)
    for entry in result["entries"]:
        boots, lines = loader(esp, f"\"--entry={entry['id']}\"")
        assert entry["bootable"] == boots, (entry, errors, lines)
    default, = [entry for entry in result["entries"] if entry["default"]] or [None]
    boots, lines = loader(esp)
    assert boots == (default is not None and default["bootable"])
    if default and boots:
        assert any(line.startswith((f"{default['label']}: ", "PVH kernel: ")) for line in lines), lines
    return result, errors


# As OVMF 2022.11 opened them.
@pytest.mark.parametrize("path, boots", [
    ("/k", True), ("k", True), ("/K", True), ("/k/", False), ("/k//", False), ("/k\\", False), ("/d/", False), ("/d/k/", False),
    ("/k.", True), ("/k..", True), ("/k ", True), ("/k .", True), ("/ k", True), ("/k. ", True), ("/d./k", True),
    ("/d /k", True), ("/ d. . /k", True), ("/d.", False), ("/./k", True), ("/k/.", True), ("/k/../k", True), ("/d/../k", True),
    ("/x/../k", False), ("/d/..", False), ("/../k", False), ("/d/../../k", False), ("/d/../d/k", True), ("/d\\k", True),
    ("/k:", False), ("/k?", False), ("/k*", False), ("/k<", False), ("/k|", False), ("/k\t", False), ("/k\x01", False),
    ("/long name", True), ("/" + "n" * 255, True), ("/" + "n" * 256, False), ("/" + "./" * 2000 + "k", False),
    ("/" + "ä" * 127, True), ("/...", False), ("/ ", False), ("/.k", True),
])
@pytest.mark.parametrize("key", ["linux", "initrd"])
def test_paths(esp, path, boots, key):
    for name in ("k", "d/k", "long name", "n" * 255, "ä" * 127, ".k", "k:", "k?", "k*", "k<", "k|", "k\t", "k\x01"):
        esp.write(name, ELF)
    esp.entry("a.conf", f"linux /k\n{key} \"{path}\"\n" if key == "initrd" else f"linux \"{path}\"\n")
    result, _ = both(esp, 0 if boots else 1)
    assert result["entries"][0]["bootable"] == boots
