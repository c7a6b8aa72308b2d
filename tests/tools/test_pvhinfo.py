# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo tells of kernels, good and bad, and how it fails; binutils' readelf is the second opinion."""

import gzip
import json
import os
import re
import resource
import stat
import subprocess

import pytest
import signals
from conftest import CONTENT, ENTRY, elf_kernel
from pvhinfo_runs import BUILD, CHECKED, LINUX, MAPS, PROGRAM, linux, pvhinfo, results

GOOD = sorted((BUILD / "kernel").glob("tk*.elf"))

# Each kernel of tests/kernel that must be refused, and what of the loader's sentence tells why.
BAD = {
    "above-4g": "segment 2 is above 4 GiB (0x140000000-",
    "across-4g": "segment 2 is above 4 GiB (0xfffff000-",
    "big-endian": "built for a big-endian processor; use an x86 kernel",
    "empty": "not an ELF file: it has only 0 bytes",
    "entry-high-half": "its PVH entry 0x100200000 is not a 32-bit address",
    "entry-outside": "its PVH entry 0x30000000 is outside ",
    "entry-zero": "its PVH entry 0x0 is outside ",
    "file-size-past-end": "truncated: segment 2 needs",
    "filesz-above-memsz": "damaged: segment 2 has more bytes in the file (0x2000) than in memory (0x1000)",
    "foreign-owner": "no PVH entry note (found: nuttx type 18)",
    "no-note": "no PVH entry note (found: none)",
    "no-segments": "nothing to load",
    "not-elf": "not an ELF file",
    "note-too-long": "its notes are cut off before any PVH entry note",
    "note-too-short": "its PVH entry note has 2 bytes instead of 4 or 8",
    "other-machine": "built for another processor (ELF machine 183)",
    "other-notes-only": "no PVH entry note (found: Xen type 6, GNU type 18)",
    "overlap": "segments 1 and 2 overlap at 0x201000-",
    "phentsize-small": "2 ELF headers of 8 bytes",
    "phnum-past-end": "65520 ELF headers of 56 bytes",
    "phoff-past-end": "at offset 0x10000000000, but the file has",
    "phoff-wraps": "at offset 0xfffffffffffffff8, but the file has",
    "truncated-header": "not an ELF file: it has only 40 bytes",
    "truncated-program-headers": "damaged or truncated: 2 ELF headers",
    "truncated-segment": "truncated: segment 1 needs",
    "wrap-32": "segment 2 wraps around",
    "wrap-64": "segment 2 wraps around",
}


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], stdout=subprocess.PIPE, check=True, text=True).stdout


@pytest.mark.parametrize("name", LINUX)
def test_linux_has_the_segments_and_notes_that_readelf_finds(name):
    found, = results(linux(name))
    loads = re.findall(r"LOAD +(\S+) \S+ (\S+) (\S+) (\S+)", readelf("-l", linux(name)))
    assert [(s["offset"], s["start"], s["file_size"], s["end"] - s["start"]) for s in found["segments"]] == [
        tuple(int(number, 16) for number in load) for load in loads]
    notes = re.findall(r"^  (\w+) +0x(\w+)\t", readelf("-n", linux(name)), re.M)
    assert [(n["owner"], n["size"]) for n in found["notes"]] == [(owner, int(size, 16)) for owner, size in notes]


@pytest.mark.parametrize("name, relocation", [
    ("6.1-cloud", None),
    ("6.1-amd64", None),
    ("6.12-cloud", {"alignment": 0x200000, "min": 0x1000000, "max": 0x3fffffff, "valid": True}),
])
def test_linux_is_bootable(name, relocation):
    found, = results(linux(name))
    assert found["bootable"] and found["error"] is None and found["containers"] == []
    assert (found["class"], found["machine"]) == (64, "x86-64")
    assert found["system"].startswith(f"Linux {name.split('-')[0]}.")
    assert found["relocation"] == relocation
    entry, = (note for note in found["notes"] if note["name"] == "PHYS32_ENTRY")
    assert int(entry["value"], 16) == found["entry"]
    assert all(note["name"] and note["value"] for note in found["notes"])
    size = found["span"]["end"] - found["span"]["start"]
    assert size < found["memory_needed"] <= size + 65536


def test_the_text_says_the_same():
    done = pvhinfo(linux("6.12-cloud"))
    found, = results(linux("6.12-cloud"))
    assert done.returncode == 0 and done.stderr == ""
    for line in (f": bootable, ELF64 for x86-64, 4 segments, PVH entry {found['entry']:#x}\n",
                 "\n  container    none\n", f"\n  system       {found['system']}\n",
                 f"\n  note         Xen PHYS32_ENTRY (18): {found['entry']:#x}\n",
                 "\n  relocation   0x1000000-0x3fffffff, at multiples of 0x200000\n",
                 f"\n  span         {found['span']['start']:#x}-{found['span']['end'] - 1:#x}\n",
                 f"\n  memory       {found['memory_needed'] / (1 << 20):.1f} MiB\n"):
        assert line in done.stdout
    assert done.stdout.count("\n  note  ") == len(found["notes"])
    assert done.stdout.count("\n  segment ") == 4


def test_every_test_kernel_is_bootable():
    assert len(GOOD) >= 10
    assert [found["file"] for found in results(*GOOD) if found["bootable"]] == [str(path) for path in GOOD]


def test_every_broken_kernel_is_known_here():
    assert {path.stem for path in (BUILD / "kernel" / "bad").glob("*.elf")} == set(BAD)


@pytest.mark.parametrize("name", BAD)
def test_broken_kernels_are_refused_in_the_loaders_words(name):
    path = BUILD / "kernel" / "bad" / f"{name}.elf"
    done = pvhinfo(path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{path}: ") and done.stderr.count("\n") == 1
    assert BAD[name] in done.stderr
    assert done.stdout.startswith(f"{path}: not bootable")
    found, = results(path, status=1)
    assert not found["bootable"] and f"{path}: {found['error']}\n" == done.stderr


def test_a_kernel_that_no_machine_has_a_place_for_is_refused(tmp_path):
    path = tmp_path / "kernel"
    kernel = bytearray(elf_kernel())
    kernel[64 + 24:64 + 32] = (0x9f000).to_bytes(8, "little")
    path.write_bytes(kernel.replace(ENTRY.to_bytes(4, "little"), (0x9f000).to_bytes(4, "little")))
    done = pvhinfo(path)
    assert done.returncode == 1
    assert "it is linked at 0x9f000-0xa2fff, but 0xa0000-0xfffff is VGA and ROM area" in done.stderr


def test_the_worst_of_several_files_counts(tmp_path):
    good, bad, none = GOOD[0], BUILD / "kernel" / "bad" / "no-note.elf", tmp_path / "none"
    assert pvhinfo(good, good).returncode == 0
    assert pvhinfo(bad, good).returncode == 1
    done = pvhinfo(none, bad, good)
    assert done.returncode == 2
    assert done.stderr.startswith(f"pvhinfo: {none}: cannot be opened: No such file or directory\n{bad}: no PVH")
    assert done.stdout.count(": bootable,") == 1


@pytest.mark.parametrize("program", [PROGRAM, *CHECKED], ids=lambda path: path.parent.name)
def test_every_build_says_the_same(program):
    arguments = ["--map", MAPS / "hp-2000-1858.map", "--initrd", "10M", linux("6.12-cloud")]
    assert pvhinfo(*arguments, program=program).stdout == pvhinfo(*arguments).stdout


def test_damage_anywhere_in_the_headers_is_survived(tmp_path):
    """Every byte up to the segment's content, changed in two ways; and the file cut off at every length."""
    kernel = elf_kernel()
    variants = [kernel[:at] + bytes([kernel[at] ^ mask]) + kernel[at + 1:]
                for at in range(256) for mask in (0x01, 0x80)]
    variants += [kernel[:length] for length in range(len(kernel) - len(CONTENT) + 2)]
    paths = [tmp_path / str(number) for number in range(len(variants))]
    for path, variant in zip(paths, variants):
        path.write_bytes(variant)
    found = results(*paths, status=1)
    assert len(found) == len(variants)
    for one in found:
        assert one["bootable"] == (one["error"] is None)
    assert not any(one["bootable"] for one in found[512:])


# Files that are none, and output that cannot be written

@pytest.mark.parametrize("make, words", [
    (lambda path: None, "cannot be opened: No such file or directory"),
    (lambda path: path.mkdir(), "cannot be read: Is a directory"),
    (lambda path: path.symlink_to("/dev/null"), "cannot be read: not a regular file"),
], ids=["missing", "directory", "device"])
def test_what_cannot_be_read(tmp_path, make, words):
    path = tmp_path / "kernel"
    make(path)
    for arguments in ([path], ["--map", path], ["--map", MAPS / "hp-2000-1858.map", "--initrd", path, GOOD[0]]):
        done = pvhinfo(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"pvhinfo: {path}: {words}\n")
    found, = results(path, status=2)
    assert found["error"] == words


def test_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        done = pvhinfo(GOOD[0], stdout=full)
    assert done.returncode == 2 and "standard output: No space left" in done.stderr


# Usage

@pytest.mark.parametrize("arguments, words", [
    ([], "no file was given"),
    (["--json"], "no file was given"),
    (["--nonsense", "x"], "unrecognized option '--nonsense'"),
    (["--map"], "option '--map' requires an argument"),
    (["--json=1", "x"], "doesn't allow an argument"),
    (["--map", "m", "--map", "n"], "--map can be given only once"),
    (["--map", "m", "x", "y"], "--map takes at most one file"),
    (["--extract", "out", "x", "y"], "--extract takes exactly one file"),
    (["--extract", "out", "--map", "m", "x"], "--map and --extract cannot be combined"),
    (["--initrd", "1M", "x"], "need --map and a file"),
    (["--map", "m", "--cmdline", "y"], "need --map and a file"),
    (["--overwrite-acpi-nvs", "x"], "need --map and a file"),
])
def test_wrong_usage(arguments, words):
    done = pvhinfo(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr and "see --help" in done.stderr
    assert all(line.startswith("pvhinfo: ") for line in done.stderr.splitlines())


def test_help_and_version():
    assert pvhinfo("--help").stdout.startswith("usage: pvhinfo ")
    assert re.fullmatch(r"pvhinfo \d+\.\d+\.\d+\n", pvhinfo("--version").stdout)


def test_the_manual_page_has_every_option():
    options = re.findall(r"--([a-z-]+)", pvhinfo("--help").stdout)
    page = (PROGRAM.parents[1] / "docs" / "pvhinfo.1").read_text().replace(r"\-", "-")
    assert len(set(options)) >= 9
    assert [option for option in options if f"Fl -{option}" not in page] == []


# Names

@pytest.mark.parametrize("content", [elf_kernel(), b"no kernel" * 10], ids=["good", "bad"])
def test_a_name_moves_no_cursor_and_starts_no_line(tmp_path, content):
    name = "k\x1b[31m\n\x7f\x85\x9bö".encode() + b"\x9b\xff"
    shown = r"k\x1b[31m\x0a\x7f\xc2\x85\xc2\x9bö\x9b\xff"
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(content)
    for done in (pvhinfo(path), pvhinfo("--map", MAPS / "hp-2000-1858.map", "--initrd", path, path),
                 pvhinfo("--map", path), pvhinfo("--extract", path, path), pvhinfo("--initrd", "1K", "--map", path)):
        text = done.stdout + done.stderr
        assert not re.search(r"[\0-\x09\x0b-\x1f\x7f-\x9f\udc80-\udcff]", text)
        assert "[31m" not in text or shown in text
        assert len(done.stderr.splitlines()) <= 2
    assert shown in pvhinfo(path).stdout and pvhinfo(path + b"x").stderr.startswith(f"pvhinfo: {tmp_path}/{shown}x: ")


def test_one_segment_is_one(tmp_path):
    (tmp_path / "kernel").write_bytes(elf_kernel())
    assert "x86-64, 1 segment, PVH" in pvhinfo(tmp_path / "kernel").stdout
    assert "ELF64, 1 segment, PVH" in pvhinfo("--map", MAPS / "hp-2000-1858.map", tmp_path / "kernel").stdout


# JSON

def test_strings_of_any_bytes_are_valid_json(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\"\\\n\x01\xc3\xa4"
    with open(path, "wb") as file:
        file.write(elf_kernel())
    found, = results(path)
    assert found["file"] == f"{tmp_path}/\ufffd\"\\\n\x01ä"
    assert "\\u000a\\u0001" in pvhinfo("--json", path).stdout
    placed, = results("--map", MAPS / "hp-2000-1858.map", "--module", "1K=a \"b\" \\ c\t", path)
    assert placed["plan"]["modules"][0]["command_line"] == "a \"b\" \\ c\t"


def test_no_result_is_an_empty_array():
    done = pvhinfo("--json", "--map", "/nonexistent")
    assert done.returncode == 2 and json.loads(done.stdout) == []


# --extract

def test_extract_writes_the_elf(tmp_path):
    out = tmp_path / "out"
    old = os.umask(0o027)
    try:
        assert pvhinfo("--extract", out, linux("6.1-cloud")).returncode == 0
    finally:
        os.umask(old)
    assert out.read_bytes() == linux("6.1-cloud").read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["out"]


def test_extract_writes_an_elf_that_is_not_bootable(tmp_path):
    bad = BUILD / "kernel" / "bad" / "no-note.elf"
    assert pvhinfo("--extract", tmp_path / "out", bad).returncode == 1
    assert (tmp_path / "out").read_bytes() == bad.read_bytes()


def test_extract_leaves_everything_alone_when_there_is_no_elf(tmp_path):
    (tmp_path / "text").write_text("no kernel" * 10)
    (tmp_path / "out").write_text("before")
    assert pvhinfo("--extract", tmp_path / "out", tmp_path / "text").returncode == 1
    assert pvhinfo("--extract", tmp_path / "out", tmp_path / "none").returncode == 2
    assert (tmp_path / "out").read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["out", "text"]


def test_extract_replaces_what_a_link_leads_to(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/first")
    (tmp_path / "folder/first").symlink_to("second")
    for mode in (0o644, 0o604):  # a link to nothing, then to a file
        assert pvhinfo("--extract", tmp_path / "link", GOOD[0], preexec_fn=lambda: os.umask(0o022)).returncode == 0
        assert (tmp_path / "folder/second").read_bytes() == GOOD[0].read_bytes()
        assert stat.S_IMODE((tmp_path / "folder/second").stat().st_mode) == mode
        (tmp_path / "folder/second").write_bytes(b"")
        (tmp_path / "folder/second").chmod(0o604)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "folder/first").is_symlink()
    assert sorted(os.listdir(tmp_path / "folder")) == ["first", "second"]


def test_extract_into_a_pipe(tmp_path):
    pipe, arrived = tmp_path / "pipe", tmp_path / "arrived"
    os.mkfifo(pipe)
    with open(arrived, "wb") as file, subprocess.Popen(["cat", pipe], stdout=file) as reader:
        assert "bootable" in pvhinfo("--extract", pipe, GOOD[0]).stdout
        assert reader.wait(30) == 0
    assert arrived.read_bytes() == GOOD[0].read_bytes()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_extract_to_standard_output_prints_nothing_else_there(tmp_path, options):
    arguments = [*options, "--extract", "/dev/stdout", BUILD / "kernel" / "bad" / "no-note.elf"]
    content = arguments[-1].read_bytes()
    done = pvhinfo(*arguments, errors=None)
    assert (done.returncode, done.stdout) == (1, content)
    assert done.stderr.startswith(f"{arguments[-1]}: no PVH entry note".encode())
    with open(tmp_path / "out", "wb") as file:
        file.write(b"before")
        file.flush()
        pvhinfo(*arguments, stdout=file)
    assert (tmp_path / "out").read_bytes() == b"before" + content


@pytest.mark.parametrize("name", ["kernel", "symbolic", "hard"])
def test_extract_does_not_overwrite_what_it_reads(tmp_path, name):
    content = gzip.compress(elf_kernel())
    (tmp_path / "kernel").write_bytes(content)
    (tmp_path / "symbolic").symlink_to("kernel")
    os.link(tmp_path / "kernel", tmp_path / "hard")
    done = pvhinfo("--extract", tmp_path / name, tmp_path / "kernel")
    assert done.returncode == 2
    assert done.stderr == f"pvhinfo: {tmp_path}/{name}: is the kernel file itself; name another file\n"
    assert (tmp_path / "kernel").read_bytes() == content
    assert len(os.listdir(tmp_path)) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make device nodes")
def test_extract_to_devices(tmp_path):
    """A node of /dev/null and /dev/full, and one of a block device that does not exist."""
    nodes = {"null": (stat.S_IFCHR, 1, 3), "full": (stat.S_IFCHR, 1, 7), "disk": (stat.S_IFBLK, 254, 255)}
    for name, (kind, major, minor) in nodes.items():
        os.mknod(tmp_path / name, kind | 0o600, os.makedev(major, minor))
    assert pvhinfo("--extract", tmp_path / "null", GOOD[0]).returncode == 0
    for name, words in (("full", "cannot be written: No space left on device"),
                        ("disk", "is a device; write to a file and copy it")):
        done = pvhinfo("--extract", tmp_path / name, GOOD[0])
        assert (done.returncode, done.stderr) == (2, f"pvhinfo: {tmp_path}/{name}: {words}\n")
    assert {path.name: stat.S_IFMT(path.lstat().st_mode) for path in tmp_path.iterdir()} == {
        name: node[0] for name, node in nodes.items()}


@pytest.mark.parametrize("number", signals.ENDINGS)
def test_extract_leaves_nothing_when_it_is_ended(tmp_path, number):
    """While it writes, which the size of the file makes long; nearly all of it is a hole."""
    kernel = tmp_path / "kernel"
    kernel.write_bytes(elf_kernel())
    os.truncate(kernel, 8 << 30)
    with subprocess.Popen([CHECKED[0], "--extract", tmp_path / "out", kernel], stdout=subprocess.DEVNULL,
                          preexec_fn=signals.have_default_signals) as program:
        while len(os.listdir(tmp_path)) == 1:
            assert program.poll() is None
        program.send_signal(number)
        assert program.wait(30) == -number
    assert os.listdir(tmp_path) == ["kernel"]


def test_extract_beyond_the_limit_of_a_files_size(tmp_path):
    done = pvhinfo("--extract", tmp_path / "out", GOOD[0],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert done.returncode == 2 and "cannot be written: File too large" in done.stderr
    assert os.listdir(tmp_path) == []


def test_extract_to_where_nothing_can_be_written(tmp_path):
    done = pvhinfo("--extract", tmp_path / "none" / "out", GOOD[0])
    assert done.returncode == 2 and "cannot be written: No such file or directory" in done.stderr
    (tmp_path / "folder").mkdir()
    done = pvhinfo("--extract", tmp_path / "folder", GOOD[0])
    assert done.returncode == 2 and "cannot be written: Is a directory" in done.stderr
    assert os.listdir(tmp_path) == ["folder"]
