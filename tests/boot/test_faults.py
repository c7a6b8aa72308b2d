# SPDX-License-Identifier: BSD-2-Clause
"""Media that fail while a kernel is read: one line that names the file, an EFI error, all memory given back."""

import os
import struct
import uuid

import pytest

import faults
import matrix
import media
import packing
import qemu
import report
import scenario
import variables
from artifacts import LOADER, TOP, kernel_path, required
from qemu import Machine
from scenario import LOADER_COMMAND
from test_boots import EXIT_OF_PASS
from test_errors import cases, complaints, lost_memory, session_files

SECOND_ESP = uuid.UUID("8d0d1f6a-3f52-4e9a-b6c1-70766800000f")


def path_on_volume(file):
    """Entries have to be where the loader looks for them."""
    return f"loader/entries/{file.name}" if file.name.endswith(".conf") else f"{faults.FOLDER}/{file.name}"


def content(file):
    """The whole of it, before it goes bad."""
    if isinstance(file.content, int):
        return scenario.pattern("faults", file.name, file.content)
    if isinstance(file.content, bytes):
        return file.content
    return packing.packed(required(TOP / file.content), file.packers).read_bytes()


def last_offset(data):
    """Where the last byte is that has to be read: a bzImage's payload does not end with the file."""
    if data[0x202:0x206] != b"HdrS":
        return len(data) - 1
    payload, size = struct.unpack_from("<II", data, 0x248)
    return (data[0x1f1] + 1) * media.SECTOR + payload + size - 1


def bad_offset(file):
    return int(last_offset(content(file)) * file.place)


def files_on_volume(files):
    """Each bad file between two gaps."""
    found = {f"{faults.FOLDER}/gap": bytes(faults.GAP)}
    for file in files:
        found[path_on_volume(file)] = content(file)
        found[f"{faults.FOLDER}/gap-{file.name}"] = bytes(faults.GAP)
    return found


def spoil(image, files):
    """Do to each file on the image what is to happen to it; returns the sectors that QEMU has to refuse."""
    bad_sectors = []
    for file in files:
        where = (image, path_on_volume(file), bad_offset(file))
        if file.how == "cut":
            media.cut_chain(*where)
        elif file.how == "gone":
            os.truncate(image, media.sector_of(*where) * media.SECTOR)
        else:
            bad_sectors.append(qemu.Fault(media.sector_of(*where), file.how == "once"))
    return tuple(bad_sectors)


def boot_disk(name, machine, files, bad, boot):
    """Boot the script among the files from a disk that also has the bad ones."""
    image = boot.folder(name) / "image"
    media.write_disk(image, {**files, **files_on_volume(bad)})
    bad_sectors = spoil(image, bad)
    store = variables.add_boot_options(qemu.firmware_variables(machine), [scenario.shell_option()])
    return boot.run(name, machine, image, store, faults=bad_sectors)


SESSIONS = (
    (faults.UNREADABLE, faults.ERRORS, True),
    (faults.CUT, faults.CUTS, True),
    (faults.ENDS_EARLY, (faults.GONE,), True),
)


@pytest.mark.parametrize("session, bad", [
    pytest.param(session, bad, id=session.name, marks=[pytest.mark.slow] if slow else [])
    for session, bad, slow in SESSIONS])
def test_refused_in_the_shell(session, bad, boot):
    result = boot_disk(session.name, session.machine, session_files(session), bad, boot)
    wrong = [text for refusal in session.refusals for text in complaints(refusal, result.serial)]
    wrong += lost_memory(session, result.serial)
    assert not wrong, "\n".join(wrong)
    assert report.test_kernel(report.plain(result.serial)).verdict.startswith("PASS")
    assert result.status == EXIT_OF_PASS


def two_tries(path):
    """A script that starts a kernel, and once more where that fails."""
    return scenario.script("echo case once", f"{LOADER_COMMAND} {path} try=first", "echo status %lasterror%",
                           f"{LOADER_COMMAND} {path} try=second")


@pytest.mark.slow
@pytest.mark.parametrize("medium, tries_again", faults.TRIES_AGAIN.items())
def test_a_sector_that_fails_once(medium, tries_again, boot):
    files = {scenario.INSTALLED: required(LOADER),
             scenario.SCRIPT: two_tries(f"\\{faults.FOLDER}\\{faults.ONCE.name}")}
    result = boot_disk(f"media-once-{medium}", Machine("bookworm", medium=medium), files, (faults.ONCE,), boot)
    found = report.test_kernel(report.plain(result.serial))
    assert result.status == EXIT_OF_PASS and found.failed == []
    assert found.values["cmdline"] == ("try=first" if tries_again else "try=second")
    lines = [line for lines, _ in cases(result.serial, "once") for line in lines]
    assert len(lines) == (0 if tries_again else 1), lines
    assert all(faults.ONCE.name in line and "Device Error" in line for line in lines)


def second_disk(image):
    """QEMU's options for another disk."""
    return ("-drive", f"if=none,id=second,format=raw,snapshot=on,file={image}",
            "-device", "virtio-blk-pci,drive=second")


def boot_two_disks(name, machine, bad, boot):
    """Boot from a disk with the bad file, then from one without; both have the loader and a good kernel."""
    folder = boot.folder(name)
    files = {scenario.INSTALLED: required(LOADER), "tk64n8.elf": kernel_path("tk64n8")}
    first = media.write_disk(folder / "image", {**files, **files_on_volume((bad,))})
    second = media.write_disk(folder / "second", files, SECOND_ESP)
    overwrite = "--overwrite-acpi-nvs " if matrix.has_nvs(machine) else ""
    options = [scenario.installed_option(partition, variables.utf16(overwrite + text)) for partition, text in (
        (first, faults.start(bad.name)), (second, "\\tk64n8.elf from=second"))]
    store = variables.add_boot_options(qemu.firmware_variables(machine), options)
    return boot.run(name, machine, folder / "image", store, faults=spoil(folder / "image", (bad,)),
                    devices=second_disk(folder / "second"))


def check_second_disk(bad, says, result):
    """One line told about the first disk; the second one's kernel was started and is content."""
    lines = report.boot_option_lines(report.plain(result.serial))
    assert len(lines) == 1 and bad.name in lines[0] and says in lines[0], lines
    found = report.test_kernel(report.plain(result.serial))
    assert found.failed == [] and found.values["cmdline"] == "from=second"
    assert result.status == EXIT_OF_PASS


@pytest.mark.slow
@pytest.mark.parametrize("firmware, medium", faults.UNREADABLE_ON)
@pytest.mark.parametrize("bad", faults.MIDDLES, ids=lambda bad: bad.name)
def test_the_firmware_goes_on_to_another_disk(firmware, medium, bad, boot):
    """The first boot option's kernel or initrd cannot be read; the option behind it is on a second disk."""
    name = f"media-goes-on-{firmware}-{medium}-{bad.name}"
    machine = Machine(firmware=firmware, medium=medium)
    check_second_disk(bad, "Device Error", boot_two_disks(name, machine, bad, boot))


@pytest.mark.slow
@pytest.mark.parametrize("firmware, medium", faults.HIDDEN_ON)
def test_a_checksum_finds_what_the_firmware_hides(firmware, medium, boot):
    machine = Machine(firmware=firmware, medium=medium)
    result = boot_two_disks(f"media-hidden-{firmware}-{medium}", machine, faults.HIDDEN, boot)
    check_second_disk(faults.HIDDEN, "xz: damaged at offset 0x", result)


@pytest.mark.slow
def test_an_entry_that_cannot_be_read_costs_that_entry(boot):
    """The other entry boots; one line says which was passed over."""
    folder = boot.folder("media-entry")
    machine = Machine()
    partition = media.write_disk(folder / "image", {
        scenario.INSTALLED: required(LOADER), "tk64n8.elf": kernel_path("tk64n8"),
        "loader/entries/good.conf": b"title Good\npvh /tk64n8.elf\noptions from=good\n",
        **files_on_volume((faults.BAD_ENTRY,))})
    store = variables.add_boot_options(qemu.firmware_variables(machine),
                                       [scenario.installed_option(partition, b"")])
    result = boot.run("media-entry", machine, folder / "image", store,
                      faults=spoil(folder / "image", (faults.BAD_ENTRY,)))
    text = report.plain(result.serial)
    found = report.test_kernel(text)
    assert found.failed == [] and found.values["cmdline"] == "from=good"
    assert result.status == EXIT_OF_PASS
    lines = [line for line in text.split("\n") if faults.BAD_ENTRY.name in line]
    assert len(lines) == 1 and "cannot read" in lines[0] and "Device Error" in lines[0], lines
