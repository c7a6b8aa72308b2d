# SPDX-License-Identifier: BSD-2-Clause
"""What pvhboot-install puts onto an ESP, what it leaves alone, and how it fails."""

import itertools
import os
import resource
import shutil
import signal
import subprocess
import time

import pytest
import signals
from conftest import TOOLS
from install_runs import BINARY, FALLBACK, FALLBACK_IA32, FOREIGN, LINUX_TYPE, UUIDS, Machine, loader, standard

NEW = loader("1.2.3")
OLD = loader("1.2.2", b"older")
NEWER = loader("1.10.0", b"newer")
OTHER_BUILD = loader("1.2.3", b"other")


@pytest.fixture
def machine(tmp_path):
    """One whose ESP is a plain folder."""
    return Machine(tmp_path)


def test_an_empty_esp_is_filled(machine):
    said = machine.call("install")
    files = machine.files()
    assert list(files) == ["EFI", "EFI/pvhboot", BINARY, "loader", "loader/entries", "loader/loader.conf"]
    assert files[BINARY] == NEW
    assert f"copied {machine.efi} to {machine.esp}/{BINARY}\n" in said
    assert "is a folder, not a mounted partition: no boot entry is made\n" in said


def test_install_is_what_is_done_when_no_command_is_given(machine):
    assert machine.run("--efi", machine.efi, machine.esp).returncode == 0
    assert machine.files()[BINARY] == NEW


def test_loader_conf_is_for_both_loaders_and_changes_nothing(machine):
    machine.call("install")
    lines = machine.files()["loader/loader.conf"].decode().splitlines()
    assert lines and all(line.startswith("#") for line in lines)


def test_removable_is_a_second_copy(machine):
    machine.call("install", "--removable")
    assert machine.files()[BINARY] == machine.files()[FALLBACK] == NEW


def for_ia32(content):
    """The same with the PE header of a program for 32-bit firmware, which is not signed."""
    return content[:60] + (64).to_bytes(4, "little") + b"PE\0\0" + (0x14c).to_bytes(2, "little") + bytes(230) + content[300:]


@pytest.fixture
def ia32(machine):
    """The loader for 32-bit firmware, and the words that name it."""
    path = machine.folder / "ia32.efi"
    path.write_bytes(for_ia32(loader(filling=b"ia32")))
    return path


def test_removable_starts_on_firmware_of_either_width(machine, ia32):
    machine.call("install", "--removable", "--efi-ia32", ia32)
    assert machine.files()[BINARY] == machine.files()[FALLBACK] == NEW
    assert machine.files()[FALLBACK_IA32] == ia32.read_bytes()
    assert f"{FALLBACK_IA32}: 1.2.3, up to date\n" in machine.call("status", "--efi-ia32", ia32)
    said = machine.call("status")  # nothing at hand to compare it with
    assert f"{FALLBACK_IA32}: 1.2.3, no pvhboot.efi at hand to compare it with\n" in said
    machine.place(FALLBACK_IA32, OLD)
    machine.call("update")  # nothing at hand to replace it with
    assert machine.files()[FALLBACK_IA32] == OLD
    machine.call("update", "--efi-ia32", ia32)
    assert machine.files()[FALLBACK_IA32] == ia32.read_bytes()
    machine.call("remove")
    assert not any(path.startswith("EFI") for path in machine.files())


def test_without_removable_there_is_no_copy_for_other_firmware(machine, ia32):
    machine.call("install", "--efi-ia32", ia32)
    assert FALLBACK_IA32 not in machine.files()


def test_32_bit_firmware_gets_its_own(machine, ia32):
    (machine.folder / "fw_platform_size").write_text("32\n")
    assert "name the pvhboot.efi for it with --efi-ia32" in machine.refusal("install")
    machine.call("install", "--removable", "--efi-ia32", ia32)
    assert machine.files()[BINARY] == machine.files()[FALLBACK_IA32] == ia32.read_bytes()
    assert machine.files()[FALLBACK] == NEW


def test_where_the_firmware_is_unknown_the_loader_tells(machine, ia32):
    """A Linux that was started through PVH does not know the firmware's width."""
    ia32.write_bytes(for_ia32(NEW))
    machine.place(BINARY, for_ia32(OLD))
    assert "name the pvhboot.efi for it with --efi-ia32" in machine.refusal("update")
    machine.call("update", "--efi-ia32", ia32)
    assert machine.files()[BINARY] == ia32.read_bytes()


def test_each_loader_is_for_its_firmware(machine, ia32):
    machine.efi.write_bytes(for_ia32(NEW))
    assert "is for 32-bit firmware; name it with --efi-ia32" in machine.refusal("install", "--force")
    machine.efi.write_bytes(NEW)
    ia32.write_bytes(NEW)
    assert "ia32.efi: is not for 32-bit firmware; name it with --efi" in machine.refusal("install", "--efi-ia32", ia32)
    assert machine.files() == {}


def test_both_loaders_have_one_version(machine, ia32):
    ia32.write_bytes(OLD)
    assert "ia32.efi: not pvhboot 1.2.3" in machine.refusal("install", "--removable", "--efi-ia32", ia32)
    assert machine.files() == {}


@pytest.mark.parametrize("command", ["install", "update"])
def test_both_copies_are_kept_up_to_date(machine, command):
    machine.place(BINARY, OLD)
    machine.place(FALLBACK, OLD)
    machine.call(command)
    assert machine.files()[BINARY] == machine.files()[FALLBACK] == NEW


def test_update_adds_nothing(machine):
    machine.place(FALLBACK, OLD)
    machine.call("update")
    assert list(machine.files()) == ["EFI", "EFI/BOOT", FALLBACK]
    assert machine.files()[FALLBACK] == NEW


def test_update_needs_something_to_update(machine):
    machine.place(BINARY, FOREIGN)
    assert "pvhboot is not installed there" in machine.refusal("update")


@pytest.mark.parametrize("command", ["install", "update"])
def test_another_build_of_the_same_version_replaces(machine, command):
    machine.place(BINARY, OTHER_BUILD)
    machine.call(command)
    assert machine.files()[BINARY] == NEW


def test_a_second_install_changes_nothing(machine):
    machine.call("install")
    os.utime(machine.esp / BINARY, (1, 1))
    assert f"{BINARY} is up to date\n" in machine.call("install")
    assert (machine.esp / BINARY).stat().st_mtime == 1


def test_entries_and_loader_conf_stay(machine):
    kept = {"loader/loader.conf": b"timeout 9\n", "loader/entries/a.conf": b"title a\n", "EFI/pvhboot/vmlinuz": b"k"}
    for path, data in kept.items():
        machine.place(path, data)
    machine.call("install")
    machine.call("remove")
    assert {path: data for path, data in machine.files().items() if data is not None} == kept


@pytest.mark.parametrize("path, options", [(BINARY, []), (FALLBACK, ["--removable"])])
@pytest.mark.parametrize("content", [FOREIGN, b"", NEW[2:], NEW[:900]], ids=["other", "empty", "no MZ", "cut"])
def test_another_loaders_file_is_replaced_only_when_asked(machine, path, options, content):
    machine.place(path, content)
    assert f"{path}: not pvhboot" in machine.refusal("install", *options)
    machine.call("install", "--force", *options)
    assert machine.files()[path] == NEW


def test_another_loaders_fallback_is_no_hindrance(machine):
    machine.place(FALLBACK, FOREIGN)
    machine.call("install")
    machine.call("update")
    machine.call("remove")
    assert machine.files()[FALLBACK] == FOREIGN and BINARY not in machine.files()


def test_a_folder_in_the_way(machine):
    (machine.esp / BINARY).mkdir(parents=True)
    assert "not pvhboot" in machine.refusal("install")
    assert "is a folder" in machine.refusal("install", "--force")


def test_a_newer_one_stays(machine):
    machine.place(BINARY, NEWER)
    assert f"{BINARY}: newer, 1.10.0; nothing was changed" in machine.refusal("install")
    machine.call("update", warnings="newer, 1.10.0; left alone")
    assert machine.files()[BINARY] == NEWER


@pytest.mark.parametrize("command", ["install", "update"])
def test_a_newer_one_is_replaced_when_asked(machine, command):
    machine.place(BINARY, NEWER)
    machine.call(command, "--force")
    assert machine.files()[BINARY] == NEW


# Semantic Versioning, section 11, among others.
IN_ORDER = ["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
            "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc-1", "1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.10.0", "2.0.0"]


def newer(pairs):
    """Whether the program takes the first of each pair for the newer one."""
    calls = "".join(f"is_newer '{one}' '{two}' && echo newer || echo not\n" for one, two in pairs)
    said = subprocess.run(["sh"], input=f". '{TOOLS}/installer/binary.sh'\n{calls}", text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    return [line == "newer" for line in said.splitlines()]


def test_the_order_of_versions():
    pairs = list(itertools.product(range(len(IN_ORDER)), repeat=2))
    assert newer((IN_ORDER[one], IN_ORDER[two]) for one, two in pairs) == [one > two for one, two in pairs]


def test_build_metadata_has_no_order(machine):
    machine.efi.write_bytes(loader("1.0.0+a"))
    machine.place(BINARY, loader("1.0.0+b"))
    machine.call("update")
    assert machine.files()[BINARY] == loader("1.0.0+a")


def test_a_later_generation_is_known_too(machine):
    machine.place(BINARY, loader("1.0.0", generation=12))
    machine.call("update")
    assert machine.files()[BINARY] == NEW


def test_names_in_other_case_are_the_same(machine):
    machine.place("efi/Boot/bootx64.efi", OLD)
    machine.place("efi/PVHBOOT/PvhBoot.EFI", OLD)
    machine.place("Loader/LOADER.CONF", b"timeout 1\n")
    machine.call("install")
    assert {path: data for path, data in machine.files().items() if data is not None} == {
        "efi/Boot/bootx64.efi": NEW, "efi/PVHBOOT/PvhBoot.EFI": NEW, "Loader/LOADER.CONF": b"timeout 1\n"}
    machine.call("remove")
    assert list(machine.files()) == ["Loader", "Loader/LOADER.CONF", "Loader/entries"]


@pytest.mark.parametrize("command", ["install", "update", "remove"])
@pytest.mark.parametrize("already", [{}, {BINARY: OLD, FALLBACK: OLD}], ids=["empty", "old"])
def test_dry_run_changes_nothing(machine, command, already):
    for path, data in already.items():
        machine.place(path, data)
    before = machine.files()
    done = machine.run(command, "--dry-run", "--efi", machine.efi, machine.esp)
    assert machine.files() == before
    assert done.returncode == int(command == "update" and not already)
    assert all(line.startswith("would have ") or "is a folder" in line or "pvhboot is not installed" in line
               for line in done.stdout.splitlines())


def test_dry_run_tells_each_step_once(machine):
    steps = machine.call("install", "--dry-run", "--removable").replace("would have ", "")
    assert steps == machine.call("install", "--removable")
    steps = machine.call("remove", "--dry-run").replace("would have ", "")
    assert f"removed {machine.esp}/EFI\n" in steps
    assert steps == machine.call("remove")


def test_dry_run_keeps_folders_with_more_in_them(machine):
    machine.call("install", "--removable")
    machine.place("EFI/BOOT/grubx64.efi", FOREIGN)
    machine.place("EFI/pvhboot/pvhboot.new", b"half a file")
    steps = machine.call("remove", "--dry-run").replace("would have ", "")
    assert f"removed {machine.esp}/EFI/pvhboot\n" in steps and f"removed {machine.esp}/EFI/BOOT\n" not in steps
    assert steps == machine.call("remove")


def test_remove_leaves_nothing_of_its_own(machine):
    machine.call("install", "--removable")
    machine.call("remove")
    assert list(machine.files()) == ["loader", "loader/entries", "loader/loader.conf"]


def test_remove_twice(machine):
    machine.call("install")
    machine.call("remove")
    assert machine.call("remove").splitlines() == [
        f"{machine.esp}: pvhboot is not installed there",
        f"{machine.esp} is a folder, not a mounted partition: no boot entry is removed"]


def test_remove_leaves_what_is_not_ours(machine):
    machine.place(BINARY, FOREIGN)
    assert "is not pvhboot and stays" in machine.call("remove")
    assert machine.files()[BINARY] == FOREIGN


@pytest.mark.parametrize("found, text, status", [
    (None, "not installed", 3), (FOREIGN, "not pvhboot", 3), (NEW, "1.2.3, up to date", 0),
    (OLD, "1.2.2, out of date: pvhboot-install update installs 1.2.3", 4),
    (OTHER_BUILD, "1.2.3, out of date: pvhboot-install update installs 1.2.3", 4),
    (NEWER, "1.10.0, newer than 1.2.3", 0)])
@pytest.mark.parametrize("path", [BINARY, FALLBACK])
def test_status(machine, path, found, text, status):
    if found is not None:
        machine.place(path, found)
    assert f"\n{path}: {text}\n" in machine.call("status", status=status)


@pytest.mark.parametrize("path, other", [(BINARY, FALLBACK), (FALLBACK, BINARY)])
def test_status_tells_when_one_of_two_is_old(machine, path, other):
    machine.place(path, OLD)
    machine.place(other, NEW)
    machine.call("status", status=4)


def test_status_counts_entries(machine):
    for name in ("a.conf", "b.CONF", "note.txt"):
        machine.place(f"loader/entries/{name}", b"")
    assert "\nloader/entries: 2 entries\n" in machine.call("status", status=3)


def test_status_without_a_binary_to_compare_with(machine):
    machine.place(BINARY, OLD)
    (machine.folder / "lone").symlink_to(TOOLS / "pvhboot-install")
    machine.efi.unlink()
    assert "1.2.2, no pvhboot.efi at hand to compare it with" in machine.call("status")


@pytest.mark.parametrize("content, sentence", [
    (None, "cannot be read"), (FOREIGN, "not pvhboot, or damaged"), (b"", "not pvhboot, or damaged")])
def test_only_a_pvhboot_is_installed(machine, content, sentence):
    machine.efi.unlink()
    if content is not None:
        machine.efi.write_bytes(content)
    assert f"{machine.efi}: {sentence}" in machine.refusal("install")


def test_the_binary_is_found_beside_the_program(machine):
    """In an installed tree, also through a link."""
    prefix = machine.folder / "usr"
    (prefix / "sbin").mkdir(parents=True)
    shutil.copytree(TOOLS / "installer", prefix / "lib/pvhboot/installer")
    program = prefix / "sbin" / "pvhboot-install"
    program.write_bytes((TOOLS / "pvhboot-install").read_bytes())
    program.chmod(0o755)
    (prefix / "lib/pvhboot/pvhboot.efi").write_bytes(loader("7.8.9"))
    (machine.folder / "link").symlink_to(program)
    for name in (program, machine.folder / "link"):
        done = subprocess.run([name, "--version"], stdout=subprocess.PIPE, check=True, text=True)
        assert done.stdout == "pvhboot 7.8.9\n"


def test_a_copy_without_its_parts_says_so(machine):
    program = machine.folder / "pvhboot-install"
    shutil.copy(TOOLS / "pvhboot-install", program)
    done = subprocess.run([program, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    line, = done.stderr.splitlines()
    assert line.startswith(f"pvhboot-install: {machine.folder}/installer: no such folder")


def test_the_binary_is_found_in_the_sources(machine):
    version = (TOOLS.parent / "VERSION").read_text()
    assert machine.run("--version").stdout == f"pvhboot {version}"


def test_the_version_asks_for_nothing_that_only_installing_needs(machine):
    """32-bit firmware, and no loader for it at hand."""
    (machine.folder / "fw_platform_size").write_text("32\n")
    assert machine.run("--version", "--efi", machine.efi).stdout == "pvhboot 1.2.3\n"


@pytest.mark.parametrize("words, sentence", [
    (["--removeable"], "unknown option '--removeable'"),
    (["install", "remove"], "one command only, not install and remove"),
    (["/a", "/b"], "one ESP only, not /a and /b"),
    (["frobnicate", "a"], "no such command or folder: frobnicate"),
    (["--efi"], "--efi needs a value"),
    *[([f"{option}="], f"{option}") for option in ("--efi", "--efi-ia32", "--key", "--cert", "--driver", "--boot-path", "--shim")],
    (["--key", "", "--cert", ""], "--key needs a value, which is empty"),
    ([""], "the path of the ESP is empty"),
    (["update", "--removable"], "are for install, not for update"),
    (["status", "--options=x"], "are for install, not for status"),
    (["--options", "x", "--no-variables"], "--no-variables creates none")])
def test_wrong_usage(machine, words, sentence):
    done = machine.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    line, = done.stderr.splitlines()
    assert sentence in line


@pytest.mark.parametrize("path", ["EFI", "EFI/pvhboot", "loader", "loader/entries"])
def test_a_file_where_a_folder_is_needed(machine, path):
    machine.place(path, b"x")
    assert machine.refusal("install") == f"pvhboot-install: {machine.esp}/{path}: is a file, where a folder is needed; move it away"


def test_help_names_every_option(machine):
    done = machine.run("--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in (
        "install", "update", "remove", "status", "--removable", "--options", "--no-variables", "--efi", "--force",
        "--dry-run"))


def test_an_esp_that_is_not_there(machine):
    done = machine.run("status", machine.folder / "none")
    assert (done.returncode, "none: no such folder" in done.stderr) == (1, True)


# --- Finding the ESP ---

@pytest.mark.parametrize("mounts, found", [
    ([("/boot/efi", "vfat", None)], "/boot/efi"), ([("/boot", "vfat", None)], "/boot"),
    ([("/boot", "vfat", None), ("/efi", "vfat", None)], "/efi"),
    ([("/efi", "autofs", None), ("/efi", "vfat", None)], "/efi"),
    ([("/efi", "ext4", None), ("/boot/efi", "vfat", None)], "/boot/efi"),
    ([("/efi", "vfat", LINUX_TYPE), ("/boot", "vfat", None)], "/boot"),
    ([("/efi", "ext4", None), ("/boot", "vfat", LINUX_TYPE)], None), ([], None)])
def test_the_esp_is_found(machine, mounts, found):
    for number, (folder, kind, parttype) in enumerate(mounts):
        device = f"/dev/test{number}"
        machine.mount(device, folder, kind)
        if parttype:
            machine.partition(device, "/dev/test", 1, UUIDS[0], parttype)
    # The folder itself may or may not be there where this test runs: nothing is changed in it.
    done = machine.run("status", "--efi", machine.efi)
    if found is None:
        assert (done.returncode, "no EFI system partition is mounted at" in done.stderr) == (1, True)
    else:
        assert f"ESP: {found} (/dev/test" in done.stdout or f" {found}: cannot be read" in done.stderr


def test_a_named_esp_that_is_none_is_warned_of(tmp_path):
    machine = Machine(tmp_path)
    machine.mount("/dev/sdx1", kind="ext4")
    machine.partition("/dev/sdx1", "/dev/sdx", 1, UUIDS[0])
    machine.call("status", status=3, warnings="not an EFI system partition; firmware may not look there")


# --- When writing fails ---

def test_a_full_esp_is_found_before_anything_is_written(machine):
    machine.program("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n"
                          "/dev/sda1 1000 990 10 99%% /my esp\\n'")
    machine.place("EFI/keep", b"1")
    assert "only 10 KiB are free" in machine.refusal("install")


@pytest.mark.parametrize("command", ["install", "update"])
def test_what_is_up_to_date_needs_no_room(machine, command):
    machine.run("install", "--efi", machine.efi, machine.esp)
    machine.program("df", "printf 'head\\n/dev/sda1 1 1 0 100%% /\\n'")
    done = machine.run(command, "--efi", machine.efi, machine.esp)
    assert done.returncode == 0 and "up to date" in done.stdout, done


@pytest.mark.parametrize("already", [(), (BINARY,), (BINARY, FALLBACK)])
def test_room_is_asked_for_what_is_written(machine, already):
    """A megabyte each: what is there already needs no room of its own, but for the moment of its replacement."""
    machine.efi.write_bytes(loader(filling=bytes(1 << 10)))
    for path in already:
        machine.place(path, loader("1.2.2", bytes(1 << 10)))
    needed = 1001 * (3 - len(already))
    for free, fits in ((needed, False), (needed + 200, True)):
        machine.program("df", f"printf 'head\\n/dev/sda1 1 1 {free} 1%% /\\n'")
        done = machine.run("install", "--removable", "--efi", machine.efi, machine.esp)
        assert (done.returncode == 0) == fits, done


def limited():
    """No file may grow above 4 KiB: writing fails in the middle, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("already", [{}, {BINARY: loader("1.2.2", b"o")}], ids=["empty", "old"])
def test_a_copy_that_breaks_off_leaves_no_trace(machine, already):
    machine.efi.write_bytes(loader(filling=b"12345678"))
    for path, data in already.items():
        machine.place(path, data)
    before = machine.files()
    done = machine.run("install", "--removable", "--efi", machine.efi, machine.esp, preexec_fn=limited)
    assert done.returncode == 1
    line, = done.stderr.splitlines()
    assert line == (f"pvhboot-install: {machine.esp}/{BINARY}: could not be written, nothing is changed there: "
                    "File too large")
    assert machine.files() == before


def test_a_second_copy_that_fails_takes_the_first_back(machine):
    machine.program("mv", 'case $* in */BOOTX64.EFI) echo "mv: x: Input/output error" >&2; exit 1 ;; esac\n'
                          'exec /bin/mv "$@"')
    assert f"{FALLBACK}: could not be replaced: Input/output error" in machine.refusal("install", "--removable")


def test_a_disk_that_cannot_be_synced(machine):
    machine.program("sync", 'echo "sync: error syncing x: Input/output error" >&2; exit 1')
    assert "Input/output error" in machine.refusal("install")


def test_a_disk_that_forgets(machine):
    machine.program("sync", 'case $1 in *.new) : >"$1" ;; esac')
    assert "does not read back as it was written" in machine.refusal("install")


@pytest.mark.parametrize("number", signals.ENDINGS)
def test_an_interrupted_copy_leaves_no_trace(machine, number):
    machine.place("EFI/keep", b"1")
    before = machine.files()
    machine.program("sync", f"touch {machine.folder}/writing; exec sleep 1")
    environment = {**os.environ, "PATH": f"{machine.folder}/bin:{os.environ['PATH']}"}
    with subprocess.Popen([TOOLS / "pvhboot-install", "--efi", machine.efi, machine.esp], env=environment,
                          stdout=subprocess.DEVNULL, preexec_fn=signals.have_default_signals) as program:
        while not (machine.folder / "writing").exists():
            assert program.poll() is None
            time.sleep(0.05)
        assert machine.files() != before
        program.send_signal(number)
        assert program.wait() == 128 + number
    assert machine.files() == before


def test_what_an_interruption_by_force_left_is_used_up(machine):
    machine.place("EFI/pvhboot/pvhboot.new", b"half")
    machine.call("install")
    assert "EFI/pvhboot/pvhboot.new" not in machine.files()
    machine.place("EFI/pvhboot/pvhboot.new", b"half")
    machine.call("remove")
    assert "EFI" not in machine.files()


# A folder's mode means nothing to root, but for this.
WITHOUT_ROOTS_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []


@pytest.mark.parametrize("command, mode, sentence", [
    ("install", 0o555, "cannot be written to; run this as root, or mount -o remount,rw"),
    ("update", 0o555, "cannot be written to"), ("remove", 0o555, "cannot be written to"),
    ("status", 0o311, "cannot be read; run this as root")])
def test_an_esp_without_access(machine, command, mode, sentence):
    machine.place(BINARY, OLD)
    machine.esp.chmod(mode)
    done = machine.run(command, "--efi", machine.efi, machine.esp, prefix=WITHOUT_ROOTS_RIGHTS)
    assert (done.returncode, sentence in done.stderr) == (1, True), done
    assert (machine.esp / BINARY).read_bytes() == OLD


def test_secure_boot_is_warned_of(tmp_path):
    machine = standard(tmp_path)
    machine.started_by_efi(secure_boot=True)
    machine.call("install", warnings="Secure Boot is on: the firmware will refuse pvhboot")
    assert "\nSecure Boot: on" in machine.call("status")
