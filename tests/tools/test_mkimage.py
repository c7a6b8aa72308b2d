# SPDX-License-Identifier: BSD-2-Clause
"""The images that pvhboot-mkimage makes, and what it refuses."""

import argparse
import hashlib
import shutil
import struct
import subprocess
import sys

import pytest
from conftest import CONTENT, ELF, TOOLS, elf_kernel, load_program
from esp_folder import image
from pvhinfo_runs import BUILD, PROGRAM, pvhinfo, results

from pvhtools.pe import FILE_ALIGNMENT, SECTION_ALIGNMENT, SIZE_OF_IMAGE, Image, round_up

LOADER = BUILD / "x64" / "pvhboot.efi"
UKIFY = BUILD / "deps/packages/trixie/systemd-ukify/usr/bin/ukify"
MKIMAGE = TOOLS / "pvhboot-mkimage"


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Machine:
    """An ESP with an entry and its files."""

    def __init__(self, folder):
        self.esp = folder / "esp"
        self.output = folder / "out" / "vm.efi"
        for path, content in {"Debian/vmlinuz": ELF, "debian/initrd.img": b"initrd", "microcode.img": b"cpio5",
                              "loader/entries/a.conf": b"title A \"$X\"\nversion 7\nlinux \\debian\\vmlinuz\n"
                                                       b"initrd /microcode.img\ninitrd /debian/initrd.img\n"
                                                       b"options root=/dev/vda1\noptions quiet\n"}.items():
            file = self.esp / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if not (self.esp / "debian/vmlinuz").exists():
            shutil.move(self.esp / "Debian/vmlinuz", self.esp / "debian/VMLINUZ")
        self.entry = self.esp / "loader/entries/a.conf"

    def run(self, *words):
        return subprocess.run([sys.executable, MKIMAGE, "--efi", LOADER, "--output", self.output, *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def call(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refusal(self, *words, status=1):
        done = self.run(*words)
        assert done.returncode == status and not self.output.exists(), done.stdout
        assert not self.output.parent.exists() or not list(self.output.parent.iterdir())
        return done.stderr

    def image(self):
        return Image("image", self.output.read_bytes())


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture(name="signer", scope="module")
def make_signer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    key, certificate = folder / "my key.pem", folder / "my cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=pvhboot test", "-days", "9"], check=True, stderr=subprocess.DEVNULL)
    return key, certificate


def test_an_image_of_an_entry(machine):
    said = machine.call("--entry", machine.entry, "--esp", machine.esp)
    image = machine.image()
    assert image.content(".linux") == ELF and image.content(".cmdline") == b"root=/dev/vda1 quiet"
    assert image.content(".initrd") == b"cpio5\0\0\0initrd\0\0"
    assert image.content(".osrel") == b'ID="linux"\nPRETTY_NAME="A \\"\\$X\\""\nVERSION_ID="7"\n'
    assert f" .linux {len(ELF):>13} bytes  SHA-256 {digest(ELF)}\n" in said
    assert f"SHA-256 {digest(machine.output.read_bytes())}\n" in said and "not signed" in said
    assert pvhinfo(machine.output, program=PROGRAM).returncode == 0


def test_the_layout(machine):
    """Nothing overlaps, nothing is between the sections, and what was there stays."""
    machine.call("--entry", machine.entry, "--esp", machine.esp)
    image, stub = machine.image(), Image("stub", LOADER.read_bytes())
    assert image.sections[:len(stub.sections)] == stub.sections
    assert [section.name for section in image.sections[len(stub.sections):]] == [".osrel", ".cmdline", ".linux", ".initrd"]
    for before, after in zip(image.sections, image.sections[1:]):
        assert after.address >= before.address + before.size and after.address % image.field(SECTION_ALIGNMENT) == 0
    end = len(stub.data)
    for section in image.sections[len(stub.sections):]:
        assert section.offset == end and section.file_size % image.field(FILE_ALIGNMENT) == 0
        end += section.file_size
    last = image.sections[-1]
    assert end == len(image.data)
    assert image.field(SIZE_OF_IMAGE) == round_up(last.address + last.size, image.field(SECTION_ALIGNMENT))


@pytest.mark.skipif(not UKIFY.exists(), reason="ukify is only downloaded for the boot tests")
def test_ukify_makes_the_same(machine):
    """All but .sbat, to which ukify adds lines of its own."""
    kernel, initrd, theirs = machine.esp / "k", machine.esp / "debian/initrd.img", machine.esp / "uki.efi"
    kernel.write_bytes(ELF)
    words = ["--linux", kernel, "--initrd", initrd, "--cmdline", "a b", "--os-release", "ID=x\n"]
    machine.call(*words)
    subprocess.run(["/usr/bin/python3", "-B", UKIFY, "build", f"--stub={LOADER}", f"--output={theirs}", f"--linux={kernel}",
                    f"--initrd={initrd}", "--cmdline=a b", "--os-release=ID=x\n"], check=True, stdout=subprocess.DEVNULL)
    ours, theirs = machine.image(), Image("uki", theirs.read_bytes())
    assert [row for row in ours.sections if row.name != ".sbat"] == [row for row in theirs.sections if row.name != ".sbat"]
    for name in (".linux", ".initrd", ".cmdline", ".osrel"):
        assert ours.content(name) == theirs.content(name)
    assert ours.field(SIZE_OF_IMAGE) == theirs.field(SIZE_OF_IMAGE) and len(ours.data) == len(theirs.data)


def test_files_without_an_entry(machine):
    kernel, initrd, release = machine.esp / "k", machine.esp / "microcode.img", machine.esp / "release"
    kernel.write_bytes(ELF)
    release.write_text("ID=x\n")
    machine.call("--linux", kernel, "--initrd", initrd, "--cmdline", "a b", "--os-release", f"@{release}")
    found = machine.image()
    assert (found.content(".cmdline"), found.content(".osrel"), found.content(".initrd")) == (
        b"a b", b"ID=x\n", b"cpio5")


def test_pins(machine):
    said = machine.call("--entry", machine.entry, "--esp", machine.esp, "--pin")
    image = machine.image()
    assert image.content(".linux") is None and image.content(".cmdline") == b"root=/dev/vda1 quiet"
    lines = image.content(".pins").decode().splitlines()
    assert [line.lower() for line in lines] == [f"{digest(ELF)}  /debian/vmlinuz", f"{digest(b'cpio5')}  /microcode.img",
                                                f"{digest(b'initrd')}  /debian/initrd.img"]
    assert " .pins " in said
    target = machine.esp / "EFI/pvhboot/pvhboot.efi"
    target.parent.mkdir(parents=True)
    shutil.copy(machine.output, target)
    assert pvhinfo("--esp", machine.esp).returncode == 0
    (machine.esp / "microcode.img").write_bytes(b"other")
    done = pvhinfo("--esp", machine.esp)
    assert done.returncode == 1 and f"its SHA-256 is {digest(b'other')}" in done.stderr


def test_a_signed_image(machine, signer):
    key, certificate = signer
    said = machine.call("--entry", machine.entry, "--esp", machine.esp, "--key", key, "--cert", certificate)
    assert "signed by /CN=pvhboot test\n" in said
    done = subprocess.run(["sbverify", "--cert", certificate, machine.output], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    assert done.returncode == 0 and "gaps" not in done.stdout
    again = machine.run("--efi", machine.output, "--entry", machine.entry, "--esp", machine.esp)
    assert again.returncode == 1 and "is signed, and the signature would not cover what is added" in again.stderr


def test_where_it_lies_is_said(machine):
    machine.output = machine.esp / "EFI/Linux/a.efi"
    said = machine.call("--entry", machine.entry, "--esp", machine.esp)
    assert "bootctl list" in said and "efibootmgr" not in said


def test_the_boot_option_is_that_of_the_partition(machine, capsys, monkeypatch):
    """A folder stands for a mounted partition here."""
    program = load_program("pvhboot-mkimage")
    monkeypatch.setattr(program, "partition_of", lambda folder: ("/dev/nvme0n1", "15"))
    options = argparse.Namespace(esp=machine.esp, output=machine.esp / "EFI/a b.efi")
    program.tell_how_it_starts(options)
    assert capsys.readouterr().out == (
        "to make it a boot option: efibootmgr -c -d /dev/nvme0n1 -p 15 -L pvhboot -l '\\EFI\\a b.efi'\n")
    options.output = machine.esp.parent / "a.efi"
    program.tell_how_it_starts(options)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("line", [
    "initrd /microcode.img /debian/initrd.img $tuned_initrd", "initrd /microcode.img\ninitrd /debian/initrd.img ${x}"])
def test_lists_of_initrds(machine, line):
    machine.entry.write_text(f"linux /debian/vmlinuz\n{line}\n")
    machine.call("--entry", machine.entry, "--esp", machine.esp)
    assert machine.image().content(".initrd") == b"cpio5\0\0\0initrd\0\0"


def test_a_path_with_spaces_is_no_list(machine):
    (machine.esp / "my initrd").write_bytes(b"spaced")
    machine.entry.write_text("linux /debian/vmlinuz\ninitrd /my initrd\n")
    machine.call("--entry", machine.entry, "--esp", machine.esp)
    assert machine.image().content(".initrd") == b"spaced"


def test_profiles_and_signatures(machine, tmp_path):
    """pvhinfo finds the profiles that the loader finds."""
    (tmp_path / "sig").write_text("{}")
    (tmp_path / "key").write_text("PEM")
    machine.call("--entry", machine.entry, "--esp", machine.esp, "--profile", "rescue=single", "--profile", "plain=",
                 "--pcrsig", tmp_path / "sig", "--pcrpkey", tmp_path / "key")
    assert machine.image().content(".pcrsig") == b"{}" and machine.image().content(".pcrpkey") == b"PEM"
    found, = results(machine.output)
    assert [(row["id"], row["command_line"]) for row in found["profiles"]] == [
        ("main", "root=/dev/vda1 quiet"), ("rescue", "root=/dev/vda1 quiet single"), ("plain", "root=/dev/vda1 quiet")]
    assert "--profile takes ID=TEXT" in machine.run("--linux", "x", "--profile", "x").stderr
    assert "not for --pin" in machine.run("--linux", "x", "--pin", "--esp", "y", "--profile", "x=y").stderr


def test_a_failure_leaves_the_old_image(machine, signer):
    machine.call("--entry", machine.entry, "--esp", machine.esp)
    before = machine.output.read_bytes()
    done = machine.run("--entry", machine.entry, "--esp", machine.esp, "--key", signer[1], "--cert", signer[1])
    assert done.returncode == 1 and done.stderr.startswith(f"pvhboot-mkimage: {signer[1]}") and "sbsign" in done.stderr
    assert machine.output.read_bytes() == before and list(machine.output.parent.iterdir()) == [machine.output]


def test_a_kernel_that_would_not_boot(machine):
    kernel = machine.esp / "k"
    kernel.write_bytes(elf_kernel(CONTENT, b"XXX\0"))
    assert f"nothing was written: {kernel}: no PVH entry note" in machine.refusal("--linux", kernel)
    assert "no PVH entry note" in machine.refusal("--linux", kernel, "--pin", "--esp", machine.esp)


@pytest.mark.parametrize("change, said", [
    ("linux /gone\n", "/gone: no such file in"),
    ("linux /../x\n", "write the path without .."),
    ("title x\n", "names no kernel"),
    ("linux /microcode.img\nmodule /microcode.img\n", "has modules, which an image cannot contain; use --pin"),
    ("linux /microcode.img\nmodule /microcode.img x\n", "has a module with a command line"),
    ("linux /microcode.img\nmodule\t/microcode.img\tx\n", "has a module with a command line"),
    ("linux /empty\n", "the file is empty; copy it again"),
])
def test_bad_entries(machine, change, said):
    (machine.esp / "empty").touch()
    machine.entry.write_text(change)
    assert said in machine.refusal("--entry", machine.entry, "--esp", machine.esp)


def test_files_outside_the_esp_are_not_pinned(machine, tmp_path):
    kernel = tmp_path / "k"
    kernel.write_bytes(ELF)
    assert f"{kernel}: is not below {machine.esp}" in machine.refusal("--linux", kernel, "--pin", "--esp", machine.esp)


@pytest.mark.parametrize("words, said", [
    ([], "either --entry or --linux"),
    (["--entry", "x"], "need --esp"),
    (["--linux", "x", "--pin"], "need --esp"),
    (["--linux", "x", "--key", "k"], "need each other"),
    (["--entry", "x", "--esp", "y", "--initrd", "i"], "an entry names its own"),
])
def test_wrong_usage(machine, words, said):
    assert said in machine.refusal(*words, status=2)


@pytest.mark.parametrize("text", [
    b"\xef\xbb\xbftitle B\r\nlinux\t\t/debian/vmlinuz\r\noptions \t a\tb \r\n",
    "\ufefftitle B\nlinux\t/debian/vmlinuz\noptions a\tb\n".encode("utf-16-le"),
    "\ufefftitle B\nlinux\t/debian/vmlinuz\noptions a\tb\n".encode("utf-16-be"),
    "title B\nlinux /debian/vmlinuz\noptions a\tb\n".encode("utf-16-le"),
    "title B\nlinux /debian/vmlinuz\noptions a\tb\n".encode("utf-16-be") + b"\0",
    b"title B\rlinux /debian/vmlinuz\roptions a\tb\0\0",
    b"#title C\n\t# c\n\0title 'B'\nlinux /debian/vmlinuz\n options\t\"a\tb\" \n",
    "title B\nlinux /debian/vmlinuz\noptions a\tb\nversion \f\x1c\u2028\n".encode(),
])
def test_entries_are_read_as_the_loader_reads_them(machine, text):
    """Byte order marks, UTF-16, tabs, other ends of lines, NULs."""
    machine.entry.write_bytes(text)
    machine.call("--entry", machine.entry, "--esp", machine.esp)
    image = machine.image()
    assert image.content(".cmdline") == b"a\tb" and b'PRETTY_NAME="B"' in image.content(".osrel")
    found, = results("--esp", machine.esp)
    entry, = found["entries"]
    assert (entry["label"], entry["options"].replace("\ufffd", "\t")) == ("B", "a\tb") and entry["bootable"]


def test_extras(machine):
    """They are pinned, and an image has none."""
    (machine.esp / "my.cred").write_bytes(b"secret")
    (machine.esp / "a.sysext.raw").write_bytes(b"raw")
    with open(machine.entry, "a", encoding="utf-8") as entry:
        entry.write("extra /my.cred\nextra \\A.sysext.RAW\nextra /not-taken\n")
    said = machine.refusal("--entry", machine.entry, "--esp", machine.esp)
    assert f"{machine.entry}: has extras, which an image cannot contain; use --pin" in said and "vm.efi.extra.d" in said
    machine.call("--entry", machine.entry, "--esp", machine.esp, "--pin")
    pins = dict(reversed(line.split("  ")) for line in machine.image().content(".pins").decode().splitlines())
    assert pins["/my.cred"] == digest(b"secret") and pins["/a.sysext.raw"] == digest(b"raw") and len(pins) == 5


@pytest.mark.parametrize("name", ["a\nb", "a\udcffb", "a\\b", "a "])
def test_names_that_no_pin_can_have(machine, name):
    (machine.esp / name).write_bytes(ELF)
    assert "cannot be pinned with" in machine.refusal("--linux", machine.esp / name, "--pin", "--esp", machine.esp)


def test_names_that_differ_in_case_are_not_both_pinned(machine):
    (machine.esp / "k").write_bytes(ELF)
    (machine.esp / "K").write_bytes(b"initrd")
    said = machine.refusal("--linux", machine.esp / "k", "--initrd", machine.esp / "K", "--pin", "--esp", machine.esp)
    assert "only case tells its name from that of /k" in said


def test_no_input_is_replaced(machine, signer, tmp_path):
    """Nor one that is written by another name."""
    files = {}
    for name in ("kernel", "cmdline", "os-release", "key", "certificate", "pcrpkey", "pcrsig"):
        files[name] = tmp_path / name
        files[name].write_bytes({"kernel": ELF, "os-release": b"ID=x\n", "key": signer[0].read_bytes(),
                                 "certificate": signer[1].read_bytes()}.get(name, b"x"))
    words = ["--linux", files["kernel"], "--cmdline", f"@{files['cmdline']}", "--os-release", f"@{files['os-release']}",
             "--key", files["key"], "--cert", files["certificate"], "--pcrpkey", files["pcrpkey"], "--pcrsig", files["pcrsig"]]
    (tmp_path / "link").symlink_to("kernel")
    before = {name: path.read_bytes() for name, path in files.items()}
    for output in [*files.values(), tmp_path / "link"]:
        machine.output = output
        done = machine.run(*words)
        assert (done.returncode, f"{output}: is one of the files that it would be made of" in done.stderr) == (1, True)
    for output in (machine.entry, machine.esp / "microcode.img"):
        machine.output = output
        assert "it would be made of" in machine.run("--entry", machine.entry, "--esp", machine.esp, "--pin").stderr
    assert before == {name: path.read_bytes() for name, path in files.items()}


def test_a_command_line_from_a_file_ends_before_its_last_line_does(machine, tmp_path):
    (tmp_path / "c").write_bytes(b"quiet\n")
    machine.call("--linux", machine.esp / "debian/VMLINUZ", "--cmdline", f"@{tmp_path}/c")
    assert machine.image().content(".cmdline") == b"quiet"


@pytest.mark.parametrize("words, said", [
    (["--os-release", "@K"], "has no line NAME=VALUE, see os-release(5)"), (["--os-release", "@"], "@ has no name of a file"),
    (["--cmdline", "@F"], "is a directory"), (["--cmdline", "@K"], "is not text; name a file that has a command line"),
    (["--pcrsig", "E"], "the file is empty; make it again"),
    (["--pcrpkey", "F"], "is a directory"), (["--pin", "--esp", "K"], "no such folder; name the one"),
    (["--linux", "/dev/null"], "/dev/null: is not a regular file"), (["--output", "/dev/null"], "/dev/null: is not a regular file"),
    (["--output", "F"], "is a directory; name a file"), (["--efi", "K"], "is not an EFI program"),
])
def test_values_that_are_none(machine, tmp_path, words, said):
    places = {"K": str(machine.esp / "debian/VMLINUZ"), "F": str(tmp_path), "E": str(tmp_path / "empty")}
    (tmp_path / "empty").touch()
    words = [places.get(word, f"@{places[word[1:]]}" if word[1:] in places else word) for word in words]
    said_of = machine.refusal("--linux", machine.esp / "debian/VMLINUZ", *words)
    assert said in said_of and len(said_of.splitlines()) == 1


@pytest.mark.parametrize("words, said", [
    (["--profile", "main=x"], "each --profile has an ID of its own"), (["--profile", "a=x", "--profile", "A=y"], "an ID of its own"),
    (["--uki", "--output", "x/"], "--output names a file, without / at its end"),
])
def test_wrong_usage_of_an_image(machine, words, said):
    assert said in machine.refusal("--linux", machine.esp / "debian/VMLINUZ", *words, status=2)


def test_names_that_are_not_text_are_told(machine, tmp_path):
    machine.output = tmp_path / "a\udcff.efi"
    assert "wrote " in machine.call("--linux", machine.esp / "debian/VMLINUZ")


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(300)])
def test_stubs_that_are_none(machine, tmp_path, content):
    stub = tmp_path / "stub.efi"
    stub.write_bytes(content)
    assert "is not an EFI program for x64" in machine.refusal("--efi", stub, "--linux", machine.esp / "microcode.img")


@pytest.mark.parametrize("sbat, said", [
    ("sbat,1,x\ngrub,1,pvhboot,x\n# pvhboot,1,x\n", "is not pvhboot; name a pvhboot.efi"),
    ("sbat,1,x\npvhboot,1,pvhboot,pvhboot,1,x\n", "has no room for another section"),  # and no alignment
])
def test_stubs_that_are_damaged(machine, tmp_path, sbat, said):
    stub = tmp_path / "stub.efi"
    stub.write_bytes(image((".sbat", sbat)))
    assert said in machine.refusal("--efi", stub, "--linux", machine.esp / "debian/VMLINUZ")
