# SPDX-License-Identifier: BSD-2-Clause
"""Booting by entries, over several boots: which one, how often, and what cannot stop it."""

import re

import pytest

import media
import report
import scenario
import variables
from esp import Installed, entry

LOADER_GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
ENTRIES = "loader/entries"
WITHOUT_MENU = b"timeout menu-disabled\n"


def set_variable(name, text):
    """The shell's command that sets a variable of the Boot Loader Interface for good."""
    return f'setvar {name} -guid {LOADER_GUID} -nv -bs -rt =L"{text}" =0x0000'


def test_boots_are_counted(boot):
    """Two tries, then the entry is passed over; the kernel is told where to say that it is good."""
    disk = Installed(boot, "counting", {
        "loader/loader.conf": WITHOUT_MENU + b"pass-entry yes\n",
        f"{ENTRIES}/new+2.conf": entry("new", sort_key="a", version="2"),
        f"{ENTRIES}/old.conf": entry("old", sort_key="a", version="1"),
    })
    for left, done in ((1, 1), (0, 2)):
        name = f"new+{left}-{done}.conf"
        cmdline, _ = disk.booted()
        assert cmdline == f"new pvhboot.entry=new pvhboot.boot-count-path=/{ENTRIES}/{name}"
        assert disk.names(ENTRIES) == [name, "old.conf"]
    cmdline, _ = disk.booted()
    assert cmdline == "old pvhboot.entry=old"
    assert disk.names(ENTRIES) == ["new+0-2.conf", "old.conf"]


def test_what_cannot_be_written_boots(boot):
    """A medium that takes no writes costs the count, and a line that says so."""
    disk = Installed(boot, "read-only", {
        "loader/loader.conf": WITHOUT_MENU,
        f"{ENTRIES}/new+4.conf": entry("new"),
    })
    cmdline, text = disk.booted(writes="refused")
    assert cmdline == "new"
    assert re.search(r"new\+4\.conf: this boot cannot be counted: Write Protected", text)


def test_a_full_disk_boots(boot):
    """Counting needs no room; nothing else is written."""
    disk = Installed(boot, "full", {
        "loader/loader.conf": WITHOUT_MENU,
        f"{ENTRIES}/new+4.conf": entry("new"),
    })
    disk.fill()
    cmdline, _ = disk.booted()
    assert cmdline == "new"
    assert disk.names(ENTRIES) == ["new+3-1.conf"]


def test_broken_entries_cost_warnings(boot):
    """Whatever is wrong with other files, the good entry boots."""
    disk = Installed(boot, "broken", {
        "loader/loader.conf": WITHOUT_MENU + b"timeot 5\nconsole-mode blue\n",
        f"{ENTRIES}/a-nothing.conf": b"",
        f"{ENTRIES}/b-binary.conf": bytes(range(256)) * 64,
        f"{ENTRIES}/c-typo.conf": b"title Typo\nlinus /kernel.elf\n",
        f"{ENTRIES}/d-folder.conf/file": b"a folder with an entry's name",
        f"{ENTRIES}/e-arm.conf": entry("arm", architecture="aa64"),
        f"{ENTRIES}/good.conf": b"\xef\xbb\xbf# comment\r\n" + entry("good").replace(b"\n", b"\r\n"),
    })
    cmdline, text = disk.booted()
    assert cmdline == "good"
    for line in (r"\\loader\\loader\.conf:2: .*timeot", r"\\loader\\loader\.conf:3: .*blue",
                 r"c-typo\.conf:2: .*linus"):
        assert re.search(line, text), f"{line} is missing"
    assert "d-folder" not in text


@pytest.mark.slow
def test_one_shot_is_for_one_boot(boot):
    """LoaderEntryOneShot goes before LoaderEntryDefault, that before loader.conf; and is consumed."""
    files = {f"{ENTRIES}/{name}.conf": entry(name) for name in ("a", "b", "c")}
    commands = (set_variable("LoaderEntryOneShot", "a.conf"),
                set_variable("LoaderEntryDefault", "b.conf"))
    disk = Installed(boot, "one-shot", {
        "loader/loader.conf": WITHOUT_MENU + b"default c*\n", **files,
        scenario.SCRIPT: scenario.script(*commands, scenario.LOADER_COMMAND),
    }, start=scenario.INSTALLED)
    without = disk.store
    disk.store = variables.add_boot_options(disk.store, [scenario.shell_option()])
    assert disk.booted()[0] == "a"
    disk.write(scenario.SCRIPT, scenario.script(scenario.LOADER_COMMAND))
    assert disk.booted()[0] == "b"
    disk.store = variables.add_boot_options(without, [scenario.shell_option()])
    assert disk.booted()[0] == "c"


@pytest.mark.slow
def test_saved_default(boot):
    """With `default @saved`, the entry that was booted last is booted again."""
    files = {f"{ENTRIES}/{name}.conf": entry(name) for name in ("a", "b", "c")}
    disk = Installed(boot, "saved", {
        "loader/loader.conf": WITHOUT_MENU + b"default @saved\n", **files,
        scenario.SCRIPT: scenario.script(f"{scenario.LOADER_COMMAND} --entry b"),
    }, start=scenario.INSTALLED)
    disk.store = variables.add_boot_options(disk.store, [scenario.shell_option()])
    assert disk.booted()[0] == "b"
    disk.write(scenario.SCRIPT, scenario.script(scenario.LOADER_COMMAND))
    assert disk.booted()[0] == "b"


def test_an_entry_may_be_an_efi_program(boot):
    """An `efi` entry is started with its options; what it started is pvhboot once more."""
    disk = Installed(boot, "chainload", {
        "loader/loader.conf": WITHOUT_MENU,
        scenario.INSTALLED: scenario.required(scenario.LOADER),
        f"{ENTRIES}/efi.conf": entry("efi", pvh=None, efi=f"/{scenario.INSTALLED}",
                                     options="/kernel.elf from \"the  other\" side"),
    })
    assert disk.booted()[0] == 'from "the  other" side'


@pytest.mark.slow
def test_an_efi_program_that_fails_is_named(boot):
    """Its own message comes first, then whose it was, in the words of the manual page."""
    disk = Installed(boot, "failing-program", {
        "loader/loader.conf": WITHOUT_MENU,
        f"{ENTRIES}/efi.conf": entry("efi", pvh=None, efi=f"/{scenario.INSTALLED}", options="/none.elf"),
        scenario.SCRIPT: scenario.script(scenario.LOADER_COMMAND),
    }, start=scenario.INSTALLED)
    disk.store = variables.add_boot_options(disk.store, [scenario.shell_option()])
    text = report.plain(disk.start(until="Shell> ").serial)
    assert re.search(r"/none\.elf: no such file on the volume", text)
    assert re.search(r"efi: /\S+: the EFI program returned an error: Not Found", text)


def test_variables_of_the_interface(boot):
    """What bootctl will read: the shell prints it after a boot that came back."""
    disk = Installed(boot, "interface", {
        "loader/loader.conf": WITHOUT_MENU,
        f"{ENTRIES}/z.conf": entry("z", pvh="/missing.elf"),
        f"{ENTRIES}/a+3.conf": entry("a", architecture="aa64"),  # or it would be booted when z fails
        scenario.SCRIPT: scenario.script(
            scenario.LOADER_COMMAND, f"dmpstore -guid {LOADER_GUID}"),
    }, start=scenario.INSTALLED)
    disk.store = variables.add_boot_options(disk.store, [scenario.shell_option()])
    text = report.plain(disk.start(until="Shell> ").serial)
    found = shell_variables(text)
    assert re.search(r"z: /missing\.elf: no such file", text)
    assert found["LoaderEntries"] == "z.conf\0a.conf"
    assert found["LoaderEntrySelected"] == "z.conf"
    assert re.fullmatch(r"pvhboot \d+\.\d+\.\d+", found["LoaderInfo"])
    assert found["LoaderFirmwareInfo"].startswith("EDK II")
    assert found["LoaderFirmwareType"].startswith("UEFI 2.")
    assert found["LoaderImageIdentifier"].lower() == scenario.LOADER_COMMAND.lower()
    assert found["LoaderDevicePartUUID"].lower() == str(media.ESP_GUID)
    assert int(found["LoaderTimeInitUSec"]) <= int(found["LoaderTimeExecUSec"])
    assert "LoaderBootCountPath" not in found


def shell_variables(text):
    """The values, as text, that the shell's dmpstore printed."""
    found = {}
    for block in re.split(r"^Variable ", text, flags=re.M)[1:]:
        name = re.search(r"'[^']*:(\w+)'", block)[1]
        dump = re.findall(r"^\s+[0-9A-F]{8}: ((?:[0-9A-F]{2}[ -])+)", block, re.M)
        data = bytes.fromhex("".join(dump).replace("-", " "))
        found[name] = data.decode("utf-16-le", "replace").rstrip("\0")
    return found
