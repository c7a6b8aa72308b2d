# SPDX-License-Identifier: BSD-2-Clause
"""bootctl and its like, in a system that pvhboot started by an `efi` entry of the same ESP.

What they print of pvhboot is looked at, and what they ask of it: the next boots have to obey. And
systemd-boot tells the same system the same, in the same variables.
"""

import re
from dataclasses import dataclass

import pytest

import efi_guest
import media
import report
import scenario
import ukis
import variables
from artifacts import LOADER, SYSTEMD_BOOT, TOP, required
from esp import Installed, entry
from interactive import Session
from qemu import Machine
from test_boots import EXIT_OF_PASS

ENTRIES = "loader/entries"
WITHOUT_MENU = b"timeout menu-disabled\n"
PARTITION = f"/dev/disk/by-partuuid/{media.ESP_GUID}"
BOOT_COUNT = 3

# There is no udev to make the name by which systemd finds the partition under a file system.
SCRIPT = """
mkdir /dev/block
ln -s ../vda1 /dev/block/$(cat /sys/class/block/vda1/dev)
show_variables() {
    for file in /sys/firmware/efi/efivars/Loader*; do
        echo "$(basename "$file") $(hexdump -v -e '1/1 "%02x"' "$file")"
    done
}
"""

# As bootctl shows them: what pvhboot has of that which systemd 252 knows, and what it has not.
FEATURES = {
    "Boot counting", "Menu timeout control", "One-shot menu timeout control",
    "Default entry control", "One-shot entry control", "Support Type #1 sort-key field",
    "Support @saved pseudo-entry", "Boot loader sets ESP information", "Support for XBOOTLDR partition",
    "Load drop-in drivers",
}
NO_FEATURES = {
    "Support for passing random seed to OS",
    "Support Type #1 devicetree field",
}

# The order that both have to show: by sort-key, and last what has used up its tries.
ORDER = ["guest", "first", "second", "third", "worn"]
TEST_ENTRIES = {
    f"{ENTRIES}/third.conf": entry("third", sort_key="d"),
    f"{ENTRIES}/first.conf": entry("first", sort_key="b", pvh=None, linux="/kernel.elf"),
    f"{ENTRIES}/second.conf": entry("second", sort_key="c"),
    f"{ENTRIES}/worn+0-3.conf": entry("worn", sort_key="a"),
}

# What systemd's library needs beyond what every Debian has, or brings with this tree's packages.
SYSTEMD_LIBRARIES = ("libsystemd-shared", "libip4tc2", "libkmod2")


def systemd_program(path):
    """A program of the package systemd-boot."""
    return efi_guest.program("systemd-boot", path, *SYSTEMD_LIBRARIES)


# The guest's entry is the first of all, and counted. Its kernel can be started both ways.
GUEST_ENTRY = f"{ENTRIES}/guest+{BOOT_COUNT}.conf"
BY_EFI = entry("guest", sort_key="a", pvh=None, efi=f"/{efi_guest.FOLDER}/vmlinuz",
               options=efi_guest.COMMAND_LINE)
BY_PVH = entry("guest", sort_key="a", pvh=None, linux=f"/{efi_guest.FOLDER}/vmlinuz",
               initrd=f"/{efi_guest.FOLDER}/initrd.img", options=efi_guest.KERNEL_OPTIONS)


def guest_files(script):
    """The guest that runs the `run NAME COMMAND` lines of a script, with its entry."""
    programs = [systemd_program("usr/bin/bootctl"),
                systemd_program("lib/systemd/systemd-bless-boot")]
    return {GUEST_ENTRY: BY_EFI, **efi_guest.files(programs, SCRIPT + script)}


def installed(boot, name, files, options=("",), loader=LOADER):
    """A disk with the loader, and the boot options that start it, one for each of `options`."""
    disk = Installed(boot, name, {"loader/loader.conf": WITHOUT_MENU, **TEST_ENTRIES,
                                  scenario.INSTALLED: required(loader), **files})
    disk.store = variables.add_boot_options(disk.store, [
        scenario.installed_option(disk.partition, variables.utf16(text) if text else b"")
        for text in options])
    return disk


def guest_outputs(disk, **options):
    """What each command said in a boot that comes to the guest; none may fail."""
    said = efi_guest.outputs(disk.start().serial, **options)
    assert {name: output for name, output in said.items() if output.status != 0} == {}
    return {name: output.text for name, output in said.items()}


@dataclass(frozen=True)
class Variable:
    """A variable of the Boot Loader Interface as efivarfs has it."""

    attributes: int
    data: bytes

    @property
    def text(self):
        """Its text; there is a terminator, and nothing behind it."""
        text = self.data.decode("utf-16-le")
        assert text.endswith("\0")
        return text[:-1]


def read_variables(text):
    """Name to Variable, from what show_variables printed."""
    found = {}
    for name, dump in re.findall(r"^(\w+)-[0-9a-f-]{36} ([0-9a-f]+)$", text, re.M):
        data = bytes.fromhex(dump)
        found[name] = Variable(int.from_bytes(data[:4], "little"), data[4:])
    return found


def listed(text):
    """(title, notes) of each entry that bootctl lists; the notes are "default", "selected"..."""
    titles = re.findall(r"^ +title: (\w+)((?: \([^)]*\))*)$", text, re.M)
    return [(title, re.findall(r"\(([^)]*)\)", notes)) for title, notes in titles]


def section(text, title):
    """The lines of `bootctl status` below a title."""
    return re.search(rf"^{title}:\n((?: .*\n)+)", text + "\n", re.M)[1]


def check_status(text):
    """`bootctl status` knows the loader, where it is, and what it would boot."""
    loader = section(text, "Current Boot Loader")
    version = (TOP / "VERSION").read_text().strip()
    assert re.search(rf"^ +Product: pvhboot {re.escape(version)}$", loader, re.M)
    assert set(re.findall("✓ (.*)", loader)) == FEATURES
    assert set(re.findall("✗ (.*)", loader)) == NO_FEATURES
    assert re.search(rf"^ +ESP: {PARTITION}$", loader, re.M)
    assert re.search(rf"^ +File: \S*/{scenario.INSTALLED}$", loader, re.M)
    default = section(text, "Default Boot Loader Entry")
    assert re.search(r"^ +id: guest\.conf$", default, re.M)


def test_what_bootctl_shows_and_asks_for(boot):
    """One boot of the guest, in which all is asked for, and two in which it is done."""
    disk = installed(boot, "bootctl", guest_files("""
run variables show_variables
run status bootctl --esp-path=/efi status
run list bootctl --esp-path=/efi list
run bless systemd-bless-boot --path=/efi good
run default bootctl --esp-path=/efi set-default second.conf
run one-shot bootctl --esp-path=/efi set-oneshot third.conf
run timeout bootctl --esp-path=/efi set-timeout menu-force
run timeout-one-shot bootctl --esp-path=/efi set-timeout-oneshot 2
run asked bootctl --esp-path=/efi list
"""))
    said = guest_outputs(disk)
    reported = read_variables(said["variables"])["LoaderEntries"].text
    assert reported.split("\0") == [f"{title}.conf" for title in ORDER]
    check_status(said["status"])
    notes = {"guest": ["default", "selected"]}
    assert listed(said["list"]) == [(title, notes.get(title, [])) for title in ORDER]
    assert f"/{ENTRIES}/guest+{BOOT_COUNT - 1}-1.conf" in said["list"]
    assert "good" in said["bless"]
    assert disk.names(ENTRIES) == ["first.conf", "guest.conf", "second.conf", "third.conf",
                                   "worn+0-3.conf"]
    notes = {"guest": ["selected"], "third": ["default"]}
    assert listed(said["asked"]) == [(title, notes.get(title, [])) for title in ORDER]

    cmdline, text = disk.booted()
    assert cmdline == "third"
    assert re.search(r"Boot in [12] s\.", text)

    folder = boot.folder("bootctl-menu")
    with Session(Machine(memory=256), disk.image, disk.store, folder) as person:
        person.wait_screen(r"=> second\b")
        assert "Boot in" not in person.terminal.text
        person.press("ret")
        assert person.wait_end() == EXIT_OF_PASS
        assert report.test_kernel(report.plain(person.printed)).values["cmdline"] == "second"


@pytest.mark.slow
def test_bootctl_lists_the_same_images(boot):
    """Those without profiles, which its version does not know; by title, ID and order."""
    def image(name):
        return ukis.small((".osrel", f"PRETTY_NAME={name}\nID=c{name}\n".encode()), (".cmdline", b"x"))

    disk = installed(boot, "bootctl-images", {
        **guest_files("""
run variables show_variables
run list bootctl --esp-path=/efi list
"""), "EFI/Linux/a.efi": image("image"), "EFI/Linux/Other-2.efi": image("other"),
        "EFI/Linux/plain.efi": ukis.small()})
    said = guest_outputs(disk)
    order = ["guest", "first", "second", "image", "other", "third", "worn"]
    ids = {"image": "a.efi", "other": "Other-2.efi"}
    reported = read_variables(said["variables"])["LoaderEntries"].text
    assert reported.split("\0") == [ids.get(title, f"{title}.conf") for title in order]
    notes = {"guest": ["default", "selected"]}
    assert listed(said["list"]) == [(title, notes.get(title, [])) for title in order]
    assert re.findall(r"^ +id: (\S+\.efi)$", said["list"], re.M) == ["a.efi", "Other-2.efi"]


@pytest.mark.slow
def test_saved_by_bootctl(boot):
    """After `set-default @saved`, what was booted last is booted again, but for one-shot boots."""
    disk = installed(boot, "bootctl-saved", guest_files("""
run default bootctl --esp-path=/efi set-default @saved
run one-shot bootctl --esp-path=/efi set-oneshot first.conf
"""))
    guest_outputs(disk)
    assert disk.booted()[0] == "first"
    disk.write("loader/loader.conf", WITHOUT_MENU + b"default second\n")
    assert disk.booted()[0] == "second"
    disk.write("loader/loader.conf", WITHOUT_MENU + b"default third\n")
    assert disk.booted()[0] == "second"


@pytest.mark.slow
def test_a_failed_boot_is_not_blessed(boot):
    """A counted entry failed, and the firmware went on to one whose boots are not counted."""
    disk = installed(boot, "bootctl-failed", {
        **guest_files("""
run variables show_variables
run list bootctl --esp-path=/efi list
"""), f"{ENTRIES}/failing+3.conf": entry("failing", sort_key="0", pvh="/missing.elf"),
    }, options=("", "--entry guest"))
    disk.rename(GUEST_ENTRY, f"{ENTRIES}/guest.conf")
    said = guest_outputs(disk)
    assert "failing+2-1.conf" in disk.names(ENTRIES)
    found = read_variables(said["variables"])
    assert found["LoaderEntrySelected"].text == "guest.conf"
    assert "LoaderBootCountPath" not in found
    notes = {"failing": ["default"], "guest": ["selected"]}
    assert listed(said["list"]) == [(title, notes.get(title, [])) for title in ["failing", *ORDER]]


@pytest.mark.slow
def test_blessed_in_a_pvh_guest(boot):
    """Linux that was started through PVH sees no variables; its command line has what it takes."""
    disk = installed(boot, "bootctl-pvh", {
        "loader/loader.conf": WITHOUT_MENU + b"pass-entry yes\n", GUEST_ENTRY: BY_PVH,
        **efi_guest.files((), """
run before pvhboot-bless
run bless pvhboot-bless good
run after pvhboot-bless
""", {"bin/pvhboot-bless": TOP / "tools" / "pvhboot-bless"})})
    said = guest_outputs(disk, lacks=efi_guest.LACKS_OF_PVH)
    assert said["before"].strip() == "indeterminate"
    assert said["after"].strip() == "good"
    assert "guest.conf" in disk.names(ENTRIES)


# The entries have other IDs in systemd-boot 252, which leaves the counters in, makes all of it
# small letters, and adds what it finds itself; it leaves the times out where a CPU does not say
# how fast it counts, as TCG's; and it has the GUID in capitals, which all readers take.
TIMES = {"LoaderTimeInitUSec", "LoaderTimeExecUSec"}
OTHERWISE = {"LoaderInfo", "LoaderFeatures", "LoaderEntries", "LoaderEntrySelected"}


@pytest.mark.slow
def test_variables_are_those_of_systemd_boot(boot):
    """On the same disk, the same variables with the same attributes, and the same forms of text."""
    found = {}
    for name, loader in (("pvhboot", LOADER), ("systemd-boot", SYSTEMD_BOOT)):
        disk = installed(boot, f"bootctl-by-{name}", guest_files("run variables show_variables"),
                         loader=loader)
        # What both know: systemd-boot 252 has no menu-disabled.
        disk.write("loader/loader.conf", b"timeout 0\n")
        found[name] = read_variables(guest_outputs(disk)["variables"])
    ours, theirs = found["pvhboot"], found["systemd-boot"]
    assert set(ours) - TIMES == set(theirs) - TIMES
    assert {variable.attributes for variable in (*ours.values(), *theirs.values())} == {0x6}
    assert [name for name in theirs if name not in OTHERWISE
            and ours[name].text.lower() != theirs[name].text.lower()] == []
    assert len(ours["LoaderFeatures"].data) == len(theirs["LoaderFeatures"].data)
    assert ours["LoaderInfo"].text.startswith("pvhboot ")
    assert (ours["LoaderEntrySelected"].text, theirs["LoaderEntrySelected"].text) == (
        "guest.conf", f"guest+{BOOT_COUNT}.conf")
    assert int(ours["LoaderTimeInitUSec"].text) <= int(ours["LoaderTimeExecUSec"].text)
