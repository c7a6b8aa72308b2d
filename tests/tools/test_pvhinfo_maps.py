# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo places where on the machines of tests/data/maps, and which map files it takes."""

import pathlib
import re

import pytest
from pvhinfo_runs import BUILD, MAPS, linux, pvhinfo, results

KERNELS = {"6.1": linux("6.1-cloud"), "6.12": linux("6.12-cloud"), "small": BUILD / "kernel" / "tksmall.elf"}
ALL_MAPS = sorted(MAPS.rglob("*.map"))
ONE_MAP = MAPS / "hp-2000-1858.map"
SMM_MAP = MAPS / "gen-ovmf-deb12-q35-secboot-512M.map"

# The loader of that boot held 66 of its 160 MiB; OVMF with SMM has ACPI NVS where Linux is linked.
SHORT_OF_MEMORY = "gen-ovmf-deb12-q35-160M"
NVS_AT_16_MIB = ["gen-ovmf-deb12-q35-secboot-512M", "gen-ovmf-deb13-q35-secboot-2G"]

RAM = 1
RAM_OF_EFI = (1, 2, 3, 4, 7)
MIB = 1 << 20
GUARD = 64 << 10
MODULES = ["--initrd", "10M", "--initrd", "4097", "--module", "100=some words", "--cmdline", "console=ttyS0 quiet"]
MODULE_SIZES = [10 * MIB + 4097, 100]


def lines_of(path, kind):
    """The lines of a map that start with KIND, as numbers."""
    words = (line.split() for line in path.read_text().splitlines())
    return [(int(line[1]), *(int(word, 16) for word in line[2:])) for line in words if line[:1] == [kind]]


def union(ranges):
    """Sorted ranges without overlaps, those that touch joined."""
    joined = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        elif start < end:
            joined.append([start, end])
    return joined


def inside(one, ranges):
    return any(start <= one["start"] and one["end"] <= end for start, end in union(ranges))


def pages(one):
    return {"start": one["start"] & -4096, "end": (one["end"] + 4095) & -4096}


def ram(found):
    return [(entry["start"], entry["end"]) for entry in found["e820"] if entry["type"] == RAM]


def check_table(found, path):
    """Sorted, disjoint, whole pages, few enough; RAM is where the firmware has some, and nowhere else."""
    table = found["e820"]
    assert 1 <= len(table) <= 126
    assert all(one["start"] < one["end"] and one["start"] % 4096 == one["end"] % 4096 == 0 for one in table)
    assert all(low["end"] <= high["start"] for low, high in zip(table, table[1:]))
    firmware = [(start, end) for kind, _, start, end in lines_of(path, "efi") if kind in RAM_OF_EFI]
    assert all(inside(entry, firmware) for entry in table if entry["type"] == RAM)
    assert not any(start < 0x100000 and end > 0xa0000 for start, end in ram(found))


def check_plan(found):
    plan = found["plan"]
    placed = [pages(plan["span"]), plan["boot_info"], plan["trampoline"], *map(pages, plan["modules"])]
    for one in placed:
        assert inside(one, ram(found)), one
        assert 0x8000 <= one["start"] and one["end"] <= 1 << 32
    ordered = sorted(placed, key=lambda one: one["start"])
    assert all(low["end"] <= high["start"] for low, high in zip(ordered, ordered[1:]))
    kernel_end = pages(plan["span"])["end"]
    assert all(one["start"] >= kernel_end + GUARD for one in ordered if one["start"] >= kernel_end)
    check_modules(plan)
    check_kernel(found)


def check_modules(plan):
    assert [one["end"] - one["start"] for one in plan["modules"]] == MODULE_SIZES
    assert all(one["start"] % 4096 == 0 for one in plan["modules"])
    assert [one["command_line"] for one in plan["modules"]] == ["", "some words"]
    start, end = plan["boot_info"].values()
    assert end <= 1 << 30 and start // (2 * MIB) == (end - 1) // (2 * MIB)


def check_kernel(found):
    """Where it is linked; or moved as a whole, as its note allows."""
    plan, relocation = found["plan"], found["relocation"]
    delta = plan["span"]["start"] - found["span"]["start"]
    assert plan["moved"] == (delta != 0)
    assert plan["entry"] - found["entry"] == delta
    for old, new in zip(found["segments"], plan["segments"], strict=True):
        assert new == {**old, "start": old["start"] + delta, "end": old["end"] + delta}
    if delta:
        assert plan["span"]["start"] % relocation["alignment"] == 0
        assert relocation["min"] <= plan["span"]["start"] and plan["span"]["end"] - 1 <= relocation["max"]


def check_refusal(found):
    """The loader's reason, held against the table."""
    sentence = found["error"]
    assert found["plan"] is None
    taken = re.match(r"it is linked at (\S+)-(\S+), but (\S+)-(\S+) is (.*?) on this machine", sentence)
    if taken:
        start, end, low, high = (int(number, 16) for number in taken.groups()[:4])
        assert (start, end + 1) == tuple(found["span"].values())
        assert start <= high and low <= end
        assert not inside({"start": max(start, low), "end": min(end, high) + 1}, ram(found))
    else:
        assert sentence.startswith("not enough memory: ")
        assert sum(end - start for start, end in ram(found)) < 256 * MIB


def test_there_are_maps():
    assert len(ALL_MAPS) >= 43


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("path", ALL_MAPS, ids=lambda path: path.stem)
def test_everything_has_its_place_or_a_reason(path, kernel):
    done = pvhinfo("--json", "--map", path, *MODULES, KERNELS[kernel])
    found, = results("--map", path, *MODULES, KERNELS[kernel], status=done.returncode)
    assert done.returncode == (0 if found["bootable"] else 1)
    check_table(found, path)
    if found["bootable"]:
        check_plan(found)
    else:
        check_refusal(found)
        assert done.stderr == f"{KERNELS[kernel]}: {found['error']}\n"


@pytest.mark.parametrize("kernel, refusing", [
    ("small", []),
    ("6.12", [SHORT_OF_MEMORY]),
    ("6.1", [SHORT_OF_MEMORY, *NVS_AT_16_MIB]),
])
def test_most_kernels_boot_on_most_machines(kernel, refusing):
    """Else the test above would say little."""
    refused = [path.stem for path in ALL_MAPS if pvhinfo("--map", path, KERNELS[kernel]).returncode != 0]
    assert sorted(refused) == sorted(refusing)


def test_the_text_is_the_table_and_then_some():
    table = pvhinfo("--map", ONE_MAP).stdout
    lines = r"(e820 \d+ 0x[0-9a-f]+ 0x[0-9a-f]+\n)+"
    assert re.fullmatch(lines, table)
    done = pvhinfo("--map", ONE_MAP, *MODULES, KERNELS["6.1"])
    found, = results("--map", ONE_MAP, *MODULES, KERNELS["6.1"])
    plan = found["plan"]
    assert re.search(f"\n{lines}$", done.stdout)
    for line in (f"{KERNELS['6.1']}: ELF64, 4 segments, PVH entry {plan['entry']:#x}\n",
                 f"\n  module 0     {plan['modules'][0]['start']:#x}-{plan['modules'][0]['end'] - 1:#x} 10M and 1 more\n",
                 f"\n  staged       {plan['staged']} bytes in ",
                 f"\nstart_info at {plan['boot_info']['start']:#x}: magic 0x336ec578 version 1 flags 0 nr_modules 2\n",
                 '\n  cmdline "console=ttyS0 quiet"\n', ' "some words"\n'):
        assert line in done.stdout


def test_the_acpi_overlay_is_placed_as_large_as_the_map_says(tmp_path):
    """The kernel gets it as memory of type 3. A map that says nothing is one of a usual machine."""
    table = pvhinfo("--map", ONE_MAP).stdout
    for line, size in (("", 0x11000), ("acpi-overlay 0x23000\n", 0x23000), ("acpi-overlay 0\n", 0)):
        path = tmp_path / "map"
        path.write_text(pathlib.Path(ONE_MAP).read_text() + line)
        text = pvhinfo("--map", path, KERNELS["small"]).stdout
        found, = results("--map", path, KERNELS["small"])
        place = found["plan"]["acpi_overlay"]
        assert text.endswith(table) is (size == 0) and (place is None) is (size == 0)
        if size:
            assert place["end"] - place["start"] == size
            assert f"\n  ACPI overlay {place['start']:#x}-{place['end'] - 1:#x}\n" in text
            assert f"\ne820 3 {place['start']:#x} {place['end']:#x}\n" in text


@pytest.mark.parametrize("line", ["acpi-overlay", "acpi-overlay 1 2", "acpi-overlay x", "acpi-overlay 100000001"])
def test_a_damaged_line_of_the_overlay(tmp_path, line):
    path = tmp_path / "map"
    path.write_text(pathlib.Path(ONE_MAP).read_text() + line + "\n")
    done = pvhinfo("--map", path, KERNELS["small"])
    assert done.returncode == 2 and "not of the form 'acpi-overlay SIZE'" in done.stderr


def test_without_modules_the_list_has_no_address():
    done = pvhinfo("--map", ONE_MAP, KERNELS["small"])
    assert " nr_modules 0\n  modlist_paddr 0x0 " in done.stdout and '\n  cmdline ""\n' in done.stdout


def test_acpi_nvs_is_given_to_the_kernel_when_asked_for():
    done = pvhinfo("--map", SMM_MAP, KERNELS["6.1"])
    assert done.returncode == 1 and "is ACPI NVS on this machine" in done.stderr
    assert f"  reason       {done.stderr.split(': ', 1)[1]}" in done.stdout
    found, = results("--map", SMM_MAP, "--overwrite-acpi-nvs", KERNELS["6.1"])
    assert found["plan"]["overwrites_acpi_nvs"] and inside(found["plan"]["span"], ram(found))
    assert found["warnings"] == ["warning: the kernel overwrites ACPI NVS: the machine must not sleep (S3)"]
    done = pvhinfo("--map", SMM_MAP, "--overwrite-acpi-nvs", KERNELS["6.1"])
    assert done.stderr == f"pvhinfo: {found['warnings'][0]}\n"


def test_a_long_command_line_is_warned_of():
    found, = results("--map", ONE_MAP, "--cmdline", "x" * 2048, KERNELS["small"])
    assert found["warnings"] == ["warning: the command line is 2048 bytes long; Linux uses only the first 2047"]
    assert results("--map", ONE_MAP, "--cmdline", "x" * 2047, KERNELS["small"])[0]["warnings"] == []


@pytest.mark.parametrize("module, words", [
    ("10G", "10G: not enough memory for this module of 10240.0 MiB: the largest free range below 4 GiB is "),
    ("0", "0: the file is empty; copy it again"),
])
def test_modules_that_cannot_be(module, words):
    for option in ("--initrd", "--module"):
        done = pvhinfo("--map", ONE_MAP, option, module, KERNELS["small"])
        assert done.returncode == 1 and done.stderr.startswith(words)


def test_an_empty_initrd_among_others_adds_nothing():
    alone, among_others = [
        [(one["start"], one["end"]) for one in results("--map", ONE_MAP, *initrds, KERNELS["small"])[0]["plan"]["modules"]]
        for initrds in (["--initrd", "5000"], ["--initrd", "0", "--initrd", "5000", "--initrd", "0"])]
    assert alone == among_others and len(alone) == 1


def test_json_names_what_an_error_is_about():
    found, = results("--map", ONE_MAP, "--initrd", "1M", "--module", "10G", KERNELS["small"], status=1)
    assert found["error"].startswith("not enough memory for this module of 10240.0 MiB: ")
    assert (found["file"], found["error_file"]) == (str(KERNELS["small"]), "10G")
    bad = BUILD / "kernel" / "bad" / "no-note.elf"
    for options in ([], ["--map", ONE_MAP, "--initrd", "1M"]):
        found, = results(*options, bad, status=1)
        assert found["error_file"] == str(bad)
    assert results(KERNELS["small"])[0]["error_file"] is None


@pytest.mark.parametrize("size", ["30MB", "30X", "3.5G"])
def test_what_is_nearly_a_size(size):
    done = pvhinfo("--map", ONE_MAP, "--initrd", size, KERNELS["small"])
    assert done.returncode == 2
    assert done.stderr == (f"pvhinfo: {size}: cannot be opened: No such file or directory; "
                           "sizes are written like 30M\n")
    assert pvhinfo("--map", ONE_MAP, "--initrd", f"./{size}", KERNELS["small"]).stderr.endswith("directory\n")


@pytest.mark.parametrize("size, count", [("1000", 1000), ("0x10", 16), ("3k", 3 << 10), ("2M", 2 << 20)])
def test_sizes(tmp_path, size, count):
    found, = results("--map", ONE_MAP, "--module", f"{size}=x=y", KERNELS["small"])
    module, = found["plan"]["modules"]
    assert (module["end"] - module["start"], module["command_line"]) == (count, "x=y")
    (tmp_path / size).write_bytes(b"12345")
    found, = results("--map", ONE_MAP, "--initrd", tmp_path / size, KERNELS["small"])
    module, = found["plan"]["modules"]
    assert module["end"] - module["start"] == 5


def test_a_kernel_that_boots_nowhere_is_refused_before_it_is_placed():
    path = BUILD / "kernel" / "bad" / "no-note.elf"
    done = pvhinfo("--map", ONE_MAP, path)
    table, _, reason = done.stdout.partition("  reason       ")
    assert (done.returncode, table) == (1, pvhinfo("--map", ONE_MAP).stdout)
    assert done.stderr.endswith(f": {reason}") and "no PVH entry note" in reason
    assert done.stderr == pvhinfo(path).stderr
    found, = results("--map", ONE_MAP, path, status=1)
    assert found["plan"] is None and found["e820"]


# The files

def table_of(tmp_path, content):
    path = tmp_path / "map"
    path.write_bytes(content)
    done = pvhinfo("--map", path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_loader_prints_it(text):
    return b"FS0:\\> pvhboot.efi --dry-run kernel\r\n" + text.replace("\n", "\r\n").encode() + \
        b"kernel: ELF64, 2 segments\r\n  span         0x0-0x1\r\nefivars none\r\n\0\0pvhboot: warning: x\r\n"


FORMS = {
    "loader": as_loader_prints_it,
    "bare-numbers": lambda text: text.replace("0x", "").encode(),
    "capitals": lambda text: re.sub("0x[0-9a-f]+", lambda number: number[0].upper(), text).encode(),
    "shell-file": lambda text: b"\xff\xfe" + as_loader_prints_it(text).decode().encode("utf-16-le"),
    "utf-8-mark": lambda text: b"\xef\xbb\xbf" + text[text.index("efi "):].encode(),
    "terminal": lambda text: "".join(f"\x1b[0m\x1b[=3h\x1b(B\x1b7{line}\x1b[01;01H\n" for line in text.split("\n")).encode(),
    "spaces": lambda text: text.replace(" ", " \t ").replace("\n", "  \n \n").encode(),
    "no-last-line-end": lambda text: text.rstrip("\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_a_map(tmp_path, form):
    assert table_of(tmp_path, FORMS[form](ONE_MAP.read_text())) == pvhinfo("--map", ONE_MAP).stdout


def test_configuration_space_is_reserved(tmp_path):
    """Large memory-mapped I/O is left out, but for what MCFG names."""
    efi = b"efi 7 0xf 0x0 0x80000000\nefi 11 0x1 0xb0000000 0xd0000000\n"
    assert "e820 2" not in table_of(tmp_path, efi)
    assert table_of(tmp_path, efi + b"mcfg 0xb0000000 0xc0000000\n").endswith("\ne820 2 0xb0000000 0xc0000000\n")


def test_ends_of_the_address_space(tmp_path):
    assert table_of(tmp_path, b"efi 7 f 100000 ffffffffffffffff\nefi 0 0 0 0\n") == \
        "e820 1 0x100000 0xfffffffffffff000\n"


@pytest.mark.parametrize("word", ["reclaimable", "lent"])  # the second is that of older reports
def test_modules_go_where_the_kernel_was_unpacked(tmp_path, word):
    """What the loader holds for that is free again when the modules are read."""
    path = tmp_path / "map"
    efi = "efi 7 f 0 a0000\nefi 7 f 100000 2000000\nefi 2 f 2000000 6000000\n"
    path.write_text(efi)
    refused, = results("--map", path, "--initrd", "60M", KERNELS["small"], status=1)
    assert refused["error"].startswith("not enough memory")
    path.write_text(efi + f"{word} 2000000 6000000\n")
    found, = results("--map", path, "--initrd", "60M", KERNELS["small"])
    module, = found["plan"]["modules"]
    assert inside(module, [(0x2000000, 0x6000000)])


@pytest.mark.parametrize("line, words", [
    ("efi", "not of the form 'efi TYPE ATTRIBUTES START END'"),
    ("efi 7 f 0", "not of the form 'efi"),
    ("efi 7 f 0 1000 0", "not of the form 'efi"),
    ("efi 0x7 f 0 1000", "not of the form 'efi"),
    ("efi 4294967296 f 0 1000", "not of the form 'efi"),
    ("efi 7 g 0 1000", "not of the form 'efi"),
    ("efi 7 f 0 0x", "not of the form 'efi"),
    ("efi 7 f -1 1000", "not of the form 'efi"),
    ("efi 7 f 0 10000000000000000", "not of the form 'efi"),
    ("efi 7 f 2000 1000", "not a range of whole pages"),
    ("efi 7 f 0 1001", "not a range of whole pages"),
    ("acpi 1000", "not of the form 'acpi START END'"),
    ("acpi 1000 1800", "not a range of whole pages"),
    ("acpi 2000 1000", "not a range of whole pages"),
    ("mcfg 1000", "not of the form 'mcfg START END'"),
    ("mcfg 1000 2000 3000", "not of the form 'mcfg"),
    ("mcfg x 2000", "not of the form 'mcfg"),
    ("mcfg 2000 2000", "the window ends before it starts"),
    ("reclaimable 1000", "not of the form 'reclaimable START END'"),
    ("reclaimable 1000 2000 3000", "not of the form 'reclaimable"),
    ("reclaimable 2000 2000", "not a range of whole pages"),
    ("reclaimable 2000 3001", "not a range of whole pages"),
    ("reclaimable 2001 3000", "not a range of whole pages"),
    ("lent 1000", "not of the form 'reclaimable START END'"),
    ("lent 1000 2000 3000", "not of the form 'reclaimable"),
    ("lent 2000 2000", "not a range of whole pages"),
    ("lent 2000 3001", "not a range of whole pages"),
    ("lent 2001 3000", "not a range of whole pages"),
])
def test_malformed_lines_are_named(tmp_path, line, words):
    path = tmp_path / "map"
    path.write_text(f"# a map\nefi 7 f 0 1000\n{line}\nefi 7 f 1000 2000\n")
    done = pvhinfo("--map", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pvhinfo: {path}:3: {words}")


@pytest.mark.parametrize("content", [b"", b"\n", b"e820 1 0 1000\n", b"\x7fELF" + bytes(1000), b"\xff\xfe", b"\xff\xfea"])
def test_what_is_no_map(tmp_path, content):
    path = tmp_path / "map"
    path.write_bytes(content)
    done = pvhinfo("--map", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"pvhinfo: {path}: has no line of the form 'efi TYPE ATTRIBUTES START END'\n"


def test_a_map_that_no_kernel_can_take(tmp_path):
    """RAM and ACPI NVS below 640 KiB in turn: nothing of it can be given up or joined."""
    path = tmp_path / "map"
    path.write_text("".join(f"efi {7 if n % 2 else 10} f {n << 12:x} {n + 1 << 12:x}\n" for n in range(160)))
    done = pvhinfo("--map", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{path}: the memory map has 160 ranges that cannot be merged")
    found, = results("--map", path, KERNELS["small"], status=1)
    assert found["e820"] == [] and found["plan"] is None and found["error"] in done.stderr


def test_a_map_that_kernels_cannot_take_loses_small_pieces(tmp_path):
    """300 pieces of RAM, holes between them: 126 is what a kernel takes."""
    path = tmp_path / "map"
    path.write_text("".join(f"efi 7 f {2 * n << 20:x} {(2 * n + 1 << 20) - 4096 * (300 - n) // 2 // 4096 * 4096:x}\n"
                            for n in range(300)))
    found, = results("--map", path, KERNELS["small"])
    assert len(found["e820"]) == 126
    assert found["warnings"][0].startswith("warning: the memory map has more than 126 entries; 175 small ranges")
