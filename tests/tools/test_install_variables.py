# SPDX-License-Identifier: BSD-2-Clause
"""The firmware's boot entries that pvhboot-install makes, finds again and removes."""

import pytest
from install_runs import BINARY, LINUX_TYPE, UUIDS, Machine, file_option, load_option, partition_node, standard

OPTIONS = "--initrd \\a b\u00e9"

# What efibootmgr 17 wrote for this label, path and partition, and for these options behind "-u --".
RECORDED = bytes.fromhex(
    "01000000640070007600680062006f006f007400000004012a0001000000000800000000000000400100000000006a1f0d8d523f9a4e"
    "b6c170766800000e0202040436005c004500460049005c0070007600680062006f006f0074005c0070007600680062006f006f007400"
    "2e0065006600690000007fff0400"
    "2d002d0069006e00690074007200640020005c00610020006200e900")
RECORDED_UUID = "8d0d1f6a-3f52-4e9a-b6c1-70766800000e"


@pytest.fixture
def machine(tmp_path):
    """One that was started by EFI, its ESP on /dev/sda1, partition 1 with UUIDS[1]."""
    return standard(tmp_path)


def registered(machine):
    """The entries that the tests did not put there."""
    return [number for number in machine.variables.entries() if number != 0]


def test_the_stand_in_writes_what_efibootmgr_writes():
    assert file_option("pvhboot", 1, RECORDED_UUID, options=OPTIONS.encode("utf-16-le")) == RECORDED


def test_an_entry_that_efibootmgr_wrote_is_found(machine):
    machine.partition("/dev/sda1", "/dev/sda", 1, RECORDED_UUID)
    machine.variables.write("Boot00AB", RECORDED)
    machine.variables.write_order([0xab, 0])
    assert "\nboot entry: Boot00AB, the first\n" in machine.call("status", status=3)
    machine.call("install", "--options", OPTIONS)
    assert (registered(machine), machine.variables.read("Boot00AB")) == ([0xab], RECORDED)


@pytest.mark.parametrize("device, disk, number", [
    ("/dev/sda1", "/dev/sda", 1), ("/dev/nvme0n1p15", "/dev/nvme0n1", 15), ("/dev/mmcblk0p2", "/dev/mmcblk0", 2)])
@pytest.mark.parametrize("partuuid", [UUIDS[2], "0ed0acfe-01"], ids=["gpt", "mbr"])
def test_the_entry_comes_first_in_the_boot_order(tmp_path, device, disk, number, partuuid):
    machine = Machine(tmp_path)
    partuuid = partuuid if len(partuuid) > 11 else f"0ed0acfe-{number:02x}"
    machine.partition(device, disk, number, partuuid, "0xef" if len(partuuid) == 11 else LINUX_TYPE)
    machine.mount(device)
    machine.started_by_efi()
    warnings = "" if len(partuuid) == 11 else "not an EFI system partition"
    assert f"registered pvhboot on {disk}, partition {number}," in machine.call("install", warnings=warnings)
    assert machine.variables.read("Boot0001") == file_option("pvhboot", number, partuuid)
    assert machine.variables.order() == [1, 0]
    machine.call("install", warnings=warnings)
    machine.call("remove", warnings=warnings)
    assert (machine.variables.entries(), machine.variables.order()) == ([0], [0])


def test_options_go_to_the_entry(machine):
    machine.call("install", "--options", OPTIONS)
    assert machine.variables.options(1) == OPTIONS


def test_a_second_install_makes_no_second_entry(machine):
    machine.call("install", "--options", OPTIONS)
    before = machine.variables.read("Boot0001")
    machine.program("efibootmgr", "echo called >&2; exit 1")
    machine.call("install", "--options", OPTIONS)
    machine.call("install")
    assert (registered(machine), machine.variables.read("Boot0001")) == ([1], before)


@pytest.mark.parametrize("text", ["\u00fc\u07ff", "\u0800 \u20ac\uffee", "a  b", "x"])
def test_every_letter_is_compared(machine, text):
    machine.variables.write("Boot0007", file_option("x", 1, UUIDS[1], options=text.encode("utf-16-le")))
    machine.variables.write_order([7, 0])
    machine.call("install", "--options", text)
    assert registered(machine) == [7]
    machine.call("install", "--options", text[:-1] + chr(ord(text[-1]) - 1))
    assert registered(machine) == [1]


def test_new_options_replace_the_entry(machine):
    machine.call("install", "--options", OPTIONS)
    said = machine.call("install", "--options", "--verbose")
    assert "removed the boot entry Boot0001\n" in said
    number, = registered(machine)
    assert machine.variables.options(number) == "--verbose"
    assert machine.variables.order() == [number, 0]
    machine.call("install", "--options", "")
    number, = registered(machine)
    assert machine.variables.options(number) == ""


def test_options_with_their_terminator_are_the_same(machine):
    machine.variables.write("Boot0007", file_option("x", 1, UUIDS[1], options=(OPTIONS + "\0").encode("utf-16-le")))
    machine.variables.write_order([7, 0])
    machine.call("install", "--options", OPTIONS)
    assert registered(machine) == [7]


def test_an_entry_that_is_there_is_made_first_and_active(machine):
    machine.variables.write("Boot0003", file_option("old name", 1, UUIDS[1], active=False))
    machine.variables.write_order([0, 4, 3, 5])
    machine.call("install")
    assert machine.variables.is_active(3)
    assert machine.variables.order() == [3, 0, 4, 5]
    assert registered(machine) == [3]


@pytest.mark.parametrize("order", [[], [0]])
def test_an_entry_that_no_order_names(machine, order):
    machine.variables.write("Boot0003", file_option("pvhboot", 1, UUIDS[1]))
    if order:
        machine.variables.write_order(order)
    else:
        machine.variables.path("BootOrder").unlink()
    machine.call("install")
    assert machine.variables.order() == [3, *order]


def test_duplicates_go_and_the_first_of_the_order_stays(machine):
    for number in (2, 5, 9):
        machine.variables.write(f"Boot{number:04X}", file_option("pvhboot", 1, UUIDS[1]))
    machine.variables.write_order([0, 9, 2])
    machine.call("install")
    assert registered(machine) == [9]
    assert machine.variables.order() == [9, 0]


# What looks like our entry and is another's.
STRANGERS = {
    "another disk's": file_option("pvhboot", 1, UUIDS[5]),
    "another file's": file_option("pvhboot", 1, UUIDS[1], "\\EFI\\pvhboot\\pvhboot.efi.bak"),
    "another folder's": file_option("pvhboot", 1, UUIDS[1], "\\EFI\\EFI\\pvhboot\\pvhboot.efi"),
    "the path in the options": file_option(
        "pvhboot", 1, UUIDS[1], "\\a.efi", options="\\EFI\\pvhboot\\pvhboot.efi".encode("utf-16-le")),
    "the path in the label": load_option("\\EFI\\pvhboot\\pvhboot.efi", partition_node(1, UUIDS[1])),
    "no file": load_option("pvhboot", partition_node(1, UUIDS[1])),
    "a cut one": file_option("pvhboot", 1, UUIDS[1])[:-40],
    "a node of no length": load_option("pvhboot", b"\4\1\0\0" + partition_node(1, UUIDS[1])),
    "empty": b"",
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_other_entries_stay(machine, stranger):
    machine.variables.write("Boot0004", STRANGERS[stranger])
    machine.variables.write_order([4, 0])
    machine.call("install")
    assert machine.variables.order() == [1, 4, 0]
    machine.call("remove")
    assert machine.variables.read("Boot0004") == STRANGERS[stranger]
    assert machine.variables.order() == [4, 0]


def test_the_case_of_a_path_means_nothing(machine):
    machine.variables.write("Boot0004", file_option("x", 1, UUIDS[1].upper(), "\\efi\\PVHBOOT\\Pvhboot.EFI"))
    machine.variables.write_order([4, 0])
    machine.call("install")
    assert registered(machine) == [4]


def test_a_full_device_path_is_read(machine):
    """As firmware writes it: PCI root, device and disk before the partition."""
    before = bytes.fromhex("02010c00d041030a0000000001010600021f" "03120a000000ffff0000")
    ours = file_option("pvhboot", 1, UUIDS[1])
    nodes = ours[ours.index(b"\4\1\x2a\0"):-4]
    machine.variables.write("Boot0004", load_option("UEFI OS", before + nodes))
    machine.variables.write_order([4, 0])
    machine.call("install")
    assert registered(machine) == [4]


def test_a_mirrored_esp_has_an_entry_for_each_disk(tmp_path):
    machine = Machine(tmp_path)
    machine.partition("/dev/sda1", "/dev/sda", 1, UUIDS[1])
    machine.partition("/dev/sdb3", "/dev/sdb", 3, UUIDS[2])
    (tmp_path / "lsblk" / "md127").write_text(
        "/dev/md127 raid1\n/dev/sda1 part\n/dev/sda disk\n/dev/sdb3 part\n/dev/sdb disk\n")
    machine.mount("/dev/md127")
    machine.started_by_efi()
    for _ in range(2):
        machine.call("install")
        assert machine.variables.read("Boot0001") == file_option("pvhboot", 1, UUIDS[1])
        assert machine.variables.read("Boot0002") == file_option("pvhboot", 3, UUIDS[2])
        assert sorted(machine.variables.order()) == [0, 1, 2] and machine.variables.order()[2] == 0
    machine.call("remove")
    assert machine.variables.order() == [0]


def test_a_partition_of_a_multipath_disk(tmp_path):
    machine = Machine(tmp_path)
    machine.partition("/dev/mapper/mpatha-part1", "/dev/mapper/mpatha", 1, UUIDS[1])
    (tmp_path / "lsblk" / "mpatha-part1").write_text(
        "/dev/mapper/mpatha-part1 part\n/dev/mapper/mpatha mpath\n/dev/sda disk\n/dev/sdb disk\n")
    machine.mount("/dev/mapper/mpatha-part1")
    machine.started_by_efi()
    assert "registered pvhboot on /dev/mapper/mpatha, partition 1," in machine.call("install")


@pytest.mark.parametrize("kind", ["disk", "lvm", "crypt", "loop"])
def test_what_firmware_could_not_find_is_not_registered(tmp_path, kind):
    machine = Machine(tmp_path)
    machine.partition("/dev/sda1", "/dev/sda", 1, UUIDS[1])
    (tmp_path / "lsblk" / "thing").write_text(f"/dev/thing {kind}\n/dev/sda1 part\n/dev/sda disk\n")
    machine.mount("/dev/thing")
    machine.started_by_efi()
    machine.call("install", warnings="/dev/thing: not a partition that the firmware could find")
    assert (machine.variables.entries(), BINARY in machine.files()) == ([0], True)


def test_no_variables_leaves_the_firmware_alone(machine):
    machine.call("install", "--no-variables")
    assert machine.variables.order() == [0]
    machine.variables.write("Boot0001", file_option("pvhboot", 1, UUIDS[1]))
    machine.call("remove", "--no-variables")
    assert machine.variables.entries() == [0, 1]


def test_dry_run_changes_no_variable(machine):
    said = machine.call("install", "--dry-run", "--options", "x")
    assert "would have registered pvhboot on /dev/sda, partition 1," in said
    assert registered(machine) == []
    machine.call("install")
    assert "would have removed the boot entry Boot0001\n" in machine.call("remove", "--dry-run")
    machine.variables.write_order([0, 1])
    assert "would have made Boot0001 the firmware's first boot entry\n" in machine.call("install", "--dry-run")
    assert machine.variables.order() == [0, 1]


def test_update_leaves_the_boot_order_to_its_owner(machine):
    machine.call("install")
    machine.variables.write_order([0, 1])
    machine.call("update")
    assert machine.variables.order() == [0, 1]


def test_without_variables_the_files_are_put_in_place(machine):
    for path in machine.variables.folder.iterdir():
        path.unlink()
    machine.call("install", warnings="a kernel started through PVH has none, boot it through EFI")
    assert BINARY in machine.files()
    assert "EFI variables: none" in machine.call("status")


def test_without_efibootmgr_the_files_are_put_in_place(machine, monkeypatch):
    """With all that PATH has but efibootmgr."""
    (machine.folder / "bin" / "efibootmgr").unlink()
    for name in "sh dirname readlink head tr cut sed sort find awk cat cmp ls od df wc mkdir mv rm sync tail grep".split():
        machine.program(name, f'PATH=/usr/sbin:/usr/bin:/sbin:/bin exec {name} "$@"')
    path = f"{machine.folder}/bin"
    done = machine.run("install", "--efi", machine.efi, machine.esp, environment={"PATH": path})
    assert (done.returncode, "efibootmgr is not installed: no boot entry is made" in done.stderr) == (0, True), done
    assert BINARY in machine.files()


def test_a_firmware_that_refuses(machine):
    (machine.folder / "refusal").write_text("Could not prepare Boot variable: No space left on device\nusage\n")
    done = machine.run("install", "--efi", machine.efi, machine.esp)
    assert done.returncode == 1
    line, = done.stderr.splitlines()
    assert line.endswith("(--no-variables leaves them alone): No space left on device")
    assert BINARY in machine.files()


@pytest.mark.parametrize("order, sentence", [([1, 0], "Boot0001, the first"), ([0, 1], "Boot0001, not the first"),
                                             ([0], "none")])
def test_status_tells_of_the_boot_entry(machine, order, sentence):
    machine.call("install")
    if 1 not in order:
        machine.variables.path("Boot0001").unlink()
    machine.variables.write_order(order)
    said = machine.call("status")
    assert f"\nboot entry: {sentence}\n" in said
    assert "\nSecure Boot: off\n" in said and f"ESP: {machine.esp} (/dev/sda1)\n" in said
