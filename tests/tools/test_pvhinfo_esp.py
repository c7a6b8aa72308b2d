# SPDX-License-Identifier: BSD-2-Clause
"""What pvhinfo --esp tells of an EFI system partition: every entry, every mistake, the exit status."""

import gzip
import os
import struct

import pytest
from conftest import ELF, bzimage, elf_kernel
from esp_folder import Esp, PROGRAM, image, linux
from pvhinfo_runs import CHECKED, pvhinfo

NO_ENTRY = "no bootable entry in loader/entries"


@pytest.fixture
def esp(tmp_path):
    return Esp(tmp_path)


@pytest.mark.parametrize("program", CHECKED)
def test_an_esp_where_all_is_well(esp, program):
    esp.config("timeout 5\ndefault b*\neditor no\n")
    esp.write("initrd", b"x")
    esp.write("tool.efi", PROGRAM)
    esp.entry("a.conf", "title First\nversion 2\nsort-key k\nlinux /kernel\ninitrd /initrd\nmodule /initrd x y\n")
    esp.entry("b+2-1.conf", "title Second\nversion 1\nsort-key k\npvh kernel\nlinux /none\n")
    esp.entry("c.conf", "title Tool\nefi /tool.efi\noptions x\ninitrd /none\n")
    result, errors = esp.check(program=program)
    assert errors == []
    assert result["esp"] == str(esp.folder) and result["loaders"] == [] and result["notes"] == []
    assert result["config"] == {"file": f"{esp.folder}/loader/loader.conf", "timeout": "5", "preferred": None,
                                "default": "b*", "editor": False, "diagnostics": []}
    rows = [(e["id"], e["label"], e["kind"], e["path"], e["default"], e["tries"]) for e in result["entries"]]
    assert rows == [
        ("a", "First", "kernel", "/kernel", False, None),
        ("b", "Second", "kernel", "kernel", True, {"left": 2, "done": 1}),
        ("c", "Tool", "efi", "/tool.efi", False, None),
    ]
    assert all(e["bootable"] and e["for_this_machine"] and not e["problems"] for e in result["entries"])
    assert result["entries"][1]["file"] == f"{esp.folder}/loader/entries/b+2-1.conf"


def test_the_text_says_the_same(esp):
    esp.config("default a*\n")
    esp.entry("a+0-3.conf", "title Old\nlinux /kernel\n")
    esp.entry("b+2.conf", "title \x1b[2JNew\nlinux /kernel\x1b\n")
    esp.entry("c.conf", "linux /none\ninitrd /i\noptions a\noptions \x1bb\narchitecture aa64\n")
    done = pvhinfo("--esp", esp.folder)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines == [
        f"{esp.folder}: entries: 3, bootable: 1",
        "  loader       pvhboot is not installed here",
        "  timeout      menu-hidden",
        "  default      a*",
        "c.conf: not for this machine",
        "  label        c",
        "  id           c",
        "  kernel       /none",
        "  initrd       /i",
        "  options      a \ufffdb",
        "  reason       is for the architecture aa64; pvhboot starts x64 and ia32",
        "b+2.conf: not bootable, the default",
        "  label        \ufffd[2JNew",
        "  id           b",
        "  kernel       /kernel\ufffd",
        "  tries        2 left, 0 done",
        "  reason       /kernel\ufffd: no such file in " + f"{esp.folder}; paths start at its root",
        "a+0-3.conf: bootable, booted instead of the default, its tries are used up",
        "  label        Old",
        "  id           a",
        "  kernel       /kernel",
        "  tries        0 left, 3 done",
    ]
    assert "\x1b" not in done.stdout + done.stderr


def test_files_and_options_of_an_entry(esp):
    for name in ("one", "two", "a.cred"):
        esp.write(name, name)
    esp.write("tool.efi", PROGRAM)
    esp.entry("a.conf", "linux /kernel\ninitrd /one /two\nmodule /two x  y\nmodule /one\nextra /a.cred\noptions q\n")
    esp.entry("b.conf", "efi /tool.efi\ninitrd /one\noptions o\n")
    entries = {entry["id"]: entry for entry in esp.check()[0]["entries"]}
    assert entries["a"]["initrds"] == [{"path": "/one", "command_line": ""}, {"path": "/two", "command_line": ""}]
    assert entries["a"]["modules"] == [{"path": "/two", "command_line": "x  y"}, {"path": "/one", "command_line": ""}]
    assert entries["a"]["extras"] == [{"path": "/a.cred", "command_line": ""}] and entries["a"]["options"] == "q"
    assert entries["b"]["initrds"] == [] and entries["b"]["options"] == "o"
    text = pvhinfo("--esp", esp.folder).stdout
    assert ("  kernel       /kernel\n  initrd       /one\n  initrd       /two\n  module       /two x  y\n"
            "  module       /one\n  extra        /a.cred\n  options      q\n") in text
    assert "  efi          /tool.efi\n  options      o\n" in text


UNPASSED = "warning: this name cannot be passed to the kernel"


@pytest.mark.parametrize("config, words, warned", [
    ("pass-entry yes\n", (), True), ("pass-entry no\n", (), False),
    ("pass-entry yes\n", ("--secure-boot", "off"), True), ("pass-entry yes\n", ("--secure-boot", "on"), False),
])
def test_a_name_that_cannot_be_passed(esp, config, words, warned):
    esp.config(config)
    esp.entry('a"b.conf')
    assert (UNPASSED in pvhinfo("--esp", esp.folder, *words).stderr) == warned


def test_tries_that_cannot_be_counted(esp):
    esp.entry("a+3.conf")
    esp.entry("a+2.conf")
    for done in range(1, 100):
        esp.entry(f"a+2-{done}.conf", "linux /kernel\narchitecture aa64\n")
    warnings = {entry["file"].split("/")[-1]: entry["warnings"] for entry in esp.check()[0]["entries"]}
    assert warnings["a+3.conf"] == ["warning: this boot cannot be counted: other files have all names that it could get"]
    assert warnings["a+2.conf"] == []
    (esp.folder / "loader/entries/a+2-7.conf").unlink()
    assert not any(entry["warnings"] for entry in esp.check()[0]["entries"])


@pytest.mark.parametrize("config, name, restarts", [
    ("", "a.conf", False), ("reboot-on-error yes\n", "a.conf", True), ("reboot-on-error auto\n", "a.conf", False),
    ("reboot-on-error auto\n", "a+1.conf", True), ("reboot-on-error no\n", "a+1.conf", False),
])
def test_a_restart_instead_of_another_entry(esp, config, name, restarts):
    esp.config("default a\n" + config)
    esp.entry(name, "linux /none\n")
    esp.entry("b.conf")
    result, errors = esp.check(1)
    said = "loader/loader.conf: the default does not boot, and the machine restarts for reboot-on-error"
    assert (said in errors) == restarts
    assert [entry["id"] for entry in result["entries"] if entry["instead_of_default"]] == ([] if restarts else ["b"])


def test_a_terminal_obeys_no_name(tmp_path):
    """Names of files are made by others too; \\xNN is what pvhinfo shows of them everywhere."""
    esp = Esp(tmp_path / "\x1b[2Jesp")
    esp.entry("\x1b[2Jbad.conf", "titel x\nlinux /none\n")
    done = pvhinfo("--esp", esp.folder)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert "\\x1b[2Jbad.conf: not bootable, the default\n" in done.stdout and "\n  id           \\x1b[2Jbad\n" in done.stdout
    assert "\\x1b[2Jbad.conf:1: unknown key" in done.stderr and "\\x1b[2Jbad.conf: /none: no such file" in done.stderr
    assert "\\x1b[2Jesp: entries: 1" in done.stdout


def test_remarks_have_file_and_line(esp):
    esp.config("\ntimeuot 5\ntimeout soon\n")
    esp.entry("a.conf", "titel x\nlinux /kernel\n")
    result, errors = esp.check()
    assert errors == [
        'loader/loader.conf:2: unknown key "timeuot" (did you mean "timeout"?); ignored',
        'loader/loader.conf:3: timeout "soon": not a number of seconds, menu-force, menu-hidden or menu-disabled; '
        "ignored",
        'loader/entries/a.conf:1: unknown key "titel" (did you mean "title"?); ignored',
    ]
    assert result["entries"][0]["diagnostics"] == [{"line": 1, "text": 'unknown key "titel" (did you mean "title"?); ignored'}]
    assert [remark["line"] for remark in result["config"]["diagnostics"]] == [2, 3]


@pytest.mark.parametrize("text, problem", [
    ("linux /none\n", "/none: no such file in "),
    ("linux /kernel\ninitrd /none\n", "/none: no such file in "),
    ("linux /kernel\nmodule /none x\n", "/none: no such file in "),
    ("efi /none.efi\n", "/none.efi: no such file in "),
    ("linux /kernel/x\n", "/kernel/x: no such file in "),
    ("linux /../kernel\n", "/../kernel: no such file in "),
    ("linux /loader\n", "/loader: is a directory; name a file"),
    ("linux /kernel\ninitrd /\n", "/: is a directory; name a file"),
    ("linux /kernel\ninitrd /empty\n", "/empty: the file is empty; copy it again"),
    ("linux /kernel\nmodule /empty\n", "/empty: the file is empty; copy it again"),
    ("linux /kernel\ninitrd /empty /empty\n", "/empty: the file is empty; copy it again"),
    ("linux /kernel\ninitrd /kernel /none\n", "/none: no such file in "),
    ("linux /kernel\ninitrd /no such\n", "/no such: no such file in "),
    ("linux /no-note\n", "/no-note: "),
    (f"linux {520 * '/x'}\n", "/x/x/x/"),
    ("linux /empty\n", "/empty: not an ELF file: it has only 0 bytes"),
    ("efi /kernel\n", "/kernel: is not an EFI program for x64; name one"),
    ("efi /short.efi\n", "/short.efi: is not an EFI program for x64; name one"),
    ("efi /arm.efi\n", "/arm.efi: is not an EFI program for x64; name one"),
    ("efi /far.efi\n", "/far.efi: is not an EFI program for x64; name one"),
    ("title x\n", "names nothing to start"),
    ("linux /kernel\nefi /a.efi\n", "has more than one of"),
])
def test_what_keeps_an_entry_from_booting(esp, text, problem):
    esp.write("empty", b"")
    esp.write("no-note", elf_kernel(owner=b"GNU\0"))
    esp.write("short.efi", PROGRAM[:60])
    esp.write("arm.efi", PROGRAM.replace(b"\x64\x86", b"\x64\xaa"))
    esp.write("far.efi", PROGRAM[:60] + struct.pack("<I", 0xffffffff))
    said = esp.problem_of(text)
    assert said.startswith(problem)
    assert said.endswith("/x: the path is too long; shorten it") == (len(text) > 1000)


def test_a_file_on_a_server_is_not_checked(esp):
    """Nor looked for; an URL that cannot be used is a problem, as for the loader."""
    esp.entry("a.conf", "linux http://10.0.2.2:8000/vmlinuz\ninitrd HTTPS://host/initrd\n")
    esp.entry("b.conf", "linux http://me@host/vmlinuz\n")
    result, _ = esp.check(status=1)
    entries = {entry["id"]: entry for entry in result["entries"]}
    assert entries["a"]["bootable"]
    assert entries["a"]["warnings"] == ["http://10.0.2.2:8000/vmlinuz: is on a server and is not checked",
                                        "HTTPS://host/initrd: is on a server and is not checked"]
    problem, = entries["b"]["problems"]
    assert problem.startswith("http://me@host/vmlinuz: is no URL that can be used: ")


def test_a_file_on_another_partition_is_not_checked(esp):
    path = "PARTUUID=01234567-89ab-cdef-0123-456789abcdef:/kernel"
    esp.entry("a.conf", f"linux {path}\n")
    esp.entry("b.conf", "linux PARTUUID=sda2:/kernel\n")
    result, _ = esp.check(status=1)
    entries = {entry["id"]: entry for entry in result["entries"]}
    assert entries["a"]["bootable"]
    assert entries["a"]["warnings"] == [f"{path}: is on a partition of its own and is not checked"]
    assert not entries["b"]["bootable"]
    problem, = entries["b"]["problems"]
    assert problem.startswith("PARTUUID=sda2:/kernel: not a path on a partition")


def test_initrds_as_grub_has_them(esp):
    for name in ("one", "two", "my initrd"):
        esp.write(name, name)
    esp.entry("a.conf", "linux /kernel\ninitrd /one $tuned_initrd\ninitrd /my initrd\ninitrd //two\\ /one\n"
                        "options ro $tuned_params\n")
    result, errors = esp.check()
    assert result["entries"][0]["bootable"]
    assert errors == [
        'loader/entries/a.conf:2: initrd: "$tuned_initrd" is a variable of GRUB and is left out',
        'loader/entries/a.conf:5: options: "$tuned_params" is a variable of GRUB, which is not replaced; write its value '
        "instead"]


def test_an_empty_initrd_among_others(esp):
    esp.write("empty", b"")
    esp.write("one", b"1")
    esp.entry("a.conf", "linux /kernel\ninitrd /empty\ninitrd /one\n")
    result, errors = esp.check()
    assert result["entries"][0]["bootable"]
    assert errors == ["loader/entries/a.conf: /empty: the file is empty and is left out of the initrd"]
    assert [note.replace(f"{esp.folder}/", "") for note in result["notes"]] == errors
    esp.entry("a.conf", "linux /kernel\ninitrd /empty\ninitrd /none\n")
    result, errors = esp.check(1)
    assert len(result["entries"][0]["problems"]) == 1


def test_a_default_with_counters(esp):
    esp.config("default b+3.conf\n")
    esp.entry("b+1-2.conf", "version 1\nsort-key k\nlinux /kernel\n")
    esp.entry("c.conf", "version 2\nsort-key k\nlinux /kernel\n")
    result, errors = esp.check()
    assert errors == []
    assert [entry["id"] for entry in result["entries"] if entry["default"]] == ["b"]


@pytest.mark.parametrize("config, default, said", [
    ("preferred b*\ndefault a\n", "b", []),
    ("preferred b*\ndefault x*\n", "b", ['default "x*" matches no bootable entry']),
    ("preferred x*\ndefault b\n", "b", ['preferred "x*" matches no bootable entry']),
    ("preferred x*\n", "a", ['preferred "x*" matches no bootable entry']),
    ("preferred c*\ndefault b\n", "b", ['preferred "c*" matches only entries whose tries are used up']),
    ("preferred @saved\ndefault @Saved\n", "a", []),
    ("preferred Auto-windows\ndefault b\n", "b", []), ("default auto-*\n", "a", []),
])
def test_what_is_preferred_is_stronger_than_the_default(esp, config, default, said):
    """As the loader chooses: neither is judged by what the other one chooses."""
    esp.config(config)
    for name in ("a", "b", "c+0-3"):
        esp.entry(f"{name}.conf", f"title {name}\nsort-key {name}\nlinux /kernel\n")
    result, errors = esp.check()
    assert [entry["id"] for entry in result["entries"] if entry["default"]] == [default]
    assert errors == [f"loader/loader.conf: {note}" for note in said]
    keys = dict(line.split() for line in config.splitlines())
    assert {key: result["config"][key] for key in ("preferred", "default")} == {"preferred": None, "default": None, **keys}
    assert all(f"\n  {key:<12} {value}\n" in pvhinfo("--esp", esp.folder).stdout for key, value in keys.items())


def test_extras_are_for_linux(esp):
    """Other kernels get none, and so miss none; a program and what is in a bzImage get them."""
    esp.write("tool.efi", PROGRAM)
    esp.write("bzimage", bzimage(gzip.compress(ELF)))
    esp.entry("other.conf", "linux /kernel\nextra /none.cred\n")
    for name, line in (("bzimage", "linux /bzimage"), ("linux", "linux /linux"), ("program", "efi /tool.efi")):
        esp.write("linux", linux())
        esp.entry(f"{name}.conf", f"{line}\nextra /none.cred\n")
    result, _ = esp.check(status=1)
    problems = {entry["id"]: entry["problems"] for entry in result["entries"]}
    assert problems.pop("other") == []
    missing = f"/none.cred: no such file in {esp.folder}; paths start at its root"
    assert problems == {name: [missing] for name in ("bzimage", "linux", "program")}


def test_a_kernel_is_refused_in_the_same_words_as_by_its_name(esp):
    bad = esp.write("no-note", elf_kernel(owner=b"GNU\0"))
    alone = pvhinfo(bad).stderr.strip().removeprefix(f"{bad}: ")
    assert "no PVH entry note" in alone
    assert esp.problem_of("linux /no-note\n") == f"/no-note: {alone}"


@pytest.mark.parametrize("path", [
    "/Debian/6.1/Vmlinuz", "/debian/6.1/VMLINUZ", "\\DEBIAN\\6.1\\vmlinuz", "debian/6.1/vmlinuz", "//debian//6.1/vmlinuz",
    "/debian/./6.1/vmlinuz", "/debian/6.2/../6.1/vmlinuz", "/debian\\6.1/vmlinuz", "\\\\debian\\/6.1/vmlinuz/",
    "./debian/.\\6.1//vmlinuz\\.\\", "/debian/6.1/vmlinuz" + 600 * "/.",
])
def test_paths_are_those_of_fat(esp, path):
    esp.write("Debian/6.1/Vmlinuz", ELF)
    esp.write("Debian/6.2/other", b"x")
    esp.entry("a.conf", f"linux {path}\n")
    assert esp.check()[0]["entries"][0]["bootable"]


def test_directories_have_no_case_either(esp):
    esp.write("LOADER/Entries/A.CONF", "linux /KERNEL\n")
    esp.write("LOADER/Loader.conf", "timeout 7\n")
    result, _ = esp.check()
    assert result["config"]["timeout"] == "7" and result["entries"][0]["bootable"]


def test_only_entry_files_are_read(esp):
    esp.entry("good.conf")
    for name in (".hidden.conf", "auto-windows.conf", "notes.txt", "old.conf.bak"):
        esp.entry(name, "nonsense\n")
    (esp.folder / "loader/entries/directory.conf").mkdir()
    result, errors = esp.check()
    assert [entry["id"] for entry in result["entries"]] == ["good"] and errors == []


def test_entries_of_other_machines_do_not_count(esp):
    esp.entry("a.conf")
    esp.entry("arm.conf", "linux /none\narchitecture aa64\n")
    result, errors = esp.check()
    arm = result["entries"][0]
    assert (arm["id"], arm["bootable"], arm["for_this_machine"]) == ("arm", False, False)
    assert errors == ["loader/entries/arm.conf: is for the architecture aa64; pvhboot starts x64 and ia32"]
    (esp.folder / "loader/entries/a.conf").unlink()
    result, errors = esp.check(status=1)
    assert errors[-1].endswith(NO_ENTRY)


def test_exhausted_entries_go_last_and_are_no_default(esp):
    esp.config("default new*\n")
    esp.entry("new+0-3.conf", "sort-key k\nversion 2\nlinux /kernel\n")
    esp.entry("old.conf", "sort-key k\nversion 1\nlinux /kernel\n")
    result, errors = esp.check()
    assert [(entry["id"], entry["default"]) for entry in result["entries"]] == [("old", True), ("new", False)]
    assert errors == ['loader/loader.conf: default "new*" matches only entries whose tries are used up']


@pytest.mark.parametrize("content", [None, "loader.conf", "directory"])
def test_no_entry_at_all(esp, content):
    if content == "loader.conf":
        esp.config("timeout 3\n")
    if content == "directory":
        (esp.folder / "loader/entries").mkdir(parents=True)
    result, errors = esp.check(status=1)
    assert result["entries"] == [] and len(errors) == 1 and errors[0].endswith(NO_ENTRY)


def test_files_of_more_than_a_megabyte_are_left_out(esp):
    esp.config("timeout 5\n" + "#" * (1 << 20))
    esp.entry("good.conf")
    result, errors = esp.check()
    assert result["config"]["timeout"] == "menu-hidden"
    assert errors == ["loader/loader.conf: has 1048586 bytes, more than the 1048576 allowed"]
    esp.config("timeout 5\n".ljust(1 << 20, "#"))
    esp.entry("large.conf", "linux /kernel\n" + "#" * (1 << 20))
    result, errors = esp.check(status=1)
    assert result["config"]["timeout"] == "5" and [entry["id"] for entry in result["entries"]] == ["good"]
    assert errors == ["loader/entries/large.conf: has 1048590 bytes, more than the 1048576 allowed"]


def test_where_pvhboot_is_installed(esp):
    sbat = b"sbat,1,SBAT Version,sbat,1,x\npvhboot,1,pvhboot,pvhboot,1.2.3,https://example.org/\n"
    esp.entry("a.conf")
    esp.write("EFI/pvhboot/pvhboot.efi", PROGRAM + sbat.ljust(200, b"\0"))
    esp.write("EFI/BOOT/BOOTX64.EFI", PROGRAM)
    result, _ = esp.check()
    assert result["loaders"] == [{"path": "EFI/pvhboot/pvhboot.efi", "pvhboot": "1.2.3", "pins": [], "problems": []},
                                 {"path": "EFI/BOOT/BOOTX64.EFI", "pvhboot": None, "pins": [], "problems": []}]
    text = pvhinfo("--esp", esp.folder).stdout
    assert "  loader       EFI/pvhboot/pvhboot.efi: pvhboot 1.2.3\n" in text
    assert "  loader       EFI/BOOT/BOOTX64.EFI: not pvhboot\n" in text and "not installed" not in text


@pytest.mark.parametrize("timeout", ["menu-force", "menu-disabled", "menu-hidden", "12"])
def test_timeouts_are_named_as_in_loader_conf(esp, timeout):
    esp.config(f"timeout {timeout}\n")
    esp.entry("a.conf")
    assert esp.check()[0]["config"]["timeout"] == timeout


def test_many_entries(esp):
    for number in range(300):
        esp.entry(f"linux-6.{number}.conf", f"title Linux\nversion 6.{number}\nsort-key k\nlinux /kernel\n")
    result, _ = esp.check()
    assert [entry["label"] for entry in result["entries"]] == [f"Linux (6.{number})" for number in range(299, -1, -1)]


@pytest.mark.parametrize("arguments", [
    ["--esp"],
    ["--esp", "{}", "--esp", "{}"],
    ["--esp", "{}", "{}/kernel"],
    ["--esp", "{}", "--map", "x"],
    ["--esp", "{}", "--extract", "x"],
    ["--esp", "{}", "--initrd", "1M"],
    ["--esp", "{}/none"],
    ["--esp", "{}/kernel"],
])
def test_wrong_usage(esp, arguments):
    esp.entry("a.conf")
    done = pvhinfo(*(argument.format(esp.folder) for argument in arguments))
    assert done.returncode == 2 and done.stderr.startswith("pvhinfo: ") and done.stdout == ""


def test_what_cannot_be_read_is_trouble(esp):
    """A link in a circle: permissions mean nothing to root."""
    esp.entry("good.conf")
    os.symlink("loop.conf", esp.folder / "loader/entries/loop.conf")
    os.symlink("loop", esp.folder / "loop")
    esp.entry("a.conf", "linux /loop\n")
    result, errors = esp.check(status=2)
    assert [entry["id"] for entry in result["entries"]] == ["good", "a"]
    assert any(error.startswith("pvhinfo: loader/entries/loop.conf: cannot be opened") for error in errors)
    assert any("/loop: cannot be opened" in error for error in errors)


OSREL = (".osrel", 'PRETTY_NAME="Debian 13"\nID=debian\nVERSION_ID=13\n')
PROFILES = ((".profile", "ID=main\n"), (".profile", 'ID=rescue\nTITLE="Rescue"\n'), (".cmdline", "single"))


@pytest.mark.parametrize("program", CHECKED)
def test_images_are_entries(esp, program):
    esp.config("default x@*\n")
    esp.write("EFI/Linux/x+3-1.efi", image((".text", "x"), OSREL, (".cmdline", "quiet\n"), *PROFILES))
    esp.write("EFI/Linux/auto-y.efi", b"x")
    esp.entry("a.conf", "sort-key a\nlinux /kernel\n")
    result, errors = esp.check(program=program)
    assert errors == [] and result["notes"] == []
    rows = [(e["id"], e["label"], e["kind"], e["path"], e["options"], e["default"]) for e in result["entries"]]
    path = "\\EFI\\Linux\\x+3-1.efi"
    assert rows == [
        ("a", "a", "kernel", "/kernel", "", False),
        ("x", "Debian 13", "efi", path, "quiet", False),
        ("x@rescue", "Debian 13 (Rescue)", "efi", path, "single", True),
    ]
    assert [e["tries"] for e in result["entries"][1:]] == [{"left": 3, "done": 1}] * 2
    assert result["entries"][2]["file"] == f"{esp.folder}/EFI/Linux/x+3-1.efi"


def test_images_that_are_no_entries(esp):
    """They are passed over with a note; a damaged one is a mistake."""
    esp.entry("a.conf")
    esp.write("EFI/Linux/plain.efi", image((".text", "x")))
    esp.write("EFI/Linux/junk.efi", b"x")
    result, errors = esp.check()
    notes = ["\\EFI\\Linux\\junk.efi: is not an EFI program for x64; name one",
             "\\EFI\\Linux\\plain.efi: is no entry: it has no section .osrel with a name of the system"]
    assert sorted(result["notes"]) == notes and sorted(errors) == notes
    assert [e["id"] for e in result["entries"]] == ["a"]
    esp.write("EFI/Linux/cut.efi", image(OSREL)[:520])
    result, errors = esp.check(status=1)
    assert any("cut.efi: damaged or truncated: a PE section has" in note for note in result["notes"])
    assert [e["id"] for e in result["entries"]] == ["a"]


def test_an_image_whose_text_is_too_long(esp):
    esp.entry("a.conf")
    esp.write("EFI/Linux/x.efi", image(OSREL, (".cmdline", "x" * 65537)))
    result, _ = esp.check(status=1)
    assert result["notes"] == ["\\EFI\\Linux\\x.efi: its section .cmdline has 65537 bytes, more than the 65536 allowed"]
