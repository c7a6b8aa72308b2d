# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo tells of unified kernel images, and of loaders that vouch for files."""

import hashlib
import re

import pytest
from conftest import CONTENT, ELF, elf_kernel
from esp_folder import Esp, image
from pvhinfo_runs import pvhinfo, results

TITLE = "Test \x1b[2JOne"
OSREL = 'ID=test\nVERSION_ID=3\nPRETTY_NAME="Test \x1b[2JOne"\n'
KERNEL = ELF.decode("latin1")
SBAT = "sbat,1,x,sbat,1,x\npvhboot,1,pvhboot,pvhboot,1.2.3,https://example.org\n" + "x" * 40


def write(folder, *sections, name="vm.efi"):
    """An image whose sections have these bytes, given as Latin-1."""
    path = folder / name
    path.write_bytes(latin(*sections))
    return path


def latin(*sections):
    return image(*sections, encoding="latin1")


def digest(content):
    return hashlib.sha256(content).hexdigest()


def test_an_image_that_boots(tmp_path):
    file = write(tmp_path, (".text", "code"), (".osrel", OSREL), (".cmdline", " console=ttyS0\n"), (".linux", KERNEL),
                 (".initrd", "i" * 700))
    found, = results(file)
    assert found["bootable"] and found["error"] is None and found["image"] == "unified kernel image" and found["pins"] == []
    profile, = found["profiles"]
    assert (profile["title"], profile["version"], profile["command_line"]) == (TITLE, "3", "console=ttyS0")
    assert {row["name"]: row["size"] for row in profile["sections"]} == {
        ".linux": len(ELF), ".osrel": len(OSREL), ".cmdline": 15, ".initrd": 700}
    kernel, = found["kernels"]
    alone = tmp_path / "kernel"
    alone.write_bytes(ELF)
    assert {**kernel, "file": str(alone)} == results(alone)[0] and kernel["file"] == f"{file}: .linux"
    for row in profile["sections"]:
        assert file.read_bytes()[row["offset"]:row["offset"] + row["size"]] in (
            ELF, OSREL.encode(), b" console=ttyS0\n", b"i" * 700)


def test_the_text(tmp_path):
    file = write(tmp_path, (".osrel", OSREL), (".cmdline", "quiet"), (".linux", KERNEL))
    done = pvhinfo(file)
    assert done.returncode == 0 and done.stderr == "" and "\x1b" not in done.stdout
    assert done.stdout.startswith(f"{file}: bootable, unified kernel image\n")
    assert "  command line quiet\n" in done.stdout and f"  section      .linux   {len(ELF)} bytes\n" in done.stdout
    assert f"{file}: .linux: bootable, ELF64 for x86-64, 1 segment, PVH entry 0x200000\n" in done.stdout


def test_the_kernels_error_is_the_images(tmp_path):
    bad = elf_kernel(CONTENT, b"XXX\0")
    alone = tmp_path / "kernel"
    alone.write_bytes(bad)
    message = results(alone, status=1)[0]["error"]
    file = write(tmp_path, (".linux", bad.decode("latin1")))
    done = pvhinfo(file)
    assert done.returncode == 1 and done.stderr == f"{file}: .linux: {message}\n"
    assert done.stdout.startswith(f"{file}: not bootable, unified")
    found, = results(file, status=1)
    assert not found["bootable"] and found["kernels"][0]["error"] == message


def test_profiles_share_a_kernel(tmp_path):
    file = write(tmp_path, (".linux", KERNEL), (".cmdline", "base"), (".profile", "ID=one\n"),
                 (".profile", "ID=two\nTITLE=Second\n"), (".cmdline", "other"))
    found, = results(file)
    assert [(p["number"], p["id"], p["profile_title"], p["command_line"], p["kernel"]) for p in found["profiles"]] == [
        (0, "one", None, "base", 0), (1, "two", "Second", "other", 0)]
    assert len(found["kernels"]) == 1
    assert "  profile      1, ID two, Second\n" in pvhinfo(file).stdout


def test_a_profile_without_a_kernel(tmp_path):
    file = write(tmp_path, (".cmdline", "x"), (".profile", "ID=a\n"), (".linux", KERNEL), (".profile", "ID=b\n"))
    done = pvhinfo(file)
    assert done.returncode == 1
    assert done.stderr == f"{file}: this image has no kernel (.linux) for profile 1; build it again with one\n"


def test_damaged_images(tmp_path):
    data = latin((".linux", KERNEL), (".cmdline", "x"))
    file = tmp_path / "cut.efi"
    file.write_bytes(data[:-600])
    done = pvhinfo(file)
    assert done.returncode == 1 and done.stdout.startswith(f"{file}: not bootable, EFI program\n")
    assert done.stdout.endswith(f"\n  reason       {done.stderr.removeprefix(f'{file}: ')}")
    assert "damaged or truncated: a PE section has 1 bytes at offset 0x" in done.stderr


def test_too_much_text(tmp_path):
    file = write(tmp_path, (".linux", KERNEL), (".cmdline", "x" * (1 << 20) + "y"))
    done = pvhinfo(file)
    assert done.returncode == 1 and "its section .cmdline has 1048577 bytes, more than the 1048576 allowed" in done.stderr


def test_what_is_no_such_image(tmp_path):
    """An addon, and a loader as it is built, are no kernels."""
    for sections in ([(".cmdline", "x")], [(".sbat", SBAT)]):
        assert "not an ELF file" in pvhinfo(write(tmp_path, *sections)).stderr


def test_the_kernel_can_be_extracted(tmp_path):
    file = write(tmp_path, (".linux", KERNEL))
    assert pvhinfo("--extract", tmp_path / "out", file).returncode == 0
    assert (tmp_path / "out").read_bytes() == ELF


def pinned(*rows):
    return "".join(f"{sha}  {path}\n" for sha, path in rows)


def test_a_loader_with_pins(tmp_path):
    file = write(tmp_path, (".sbat", SBAT), (".pins", pinned((digest(ELF), "/b/kernel"), (digest(b"i"), "/a"))),
                 (".cmdline", "quiet"))
    found, = results(file)
    assert found["image"] == "loader with pins" and found["kernels"] == [] and found["profiles"][0]["kernel"] is None
    assert found["pins"] == [{"path": "/a", "sha256": digest(b"i")}, {"path": "/b/kernel", "sha256": digest(ELF)}]
    assert f"  pin          {digest(b'i')}  /a\n" in pvhinfo(file).stdout
    assert pvhinfo("--extract", tmp_path / "out", file).stderr == f"pvhinfo: {file}: has no kernel to extract\n"


def test_bad_pins(tmp_path):
    file = write(tmp_path, (".pins", "# files\nabc  /kernel\n"))
    done = pvhinfo(file)
    assert done.returncode == 1
    assert done.stderr == f"{file}: .pins, line 2: not a SHA-256 and a path; sha256sum writes such lines\n"


@pytest.fixture
def esp(tmp_path):
    esp = Esp(tmp_path)
    esp.entry("a.conf")
    return esp


def test_pins_of_an_esp(esp):
    esp.write("Boot/Initrd", b"i")
    pins = pinned((digest(ELF), "/kernel"), (digest(b"i"), "\\boot\\initrd"))
    esp.write("EFI/BOOT/grubx64.efi", latin((".sbat", SBAT), (".pins", pins)))
    result, errors = esp.check()
    loader, = result["loaders"]
    assert errors == [] and loader["problems"] == [] and loader["pvhboot"] == "1.2.3"
    assert loader["pins"] == [
        {"path": "\\boot\\initrd", "expected": digest(b"i"), "found": digest(b"i"), "matches": True},
        {"path": "/kernel", "expected": digest(ELF), "found": digest(ELF), "matches": True}]
    assert re.search(r"  pin +/kernel: matches\n", pvhinfo("--esp", esp.folder).stdout)


def test_pins_that_do_not_match(esp):
    esp.write("initrd", b"changed")
    pins = pinned((digest(b"i"), "/initrd"), (digest(b"g"), "/gone"))
    esp.write("EFI/pvhboot/pvhboot.efi", latin((".sbat", SBAT), (".pins", pins)))
    result, errors = esp.check(1)
    assert errors == [
        f"EFI/pvhboot/pvhboot.efi: /gone: no such file in {esp.folder}, but the image vouches for it; rebuild the image",
        f"EFI/pvhboot/pvhboot.efi: /initrd: its SHA-256 is {digest(b'changed')}, but the signed image asks for "
        f"{digest(b'i')}; rebuild the image"]
    assert [(row["found"], row["matches"]) for row in result["loaders"][0]["pins"]] == [(None, False),
                                                                                       (digest(b"changed"), False)]
    text = pvhinfo("--esp", esp.folder).stdout
    assert re.search(r"  pin +/initrd: differs\n", text) and re.search(r"  pin +/gone: missing\n", text)


def test_pins_that_cannot_be_read(esp):
    esp.write("EFI/pvhboot/pvhboot.efi", latin((".sbat", SBAT), (".pins", "nonsense\n")))
    assert ".pins, line 1: not a SHA-256 and a path" in esp.check(1)[1][0]


MAP = "efi 7 f 100000 8000000\n"


def test_the_map_takes_an_images_own_kernel(tmp_path):
    """With its command line and its initrd, unless others are given."""
    file = write(tmp_path, (".text", "code"), (".cmdline", "console=ttyS0"), (".linux", KERNEL), (".initrd", "i" * 5000))
    (tmp_path / "map").write_text(MAP)
    found, = results("--map", tmp_path / "map", file)
    assert found["plan"]["modules"][0]["end"] - found["plan"]["modules"][0]["start"] == 5000
    kernel = tmp_path / "kernel"
    kernel.write_bytes(ELF)
    words = ("--initrd", "5000", "--cmdline", "console=ttyS0", "--map", tmp_path / "map")
    alone, = results(*words, kernel)
    assert found["plan"] == alone["plan"]
    other, = results("--initrd", "6000", "--map", tmp_path / "map", file)
    assert other["plan"]["modules"][0]["end"] - other["plan"]["modules"][0]["start"] == 6000
