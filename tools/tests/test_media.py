# SPDX-License-Identifier: BSD-2-Clause
"""What lands on a boot volume, and that the same input gives the same image."""

import gzip
import os
import pathlib
import subprocess
import time

import pytest
from conftest import TOOLS, bzimage, elf_kernel
from pvhtools import fat
from pvhtools.boot_files import boot_files, describe
from pvhtools.program import Failure

# To sh and make nearly every character of this means something.
COMMAND_LINE = "a=\"b  c\" $x ${y} $(id) `id` \\ % # it's *"


@pytest.fixture
def host(tmp_path, kernel):
    """A folder with files for a boot volume."""
    for name in ("pvhboot.efi", "initrd.img", "other/initrd.img", "blob name"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return tmp_path


def volume(host, kernel, initrds=(), modules=(), command_line="x"):
    return boot_files(host / "pvhboot.efi", kernel, [host / name for name in initrds], modules, command_line)


def entry_of(files):
    name, = (path for path in files if path.startswith("loader/entries/"))
    return files[name].decode().splitlines()


def mkiso(output, host, kernel, *options, date="1000000000", zone="UTC"):
    subprocess.run([TOOLS / "mkiso", "--efi", host / "pvhboot.efi", "--kernel", kernel, "--output", output, *options],
                   env={**os.environ, "SOURCE_DATE_EPOCH": date, "TZ": zone}, check=True)
    return output.read_bytes()


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
    bits, cluster, clusters = fat.geometry(sizes, 5)
    assert sum(sizes) <= clusters * cluster
    assert (4085 < clusters < 65525) if bits == 16 else (clusters > 65525)


def test_a_file_that_fat_cannot_hold(tmp_path):
    big = tmp_path / "big"
    with open(big, "wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(Failure, match="4 GiB"):
        fat.write_fat(tmp_path / "image", {"big": big})


def test_the_same_files_give_the_same_image(host, kernel):
    first = mkiso(host / "one.iso", host, kernel, "--initrd", host / "initrd.img")
    os.utime(kernel, (1, 1))
    time.sleep(2.1)  # FAT counts in steps of two seconds
    second = mkiso(host / "two.iso", host, kernel, "--initrd", host / "initrd.img", zone="Asia/Tokyo")
    assert first == second
    assert first != mkiso(host / "three.iso", host, kernel, "--initrd", host / "initrd.img", date="1100000000")


def test_the_image_holds_what_it_was_given(host, kernel):
    mkiso(host / "image", host, kernel, "--initrd", host / "initrd.img", "--cmdline", COMMAND_LINE)
    assert on_volume(host / "image", "EFI/BOOT/BOOTX64.EFI") == (host / "pvhboot.efi").read_bytes()
    assert on_volume(host / "image", "boot/vmlinuz-1.2-test") == kernel.read_bytes()
    assert on_volume(host / "image", "boot/initrd.img") == (host / "initrd.img").read_bytes()
    entry = on_volume(host / "image", "loader/entries/linux-1.2-test.conf").decode()
    assert entry.endswith(f"\noptions {COMMAND_LINE}\n")


def test_make_passes_a_command_line_to_the_letter(host, kernel):
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    subprocess.run(["make", "-s", "iso", f"KERNEL={kernel}", f"CMDLINE={COMMAND_LINE}", f"ISO={host}/image"],
                   cwd=TOOLS.parent, env=environment, check=True)
    entry = on_volume(host / "image", "loader/entries/linux-1.2-test.conf").decode()
    assert entry.endswith(f"\noptions {COMMAND_LINE}\n")


@pytest.mark.parametrize("wrap", [bytes, lambda elf: bzimage(gzip.compress(elf))], ids=["elf", "bzimage"])
def test_a_kernel_that_would_not_boot_is_refused_in_pvhinfos_words(host, kernel, wrap):
    kernel.write_bytes(wrap(elf_kernel(owner=b"Foo\0")))
    done = subprocess.run([TOOLS / "mkiso", "--efi", host / "pvhboot.efi", "--kernel", kernel, "--output",
                           host / "image"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and not (host / "image").exists()
    assert done.stderr.startswith(f"mkiso: {kernel.name}: no PVH entry note (found: Foo type 18); ")
    assert done.stderr.count("\n") == 1


def test_a_failed_build_leaves_the_last_image_alone(host, kernel):
    image = host / "image"
    image.write_bytes(b"the last one")
    done = subprocess.run([TOOLS / "mkiso", "--efi", host / "none.efi", "--kernel", kernel, "--output", image],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == f"mkiso: EFI program {host}/none.efi: No such file or directory\n"
    assert image.read_bytes() == b"the last one"
