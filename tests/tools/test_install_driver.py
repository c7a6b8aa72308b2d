# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-install --driver."""

import pytest

from install_runs import BINARY, Machine, loader

DRIVERS = "EFI/pvhboot/drivers"
DRIVER = b"MZ" + bytes(range(256)) * 40


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    """One whose ESP is a plain folder."""
    return Machine(tmp_path)


def driver_file(machine, name="ext4_x64.efi", content=DRIVER):
    """A driver outside the ESP."""
    path = machine.folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("command", ["install", "update"])
def test_a_driver_is_copied(machine, command):
    machine.place(BINARY, loader())
    said = machine.call(command, "--driver", driver_file(machine))
    assert machine.files()[f"{DRIVERS}/ext4_x64.efi"] == DRIVER
    assert f"copied {machine.folder}/ext4_x64.efi to {machine.esp}/{DRIVERS}/ext4_x64.efi\n" in said
    assert f"\ndriver: {DRIVERS}/ext4_x64.efi\n" in machine.call("status")


def test_a_second_time_changes_nothing(machine):
    machine.call("install", f"--driver={driver_file(machine)}")
    before = machine.files()
    said = machine.call("install", f"--driver={driver_file(machine)}")
    assert f"{machine.esp}/{DRIVERS}/ext4_x64.efi is up to date\n" in said
    assert machine.files() == before


def test_another_version_replaces(machine):
    machine.call("install", "--driver", driver_file(machine))
    machine.call("install", "--driver", driver_file(machine, content=DRIVER[:-1]))
    assert machine.files()[f"{DRIVERS}/ext4_x64.efi"] == DRIVER[:-1]


@pytest.mark.parametrize("command", ["install", "update"])
def test_what_somebody_else_has_put_there_stays(machine, command):
    machine.place(BINARY, loader())
    machine.place(f"{DRIVERS}/EXT4_x64.efi", DRIVER + b"signed")
    line = machine.refusal(command, "--driver", driver_file(machine))
    assert line == f"pvhboot-install: {machine.esp}/{DRIVERS}/EXT4_x64.efi: another driver, which pvhboot-install has not put " \
        "there; nothing was changed, --force replaces it"
    machine.call(command, "--force", "--driver", driver_file(machine))
    assert machine.files()[f"{DRIVERS}/EXT4_x64.efi"] == DRIVER
    machine.call(command, "--driver", driver_file(machine, content=DRIVER[:-1]))
    assert machine.files()[f"{DRIVERS}/EXT4_x64.efi"] == DRIVER[:-1]


def test_what_somebody_has_changed_since_stays(machine):
    for name in ("ext4_x64.efi", "btrfs_x64.efi"):
        machine.call("install", "--driver", driver_file(machine, name))
    machine.place(f"{DRIVERS}/ext4_x64.efi", DRIVER + b"signed")
    assert "another driver" in machine.refusal("install", "--driver", driver_file(machine, content=DRIVER[:-1]))
    machine.call("install", "--driver", driver_file(machine, "btrfs_x64.efi", DRIVER[:-1]))
    assert machine.files()[f"{DRIVERS}/btrfs_x64.efi"] == DRIVER[:-1]
    names = [line.split()[1] for line in machine.files()[f"{DRIVERS}/pvhboot.sha256"].decode().splitlines()]
    assert names == ["ext4_x64.efi", "btrfs_x64.efi"]
    said = machine.call("status")
    assert said.count("driver: ") == 2 and "sha256" not in said


def test_what_was_there_already_counts_as_put_there(machine):
    """Earlier versions kept no list."""
    machine.place(f"{DRIVERS}/ext4_x64.efi", DRIVER)
    machine.call("install", "--driver", driver_file(machine))
    machine.call("install", "--driver", driver_file(machine, content=DRIVER[:-1]))
    assert machine.files()[f"{DRIVERS}/ext4_x64.efi"] == DRIVER[:-1]


def test_drivers_whose_names_are_alike(machine):
    for name in ("a-b_x64.efi", "a.b_x64.efi"):
        machine.call("install", "--driver", driver_file(machine, name))
    machine.call("install", "--driver", driver_file(machine, "a-b_x64.efi", DRIVER[:-1]))
    assert len(machine.files()[f"{DRIVERS}/pvhboot.sha256"].splitlines()) == 2


def test_a_folder_of_the_drivers_name(machine):
    (machine.esp / DRIVERS / "ext4_x64.efi").mkdir(parents=True)
    assert "another driver" in machine.refusal("install", "--driver", driver_file(machine))


def test_a_dry_run_copies_nothing(machine):
    machine.call("install", "--dry-run", "--driver", driver_file(machine))
    assert machine.files() == {}


def test_drivers_stay_when_the_loader_goes(machine):
    machine.call("install", "--driver", driver_file(machine))
    machine.call("remove")
    assert machine.files()[f"{DRIVERS}/ext4_x64.efi"] == DRIVER
    assert BINARY not in machine.files()


@pytest.mark.parametrize("name, content, sentence", [
    ("ext4_aa64.efi", DRIVER, "pvhboot starts only drivers whose names end in x64.efi or ia32.efi"),
    ("ext 4_x64.efi", DRIVER, "only letters, digits, dots, - and _ can be in a driver's name"),
    ("ext4_x64.efi", b"ELF", "not an EFI program"),
])
def test_what_is_no_driver(machine, name, content, sentence):
    assert sentence in machine.refusal("install", "--driver", driver_file(machine, name, content))


def test_one_that_refind_does_not_have(machine):
    line = machine.refusal("install", "--driver", "zfs")
    assert line.endswith("/zfs_x64.efi: no such driver; install Debian's package refind, or name a file")


def test_misuse(machine):
    for words in (("status", "--driver", "ext4"), ("install", "--driver=")):
        done = machine.run(*words, machine.esp)
        assert done.returncode == 2 and "driver" in done.stderr
