# SPDX-License-Identifier: BSD-2-Clause
"""Media with several entries and of directories: what is on them, their partition tables, and what is refused."""

import os
import re
import struct
import subprocess

import pytest
from conftest import ELF, TOOLS, elf_kernel
from pvhtools import fat, media_entries, media_images, program
from pvhtools.program import Failure

MKIMAGE = TOOLS / "pvhboot-mkimage"
LOADERS = {name: TOOLS.parent / f"build/{name}/pvhboot.efi" for name in ("x64", "ia32")}
MIB = 1 << 20


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    """What an EFI system partition has: two entries, a kernel and an initrd."""
    tree = tmp_path / "tree"
    for path, content in {"loader/loader.conf": b"timeout 9\n", "k/vmlinuz": ELF, "k/initrd.img": b"initrd", "efi/boot/note.txt": b"x",
                          "loader/entries/one.conf": b"title One\nlinux /k/vmlinuz\ninitrd /k/initrd.img\noptions a=1,2\n",
                          "loader/entries/two.conf": b"title Two\nlinux /k/vmlinuz\n"}.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    (tree / "empty").mkdir()
    return tree


def run(*words, **environment):
    return subprocess.run([MKIMAGE, *words], env={**os.environ, "SOURCE_DATE_EPOCH": "1000000000", **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def make(output, *words):
    done = run("--output", output, *words)
    assert done.returncode == 0, done.stderr
    return done


def refused(folder, *words, status=1):
    """What is said by a program that leaves nothing behind."""
    before = sorted(folder.rglob("*"))
    done = run(*words)
    assert (done.returncode, done.stdout) == (status, ""), done.stdout
    assert sorted(folder.rglob("*")) == before
    return done.stderr


class Fat:
    """The file system in an image."""

    def __init__(self, image):
        data = image.read_bytes()
        self.offset = data.index(b"mkfs.fat") - 3
        self.name = f"{image}@@{self.offset}"
        self.environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}

    def run(self, program_name, *words):
        return subprocess.run([program_name, *words[:-1], "-i", self.name, words[-1]], env=self.environment, stdout=subprocess.PIPE,
                              check=True).stdout

    def paths(self):
        return {line[3:] for line in self.run("mdir", "-/", "-b", "::/").decode().splitlines()}

    def read(self, path):
        return self.run("mtype", f"::/{path}")


def partition(image):
    """The first byte and the size of the only partition, of a table in which sgdisk, fdisk and the MBR's rules find no fault."""
    checked = subprocess.run(["sgdisk", "-v", image], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "No problems found" in checked and "Warning" not in checked and "Caution" not in checked
    listed = subprocess.run(["sfdisk", "--dump", image], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    assert listed.stderr == "" and "label: gpt\n" in listed.stdout
    (first, size, kind), = re.findall(r"start= *(\d+), size= *(\d+), type=([0-9A-F-]+)", listed.stdout)
    assert kind == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
    mbr = image.read_bytes()[:512]
    assert mbr[:446] == bytes(446) and mbr[462:] == bytes(48) + b"\x55\xaa"
    active, kind, start, sectors = struct.unpack("<B3xB3xII", mbr[446:462])
    assert (active, kind, start, sectors) == (0, 0xee, 1, image.stat().st_size // 512 - 1)
    return int(first) * 512, int(size) * 512


def check_file_system(image, scratch):
    first, size = partition(image)
    scratch.write_bytes(image.read_bytes()[first:first + size])
    said = subprocess.run(["/usr/sbin/fsck.fat", "-vn", scratch], stdout=subprocess.PIPE, text=True, check=False)
    assert said.returncode == 0, said.stdout
    return said.stdout


def test_a_stick_with_three_entries_in_one_command(tmp_path):
    kernel, initrd, uki, image = (tmp_path / name for name in ("vmlinuz-6.1", "initrd.img", "debian.efi", "stick.iso"))
    kernel.write_bytes(ELF)
    initrd.write_bytes(b"initrd")
    make(uki, "--linux", kernel, "--os-release", "ID=x\nNAME=x\n")
    done = make(image, "--entry", f"title=Debian, stable,linux={kernel},initrd={initrd},options=console=ttyS0,115200 linux=x",
                "--entry", f"linux={kernel},module={initrd} a,b,sort-key=zz", "--entry", f"title=Signed,uki={uki}")
    assert done.stdout.startswith("  Debian, stable (the default)\n  Signed\n  Linux 6.1\nwrote ") and done.stderr == ""
    volume = Fat(image)
    assert volume.read("loader/entries/debian--stable.conf").decode() == (
        "title Debian, stable\nversion 6.1\npvh /boot/vmlinuz-6.1\ninitrd /boot/initrd.img\noptions console=ttyS0,115200 linux=x\nsort-key 001\n")
    assert volume.read("loader/entries/linux-6.1.conf").decode() == (
        "title Linux 6.1\nversion 6.1\npvh /boot/vmlinuz-6.1\nmodule /boot/initrd.img a,b\nsort-key zz\n")
    assert volume.read("loader/entries/signed.conf") == b"title Signed\nuki /boot/debian.efi\nsort-key 003\n"
    assert volume.read("loader/loader.conf") == b"timeout 5\n"
    assert {path for path in volume.paths() if path.startswith("boot/")} == {
        "boot/", "boot/vmlinuz-6.1", "boot/initrd.img", "boot/debian.efi"}
    first, size = partition(image)
    assert first == volume.offset == media_images.image_offset(image) and image.stat().st_size % 2048 == 0
    check_file_system(image, tmp_path / "partition")


@pytest.mark.parametrize("text, words", [
    ("linx=k", "linx is not known; the keys are title, version, linux, "),
    ("k", "k is not known"),
    ("title=,linux=k", "title= needs a value"),
    ("title=x", "name what to boot, by linux=FILE or by uki=FILE"),
    ("options=quiet", "name what to boot"),
    ("linux=k,uki=u", "name what to boot"),
    ("uki=u,initrd=i", "has its own initrd"),
    ("title=a\nefi /x,linux=k", "one line"),
])
def test_entries_that_say_nothing(text, words):
    with pytest.raises(Failure) as failure:
        media_entries.parse_entry(text)
    assert words in str(failure.value)


def test_a_directory_becomes_a_disk_as_it_is(tree, tmp_path):
    one, two = tmp_path / "one.img", tmp_path / "two.raw"
    make(one, tree)
    os.utime(tree / "k/vmlinuz", (1, 1))
    make(two, tree)
    assert one.read_bytes() == two.read_bytes()
    volume = Fat(one)
    assert {path for path in volume.paths() if not path.endswith("/")} == {
        str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()} | {"efi/boot/BOOTX64.EFI", "efi/boot/BOOTIA32.EFI"}
    assert "empty/" in volume.paths() and volume.read("loader/loader.conf") == b"timeout 9\n"
    assert volume.read("EFI/BOOT/BOOTX64.EFI") == LOADERS["x64"].read_bytes()
    assert volume.read("EFI/BOOT/BOOTIA32.EFI") == LOADERS["ia32"].read_bytes()
    assert partition(one) == (MIB, one.stat().st_size - 2 * MIB) and one.stat().st_size < 40 * MIB
    said = check_file_system(one, tmp_path / "partition")
    assert "32 bit entries" in said and int(re.search(r"(\d+) data clusters", said)[1]) > 65525
    (tree / "k/initrd.img").write_bytes(b"other!")
    make(two, tree)
    assert {one.read_bytes()[568:584], one.read_bytes()[MIB + 67:MIB + 71]}.isdisjoint(
        {two.read_bytes()[568:584], two.read_bytes()[MIB + 67:MIB + 71]})


def test_a_disk_of_a_size_and_in_qemus_format(tree, tmp_path):
    raw, first, second = tmp_path / "raw", tmp_path / "a.qcow2", tmp_path / "second"
    make(raw, "--disk", "--size", "300M", tree)
    assert raw.stat().st_size == 300 * MIB and partition(raw) == (MIB, 298 * MIB)
    assert "4096 bytes per cluster" in check_file_system(raw, tmp_path / "partition")
    make(first, "--size", "300MiB", tree)
    make(second, "--disk", "--format", "qcow2", "--size", "307200K", tree)
    assert first.read_bytes() == second.read_bytes() and first.stat().st_size < 8 * MIB
    subprocess.run(["qemu-img", "convert", "-O", "raw", first, tmp_path / "back"], check=True)
    assert (tmp_path / "back").read_bytes() == raw.read_bytes()


@pytest.mark.parametrize("size, words", [
    ("8M", "--size 8M: the files need 3"), ("x", "is not the size of a disk"), ("1000", "write whole MiB"), ("0M", "is not the size"),
    ("9T", "is not the size of a disk"),
])
def test_sizes_that_no_disk_has(tree, tmp_path, size, words):
    assert words in refused(tmp_path, "--size", size, "--output", tmp_path / "a.img", tree)


def test_a_directory_for_a_server(tree, tmp_path):
    (tree / "pvhboot").mkdir()
    (tree / "pvhboot/01-52-54-00-ab-34-56.conf").write_bytes(b"entries two.conf\n")
    make(f"{tmp_path}/net/", tree)
    net = tmp_path / "net"
    assert {str(path.relative_to(net)) for path in net.rglob("*")} == {
        "pvhboot.efi", "pvhboot-ia32.efi", "pvhboot", "pvhboot/default.conf", "pvhboot/01-52-54-00-ab-34-56.conf", "pvhboot/one.conf",
        "pvhboot/two.conf", "loader", "loader/loader.conf", "k", "k/vmlinuz", "k/initrd.img", "efi", "efi/boot", "efi/boot/note.txt",
        "empty"}
    assert (net / "pvhboot/default.conf").read_bytes() == b"entries one.conf\nentries two.conf\n"
    assert (net / "pvhboot.efi").read_bytes() == LOADERS["x64"].read_bytes()
    assert {path.stat().st_mtime for path in (net, *net.rglob("*"))} == {1000000000}
    assert "is there already; name a new directory" in refused(tmp_path, "--netboot", "--output", net, tree)


@pytest.mark.parametrize("entry, words", [
    ("linux /K/vmlinuz\n", "loader/entries/two.conf: K/vmlinuz: the file is k/vmlinuz, and servers tell upper and lower case apart"),
    ("linux /k/vmlinuz\ninitrd /k/initrd.img /K/initrd.img\n", "the file is k/initrd.img"),
    ("efi /EFI/BOOT/BOOTX64.EFI\n", "loader/entries/two.conf: is an EFI program, which pvhboot does not start from a server"),
])
def test_what_boots_from_a_disk_only(tree, tmp_path, entry, words):
    (tree / "loader/entries/two.conf").write_text(entry)
    assert words in refused(tmp_path, "--netboot", "--output", tmp_path / "net", tree)
    make(tmp_path / "disk.img", tree)


@pytest.mark.parametrize("name", ["default.conf", "my entry.conf"])
def test_entries_that_a_list_cannot_name(tree, tmp_path, name):
    (tree / "loader/entries/two.conf").rename(tree / "loader/entries" / name)
    assert f"loader/entries/{name}: no list for a server can name it" in refused(
        tmp_path, "--netboot", "--output", tmp_path / "net", tree)


@pytest.mark.parametrize("name, words", [
    ("é", "k/é: a FAT volume for firmware cannot have 'é' in a name"),
    ("a:b", "cannot have ':' in a name"),
    ("a\n", "cannot have '\\n' in a name"),
    ("a.", "dots at its end"), (" a", "spaces around a name"), ("aux.txt", "a use of their own"), ("COM1", "a use of their own"),
    ("abcdef~1.txt", "a use of their own"), ("VMLINUZ", "k/VMLINUZ, k/vmlinuz: differ only in upper and lower case"),
    ("link", "is a symbolic link"), ("pipe", "is not a regular file"), ("big", "must be smaller than 4 GiB"),
])
def test_what_no_fat_volume_holds(tree, tmp_path, name, words):
    path = tree / "k" / name
    if name == "link":
        path.symlink_to("vmlinuz")
    elif name == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, 1 << 32 if name == "big" else 1)
    for output in ("a.iso", "a.img"):
        assert words in refused(tmp_path, "--output", tmp_path / output, tree)


def test_a_file_where_a_folder_is_needed(tree, tmp_path):
    (tree / "boot").write_bytes(b"x")
    assert "boot: is a file, and a folder of that name is needed" in refused(
        tmp_path, "--output", tmp_path / "a.iso", "--entry", f"linux={tree}/k/vmlinuz", tree)


def test_an_entry_that_cannot_boot_is_named_with_the_reason(tree, tmp_path):
    (tree / "k/bad").write_bytes(elf_kernel(owner=b"Foo\0"))
    (tree / "loader/entries/two.conf").write_text("linux /k/bad\nfoo x\n")
    (tree / "loader/entries/one.conf").write_text("linux /k/gone\n")
    said = refused(tmp_path, "--output", tmp_path / "a.img", tree)
    assert "pvhboot-mkimage: warning: loader/entries/two.conf:2: unknown key \"foo\"" in said
    assert "\nloader/entries/one.conf: /k/gone: no such file in the medium; paths start at its root\n" in said
    assert re.search(r"\nloader/entries/two.conf: /k/bad: no PVH entry note \(found: Foo type 18\)", said)
    done = make(tmp_path / "a.img", "--force", tree)
    assert "warning: loader/entries/one.conf: /k/gone: no such file" in done.stderr and "(does not boot)" in done.stdout


def test_a_medium_without_entries(tree, tmp_path):
    for entry in (tree / "loader/entries").iterdir():
        entry.unlink()
    assert "the medium: no bootable entry in loader/entries" in refused(tmp_path, "--output", tmp_path / "a.img", tree)


def test_a_kernel_that_cannot_boot_can_be_forced(tmp_path):
    kernel = tmp_path / "k"
    kernel.write_bytes(elf_kernel(owner=b"Foo\0"))
    entry = f"--entry=title=T,linux={kernel}"
    assert f"pvhboot-mkimage: {kernel}: no PVH entry note" in refused(tmp_path, "--output", tmp_path / "a.iso", entry)
    assert f"warning: {kernel}: no PVH entry note" in make(tmp_path / "a.iso", entry, "--force").stderr


def test_loaders_are_signed_and_those_of_the_directory_stay(tree, tmp_path):
    (tree / "efi/boot/bootia32.efi").write_bytes(b"shim")
    key, certificate = tmp_path / "key", tmp_path / "cert"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=pvhboot test", "-days", "9"], check=True, stderr=subprocess.DEVNULL)
    done = make(tmp_path / "a.img", tree, "--key", key, "--cert", certificate)
    assert "not signed" not in done.stdout
    assert "loader/entries/one.conf: with Secure Boot on refused: /k/vmlinuz: Secure Boot is on" in done.stderr
    volume = Fat(tmp_path / "a.img")
    (tmp_path / "loader").write_bytes(volume.read("EFI/BOOT/BOOTX64.EFI"))
    subprocess.run(["sbverify", "--cert", certificate, tmp_path / "loader"], check=True, stdout=subprocess.DEVNULL)
    assert volume.read("EFI/BOOT/BOOTIA32.EFI") == b"shim"


def test_both_loaders_can_be_signed(tree, tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "cert"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=pvhboot test", "-days", "9"], check=True, stderr=subprocess.DEVNULL)
    make(tmp_path / "net", "--netboot", tree, "--key", key, "--cert", certificate)
    for name in ("pvhboot.efi", "pvhboot-ia32.efi"):
        subprocess.run(["sbverify", "--cert", certificate, tmp_path / "net" / name], check=True, stdout=subprocess.DEVNULL)


def test_missing_programs_are_named_by_their_packages(tree, tmp_path):
    for output, packages in (("a.iso", "mtools xorriso"), ("a.img", "mtools"), ("a.qcow2", "mtools qemu-utils")):
        done = run("--output", tmp_path / output, tree, PATH=str(tmp_path))
        assert (done.returncode, done.stderr) == (1, f"pvhboot-mkimage: missing Debian packages: apt install {packages}\n")


def test_an_image_in_its_own_directory(tree, tmp_path):
    assert f"is in {tree}, whose files go onto the medium" in refused(tmp_path, "--output", tree / "a.img", tree)


@pytest.mark.parametrize("words, said", [
    (["--output", "x", "."], "say what to make: --iso, --disk or --netboot"),
    (["--output", "x", "--entry", "linux=x"], "say what to make"),
    (["--output", "x.iso"], "name a DIRECTORY, an --entry or --linux"),
    (["--output", "x.iso", "--size", "9M", "."], "--size and --format are for --disk"),
    (["--output", "x.iso", "--cmdline", "x", "."], "belong to --linux"),
    (["--output", "x.iso", "--key", "x", "."], "need each other"),
    (["--output", "x.iso", "--iso", "--esp", "x", "."], "for one EFI program"),
    (["--output", "x.efi", "--uki", "--linux", "k", "."], "are for media"),
    (["--output", "x.efi", "--entry", "a.conf", "--entry", "b.conf", "--esp", "."], "a medium has several"),
    (["--output", "x", "--iso", "--disk", "."], "not allowed with"),
    *[(["--output", "x.iso", f"--timeout={value}", "."], "write a number of seconds, menu-force, menu-hidden or menu-disabled")
      for value in ("", "abc", "-1", "1.5", "4294967294", "5\neditor no", "menu-forced", "\u0663")],
    (["--output", "x.iso", "--decoders", "gzip bzip2", "."], "--decoders: bzip2 is not known"),
])
def test_wrong_usage(tmp_path, words, said):
    assert said in refused(tmp_path, *words, status=2)


def test_the_timeout(tree, tmp_path):
    assert "loader/loader.conf: is there already; write the timeout into it" in refused(
        tmp_path, "--timeout", "3", "--output", tmp_path / "a.iso", tree)
    (tree / "loader/loader.conf").unlink()
    make(tmp_path / "a.iso", "--timeout", "menu-force", tree)
    assert Fat(tmp_path / "a.iso").read("loader/loader.conf") == b"timeout menu-force\n"


@pytest.mark.parametrize("value, accepted", [("0", True), ("4294967293", True), ("4294967294", False), ("menu-hidden", True)])
def test_timeouts_are_the_loaders(value, accepted):
    assert media_entries.is_timeout(value) == accepted


def test_no_input_is_replaced(tree, tmp_path):
    for name in ("key", "cert", "cmdline"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "efi").write_bytes(LOADERS["x64"].read_bytes())
    words = ["--disk", "--linux", tree / "k/vmlinuz", "--efi", tmp_path / "efi", "--cmdline", f"@{tmp_path}/cmdline"]
    for name in ("efi", "cmdline"):
        assert "is one of the files that it would be made of" in refused(tmp_path, *words, "--output", tmp_path / name)
    assert (tmp_path / "cmdline").read_bytes() == b"x" and (tmp_path / "efi").read_bytes() == LOADERS["x64"].read_bytes()


def test_names_that_no_server_has(tree, tmp_path):
    (tree / "loader/entries/\udcff.conf").write_bytes(b"linux /k/vmlinuz\n")
    assert "'loader/entries/\\udcff.conf': is not UTF-8" in refused(tmp_path, "--netboot", "--output", tmp_path / "net", tree)


@pytest.mark.parametrize("date", ["abc", "-1", "1.5", "\u0663", "4354819200", "9" * 30])
@pytest.mark.parametrize("kind", ["--disk", "--netboot"])
def test_dates_that_are_none(tree, tmp_path, kind, date):
    done = run(kind, "--output", tmp_path / "out", tree, SOURCE_DATE_EPOCH=date)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1) and not (tmp_path / "out").exists()
    assert f"SOURCE_DATE_EPOCH={date}: not a number of seconds since 1970" in done.stderr


def test_an_entry_of_two_lines(tree, tmp_path):
    assert "--entry: title= must be one line" in refused(
        tmp_path, "--disk", "--output", tmp_path / "out", "--entry", f"title=a\nefi x,linux={tree}/k/vmlinuz")


def test_folders_with_many_files():
    many = fat.rows_of([f"file-with-a-long-name-{number}" for number in range(200)])
    assert many["."] == 2 + 200 * 3 and fat.geometry([1] * 200, many)[0] == 32
    assert fat.clusters_for([], {".": 200}, 4096) == 2 + 8 and fat.clusters_for([], {".": 1000}, 4096) == 8 + 8
    with pytest.raises(Failure, match="a: has more files than a folder"):
        fat.rows_of([f"a/{number}" for number in range(1 << 15)])


def test_an_installed_program_needs_no_repository_for_a_date(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(program, "IS_INSTALLED", True)
    assert program.source_date_epoch() == str(int(os.stat(program.__file__).st_mtime))
