# SPDX-License-Identifier: BSD-2-Clause
"""What lands on a boot volume, and that the same input gives the same image."""

import gzip
import json
import os
import pathlib
import shutil
import stat
import subprocess
import time

import pytest
import signals
from conftest import TOOLS, bzimage, elf_kernel
from esp_folder import fake_loader, image
from pvhtools import fat
from pvhtools.boot_files import boot_files, describe
from pvhtools.program import Failure

# To sh and make nearly every character of this means something.
COMMAND_LINE = "a=\"b  c\" $x ${y} $(id) `id` \\ % # it's *"

MKISO = (TOOLS / "pvhboot-mkimage", "--iso")


@pytest.fixture
def host(tmp_path, kernel):
    """A folder with files for a boot volume."""
    for name in ("pvhboot.efi", "initrd.img", "other/initrd.img", "blob name"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(fake_loader() if name.endswith(".efi") else name.encode() * 100)
    return tmp_path


def volume(host, kernel, initrds=(), modules=(), command_line="x"):
    return boot_files(host / "pvhboot.efi", kernel, [host / name for name in initrds], modules, command_line)


def entry_of(files):
    name, = (path for path in files if path.startswith("loader/entries/"))
    return files[name].decode().splitlines()


def make_iso(output, host, kernel, *options, date="1000000000", zone="UTC"):
    subprocess.run([*MKISO, "--efi", host / "pvhboot.efi", "--linux", kernel, "--output", output, *options],
                   env={**os.environ, "SOURCE_DATE_EPOCH": date, "TZ": zone}, stdout=subprocess.DEVNULL, check=True)
    return output.read_bytes()


def refused(host, kernel, output, *options, kind=("--iso",)):
    """The one line of a program that fails, without the program's name."""
    done = subprocess.run([MKISO[0], *kind, "--efi", host / "pvhboot.efi", "--linux", kernel, "--output", output,
                           *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("pvhboot-mkimage: ")
    return done.stderr[len("pvhboot-mkimage: "):].strip()


def on_volume(image, path):
    """A file's content, read back from the FAT image inside an ISO image."""
    data = image.read_bytes()
    start = data.index(b"mkfs.fat") - 3
    return subprocess.run(["mtype", "-i", f"{image}@@{start}", f"::/{path}"],
                          env={**os.environ, "MTOOLS_SKIP_CHECK": "1"}, stdout=subprocess.PIPE, check=True).stdout


def test_the_entry_names_title_and_version_from_the_file_name(host, kernel):
    assert entry_of(volume(host, kernel)) == [
        "title Linux 1.2-test", "version 1.2-test", "pvh /boot/vmlinuz-1.2-test", "options x"]


def test_the_version_is_found_in_a_linux_without_a_telling_name():
    assert describe(pathlib.Path("kernel"), "Linux 6.1.0-9") == ("Linux 6.1.0-9", "6.1.0-9")
    assert describe(pathlib.Path("kernel"), "FreeBSD 14") == ("kernel", None)


def test_an_entry_of_something_else(host, kernel):
    other = kernel.rename(kernel.with_name("my kernel"))
    assert entry_of(volume(host, other)) == ["title my kernel", "pvh /boot/my-kernel", "options x"]


def test_the_entry_may_let_the_kernel_overwrite_nvs(host, kernel):
    make_iso(host / "image", host, kernel, "--overwrite-acpi-nvs")
    entry = on_volume(host / "image", "loader/entries/linux-1.2-test.conf").decode()
    assert entry.endswith("\noverwrite-acpi-nvs yes\n")


def test_two_initrds_of_one_name_stay_apart(host, kernel):
    files = volume(host, kernel, ["initrd.img", "other/initrd.img"])
    assert [line for line in entry_of(files) if line.startswith("initrd")] == [
        "initrd /boot/initrd.img", "initrd /boot/2-initrd.img"]
    assert files["boot/2-initrd.img"] == host / "other/initrd.img"


def test_modules_keep_their_order_and_arguments(host, kernel):
    modules = [f"{host}/initrd.img first  \"one\"", f"{host}/pvhboot.efi"]
    assert entry_of(volume(host, kernel, [], modules))[3:5] == [
        "module /boot/initrd.img first  \"one\"", "module /boot/pvhboot.efi"]


def test_a_missing_initrd_is_named(host, kernel):
    with pytest.raises(Failure, match="initrd .*/nothing: No such file"):
        volume(host, kernel, ["nothing"])


def test_a_command_line_of_two_lines_is_refused(host, kernel):
    with pytest.raises(Failure, match="one line"):
        volume(host, kernel, command_line="a\noptions b")


@pytest.mark.parametrize("sizes", [[1], [65100 * 4096], [100 << 20] * 2, [250 << 20], [600 << 20] * 2, [4095 << 20]])
def test_the_firmware_takes_the_volume_for_what_it_is(sizes):
    """EDK2 goes by the number of clusters: FAT16 from 4085 on, FAT32 from 65525 on."""
    bits, cluster, clusters = fat.geometry(sizes, {".": 20, "boot": 9})
    assert sum(sizes) <= clusters * cluster
    assert (4085 < clusters < 65525) if bits == 16 else (clusters > 65525)


def test_a_file_that_fat_cannot_hold(tmp_path):
    big = tmp_path / "big"
    with open(big, "wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(Failure, match="4 GiB"):
        fat.write_fat(tmp_path / "image", {"big": big})


def test_the_same_files_give_the_same_image(host, kernel):
    first = make_iso(host / "one.iso", host, kernel, "--initrd", host / "initrd.img")
    os.utime(kernel, (1, 1))
    time.sleep(2.1)  # FAT counts in steps of two seconds
    second = make_iso(host / "two.iso", host, kernel, "--initrd", host / "initrd.img", zone="Asia/Tokyo")
    assert first == second
    assert first != make_iso(host / "three.iso", host, kernel, "--initrd", host / "initrd.img", date="1100000000")


def test_the_image_holds_what_it_was_given(host, kernel):
    make_iso(host / "image", host, kernel, "--initrd", host / "initrd.img", "--cmdline", COMMAND_LINE)
    assert on_volume(host / "image", "EFI/BOOT/BOOTX64.EFI") == (host / "pvhboot.efi").read_bytes()
    assert on_volume(host / "image", "boot/vmlinuz-1.2-test") == kernel.read_bytes()
    assert on_volume(host / "image", "boot/initrd.img") == (host / "initrd.img").read_bytes()
    entry = on_volume(host / "image", "loader/entries/linux-1.2-test.conf").decode()
    assert entry.endswith(f"\noptions {COMMAND_LINE}\n")


def test_the_image_carries_a_loader_for_firmware_of_either_width(host, kernel):
    (host / "ia32.efi").write_bytes(fake_loader("for 32 bits", is_ia32=True))
    make_iso(host / "image", host, kernel, "--efi-ia32", host / "ia32.efi")
    assert on_volume(host / "image", "EFI/BOOT/BOOTX64.EFI") == (host / "pvhboot.efi").read_bytes()
    assert on_volume(host / "image", "EFI/BOOT/BOOTIA32.EFI") == fake_loader("for 32 bits", is_ia32=True)


SBAT = (".sbat", "sbat,1,x\npvhboot,1,pvhboot,pvhboot,1.2,x\n")


@pytest.mark.parametrize("option, content, words", [
    ("--efi", b"ELF", "is not an EFI program for x64 or ia32; name one"), ("--efi", b"", "is not an EFI program"),
    ("--efi", image((".text", "x")), "is not pvhboot; name a pvhboot.efi"),
    ("--efi", image((".sbat", "sbat,1,x\ngrub,1,x,grub2,2,x\n")), "is not pvhboot; name a pvhboot.efi"),
    ("--efi", image(SBAT, (".linux", "kernel")), "is an image with a kernel, which starts that and no entry"),
    ("--efi", fake_loader(is_ia32=True), "is pvhboot for 32-bit firmware; name the one for 64-bit firmware"),
    ("--efi-ia32", fake_loader(), "is pvhboot for 64-bit firmware; name the one for 32-bit firmware"),
    ("--efi-ia32", b"", "is not an EFI program"),
])
def test_loaders_that_are_none(host, kernel, option, content, words):
    (host / "other.efi").write_bytes(content)
    said = refused(host, kernel, host / "a.img", "--disk", option, host / "other.efi", kind=())
    assert said.startswith(f"{host}/other.efi: {words}") and not (host / "a.img").exists()


def test_a_loader_that_vouches_for_files_is_one(host, kernel):
    (host / "pins.efi").write_bytes(image(SBAT, (".pins", "x")))
    assert boot_files(host / "pins.efi", kernel, [], [], "x")["EFI/BOOT/BOOTX64.EFI"] == host / "pins.efi"


def test_make_passes_a_command_line_to_the_letter(host, kernel):
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    subprocess.run(["make", "-s", "iso", f"KERNEL={kernel}", f"CMDLINE={COMMAND_LINE}", f"ISO={host}/image"],
                   cwd=TOOLS.parent, env=environment, check=True)
    assert on_volume(host / "image", "EFI/BOOT/BOOTIA32.EFI") == (TOOLS.parent / "build/ia32/pvhboot.efi").read_bytes()
    entry = on_volume(host / "image", "loader/entries/linux-1.2-test.conf").decode()
    assert entry.endswith(f"\noptions {COMMAND_LINE}\n")


@pytest.mark.parametrize("wrap", [bytes, lambda elf: bzimage(gzip.compress(elf))], ids=["elf", "bzimage"])
def test_a_kernel_that_would_not_boot_is_refused_in_pvhinfos_words(host, kernel, wrap):
    kernel.write_bytes(wrap(elf_kernel(owner=b"Foo\0")))
    done = subprocess.run([*MKISO, "--efi", host / "pvhboot.efi", "--linux", kernel, "--output",
                           host / "image"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and not (host / "image").exists()
    assert done.stderr.startswith(f"pvhboot-mkimage: {kernel}: no PVH entry note (found: Foo type 18); ")
    assert done.stderr.count("\n") == 1


def test_a_kernel_that_this_loader_cannot_unpack_is_refused(host, kernel):
    kernel.write_bytes(bzimage(gzip.compress(elf_kernel())))
    said = refused(host, kernel, host / "image", "--decoders", "lz4 zstd")
    assert said.startswith(f"{kernel}: gzip: this pvhboot was built without its decoder; ")
    assert not (host / "image").exists()
    assert make_iso(host / "image", host, kernel, "--decoders", "gzip")


@pytest.mark.parametrize("name", ["empty", "a=b"])
@pytest.mark.parametrize("option", ["--initrd", "--module"])
def test_an_empty_module_is_refused_as_the_loader_would(host, kernel, name, option):
    (host / name).touch()
    assert refused(host, kernel, host / "image", option, host / name) == f"{host}/{name}: the file is empty; copy it again"


def test_modules_that_no_machine_has_a_place_for_are_refused(host, kernel):
    for name in ("one", "two"):
        with open(host / name, "wb") as file:
            file.truncate(3 << 30)
    words = refused(host, kernel, host / "image", "--module", host / "one", "--module", host / "two")
    assert words.startswith(f"{host}/two: ") and "3072.0 MiB" in words


# What the loader must not take for an ending of the line, for quotes around it, or for space to skip.
@pytest.mark.parametrize("command_line", [
    '"quiet"', "'a b'", '"a b" c="d"', '""', '"', " quiet ", "a  b", ' a="b" ', "\t'x'", "\"it's me\"", "# a", "é", "\udcff",
    " a=\"b\" c='d'", "'\"'\"'"])
def test_the_loader_reads_every_command_line_as_it_was_given(host, kernel, command_line, tmp_path):
    files = volume(host, kernel, command_line=command_line)
    path, = (path for path in files if path.startswith("loader/entries/"))
    entry = read_by_the_loader(tmp_path / "esp", {path: files[path], "boot/vmlinuz-1.2-test": kernel.read_bytes()})
    assert entry["options"] == command_line.replace("\udcff", "\ufffd")


def test_a_command_line_that_no_entry_can_hold_is_refused(host, kernel):
    with pytest.raises(Failure, match="quotes"):
        volume(host, kernel, command_line="\"it's\"")


def read_by_the_loader(folder, files):
    """What pvhinfo, which reads entries with the loader's own code, says of the only entry of a volume."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    done = subprocess.run([TOOLS.parent / "build/pvhinfo", "--json", "--esp", folder], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    entry, = json.loads(done.stdout)[0]["entries"]
    return entry


# Devices of DOS, drives of mtools, names that FAT shortens, that an entry file must not have, or that count boots.
NAMES = ["aux", "NUL.elf", "com1", "k:x", "k.", "k. .", " k ", "-k", "a@@1", ".k", "auto-k", "k+3", "k+2-1", "vmlinuz-6.1+3", "k\nuki x",
         "vmlinuz-1\rx", "k" * 255, "vmlinuz-" + "6" * 247, "\udcff", "é", "a,b", "[k]", "*", "~1", "'", "$x", "#", "%"]


@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_may_have_any_name(host, kernel, name, monkeypatch, tmp_path):
    monkeypatch.chdir(host)
    kernel.rename(name)
    shutil.copy(name, "2nd")
    os.rename("initrd.img", "initrd")
    if name != "initrd":
        shutil.copy(host / "pvhboot.efi", "loader")
    files = boot_files(pathlib.Path("pvhboot.efi"), pathlib.Path(name), [pathlib.Path("initrd")], [f"2nd {name!r}"], "x")
    fat.write_fat(tmp_path / "image", files)
    for path, source in files.items():
        content = source if isinstance(source, bytes) else source.read_bytes()
        assert on_fat(tmp_path / "image", path) == content
    entry = read_by_the_loader(tmp_path / "esp", files)
    assert entry["bootable"] and entry["tries"] is None and entry["id"] and max(map(len, files)) < 230


def test_an_initrd_may_have_any_name(host, kernel, monkeypatch, tmp_path):
    monkeypatch.chdir(host)
    names = [name for name in NAMES if name != "k\nuki x"]
    for name in names:
        pathlib.Path(name).write_bytes(os.fsencode(name))
    files = boot_files("pvhboot.efi", kernel, map(pathlib.Path, names), [], "x")
    fat.write_fat(tmp_path / "image", files)
    read = [on_fat(tmp_path / "image", line.split(" ", 1)[1]) for line in entry_of(files) if line.startswith("initrd ")]
    assert read == [os.fsencode(name) for name in names]


def on_fat(image, path):
    """A file's content, if exactly that is the file's name: mtools takes others for it."""
    folder, _, name = path.strip("/").rpartition("/")
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    listed = subprocess.run(["mdir", "-b", "-i", image.name, f"::/{folder}"], cwd=image.parent, env=environment,
                            stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert f"::/{folder}/{name}" in listed
    return subprocess.run(["mtype", "-i", image.name, f"::/{folder}/{name}"], cwd=image.parent, env=environment,
                          stdout=subprocess.PIPE, check=True).stdout


def test_folders_may_have_any_name(host, kernel, monkeypatch):
    (host / "k:x @@5 a=b").mkdir()
    monkeypatch.chdir(host / "k:x @@5 a=b")
    assert make_iso(pathlib.Path("k:x"), host, kernel) == make_iso(host / "image", host, kernel)


@pytest.mark.parametrize("name", ["30M", "a=b"])
def test_files_with_names_that_mean_something_to_pvhinfo(host, kernel, name, monkeypatch):
    monkeypatch.chdir(host)
    pathlib.Path(name).write_bytes(b"content")
    files = boot_files("pvhboot.efi", kernel, [pathlib.Path(name)], [f"{name} x=y"], "a=b")
    assert entry_of(files)[3:] == [f"initrd /boot/{name.replace('=', '-')}",
                                   f"module /boot/{name.replace('=', '-')} x=y", "options a=b"]


# Where the image goes

@pytest.mark.parametrize("name, words", [
    ("", "the image has no name; name it by --output (make iso: ISO=FILE)"),
    (".", ".: is a directory; name a file in it for the image"),
    ("other/", "other/: is a directory; name a file in it for the image"),
    ("no/deep/image", "no/deep/image: the folder {host}/no/deep does not exist; make it first (mkdir -p)"),
    ("no/", "no/: the folder no does not exist; make it first (mkdir -p)"),
    ("lost", "lost: the folder {host}/no does not exist; make it first (mkdir -p)"),
    ("pipe", "{host}/pipe: is not a regular file; name another one"),
    ("initrd.img", "initrd.img: is one of the files that it would be made of, and would be lost; give it another name"),
    ("pvhboot.efi", "pvhboot.efi: is one of the files that it would be made of, and would be lost; give it another name"),
])
def test_where_no_image_can_go(host, kernel, name, words, monkeypatch):
    monkeypatch.chdir(host)
    (host / "lost").symlink_to("no/image")
    os.mkfifo(host / "pipe")
    before = listing(host)
    assert refused(host, kernel, name, "--initrd", host / "initrd.img") == words.format(host=host)
    assert listing(host) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make device nodes")
def test_a_device_is_not_replaced(host, kernel):
    """A node of a block device that does not exist, and one of /dev/null."""
    os.mknod(host / "disk", stat.S_IFBLK | 0o600, os.makedev(254, 255))
    os.mknod(host / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    (host / "link").symlink_to("disk")
    before = listing(host)
    for name in (host / "disk", host / "link"):
        assert refused(host, kernel, name) == (
            f"{name}: is a device; write the image to a file and copy it: dd if=FILE of={name} bs=4M")
    assert refused(host, kernel, host / "null") == f"{host}/null: is not a regular file; name another one"
    assert listing(host) == before


def listing(folder):
    """Every file with its kind."""
    return {path: stat.S_IFMT(path.lstat().st_mode) for path in folder.rglob("*")}


def test_an_image_behind_a_link_is_replaced_there_and_keeps_its_mode(host, kernel):
    (host / "folder").mkdir()
    (host / "folder/image").write_bytes(b"before")
    (host / "folder/image").chmod(0o604)
    (host / "link").symlink_to("folder/image")
    assert make_iso(host / "link", host, kernel) == (host / "folder/image").read_bytes() != b"before"
    assert (host / "link").is_symlink() and stat.S_IMODE((host / "folder/image").stat().st_mode) == 0o604
    assert os.listdir(host / "folder") == ["image"]


@pytest.mark.parametrize("number", signals.ENDINGS)
def test_nothing_is_left_by_a_program_that_was_ended(host, kernel, number):
    """In the middle of its work, which a script in xorriso's place makes long."""
    xorriso, at_work = host / "bin/xorriso", host / "at-work"
    xorriso.parent.mkdir()
    xorriso.write_text(f"#!/bin/sh\ntouch {at_work}\nexec sleep 60\n")
    xorriso.chmod(0o755)
    before = listing(host)
    with subprocess.Popen([*MKISO, "--efi", host / "pvhboot.efi", "--linux", kernel, "--output",
                           host / "image"], stderr=subprocess.PIPE, text=True,
                          preexec_fn=signals.have_default_signals,
                          env={**os.environ, "PATH": f"{host}/bin:{os.environ['PATH']}"}) as program:
        wait_for(at_work, program)
        program.send_signal(number)
        assert program.wait(30) == 128 + number
        assert program.stderr.read() == f"pvhboot-mkimage: ended by {number.name}\n"
    at_work.unlink()
    assert listing(host) == before


def wait_for(path, program):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert program.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)


def test_a_failed_build_leaves_the_last_image_alone(host, kernel):
    image = host / "image"
    image.write_bytes(b"the last one")
    done = subprocess.run([*MKISO, "--efi", host / "none.efi", "--linux", kernel, "--output", image],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == f"pvhboot-mkimage: EFI program {host}/none.efi: No such file or directory\n"
    assert image.read_bytes() == b"the last one"
