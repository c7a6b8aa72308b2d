# SPDX-License-Identifier: BSD-2-Clause
"""The pages for those who work on pvhboot: every path and target they name exists, and every room has its line."""

import pathlib
import re
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
PROTOCOL = "docs/protocol.md"

# A path in backquotes or in the drawing of a boot. FORMAT and ROOM stand for any.
PATH = re.compile(r"(?<![\w./-])((?:common|pvh|efi|tools|tests|third_party|iso|docs)/[\w./-]*\w/?)")
PLACEHOLDER = re.compile(r"[A-Z]{3,}")


def paths(page):
    text = (TOP / page).read_text(encoding="utf-8")
    return sorted({found for found in PATH.findall(text) if not PLACEHOLDER.search(found)})


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page):
    found = paths(page)
    assert len(found) > 20
    assert [path for path in found if not (TOP / path).exists()] == []


def test_every_room_has_a_line():
    table = (TOP / "tests/lint/rooms.txt").read_text(encoding="utf-8")
    rooms = [line.split()[0] for line in table.splitlines() if line.strip() and not line.startswith("#")]
    page = (TOP / "docs/architecture.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `([\w./]+?)/?` \|", page, re.MULTILINE)
    small = {"efi/efi.h", "efi/sbat.c", "efi/firmware/proto"}  # in the lines of others
    assert set(rooms) - small - set(lines) == set()


def test_targets_exist():
    text = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = {target for target in re.findall(r"`make ([a-z-]+)`", text)}
    assert len(targets) > 10
    listed = subprocess.run(["make", "-s", "DEPS=no", "help"], cwd=TOP, check=True, stdout=subprocess.PIPE, text=True)
    assert targets - {line.split()[0] for line in listed.stdout.splitlines()} - {"help", "lint-quick"} == set()


@pytest.mark.parametrize("name", ["place_kernel", "boot_run", "console_print_error", "error_append", "reserve_release",
                                  "start_kernel_prepare", "boot_map_read", "pages_init_arena"])
def test_functions_that_are_named_exist(name):
    assert name in (TOP / "docs/architecture.md").read_text(encoding="utf-8")
    sources = subprocess.run(["git", "grep", "-lw", name, "--", "*.c"], cwd=TOP, check=True, stdout=subprocess.PIPE,
                             text=True)
    assert sources.stdout


def table_of(page, heading):
    """First cell to second cell of the table below a heading."""
    text = (TOP / page).read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {name: cells[1] for cells in rows for name in re.findall(r"`([\w-]+)`", cells[0])}


def test_the_comparison_has_the_keys_of_loader_conf():
    source = (TOP / "common/bls/loader_config.c").read_text(encoding="utf-8")
    taken = set(re.findall(r'\{"([a-z-]+)", (?:take|config_take)_', source))
    ignored = set(re.findall(r'\{\.name = "([a-z-]+)"\}', source))
    listed = table_of("docs/systemd-boot.md", "Keys of loader.conf")
    assert {name for name, answer in listed.items() if answer == "yes"} == taken
    left_alone = {name for name, answer in listed.items() if answer == "ignored"}
    assert left_alone == ignored


def test_the_comparison_has_the_keys_of_entries():
    source = (TOP / "common/bls/type1.c").read_text(encoding="utf-8")
    taken = set(re.findall(r'(?:STRING|PATH|LIST)\("([a-z0-9-]+)"', source))
    taken |= set(re.findall(r'\{"([a-z-]+)", (?:take|config_take)_', source))
    listed = table_of("docs/systemd-boot.md", "Keys of type #1 entries")
    assert {name for name, answer in listed.items() if answer == "yes"} == taken


def test_the_comparison_has_the_variables():
    text = (TOP / "docs/systemd-boot.md").read_text(encoding="utf-8").split("## Variables\n")[1]
    sources = "".join(path.read_text(encoding="utf-8") for path in (TOP / "efi").rglob("*.[ch]"))
    for line in text.splitlines():
        cells = line.strip("| ").split(" | ")
        if not cells[0].startswith("Loader"):
            continue
        for name in cells[0].split(", "):
            assert (f'"{name}"' in sources) == (cells[1] == "yes"), name


# What the test kernel checks: each of its checks has a sabotage, which test_kernel.py sees to, but for these.
WITHOUT_SABOTAGE = {"modlist-absent", "tpm"}
ALL_SABOTAGES = "import sabotage; print(*[name for case in sabotage.CASES for name in case.failing])"


def checks_of_the_test_kernel():
    said = subprocess.run([sys.executable, "-Bc", ALL_SABOTAGES], cwd=TOP / "tests/kernel", check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return {without_numbers(name) for name in said.split()} | WITHOUT_SABOTAGE


def without_numbers(name):
    return re.sub(r"\d+", "N", name)


def promises():
    """The rows of all tables whose last column is `check`: where they stand, and the checks that they name."""
    found, has_checks = [], False
    for number, line in enumerate((TOP / PROTOCOL).read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")] if line.startswith("|") else []
        if not cells:
            has_checks = False
        elif cells[-1] == "check":
            has_checks = True
        elif has_checks and not cells[0].startswith("---"):
            found.append((number, [without_numbers(name) for name in re.findall(r"`([\w-]+)`", cells[-1])]))
    return found


def test_every_promise_of_the_protocol_has_a_check():
    rows = promises()
    assert len(rows) > 70
    known = checks_of_the_test_kernel()
    assert [number for number, names in rows if not names] == []
    assert [(number, name) for number, names in rows for name in names if name not in known] == []


def test_every_check_is_in_the_protocol():
    named = {name for _, names in promises() for name in names}
    assert checks_of_the_test_kernel() - named == set()


def test_links_of_the_protocol_lead_somewhere():
    page = TOP / PROTOCOL
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links and [link for link in links if not (page.parent / link).exists()] == []
