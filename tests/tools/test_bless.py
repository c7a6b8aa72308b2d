# SPDX-License-Identifier: BSD-2-Clause
"""How pvhboot-bless renames the entry that the system was started from."""

import os
import subprocess

import pytest
from conftest import TOOLS

VARIABLE = "LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
FOLDER = "loader/entries"
COUNTED = f"/{FOLDER}/linux+2-1.conf"
GOOD = "linux.conf"
BAD = "linux+0-1.conf"
NAMES = {"indeterminate": "linux+2-1.conf", "good": GOOD, "bad": BAD}


class System:
    """A running system with an ESP, told of its entry on the command line or in an EFI variable."""

    def __init__(self, folder):
        self.esp = folder / "my esp"
        self.entries = self.esp / FOLDER
        self.entries.mkdir(parents=True)
        self.cmdline = folder / "cmdline"
        self.variables = folder / "efivars"
        self.variables.mkdir()
        self.boot("quiet")

    def boot(self, cmdline):
        self.cmdline.write_text(cmdline + "\n")

    def boot_by_efi(self, path):
        self.boot("quiet")
        (self.variables / VARIABLE).write_bytes(b"\6\0\0\0" + (path.replace("/", "\\") + "\0").encode("utf-16-le"))

    def add(self, name, content=b"title x\n"):
        (self.entries / name).write_bytes(content)

    def names(self):
        return sorted(path.name for path in self.entries.iterdir())

    def run(self, *words, prefix=(), path=""):
        environment = {**os.environ, "EFIVARFS_PATH": f"{self.variables}/", "PATH": f"{path}:{os.environ['PATH']}"}
        return subprocess.run([*prefix, TOOLS / "pvhboot-bless", *words, "--cmdline", self.cmdline],
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def call(self, *words):
        done = self.run(*words, self.esp)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def refusal(self, *words, **options):
        """What it says when it fails: one line; nothing was renamed."""
        before = self.names()
        done = self.run(*words, self.esp, **options)
        assert done.returncode == 1, done
        line, = done.stderr.splitlines()
        assert self.names() == before
        return line


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


@pytest.fixture
def counted(system):
    """One on its first try, with two more left."""
    system.boot(f"root=/dev/sda2 quiet pvhboot.entry=linux pvhboot.boot-count-path={COUNTED}")
    return system


@pytest.mark.parametrize("found", NAMES)
@pytest.mark.parametrize("wanted", NAMES)
def test_from_each_state_to_each(counted, found, wanted):
    counted.add(NAMES[found], b"content")
    already = " already" if found == wanted else " now"
    for end in (already, " already"):
        assert counted.call(wanted) == f"{counted.entries}/{NAMES[wanted]} is {wanted}{end}\n"
        assert counted.names() == [NAMES[wanted]]
    assert (counted.entries / NAMES[wanted]).read_bytes() == b"content"


@pytest.mark.parametrize("found", NAMES)
def test_status(counted, found):
    counted.add(NAMES[found])
    assert counted.call("status") == f"{found}\n"
    assert counted.names() == [NAMES[found]]


def test_status_is_what_is_told_when_no_command_is_given(counted):
    counted.add(GOOD)
    assert counted.call() == "good\n"


@pytest.mark.parametrize("name, good, bad", [
    ("a+3.conf", "a.conf", "a+0.conf"), ("a+0-3.conf", "a.conf", "a+0-3.conf"),
    ("a+b+2-1.conf", "a+b.conf", "a+b+0-1.conf"),
    ("a+01-09.conf", "a.conf", "a+0-09.conf"),
    ("6.1.0-9-amd64+1-2.conf", "6.1.0-9-amd64.conf", "6.1.0-9-amd64+0-2.conf"),
    ("uki+2-1.efi", "uki.efi", "uki+0-1.efi"), ("a+2-1.b+1.conf", "a+2-1.b.conf", "a+2-1.b+0.conf")])
def test_names_after_each_mark(system, name, good, bad):
    system.boot(f"pvhboot.boot-count-path=/{FOLDER}/{name}")
    for mark, result in (("good", good), ("bad", bad), ("indeterminate", name), ("bad", bad), ("good", good)):
        if not system.names():
            system.add(name)
        system.call(mark)
        assert system.names() == [result]


@pytest.mark.parametrize("cmdline", [
    'a pvhboot.boot-count-path="/loader/entries/my linux+2-1.conf" b',
    'a "pvhboot.boot-count-path=/loader/entries/my linux+2-1.conf"',
    'x="pvhboot.boot-count-path=/no+1.conf" pvhboot.boot-count-path="/loader/entries/my linux+2-1.conf"',
    'pvhboot.boot-count-path=/no+1.conf -- init pvhboot.boot-count-path="/loader/entries/my linux+2-1.conf"',
    'a\tpvhboot.boot-count-path=/loader/entries/my" "linux+2-1.conf'])
def test_quotes_on_the_command_line(system, cmdline):
    system.boot(cmdline)
    system.add("my linux+2-1.conf")
    system.call("good")
    assert system.names() == ["my linux.conf"]


@pytest.mark.parametrize("cmdline", [
    "quiet", "", "pvhboot.boot-count-path", "pvhboot.boot-count-path=", "xpvhboot.boot-count-path=/a+1.conf",
    'title="pvhboot.boot-count-path=/a+1.conf"', "pvhboot.boot-count-path.x=/a+1.conf"])
def test_without_counting(system, cmdline):
    system.boot(cmdline)
    assert system.call("status") == "clean\n"
    for command in ("good", "bad", "indeterminate"):
        assert "boots are not counted: nothing to mark" in system.refusal(command)


@pytest.mark.parametrize("name", ["linux+2-1.conf", "gr\u00fc\u00dfe +2-1.conf"])
def test_booted_by_efi(system, name):
    system.boot_by_efi(f"/{FOLDER}/{name}")
    system.add(name)
    assert system.call("status") == "indeterminate\n"
    # There is no seeking in an efivarfs, and tail seeks in a file that it opens.
    tail = system.esp.parent / "tail"
    tail.write_text('#!/bin/sh\n[ $# = 2 ] || exit 1\nexec /usr/bin/tail "$@"\n')
    tail.chmod(0o755)
    done = system.run("good", system.esp, path=tail.parent)
    assert done.returncode == 0, done
    assert system.names() == [name.replace("+2-1", "")]


def test_the_command_line_goes_before_the_variable(counted):
    cmdline = counted.cmdline.read_text()
    counted.boot_by_efi(f"/{FOLDER}/other+1.conf")
    counted.boot(cmdline.strip())
    counted.add(NAMES["indeterminate"])
    counted.add("other+1.conf")
    counted.call("good")
    assert counted.names() == [GOOD, "other+1.conf"]


@pytest.mark.parametrize("name, good", [
    ("X+2-1.CONF", "X.CONF"), ("x+2-1.Conf", "x.Conf"), ("y+3.EFI", "y.EFI"), ("y+1-0.eFi", "y.eFi")])
def test_suffixes_in_capitals(system, name, good):
    """FAT keeps the case of a name, or has capitals only; the boot loader counts these too."""
    system.boot(f"pvhboot.boot-count-path=/{FOLDER}/{name}")
    system.add(name)
    assert system.call("status") == "indeterminate\n"
    system.call("good")
    assert system.names() == [good]
    system.call("bad")
    system.call("indeterminate")
    assert system.names() == [name]


@pytest.mark.parametrize("path, sentence", [
    ("/loader/entries/../../../x+1.conf", "not the path of a boot entry"), ("..", "not the path of a boot entry"),
    ("/loader/entries/linux.conf", "not a boot entry NAME+LEFT-DONE.conf whose"),
    ("/loader/entries/linux+a-1.conf", "not a boot entry NAME"), ("/loader/entries/linux+1-.conf", "not a boot entry NAME"),
    ("/loader/entries/linux+1-a.conf", "not a boot entry NAME"),
    ("/loader/entries/linux+1-2-3.conf", "not a boot entry NAME"),
    ("/loader/entries/linux+-1.conf", "not a boot entry NAME"), ("/loader/entries/linux+2-1", "not a boot entry NAME"),
    ("/loader/a+1/linux.conf", "not a boot entry NAME"), ("/loader/entries/+2-1.conf", "not a boot entry NAME"),
    ("/loader/entries/li", "is the kernel's command line cut off?"), ("/etc/passwd+1.txt", "not a boot entry NAME")])
def test_paths_that_no_loader_would_tell(system, path, sentence):
    system.boot(f"pvhboot.boot-count-path={path}")
    system.add("linux.conf")
    assert sentence in system.refusal("good")


def test_an_entry_that_has_been_removed(counted):
    counted.add("other.conf")
    for command in ("good", "bad", "indeterminate", "status"):
        assert f"{counted.esp}{COUNTED}: no such entry" in counted.refusal(command)


def test_a_good_one_beside_it_is_not_replaced(counted):
    counted.add(NAMES["indeterminate"], b"old")
    counted.add(GOOD, b"new")
    assert f"{GOOD}: exists besides" in counted.refusal("good")
    assert (counted.entries / GOOD).read_bytes() == b"new"


def test_the_entry_is_looked_for_where_esps_are_mounted(counted):
    done = counted.run("status")
    assert (done.returncode, f"{COUNTED}: not found below /efi, /boot/efi or /boot" in done.stderr) == (1, True)


def test_an_esp_that_is_not_there(counted):
    done = counted.run("good", counted.esp / "none")
    assert (done.returncode, "none: no such folder" in done.stderr) == (1, True)


def test_an_esp_that_cannot_be_written(counted):
    counted.add(NAMES["indeterminate"])
    counted.entries.chmod(0o555)
    # A folder's mode means nothing to root, but for this.
    prefix = ["setpriv", "--bounding-set=-dac_override"] if os.getuid() == 0 else []
    line = counted.refusal("good", prefix=prefix)
    assert line.endswith("Permission denied; is the ESP writable, and are you root?")
    counted.entries.chmod(0o755)


def test_a_command_line_that_cannot_be_read(system):
    system.cmdline.unlink()
    assert "cmdline: cannot be read; mount /proc" in system.refusal("status")


def test_a_command_line_that_is_a_folder(counted):
    counted.cmdline = counted.entries
    for word in ("status", "good"):
        assert counted.refusal(word) == f"pvhboot-bless: {counted.entries}: is a folder; name the file with the kernel's command " \
            "line by --cmdline"


@pytest.mark.parametrize("words, sentence", [
    (["good", "bad"], "one command only, not good and bad"), (["--god"], "unknown option '--god'"), ([""], "the path of the ESP is empty"),
    (["/a", "/b"], "one ESP only, not /a and /b"),
    (["goood"], "no such command or folder: goood")])
def test_wrong_usage(system, words, sentence):
    done = system.run(*words)
    assert (done.returncode, sentence in done.stderr) == (2, True)
    assert len(done.stderr.splitlines()) == 1


def test_help(system):
    done = system.run("--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("good", "bad", "indeterminate", "status", "--cmdline"))
