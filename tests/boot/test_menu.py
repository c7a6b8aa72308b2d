# SPDX-License-Identifier: BSD-2-Clause
"""The menu: somebody sits at the keyboard or at the serial line, and the kernel says what came of it."""

import contextlib
import os
import re
import time
import wave

import pytest

import media
import qemu
import report
import scenario
import screens
from artifacts import OUTPUT, TOP, kernel_path
from esp import KERNEL, entry
from interactive import Session
from qemu import Machine

ENTRIES = "loader/entries"
FOREVER = b"timeout menu-force\nauto-firmware no\n"  # so that the last row is the last entry
AUTOMATIC = b"timeout menu-force\nauto-poweroff yes\nauto-reboot yes\n"
IDLE = "Enter: boot   e: edit   h: all keys"
WAYS = ("keyboard", "serial")


def numbered(count):
    """Files of entries "Entry 0", "Entry 1"... whose kernel gets "option 0", "option 1"..."""
    return {f"{ENTRIES}/e{number:03}.conf": entry(f"Entry {number}", sort_key=f"s{number:03}",
                                                  options=f"option {number}")
            for number in range(count)}


BROKEN = {f"{ENTRIES}/broken.conf": entry("Broken", sort_key="z", pvh="/missing.elf")}


@contextlib.contextmanager
def at_menu(boot, name, files, conf=FOREVER, size=(80, 24), devices=(), **hardware):
    """A machine that comes to the menu; its log is build/boot/NAME.log."""
    folder = boot.folder(name)
    machine = Machine(**{"memory": 256, **hardware})
    media.write_disk(folder / "image", {
        **scenario.removable(machine), "kernel.elf": kernel_path(KERNEL), "loader/loader.conf": conf, **files})
    session = Session(machine, folder / "image", qemu.firmware_variables(machine), folder / "run",
                      size, devices)
    try:
        with session:
            yield session
    finally:
        log = OUTPUT / f"{name}.log"
        log.write_text(session.printed)
        boot.logs.append((log, report.plain(session.printed) + "\n" + session.terminal.text))


def keys_of(session, way):
    """The function that presses keys in one of the WAYS."""
    return session.press if way == "keyboard" else session.send


class Menu:
    """What can be seen of the menu; each waits until it is as expected."""

    def __init__(self, session):
        self._session = session
        self._terminal = session.terminal

    def _bar(self):
        return self._terminal.bar.removeprefix("=>").strip()

    def _status(self):
        return " ".join(line.strip() for line in self._terminal.lines[18:23] if line)

    def chosen(self, entry_title):
        """The entry that the bar is on."""
        self._session.expect(self._bar, entry_title)

    def marked(self, bar):
        """The bar with the default's mark."""
        self._session.expect(lambda: self._terminal.bar.strip(), bar)

    def status(self, text):
        """What is said in the rows above the last one but for the hint."""
        self._session.wait(lambda: text in self._status(),
                           lambda: f"{text!r} instead of {self._status()!r}", 30)

    def line(self, text):
        """The command line that is edited."""
        self._session.expect(lambda: self._terminal.lines[21].strip(), text)

    def shows(self, text):
        """Something anywhere on the screen."""
        self._session.wait_screen(re.escape(text))

    def lacks(self, text):
        """Something that has gone."""
        self._session.wait(lambda: text not in self._terminal.text, lambda: f"the end of {text!r}")


def cmdline_of_kernel(session):
    """The command line that the kernel has got, once it has left."""
    session.wait_end()
    found = report.test_kernel(report.plain(session.printed))
    assert found.failed == [] and found.verdict.startswith("PASS")
    return found.values["cmdline"]


def kept(session, text):
    """Whether the variable store holds this text."""
    return text.encode("utf-16-le") in (session.directory / "vars.fd").read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_keys(boot, way):
    """Each key of the list does what it says; d and + are still there after the machine."""
    with at_menu(boot, f"menu-keys-{way}", numbered(12)) as session:
        menu, keys = Menu(session), keys_of(session, way)
        menu.shows(IDLE)
        menu.marked("=> Entry 0")
        for key, expected in (("down", 1), ("j", 2), ("up", 1), ("k", 0), ("up", 0), ("end", 11),
                              ("down", 11), ("home", 0), ("5", 4), ("pgdn", 11), ("pgup", 0),
                              ("9", 8), ("4", 3)):
            keys(key)
            menu.chosen(f"Entry {expected}")
        keys("h")
        menu.status("p: details")
        menu.status("f: firmware setup")
        keys("v")
        menu.status("pvhboot " + (TOP / "VERSION").read_text().strip())
        keys("d")
        menu.marked("=> Entry 3")
        keys("d")
        menu.marked("Entry 3")
        keys("d")
        menu.marked("=> Entry 3")
        keys("+", "+", "+", "-")
        menu.status("Later boots: the menu waits 1 s.")
        keys("p")
        session.wait_screen(r"(?s)title: +Entry 3\n.*firmware: +EDK II.*Esc: back")
        keys("esc")
        menu.shows(IDLE)
        keys("e")
        menu.line("option 3")
        keys("esc")
        menu.shows(IDLE)
        menu.chosen("Entry 3")
        assert session.terminal.scrolled == 0
        keys("ret")
        assert cmdline_of_kernel(session) == "option 3"
        assert kept(session, "e003.conf\0") and kept(session, "LoaderConfigTimeout\x001\0")


@pytest.mark.parametrize("way", WAYS)
def test_editing(boot, way):
    """Every editing key; the kernel gets the line to the letter."""
    files = {f"{ENTRIES}/e.conf": entry("Edit", options="one two three")}
    with at_menu(boot, f"menu-edit-{way}", files) as session:
        menu, keys = Menu(session), keys_of(session, way)
        menu.shows(IDLE)
        keys("e")
        for pressed, expected in (
                (("x", "backspace", "y"), "one two threey"),
                (("delete",), "one two three"),     # what serial lines make of Backspace
                (("ctrl-left", "ctrl-left", "A"), "one Atwo three"),
                (("ctrl-right", "B", "left", "left", "C"), "one AtwCoB three"),
                (("home", "right", "delete"), "oe AtwCoB three"),
                (("alt-f", "D", "ctrl-a", "E", "ctrl-e", "F"), "EoeD AtwCoB threeF"),
                (("ctrl-w",), "EoeD AtwCoB"),
                (("alt-b", "ctrl-k"), "EoeD"),
                (("G", " ", "H"), "EoeD G H"),
                (("left", "ctrl-u"), "H"),
                (("end", " ", "q", "u", "i", "e", "t"), "H quiet"),
                (("up",), "one two three"),
                (("down",), "H quiet"),
                (("?", "=", "/", "d"), "H quiet?=/d")):
            keys(*pressed)
            menu.line(expected)
        keys("ret")
        assert cmdline_of_kernel(session) == "H quiet?=/d"


def test_a_long_line_scrolls(boot):
    """What is longer than the screen is edited at both ends."""
    words = " ".join(f"word{number}" for number in range(40))
    files = {f"{ENTRIES}/e.conf": entry("Edit", options=words)}
    with at_menu(boot, "menu-long-line", files) as session:
        Menu(session).shows(IDLE)
        session.send("e")
        session.wait_screen(r"(?m)^<.* word38 word39$")
        session.send("X", "home", "Y")
        session.wait_screen(r"(?m)^ Yword0 word1 .*>$")
        session.send("ret")
        assert cmdline_of_kernel(session) == f"Y{words}X"


def test_failure_and_return(boot):
    """A boot that fails comes back with its reason; the line that was typed is not lost."""
    with at_menu(boot, "menu-failure", {**numbered(2), **BROKEN}) as session:
        menu = Menu(session)
        menu.shows("Broken (cannot boot)")
        session.press("end")
        menu.status("/missing.elf: no such file")
        session.press("e", "home", *"typed")
        menu.line("typedBroken")
        session.press("ret")
        session.wait_screen(r"\A\s*broken: /missing\.elf: no such file")
        menu.chosen("Broken (cannot boot)")
        session.press("e")
        menu.lacks("no such file")
        menu.line("Broken")
        session.press("up")
        menu.line("typedBroken")
        session.press("esc")
        menu.shows(IDLE)
        session.press("home", "ret")
        assert cmdline_of_kernel(session) == "option 0"


def test_the_countdown_boots(boot):
    """Without a key the default is booted when the time is up, and not before."""
    with at_menu(boot, "menu-countdown", numbered(3), b"timeout 3\ndefault e001*\n") as session:
        menu = Menu(session)
        menu.shows("Boot in 3 s.   Enter: now   any other key: stop")
        started = time.monotonic()
        menu.marked("=> Entry 1")
        menu.shows("Boot in 2 s.")
        menu.shows("Boot in 1 s.")
        session.wait_printed("pvhtest")
        assert time.monotonic() - started > 2
        assert cmdline_of_kernel(session) == "option 1"


@pytest.mark.slow
def test_a_key_stops_the_countdown(boot):
    with at_menu(boot, "menu-stop", numbered(3), b"timeout 4\n") as session:
        menu = Menu(session)
        menu.shows("Boot in")
        session.press("down")
        menu.shows(IDLE)
        time.sleep(5)
        session.press("up")
        menu.chosen("Entry 0")


def test_a_key_shows_the_hidden_menu(boot):
    """A key that is held down, so that it repeats; it does nothing but that."""
    with at_menu(boot, "menu-hidden", numbered(3), b"timeout menu-hidden\n") as session:
        while IDLE not in session.terminal.text:
            assert "pvhtest" not in session.printed, "the key was not seen"
            session.hold("v")
        session.press("down")
        Menu(session).chosen("Entry 1")
        session.press("ret")
        assert cmdline_of_kernel(session) == "option 1"


@pytest.mark.slow
def test_two_hundred_entries(boot):
    """They scroll; a step of the bar draws two lines, and never the whole screen."""
    title = "A title that is longer than any screen is wide, and then some more of it " * 2
    files = {**numbered(199), f"{ENTRIES}/long.conf": entry(title, sort_key="zz")}
    with at_menu(boot, "menu-200", files) as session:
        menu, terminal = Menu(session), session.terminal
        menu.shows(IDLE)
        session.wait_screen(r"Entry 16\n +\(183 more below\)")
        session.settle()
        drawn, cleared = terminal.drawn, terminal.cleared
        session.press("down")
        menu.chosen("Entry 1")
        session.settle()
        assert 0 < terminal.drawn - drawn <= 2 * 79 and terminal.cleared == cleared
        session.send(*["pgdn"] * 5)
        session.wait_screen(r"(?s)\(\d+ more above\)\n.*\(1\d\d more below\)")
        session.send("end")
        session.wait_screen(r"(?m)Entry 198\n.*A title that is longer .*\.\.\.$")
        assert max(map(len, terminal.lines)) <= 79 and terminal.scrolled == 0
        session.send("up", "ret")
        assert cmdline_of_kernel(session) == "option 198"


def test_no_entries(boot):
    """There is still a way out."""
    with at_menu(boot, "menu-empty", {}, b"timeout 60\nauto-firmware no\n") as session:
        menu = Menu(session)
        menu.shows("Back to the firmware in")
        menu.shows("There is no entry to boot.")
        menu.shows("nothing to boot")
        session.press("ret", "e", "down", "d", "p")
        menu.shows("firmware:")
        session.press("esc")
        menu.shows("There is no entry to boot.")
        session.press("Q")
        session.wait_screen("Boot Manager")  # the firmware's own: an option that has ended well is the last


def test_firmware_setup(boot):
    """f asks the firmware for its set-up and resets."""
    with at_menu(boot, "menu-setup", numbered(1)) as session:
        Menu(session).shows(IDLE)
        session.press("f")
        session.wait_end()
        assert "pvhtest" not in session.printed
        store = (session.directory / "vars.fd").read_bytes()
        assert "OsIndications\0".encode("utf-16-le") + (1).to_bytes(8, "little") in store


def test_automatic_entries(boot):
    """What comes from no file is behind the entries; w finds Windows, whose loader is no program here."""
    files = {**numbered(2), "EFI/Microsoft/Boot/bootmgfw.efi": kernel_path(KERNEL)}
    with at_menu(boot, "menu-automatic", files, AUTOMATIC) as session:
        menu = Menu(session)
        session.wait_screen(r"Entry 1\n +Windows Boot Manager.*\n +Reboot Into Firmware Interface\n"
                            r" +Power Off The System\n +Reboot The System\n")
        session.press("s")
        menu.status("There is no entry for a shell.")
        session.press("w")
        menu.chosen("Windows Boot Manager (cannot boot)")
        session.press("l")
        menu.chosen("Entry 0")
        session.press("end")
        menu.chosen("Reboot The System")
        session.press("up", "ret")
        session.wait_end()
        assert "pvhtest" not in session.printed


@pytest.mark.slow
@pytest.mark.parametrize("key", ["B", "O"])
def test_the_end_by_key(boot, key):
    """B restarts the machine, which QEMU makes its end; O turns it off."""
    with at_menu(boot, f"menu-end-{key}", numbered(1)) as session:
        Menu(session).shows(IDLE)
        session.press(key)
        session.wait_end()
        assert "pvhtest" not in session.printed


@pytest.mark.slow
def test_a_letter_boots_at_once(boot):
    """While the loader starts, a letter chooses the entry, and no menu is shown."""
    with at_menu(boot, "menu-letter", numbered(3), b"timeout menu-hidden\n") as session:
        while "pvhtest" not in session.printed:
            session.hold("2")
        assert IDLE not in session.terminal.text
        assert cmdline_of_kernel(session) == "option 1"


def test_editor_off(boot):
    with at_menu(boot, "menu-no-editor", numbered(1), FOREVER + b"editor no\n") as session:
        menu = Menu(session)
        menu.shows(IDLE)
        session.press("e")
        menu.status("editor no")


def test_what_was_not_understood_is_said(boot):
    """Warnings stay on the screen until somebody has seen them."""
    with at_menu(boot, "menu-warnings", numbered(2), FOREVER + b"timeot 5\n") as session:
        menu = Menu(session)
        menu.shows(IDLE)
        session.wait_screen(r"loader\.conf:3: .*timeot")
        session.press("down")
        menu.lacks("timeot")


def test_what_cannot_be_shown(boot):
    """Where the console lacks characters, their places are kept and nothing else moves."""
    files = {**numbered(1),
             f"{ENTRIES}/u.conf": entry("日本語 Grüße", sort_key="z", options="grüße 日本")}
    with at_menu(boot, "menu-unicode", files) as session:
        menu = Menu(session)
        menu.shows(IDLE)
        session.press("end")
        menu.chosen("? ? ?  Gr??e")
        session.press("ret")
        assert cmdline_of_kernel(session) == "grüße 日本"


def cells(shown, column, row, count):
    """The pixels of some characters on a screen of the firmware, on which 100x31 are centred."""
    left, top = (shown.width - 800) // 2 + 8 * column, (shown.height - 31 * 19) // 2 + 19 * row
    return [shown.line(top + line)[3 * left:3 * (left + 8 * count)] for line in range(19)]


@pytest.mark.slow
def test_each_console_shows_what_it_can(boot):
    """The screen has the letters that the terminal beside it lacks; who has no tries left is marked."""
    files = {f"{ENTRIES}/a.conf": entry("First", sort_key="a"),
             f"{ENTRIES}/b.conf": entry("Grüße", sort_key="b"),
             f"{ENTRIES}/c.conf": entry("Gr??e", sort_key="c"),
             f"{ENTRIES}/d+0-3.conf": entry("Worn", sort_key="0")}
    with at_menu(boot, "menu-two-consoles", files, size=(100, 31), vga="std") as session:
        menu = Menu(session)
        menu.shows(IDLE)
        menu.shows("Worn (no tries left)")
        row, column = next((number, line.index("Gr??e")) for number, line in enumerate(session.terminal.lines)
                           if "Gr??e" in line)
        session.screendump(session.directory / "screen.ppm")
        shown = screens.picture((session.directory / "screen.ppm").read_bytes())
        same, other = (cells(shown, column, line, 2) for line in (row, row + 1))
        assert same == other and any(map(any, same))
        assert cells(shown, column + 2, row, 2) != cells(shown, column + 2, row + 1, 2)


def cpu_seconds(process_id):
    """Processor time that a process has used."""
    with open(f"/proc/{process_id}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_waiting_leaves_the_processor_alone(boot):
    with at_menu(boot, "menu-idle", numbered(2)) as session:
        Menu(session).shows(IDLE)
        session.settle()
        before = cpu_seconds(session.process_id)
        time.sleep(4)
        assert cpu_seconds(session.process_id) - before < 2


@pytest.mark.slow
@pytest.mark.parametrize("mode, size", [(0, (80, 25)), (1, (100, 31)), (2, (100, 31))])
def test_text_modes(boot, mode, size):
    """The same menu in every text mode; OVMF's screen is too low for 1, 80x50, and keeps its own."""
    conf = FOREVER + f"console-mode {mode}\n".encode()
    with at_menu(boot, f"menu-mode-{mode}", numbered(60), conf, size, vga="std") as session:
        menu, terminal = Menu(session), session.terminal
        menu.shows(IDLE)
        menu.chosen("Entry 0")
        shown = len(re.findall(r"Entry \d+$", terminal.text, re.M))
        assert shown >= size[1] - 9 and f"({60 - shown} more below)" in terminal.text
        middle = terminal.lines[2].index("Entry") + len("Entry 1") / 2
        assert abs(middle - size[0] / 2) < 4
        session.press("end", "p")
        menu.shows("Esc: back")
        session.press("esc")
        menu.lacks("Esc: back")
        session.press("h")
        menu.shows("p: details")
        menu.chosen("Entry 59")
        menu.shows(f"({60 - shown} more above)")
        assert terminal.scrolled == 0


@pytest.mark.slow
def test_another_text_mode(boot):
    """OVMF has 80x25 and 100x31 on this screen, and starts in the latter."""
    with at_menu(boot, "menu-other-mode", numbered(60), size=(100, 31), vga="std") as session:
        menu, terminal = Menu(session), session.terminal
        menu.shows(IDLE)
        at_first = len(re.findall(r"Entry \d+$", terminal.text, re.M))
        session.press("r")
        menu.shows("Text mode 0 from now on: 80 x 25 characters. R: the usual one.")
        shown = len(re.findall(r"Entry \d+$", terminal.text, re.M))
        assert shown == at_first - 6 and f"({60 - shown} more below)" in terminal.text
        session.press("down", "R")
        menu.shows("The usual text mode again, 2: 100 x 31 characters.")
        menu.chosen("Entry 1")
        assert len(re.findall(r"Entry \d+$", terminal.text, re.M)) == at_first
        assert terminal.scrolled == 0
        session.press("r", "ret")
        assert cmdline_of_kernel(session) == "option 1"


def sound(path):
    """Seconds and pitch of what a speaker has played. QEMU leaves silence out of the file, whose samples have 16 bits."""
    with wave.open(str(path)) as file:
        frames, rate, channels = file.readframes(file.getnframes()), file.getframerate(), file.getnchannels()
    samples = memoryview(frames[:len(frames) // (2 * channels) * 2 * channels]).cast("h")[::channels].tolist()
    rises = sum(before < 0 <= after for before, after in zip(samples, samples[1:]))
    seconds = len(samples) / rate
    return seconds, rises / seconds


@pytest.mark.slow
def test_beeps(boot, tmp_path):
    """Down to the third entry: one, two and three beeps of a tenth of a second come out of the machine's speaker."""
    audio = tmp_path / "speaker.wav"
    with at_menu(boot, "menu-beeps", numbered(3), b"beep yes\n" + FOREVER,
                 devices=["-audiodev", f"wav,id=speaker,path={audio}", "-machine", "pcspk-audiodev=speaker"]) as session:
        menu = Menu(session)
        menu.shows(IDLE)
        for number in range(1, 3):
            time.sleep(3)
            session.press("down")
            menu.chosen(f"Entry {number}")
        time.sleep(3)
    seconds, pitch = sound(audio)
    assert 0.4 < seconds < 1.2 and 420 < pitch < 460


@pytest.mark.slow
def test_the_watchdog_does_not_bite(boot):
    """The firmware resets after five minutes without a sign of life; people read longer."""
    with at_menu(boot, "menu-watchdog", numbered(2)) as session:
        menu = Menu(session)
        menu.shows(IDLE)
        time.sleep(330)
        session.press("down")
        menu.chosen("Entry 1")
