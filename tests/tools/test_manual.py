# SPDX-License-Identifier: BSD-2-Clause
"""Every message of the loader is in pvhboot(7), with every option and variable; pvhinfo's are in pvhinfo(1)."""

import pathlib
import re
import subprocess

import pytest

import c_messages

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGE = TOP / "docs/pvhboot.7"
LOADER_FOLDERS = ("common", "pvh", "efi")

# Their strings are names in tables, and one word counts as well.
NAME_TABLES = ("memory_map.c", "uefi_status.c")

# What reads like words and is no message: a table's signature, SBAT's lines, a summary of the options, an error that
# the loader always has an answer to.
NO_MESSAGES = ("RSD PTR ", "sbat,1,SBAT Version", "\npvhboot,1,", "usage: ",
               "its parts do not come in the order in which they are needed")

PVHINFO_OUTPUT = ("esp_output.c", "json_output.c", "note_text.c", "image_output.c", "text_output.c")

TERMINAL = 80  # columns
PAGE_WIDTH = 78  # mandoc's own on such a terminal
NO_LINE_BREAKS = 900  # a width at which lines of the page break rarely; mandoc takes no more than 1000

# Calls that say something to the user, and how far into them their text begins.
SAYS = re.compile(r"\b(?:console_(?:message|verbose|print)|say|menu_answer|text_append|diagnostic_add)\(")


def rendered(page, width=NO_LINE_BREAKS):
    """A page as a reader sees it, a line of the terminal each."""
    text = subprocess.run(["mandoc", "-T", "utf8", "-O", f"width={width}", str(page)],
                          check=True, stdout=subprocess.PIPE).stdout.decode()
    return re.sub(".\b", "", text)


def folded(text):
    """The same as one line: no line breaks, plain quotes and hyphens."""
    for fancy, plain in (("‐", "-"), ("−", "-"), ("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(fancy, plain)
    return " ".join(text.split())


def loader_sources():
    """All that the EFI binary is made of."""
    return [path for folder in LOADER_FOLDERS for path in sorted((TOP / folder).rglob("*.[ch]"))]


def loader_messages():
    """The texts that a user of the loader can meet."""
    return [message for message in c_messages.messages(loader_sources(), NAME_TABLES)
            if not message.text.startswith(NO_MESSAGES)]


def pvhinfo_messages():
    """What pvhinfo says on standard error; the words that it prints of a kernel are no messages."""
    folder = TOP / "tools/pvhinfo"
    paths = [path for path in sorted(folder.rglob("*.[ch]")) if path.name not in PVHINFO_OUTPUT]
    return [message for message in c_messages.messages(paths) if not message.text.startswith(NO_MESSAGES)]


def missing(messages, page):
    """Those that a folded page does not have."""
    return [message for message in messages if not re.search(c_messages.pattern(message.text), page)]


@pytest.fixture(scope="module", name="page")
def folded_page():
    return folded(rendered(PAGE))


def test_every_message_is_in_the_page(page):
    # --help is the page's own first half, in other words.
    messages = [message for message in loader_messages() if "[OPTION]..." not in message.text]
    lost = [f"{message.file}:{message.line}: {message.text!r}" for message in missing(messages, page)]
    assert not lost, "docs/pvhboot.7 does not have:\n" + "\n".join(lost)


def test_every_message_of_pvhinfo_is_in_its_page():
    messages = pvhinfo_messages()
    assert len({message.text for message in messages}) > 30
    lost = [f"{message.file}:{message.line}: {message.text!r}"
            for message in missing(messages, folded(rendered(TOP / "docs/pvhinfo.1")))]
    assert not lost, "docs/pvhinfo.1 does not have:\n" + "\n".join(lost)


def test_no_message_is_overlooked():
    """Each of these is of another kind: macro, conditional, table, several lines, filled in."""
    texts = [message.text for message in loader_messages()]
    for text in ("The firmware has no memory left for that.", "the caller's initrd",
                 "no such file; paths start at the root of the entry's volume", "not an ELF file{c0}", "copy the file again",
                 "it is bzip2-compressed", "Write Protected", "Aborted", "reserved", "ACPI NVS",
                 "segment {d0} wraps around the end of the address space ({x2} bytes at {x1})",
                 '%s "%.*s": not %s; ignored', "yes or no", "unknown option ",
                 "warning: the kernel overwrites ACPI NVS: the machine must not sleep (S3)",
                 "names nothing to start; it needs a line \"linux PATH\", \"pvh PATH\" or \"efi PATH\"",
                 "wrong block checksum", " (cannot boot)", "Later boots: the menu waits %u s."):
        assert text in texts


def test_every_call_that_speaks_is_read():
    """A call whose text is given where it stands, in words, is among the messages."""
    found = {(message.file, message.line) for message in c_messages.messages(loader_sources(), NAME_TABLES)}
    places = {}
    for file, line in found:
        places.setdefault(file, set()).add(line)
    silent = []
    for source in loader_sources():
        text = source.read_text(encoding="utf-8")
        for call in SAYS.finditer(text):
            body = text[call.end():text.index(";\n", call.end())]
            if not re.search(r'"[^"]*[a-z]{3,} [a-z]{3,}[^"]*"', body):
                continue
            lines = range(text.count("\n", 0, call.start()) + 1, text.count("\n", 0, call.end() + len(body)) + 2)
            if not places.get(source.name, set()).intersection(lines):
                silent.append(f"{source.name}:{lines[0]}")
    assert not silent


@pytest.mark.parametrize("said", [
    'ERROR_ROW(FAULTS, FILE, LOAD_ERROR, NONE,\n    "has {d0} new faults; weep")',
    'ERROR_ROW(NEWS, FILE, FIRMWARE, NONE,\n    "no longer does what it did: {w}")',
    'console_message("the moon is"\n    " " COLOUR " tonight");',
    'menu_answer(state, ready ? "All is well." : "Nothing ever is.");',
    '[ERROR] = {"no PVH entry node (found: {n0})", REMEDY},',
    'static const char *const words[] = { /* "none" */\n[A] = "copy that file again",\n};',
    '#define ANSWER "There is no such answer."\n',
])
def test_a_message_that_the_page_lacks_is_told(tmp_path, page, said):
    source = tmp_path / "new.c"
    source.write_text(f'#include "no words here.h"\n#define COLOUR "blue"\n{said}\n')
    assert missing(c_messages.messages([source]), page)


def test_a_status_stands_before_the_advice():
    """What the firmware answered belongs to what is wrong, not to what to do."""
    said = [message.text for message in loader_messages() if "{w}" in message.text]
    assert len(said) > 10
    assert [text for text in said if ";" in text.partition("{w}")[0]] == []


def test_what_nobody_sees_is_left_out(tmp_path):
    source = tmp_path / "quiet.c"
    source.write_text('static_assert(sizeof(x) == 24, "two words here");\n/* "not a message" */\n'
                      '__asm__ volatile("rep movsb");\n#error "build it with love"\n'
                      'x = "--dry-run"; y = "sort-key"; z = "%s: %u"; w = "\\\\loader\\\\entries";\n')
    assert c_messages.messages([source]) == []


def test_sentences_and_their_advice_are_in_the_page(page):
    """A row of the table without advice of its own has one of the list's."""
    rows = (TOP / "common/base/error_list.h").read_text()
    named = set(re.findall(r"^ERROR_ROW\(\w+, \w+, \w+, (\w+),", rows, re.MULTILINE)) - {"NONE"}
    table = (TOP / "pvh/messages.c").read_text()
    named |= set(re.findall(r"\bREMEDY_([A-Z0-9_]+), \"", table))
    assert named == set(re.findall(r"\[REMEDY_([A-Z0-9_]+)\] = ", table))
    assert "What is advised" in page


def help_text():
    return next(message.text for message in loader_messages() if "[OPTION]..." in message.text)


def test_options_are_in_the_page_and_in_the_help(page):
    options = set(re.findall(r'"(--[a-z-]+)"', (TOP / "common/options/options.c").read_text())) - {"--"}
    assert len(options) > 7
    for option in sorted(options):
        assert option in page
        assert option in help_text()


def test_variables_are_in_the_page(page):
    names = set()
    for source in loader_sources():
        names |= set(re.findall(r'"((?:Loader[A-Z]|OsInd|SecureB|SetupM)[A-Za-z]+)"', source.read_text()))
    assert len(names) > 15
    assert [name for name in sorted(names) if name not in page and name != "OsIndicationsSupported"] == []


def test_help_fits_a_screen():
    lines = help_text().splitlines()
    assert [line for line in lines if len(line) >= TERMINAL] == []
    assert len(lines) < 24


@pytest.mark.parametrize("page", sorted((TOP / "docs").glob("*.[1-8]")), ids=lambda page: page.name)
def test_pages_fit_a_screen(page):
    wide = [line for line in rendered(page, PAGE_WIDTH).splitlines() if len(line) > TERMINAL]
    assert [line for line in wide if "https://" not in line] == []


def test_pages_that_are_referred_to_exist():
    for page in (TOP / "docs").glob("*.[1-8]"):
        for name, section in re.findall(r"^\.Xr (pvh\S+) (\d)", page.read_text(), re.MULTILINE):
            assert (TOP / f"docs/{name}.{section}").is_file(), f"{page.name}: {name}({section})"
