# SPDX-License-Identifier: BSD-2-Clause
"""What pvhboot-kernel writes for the kernels of a system, and what it removes."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
from unittest import mock

import pytest
from conftest import TOOLS, load_program

MACHINE = "0123456789abcdef0123456789abcdef"
NEW, OLD = "6.12.90-amd64", "6.1.0-9-amd64"
TOP = TOOLS.parent
KERNEL = TOP / "build/deps/kernels/default/vmlinuz"


class System:
    """A Debian below a folder, with an ESP at /boot/efi that pvhboot is on."""

    def __init__(self, folder):
        self.root = folder / "my root"
        self.esp = self.root / "boot/efi"
        for place in ("EFI/PVHBOOT", "loader"):
            (self.esp / place).mkdir(parents=True)
        (self.esp / "EFI/PVHBOOT/pvhboot.EFI").write_bytes(b"MZ")
        self.write("etc/machine-id", MACHINE + "\n")
        self.write("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n')
        self.write("etc/kernel/cmdline", "root=UUID=1 ro\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def install(self, version, initrd="initrd"):
        shutil.copy(KERNEL, self.root / "boot" / f"vmlinuz-{version}")
        if initrd:
            self.write(f"boot/initrd.img-{version}", initrd)

    def run(self, *words, path=""):
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
        return subprocess.run([TOOLS / "pvhboot-kernel", "--root", self.root, *words], env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *words, **options):
        done = self.run(*words, **options)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def refusal(self, *words):
        """Its one line; nothing has changed."""
        before = self.files()
        done = self.run(*words)
        assert done.returncode == 1, done
        line, = done.stderr.splitlines()
        assert self.files() == before
        return line

    def files(self):
        return {str(path.relative_to(self.esp)): path.read_bytes() for path in self.esp.rglob("*") if path.is_file()}

    def entries(self):
        folder = self.esp / "loader/entries"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


def test_entry(system):
    system.install(NEW)
    system.call("add", NEW)
    assert (system.esp / f"loader/entries/{MACHINE}-{NEW}.conf").read_text().splitlines()[1:] == [
        "title      Debian GNU/Linux 12", f"version    {NEW}", f"machine-id {MACHINE}", "sort-key   debian",
        "options    root=UUID=1 ro", f"linux      /{MACHINE}/{NEW}/linux", f"initrd     /{MACHINE}/{NEW}/initrd.img-{NEW}"]
    assert (system.esp / MACHINE / NEW / "linux").read_bytes() == KERNEL.read_bytes()
    assert (system.esp / MACHINE / NEW / f"initrd.img-{NEW}").read_text() == "initrd"
    assert system.call("add", NEW) == ""  # nothing has changed


def test_the_loader_reads_it(system):
    """pvhinfo --esp finds the entries bootable, the newest version first."""
    for version in (OLD, NEW):
        system.install(version)
    system.call("add-all")
    done = subprocess.run([TOP / "build/pvhinfo", "--esp", system.esp], stdout=subprocess.PIPE, text=True)
    rows = [line for line in done.stdout.splitlines() if "-amd64" in line and ".conf" in line]
    assert [NEW in rows[0], OLD in rows[-1]] == [True, True], done.stdout
    assert "bootable" in done.stdout


def test_new_initrd(system):
    system.install(NEW)
    system.call("add", NEW)
    system.write(f"boot/initrd.img-{NEW}", "another")
    assert system.call("add", NEW).count("\n") == 1
    assert (system.esp / MACHINE / NEW / f"initrd.img-{NEW}").read_text() == "another"


def test_kernel_without_initrd(system):
    system.install(NEW, initrd="")
    system.call("add", NEW)
    assert "initrd" not in (system.esp / f"loader/entries/{MACHINE}-{NEW}.conf").read_text()


def test_files_by_name(system, tmp_path):
    extra = tmp_path / "extra.img"
    extra.write_text("x")
    system.call("add", "mine", str(KERNEL), str(extra))
    assert f"/{MACHINE}/mine/extra.img" in (system.esp / f"loader/entries/{MACHINE}-mine.conf").read_text()


def test_remove(system):
    for version in (OLD, NEW):
        system.install(version)
    before = system.files()
    system.call("add-all")
    assert len(system.entries()) == 2
    system.call("remove", OLD)
    assert system.entries() == [f"{MACHINE}-{NEW}.conf"]
    assert not (system.esp / MACHINE / OLD).exists()
    system.call("remove", NEW)
    assert system.files() == before and not (system.esp / MACHINE).exists()
    assert system.call("remove", NEW) == ""


def test_others_stay(system):
    """A version is removed, not what begins or ends like it."""
    for version in ("6.1", "6.1-rt", "6.10"):
        system.install(version)
    system.call("add-all")
    system.call("remove", "6.1")
    assert system.entries() == [f"{MACHINE}-6.1-rt.conf", f"{MACHINE}-6.10.conf"]


def test_counter(system):
    """A new entry is counted; one that is there keeps its count, whatever it is, and is removed with it."""
    system.write("etc/kernel/tries", "3\n")
    system.write("boot/efi/loader/loader.conf", "timeout 3\n pass-entry\tyes\n")
    system.install(NEW)
    system.call("add", NEW)
    assert system.entries() == [f"{MACHINE}-{NEW}+3.conf"]
    folder = system.esp / "loader/entries"
    (folder / f"{MACHINE}-{NEW}+3.conf").rename(folder / f"{MACHINE}-{NEW}+2-1.conf")
    system.write("etc/kernel/cmdline", "root=UUID=2\n")
    system.call("add", NEW)
    assert system.entries() == [f"{MACHINE}-{NEW}+2-1.conf"]
    assert "UUID=2" in (folder / f"{MACHINE}-{NEW}+2-1.conf").read_text()
    system.call("remove", NEW)
    assert system.entries() == []


@pytest.mark.parametrize("lines", ["#pass-entry yes\npass-entry no\n", "pass-entry yes\npass-entry off\npass-entry maybe\n",
                                   "pass-entry Yes\n", ""])
def test_counter_that_cannot_be_marked_good(system, lines):
    """As the loader reads it: the last line that is a boolean counts."""
    system.write("etc/kernel/tries", "3\n")
    system.write("boot/efi/loader/loader.conf", lines)
    system.install(NEW)
    done = system.run("add", NEW)
    assert done.returncode == 0 and system.entries() == [f"{MACHINE}-{NEW}+3.conf"]
    assert "'pass-entry yes'" in done.stderr and done.stderr.count("\n") == 1


def test_kept_number(system):
    system.write("etc/default/pvhboot", "# comment\nKEEP=2\n")
    for version in ("6.1.0-9", "6.1.0-10", "6.2"):
        system.install(version)
        system.call("add", version)
    assert system.entries() == [f"{MACHINE}-6.1.0-10.conf", f"{MACHINE}-6.2.conf"]
    system.call("add", "6.1.0-10")  # no further one
    assert len(system.entries()) == 2


def test_others_are_kept_until_the_new_one_is_there(system, tmp_path):
    for version in ("6.1.0-9", "6.1.0-10"):
        system.install(version)
    system.call("add-all")
    system.write("etc/default/pvhboot", "KEEP=1\n")
    system.install(NEW)
    system.write("etc/kernel/install.conf", "layout=uki\n")
    ukify = Ukify(tmp_path)
    (ukify.folder / "ukify").write_text("#!/bin/sh\nexit 1\n")
    assert system.run("add", NEW, path=ukify.folder).returncode == 1
    assert len(system.entries()) == 2
    system.write("etc/kernel/install.conf", "")
    os.truncate(system.root / "boot" / f"initrd.img-{NEW}", 1 << 43)
    assert "KiB are needed" in system.run("add", NEW).stderr
    assert system.entries() == [f"{MACHINE}-6.1.0-10.conf"]  # the other one was removed for the room


def test_newer_kernels_are_kept(system):
    """An update of an older kernel takes no newer one's place; who adds it by hand has it until the next one."""
    system.write("etc/default/pvhboot", "KEEP=1\n")
    for version in ("6.1.0-9", "6.2"):
        system.install(version)
    system.call("add-all")
    assert system.entries() == [f"{MACHINE}-6.2.conf"]
    assert system.call("--hook", "add", "6.1.0-9") == ""
    assert system.entries() == [f"{MACHINE}-6.2.conf"]
    system.call("add", "6.1.0-9")
    assert system.entries() == [f"{MACHINE}-6.1.0-9.conf", f"{MACHINE}-6.2.conf"]
    system.call("add", "6.2")
    assert system.entries() == [f"{MACHINE}-6.2.conf"]


def test_running_kernel_is_kept(system):
    running = os.uname().release
    system.write("etc/default/pvhboot", "KEEP=1\n")
    for version in (running, "9000", "9001"):
        system.install(version)
        system.call("add", version)
    assert {f"{MACHINE}-{running}.conf", f"{MACHINE}-9001.conf"} <= set(system.entries())


def test_token(system):
    system.write("etc/kernel/entry-token", "debian\n")
    system.install(NEW)
    system.call("add", NEW)
    assert system.entries() == [f"debian-{NEW}.conf"]


def test_no_token(system):
    """An empty file counts as none; without a machine ID it is the system's."""
    system.write("etc/kernel/entry-token", "\n")
    system.write("etc/machine-id", "uninitialized\n")
    system.install(NEW)
    system.call("add", NEW)
    assert system.entries() == [f"debian-{NEW}.conf"]


@pytest.mark.parametrize("token", ["..", "a/b", ".x", "EFI", "loader", "Loader"])
def test_bad_token(system, token):
    system.write("etc/kernel/entry-token", token + "\n")
    system.install(NEW)
    for command in ("add", "remove"):
        assert "entry-token" in system.refusal(command, NEW)


@pytest.mark.parametrize("version", ["", "../x", "a/b", ".", ".hidden", "a b"])
def test_bad_version(system, version):
    done = system.run("remove", version)
    assert done.returncode == 2 and "version" in done.stderr


@pytest.mark.parametrize("command", ["add", "remove"])
@pytest.mark.parametrize("version", ["", "../x", "a b", "6.1:x", "6.1\n", "6.1-\udcff"])
def test_bad_version_of_a_hook(system, command, version):
    """The kernel's package is not left half installed: it has no entry, and the others stay."""
    system.install(NEW)
    system.call("add", NEW)
    before = system.files()
    done = system.run("--hook", command, version)
    assert (done.returncode, done.stdout) == (0, "") and system.files() == before
    line, = done.stderr.splitlines()
    assert line.startswith(f"pvhboot-kernel: warning: {version!r} is not the version of a kernel that can have an entry: ")


def test_mistakes_of_the_program_in_a_hook(system):
    """Whatever happens, the package is installed."""
    system.install(NEW)
    program = load_program("pvhboot-kernel")
    for words, status in ((["add", NEW], None), (["--hook", "add", NEW], 0)):
        with mock.patch.object(program, "main", side_effect=ValueError("why")), mock.patch.object(sys, "argv", ["x", *words]):
            if status is None:
                with pytest.raises(ValueError):
                    program.main_or_warn()
            else:
                assert program.main_or_warn() == status


@pytest.mark.parametrize("path,text,words", [
    ("etc/kernel/install.conf", "layout=grub\n", "layout=grub"),
    ("etc/kernel/tries", "many\n", "many"),
    ("etc/default/pvhboot", "KEEP=-1\n", "KEEP=-1"),
    ("etc/default/pvhboot", "KEEP='1\n", "quotation"),
])
def test_bad_settings(system, path, text, words):
    system.write(path, text)
    system.install(NEW)
    assert words in system.refusal("add", NEW)


def test_bad_tries_of_an_entry_that_is_there(system):
    """They are for new ones: this one gets its new initrd, and the mistake is told."""
    system.install(NEW)
    system.call("add", NEW)
    system.write("etc/kernel/tries", "-1\n")
    system.write(f"boot/initrd.img-{NEW}", "another")
    done = system.run("--hook", "add", NEW)
    assert done.returncode == 0 and "/etc/kernel/tries: -1 is no number" in done.stderr
    assert (system.esp / MACHINE / NEW / f"initrd.img-{NEW}").read_text() == "another"


def test_initrds_that_are_empty(system, tmp_path):
    """As the loader: not all of them may be."""
    system.install(NEW, initrd="x")
    (system.root / f"boot/initrd.img-{NEW}").write_bytes(b"")
    assert f"initrd.img-{NEW}: the file is empty; make it again" in system.refusal("add", NEW)
    for name in ("one", "two"):
        (tmp_path / name).write_text("" if name == "one" else "2")
    system.call("add", NEW, system.root / f"boot/vmlinuz-{NEW}", tmp_path / "one", tmp_path / "two")


def test_no_command_line(system):
    """Below another root folder, that of the running kernel is another system's."""
    (system.root / "etc/kernel/cmdline").unlink()
    system.install(NEW)
    assert "/etc/kernel/cmdline" in system.refusal("add", NEW)


def test_command_line_with_comments(system):
    """As kernel-install reads it: whole lines only."""
    system.write("etc/kernel/cmdline", "# the old disk: root=UUID=2\nroot=UUID=1\n  # more\nro x=#1\n")
    system.install(NEW)
    system.call("add", NEW)
    assert "options    root=UUID=1 ro x=#1\n" in (system.esp / f"loader/entries/{MACHINE}-{NEW}.conf").read_text()


def test_kernel_that_cannot_boot(system):
    """It has no entry, and the others have theirs."""
    system.install(NEW)
    system.write("boot/vmlinuz-5.0", "no kernel")
    assert "vmlinuz-5.0: not an ELF file" in system.refusal("add", "5.0")
    done = system.run("add-all")
    assert done.returncode == 1 and "vmlinuz-5.0" in done.stderr
    assert system.entries() == [f"{MACHINE}-{NEW}.conf"]


def test_missing_kernel(system):
    assert "vmlinuz-5.0" in system.refusal("add", "5.0")


def test_dry_run(system):
    system.install(NEW)
    before = system.files()
    said = system.call("--dry-run", "add", NEW)
    assert said.count("would have ") == 3 and system.files() == before
    system.call("add", NEW)
    before = system.files()
    assert "would have removed" in system.call("--dry-run", "remove", NEW) and system.files() == before


def test_list(system):
    for version in (OLD, NEW):
        system.install(version)
    system.call("add", NEW)
    (system.root / "boot" / f"vmlinuz-{NEW}").unlink()
    assert system.call("list").splitlines() == [f"{OLD}  no entry", f"{NEW}  has an entry, but is not in /boot"]


def test_hook_without_pvhboot(system):
    """What is not installed on an ESP says nothing when kernels are updated."""
    shutil.rmtree(system.esp / "EFI")
    system.install(NEW)
    assert system.call("--hook", "add", NEW) == "" and system.entries() == []
    assert "pvhboot-install" in system.refusal("add", NEW)


def test_hook_beside_kernel_install(system):
    """Debian's systemd-boot has its entries written by kernel-install."""
    system.write("etc/kernel/postinst.d/zz-systemd-boot", "")
    system.install(NEW)
    assert system.call("--hook", "add", NEW) == "" and system.entries() == []


def test_hook_does_not_fail(system):
    system.write("boot/vmlinuz-5.0", "no kernel")
    done = system.run("--hook", "add", "5.0")
    assert done.returncode == 0 and "warning: " in done.stderr


@pytest.mark.parametrize("words", [["add", NEW], ["add", "5.0"], ["remove", NEW]])
def test_hook_that_nobody_hears(system, words):
    """Whatever it cannot write, it does its work, and fails no package."""
    system.install(NEW)
    system.write("boot/vmlinuz-5.0", "no kernel")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([TOOLS / "pvhboot-kernel", "--root", system.root, "--hook", *words], stdout=full, stderr=full)
    assert done.returncode == 0
    assert len(system.entries()) == (words == ["add", NEW])


def test_hook_without_pvhboot_of_any_version(system):
    shutil.rmtree(system.esp / "EFI")
    assert system.call("--hook", "add", "a b") == ""


def test_full_volume(system, tmp_path):
    """Nothing is written where not everything fits."""
    system.install(NEW)
    (system.root / "boot" / f"initrd.img-{NEW}").write_bytes(b"")
    os.truncate(system.root / "boot" / f"initrd.img-{NEW}", 1 << 43)
    assert "KiB are needed" in system.refusal("add", NEW)


def test_boot_root(system):
    other = system.root / "my esp/EFI/pvhboot"
    other.mkdir(parents=True)
    (other / "pvhboot.efi").write_bytes(b"MZ")
    system.write("etc/kernel/install.conf", "BOOT_ROOT='/my esp'\n")
    system.install(NEW)
    system.call("add", NEW)
    assert (system.root / f"my esp/loader/entries/{MACHINE}-{NEW}.conf").is_file() and system.entries() == []


class Ukify:
    """In ukify's place: writes its words to the image."""

    def __init__(self, folder):
        self.folder = folder / "bin"
        self.folder.mkdir()
        program = self.folder / "ukify"
        program.write_text('#!/bin/sh\nfor word; do case $word in --output=*) output=${word#*=} ;; esac; done\n'
                           'printf "%s\\n" "$@" >"$output"\n')
        program.chmod(0o755)


def test_image(system, tmp_path):
    """With layout=uki the entry is an image of ukify's, and what there was before is gone."""
    system.install(NEW)
    system.call("add", NEW)
    system.write("etc/kernel/install.conf", "layout=uki\n")
    system.write("etc/kernel/uki.conf", "[UKI]\n")
    ukify = Ukify(tmp_path).folder
    assert system.call("--dry-run", "add", NEW, path=ukify).startswith(f"would have made {system.esp}/EFI/Linux/")
    said = system.call("add", NEW, path=ukify)
    assert said.startswith(f"made {system.esp}/EFI/Linux/{MACHINE}-{NEW}.efi\n")
    words = (system.esp / f"EFI/Linux/{MACHINE}-{NEW}.efi").read_text().splitlines()
    assert f"--linux={system.root}/boot/vmlinuz-{NEW}" in words and f"--uname={NEW}" in words
    assert "--cmdline=root=UUID=1 ro" in words and f"--config={system.root}/etc/kernel/uki.conf" in words
    assert f"--os-release=@{system.root}/etc/os-release" in words and "--no-sign-kernel" not in words
    assert any(word.startswith("--stub=") and word.endswith("pvhboot.efi") for word in words)
    assert system.entries() == [] and not (system.esp / MACHINE / NEW).exists()
    system.call("remove", NEW)
    assert not list((system.esp / "EFI/Linux").iterdir())


def test_image_without_os_release(system, tmp_path):
    system.install(NEW)
    (system.root / "etc/os-release").unlink()
    system.write("etc/kernel/install.conf", "layout=uki\n")
    system.call("add", NEW, path=Ukify(tmp_path).folder)
    words = (system.esp / f"EFI/Linux/{MACHINE}-{NEW}.efi").read_text()
    assert "--os-release=ID=linux\n" in words


@pytest.mark.parametrize("names, reason", [
    (["a/initrd.img", "b/initrd.img"], "another file of the entry has this name"),
    (["a/initrd.img", "b/Initrd.IMG"], "another file of the entry has this name"),
    (["a/linux"], "another file of the entry has this name"),
    (["a/in\noptions evil"], "characters that no entry can have"),
])
def test_names_that_cannot_be_in_one_folder(system, names, reason):
    system.install(NEW)
    initrds = [system.write(name, "initrd") for name in names]
    assert reason in system.refusal("add", NEW, system.root / f"boot/vmlinuz-{NEW}", *initrds)


def test_an_image_replaces_none_of_its_files(system):
    system.install(NEW)
    for name in ("vmlinuz", "initrd.img"):
        path = system.root / f"boot/{name}-{NEW}"
        before = path.read_bytes()
        done = system.run("image", NEW, system.root / f"boot/vmlinuz-{NEW}", system.root / f"boot/initrd.img-{NEW}", "--output", path)
        assert done.returncode == 1 and f"{path}: is one of the files that it would be made of" in done.stderr
        assert path.read_bytes() == before


def test_no_ukify(system):
    system.write("etc/kernel/install.conf", "layout=uki\n")
    system.install(NEW)
    if not shutil.which("ukify"):
        assert "ukify" in system.refusal("add", NEW)


def test_secure_boot(system):
    """The entry is written, and that it will be refused is said."""
    path = system.root / "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    path.parent.mkdir(parents=True)
    system.install(NEW)
    for value, words in ((b"\1", "layout=uki"), (b"\0", "")):
        path.write_bytes(b"\6\0\0\0" + value)
        done = system.run("add", NEW)
        assert done.returncode == 0 and (words in done.stderr if words else not done.stderr)


def test_hooks_of_the_package(tmp_path):
    """They pass on what Debian's kernels call them with, and do nothing where the program has been removed."""
    (tmp_path / "pvhboot-kernel").write_text('#!/bin/sh\necho "$*"\n')
    (tmp_path / "pvhboot-kernel").chmod(0o755)
    hooks = {"kernel-postinst": (["6.1", "/boot/vmlinuz-6.1"], "--hook add 6.1 /boot/vmlinuz-6.1"),
             "kernel-postrm": (["6.1"], "--hook remove 6.1")}
    for name, (words, passed) in hooks.items():
        hook = TOP / "debian/hooks" / name
        assert hook.stat().st_mode & stat.S_IXUSR
        for path, said in ((f"{tmp_path}:/usr/bin:/bin", passed), ("/usr/bin:/bin", "")):
            done = subprocess.run([hook, *words], env={"PATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            assert (done.returncode, done.stdout, done.stderr.strip()) == (0, "", said)


def test_plugin_of_kernel_install(tmp_path):
    """It makes the image where it is asked for, of the initrds that others have staged as well."""
    (tmp_path / "pvhboot-kernel").write_text('#!/bin/sh\necho "$*"\n')
    (tmp_path / "pvhboot-kernel").chmod(0o755)
    staging = pathlib.Path(tmp_path, "staging")
    staging.mkdir()
    (staging / "initrd").write_text("")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "KERNEL_INSTALL_LAYOUT": "uki", "KERNEL_INSTALL_UKI_GENERATOR": "pvhboot",
                   "KERNEL_INSTALL_STAGING_AREA": str(staging)}
    words = [TOP / "debian/hooks/kernel-install", "add", "6.1", "/efi/x/6.1", "/boot/vmlinuz", "/boot/initrd.img"]

    def run(**changes):
        return subprocess.run(words, env={**environment, **changes}, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    assert run() == f"image 6.1 /boot/vmlinuz /boot/initrd.img {staging}/initrd --output {staging}/uki.efi"
    (staging / "microcode.img").write_text("")
    assert run() == f"image 6.1 /boot/vmlinuz {staging}/microcode.img /boot/initrd.img {staging}/initrd --output {staging}/uki.efi"
    assert run(KERNEL_INSTALL_LAYOUT="bls") == "" and run(KERNEL_INSTALL_UKI_GENERATOR="ukify") == ""
