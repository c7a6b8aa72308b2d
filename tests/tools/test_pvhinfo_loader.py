# SPDX-License-Identifier: BSD-2-Clause
"""`pvhinfo --esp` says what the loader does: the loader itself is run on the same files, on the fake firmware."""

import re
import subprocess

import pytest
from conftest import ELF
from esp_folder import Esp, PROGRAM
from pvhinfo_runs import BUILD

LOADER = BUILD / "firmware" / "gcc" / "test_firmware"


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
    """What pvhinfo prints, after comparing it with the loader, entry by entry and for the default one. STATUS may be None."""
    result, errors = esp.check(status)
    for entry in result["entries"]:
        boots, lines = loader(esp, f"\"--entry={entry['id']}\"")
        assert entry["bootable"] == boots, (entry, errors, lines)
    default, = [entry for entry in result["entries"] if entry["default"]] or [None]
    boots, lines = loader(esp)
    assert boots == (default is not None and default["bootable"])
    if default and boots:
        assert any(line.startswith((f"{default['label']}: ", f"pvhboot: {default['id']}: ", "PVH kernel: ")) for line in lines), lines
    return result, errors


# As OVMF 2022.11 opened them. None: whatever the loader makes of it, pvhinfo makes the same.
@pytest.mark.parametrize("path, boots", [
    ("/k", True), ("k", True), ("/K", True), ("/k/", None), ("/k//", None), ("/k\\", None), ("/d/", False), ("/d/k/", None),
    ("/k.", True), ("/k..", True), ("/k ", True), ("/k .", True), ("/ k", True), ("/k. ", True), ("/d./k", True),
    ("/d /k", True), ("/ d. . /k", True), ("/d.", False), ("/./k", True), ("/k/.", True), ("/k/../k", True), ("/d/../k", True),
    ("/x/../k", False), ("/d/..", False), ("/../k", False), ("/d/../../k", False), ("/d/../d/k", True), ("/d\\k", True),
    ("/k:", False), ("/k?", False), ("/k*", False), ("/k<", False), ("/k|", False), ("/k\t", False), ("/k\x01", False),
    ("/long name", True), ("/" + "n" * 255, True), ("/" + "n" * 256, False), ("/" + "n" * 128 + "/" + "n" * 128, False), ("/" + "./" * 2000 + "k", True),
    ("/" + "ä" * 127, True), ("/...", False), ("/ ", False), ("/.k", True),
])
@pytest.mark.parametrize("key", ["linux", "initrd"])
def test_paths(esp, path, boots, key):
    for name in ("k", "d/k", "long name", "n" * 255, "ä" * 127, ".k", "k:", "k?", "k*", "k<", "k|", "k\t", "k\x01"):
        esp.write(name, ELF)
    esp.entry("a.conf", f"linux /k\n{key} \"{path}\"\n" if key == "initrd" else f"linux \"{path}\"\n")
    result, _ = both(esp, None if boots is None else 0 if boots else 1)
    assert boots in (None, result["entries"][0]["bootable"])


def unfolded(lines):
    """Without the line ends that a console puts into long lines."""
    return " ".join(" ".join(lines).split())


def boot(esp):
    """What the loader says when it is started with nobody there, and boots."""
    return subprocess.run([LOADER, "--volume", esp.folder, ""], stdout=subprocess.PIPE, text=True, errors="replace",
                          check=True).stdout


def warned_length(text):
    """How many bytes a warning says that the command line has."""
    found = re.search("warning: the command line is ([0-9]+) bytes long; Linux uses only the first 2047", text)
    return found and int(found[1])


@pytest.mark.parametrize("config, name, length, warned", [
    ("", "a.conf", 2047, None), ("", "a.conf", 2048, 2048), ("", "a.conf", 5000, 5000),
    ("pass-entry yes\n", "a.conf", 2031, None), ("pass-entry yes\n", "a.conf", 2032, 2048),
    ("pass-entry yes\n", "a+3.conf", 1980, None), ("pass-entry yes\n", "a+3.conf", 1981, 2048),
    ("pass-entry yes\n", "a+0-3.conf", 2000, 2067), ("pass-entry no\n", "a+3.conf", 2040, None),
])
def test_a_command_line_that_linux_would_cut_off(esp, config, name, length, warned):
    esp.config("timeout 0\n" + config)
    esp.entry(name, "title T\nlinux /kernel\noptions " + "x" * length + "\n")
    result, errors = both(esp)
    assert warned_length(unfolded(boot(esp).split())) == warned_length("".join(errors)) == warned
    assert result["entries"][0]["warnings"] == [error.split(": ", 1)[1] for error in errors]


def test_directories_are_no_entries(esp):
    esp.entry("a.conf", "title A\nlinux /kernel\n")
    (esp.folder / "loader/entries/z.conf").mkdir()
    (esp.folder / "loader/entries/b+3.conf").mkdir()
    _, errors = both(esp)
    _, lines = loader(esp)
    assert errors == [] and not any("conf" in line for line in lines)
    (esp.folder / "loader/entries/a.conf").unlink()
    assert both(esp, 1)[0]["entries"] == []


def test_a_directory_is_no_configuration(esp):
    esp.entry("a.conf", "title A\nlinux /kernel\n")
    (esp.folder / "loader/loader.conf").mkdir()
    _, errors = both(esp)
    _, lines = loader(esp)
    assert errors == ["loader/loader.conf: is a directory; name a file"]
    assert "loader.conf: is a directory; name a file" in unfolded(lines)


@pytest.mark.parametrize("options, read", [
    ("initrd=/initrd.img quiet", False), ("quiet initrd=\\initrd.img", False), ("quiet\tinitrd=/x", False),
    ("xinitrd=/x", True), ("rdinitrd=/x", True), ("initrd", True), ('a="b initrd=/x"', True), ("-- initrd=/x", False),
])
def test_an_initrd_among_the_options_is_not_read(esp, options, read):
    esp.entry("a.conf", f"title A\noptions quiet\nlinux /kernel\noptions {options}\noptions x\n")
    _, errors = both(esp)
    _, lines = loader(esp)
    line = 'loader/entries/a.conf:4: options: initrd= is for Linux\'s EFI stub, which is not used; write a line "initrd PATH"'
    assert errors == ([] if read else [line])
    assert ("a.conf:4: options: initrd=" in unfolded(lines)) is not read


def test_an_efi_programs_options_are_its_own(esp):
    esp.write("x.efi", PROGRAM)
    esp.entry("a.conf", "title A\nefi /x.efi\noptions initrd=/x\n")
    _, errors = both(esp)
    _, lines = loader(esp)
    assert errors == [] and "initrd" not in unfolded(lines)


# EDK2's FAT driver opens paths of up to 256 characters: "loader/entries/" and 241 more.
@pytest.mark.parametrize("name, opened", [
    ("n" * 234 + "+3.conf", True), ("n" * 232 + "+9-9.conf", True), ("n" * 236 + ".conf", True), ("ä" * 110 + "+3.conf", True),
    ("n" * 235 + "+3.conf", False), ("n" * 237 + ".conf", False), ("n" * 250 + ".conf", False),
])
def test_names_at_the_limit(esp, name, opened):
    """The next name loses the tries done where it would be too long."""
    esp.config("timeout 0\n")
    esp.entry("a.conf", "title A\nlinux /kernel\n")
    esp.entry(name, "title Z\nsort-key a\nlinux /kernel\n")
    result, errors = both(esp, None)
    said = unfolded(boot(esp).split())
    assert len(result["entries"]) == (2 if opened else 1)
    assert ("the path is too long; shorten it" in "".join(errors)) is not opened
    assert ("the path is too long; shorten it" in said) is not opened and "cannot be counted" not in said


@pytest.mark.parametrize("names, default, chosen, note", [
    (["new+0-3", "old"], "new*", "old", 'default "new*" matches only entries whose tries are used up'),
    (["a+0-3", "b+0-1"], "b*", "a", 'default "b*" matches only entries whose tries are used up'),
    (["a+0-3", "b+0-1"], "a*", "a", None),
    (["a+0-3", "b+0-1", "c+1"], "x*", "c", 'default "x*" matches no bootable entry'),
    (["a+1", "b+0-1"], "b+0-1.conf", "a", 'default "b+0-1.conf" matches only entries whose tries are used up'),
    (["a", "b+0"], "B", "a", 'default "B" matches only entries whose tries are used up'),
])
def test_tries_that_are_used_up_and_the_default(esp, names, default, chosen, note):
    esp.config(f"default {default}\n")
    for number, name in enumerate(names):
        esp.entry(f"{name}.conf", f"title {name}\nsort-key {number}\nlinux /kernel\n")
    result, errors = both(esp)
    assert [entry["id"] for entry in result["entries"] if entry["default"]] == [chosen]
    assert errors == ([f"loader/loader.conf: {note}"] if note else [])


@pytest.mark.parametrize("entries, booted", [
    ({"a": "/none", "b": "/kernel", "c": "/kernel"}, "b"), ({"a": "/kernel", "b": "/none"}, None),
    ({"a": "/none", "b": "/none", "c+0-1": "/kernel"}, "c"), ({"a": "/none"}, None),
    ({"a": "/kernel", "b": "/none", "c": "/none", "d": "/kernel"}, "d"), ({"a": "/kernel", "b": "/none", "c": "/none"}, "a"),
])
def test_what_is_booted_when_the_default_cannot_be(esp, entries, booted):
    """With nobody there; a dry run is about one entry."""
    esp.config("timeout 0\n" + ("default b\n" if len(entries) > 2 and entries["a"] == "/kernel" else ""))
    for name, kernel in entries.items():
        esp.entry(f"{name}.conf", f"title {name[0]}\nsort-key {name[0]}\nlinux {kernel}\n")
    result, _ = esp.check(1)
    assert [entry["id"] for entry in result["entries"] if entry["instead_of_default"]] == ([booted] if booted else [])
    if booted:
        assert f"{booted}: kernel, PVH entry" in boot(esp)
