# SPDX-License-Identifier: BSD-2-Clause
"""tests/firmware/sabotage.py: every row has its place in today's tree, and one that has lost it is told."""

import sys

import pytest
from conftest import TOOLS

TESTS = TOOLS.parent / "tests"
sys.path[:0] = [str(TESTS / "firmware"), str(TESTS / "lib")]

import c_places as places  # noqa: E402
import sabotage  # noqa: E402
from c_source import Source, read_source  # noqa: E402

TEXT = r"""
#define LIMIT (4 * KIB) /* why */
#define CALLED(x) \
    start(x)

static const struct row rows[] = {{1, "f() {"}, {2, "}"}};

static bool __attribute__((noinline)) start(struct boot *boot, int size) __attribute__((unused))
{
    CLEANUP(file_close) struct file *file = NULL;
    struct range range = {.start = 1, .size = size(boot, 2)};

    if (open(boot, file) && boot->count != 0)
        close(boot->file);
    for (int i = 0; i < boot->count; i++) {
        switch (kind(i)) {
        case 1:
            (void)BS->Free(boot, f(1, 2), size);
            break;
        default:
            boot->items[i] = (struct range){i, range.size};
        }
    }
    while (boot->left-- > 0)
        boot->size += 2; // start(0) {
    if (boot->size == 0)
        return false;
    return finish(boot) ? true : false;
}
"""


@pytest.fixture
def source():
    return Source("a/start.c", TEXT)


def found(source, place):
    return [source.text[start:end] for start, end in place(source, source.functions[0])]


def test_functions_are_found_by_name(source):
    assert [function.name for function in source.functions] == ["start"]
    assert source.line(source.tokens[source.functions[0].first].start) == 8


@pytest.mark.parametrize("place, spots", [
    (places.statement(calls="close"), ["close(boot->file)"]),
    (places.statement(calls="Free"), ["(void)BS->Free(boot, f(1, 2), size)"]),
    (places.statement(assigns="size"), ["struct range range = {.start = 1, .size = size(boot, 2)}", "boot->size += 2"]),
    (places.statement(assigns="size", mentions=["+="]), ["boot->size += 2"]),
    (places.statement(assigns="items"), ["boot->items[i] = (struct range){i, range.size}"]),
    (places.statement(mentions=["finish"]), ["return finish(boot) ? true : false"]),
    (places.statement(calls="start"), []),
    (places.condition("count"), ["open(boot, file) && boot->count != 0", "i < boot->count"]),
    (places.condition("open", "count"), ["open(boot, file) && boot->count != 0"]),
    (places.condition("kind"), ["kind(i)"]),
    (places.condition("left"), ["boot->left-- > 0"]),
    (places.nth(2, places.condition("count")), ["i < boot->count"]),
    (places.nth(3, places.condition("count")), []),
    (places.returned("false"), ["false", "finish(boot) ? true : false"]),
    (places.returned("finish"), ["finish(boot) ? true : false"]),
    (places.call("Free"), ["BS->Free(boot, f(1, 2), size)"]),
    (places.argument("Free", 1), ["boot"]),
    (places.argument("Free", 2), ["f(1, 2)"]),
    (places.argument("Free", 3), ["size"]),
    (places.argument("Free", 4), []),
    (places.value("start"), ["1"]),
    (places.value("items"), ["(struct range){i, range.size}"]),
    (places.value("size"), ["size(boot, 2)", "2"]),
    (places.cleanup("file"), ["CLEANUP(file_close)"]),
    (places.cleanup("boot"), []),
])
def test_places_are_found_by_what_stands_there(source, place, spots):
    assert found(source, place) == spots


def test_a_constant_ends_before_its_comment(source):
    assert [source.text[start:end] for start, end in places.constant(source, "LIMIT")] == ["(4 * KIB)"]


def row(where, place, new=""):
    return sabotage.Break("what", where, place, new, "scenario", "says")


def changed_lines(source, broken):
    change = places.find_change(broken, [source])
    return [line.strip() for line in change.text.splitlines() if line not in source.text.splitlines()]


@pytest.mark.parametrize("broken, line", [
    (row("start", places.statement(calls="close")), ";"),
    (row("start:start", places.statement(calls="close"), "{}; again()"), "close(boot->file); again();"),
    (row("start", places.condition("left"), ("> 0", "> 1")), "while (boot->left-- > 1)"),
    (row("start", places.condition("left"), ("left--  >0", "left")), "while (boot->left)"),
    (row("start", places.nth(2, places.value("size")), "{} - 1"), "boot->size += 2 - 1; // start(0) {"),
    (row("LIMIT", None, "0"), "#define LIMIT 0 /* why */"),
])
def test_what_is_found_is_changed(source, broken, line):
    assert changed_lines(source, broken) == [line]


@pytest.mark.parametrize("broken, reason", [
    (row("stop", places.statement(calls="close")), "0 functions are called stop"),
    (row("other:start", places.statement(calls="close")), "0 functions are called other:start"),
    (row("start", places.statement(calls="open")), "start has 0 such places"),
    (row("start", places.condition("count")), "start has 2 such places, a/start.c:13, a/start.c:15"),
    (row("start", places.condition("left"), ("< 0", "< 1")), "'< 0' 0 times"),
    (row("start", places.condition("open"), ("boot", "b")), "'boot' 2 times"),
    (row("LEAST", None), "LEAST has 0 such places"),
])
def test_a_row_without_its_one_place_is_told(source, broken, reason):
    with pytest.raises(places.Unchanged, match=reason):
        places.find_changes([broken], [source])


def test_a_name_that_two_files_have_needs_the_file(source):
    other = Source("b/other.c", "int start(void)\n{\n    return 1;\n}\n")
    broken = row("start", places.returned("1"))
    with pytest.raises(places.Unchanged, match="2 functions are called start, a/start.c, b/other.c"):
        places.find_change(broken, [source, other])
    assert places.find_change(broken._replace(where="other:start"), [source, other]).source == "b/other.c"


def test_all_rows_that_have_lost_their_place_are_told_at_once(source):
    with pytest.raises(places.Unchanged, match="(?s)one: .*\n.*two: "):
        places.find_changes([row("stop", None)._replace(what="one"), row("end", None)._replace(what="two")], [source])


@pytest.mark.parametrize("pattern, chosen", [
    ("", [0, 1, 2]), ("first", [0]), ("^chain", [0, 2]), ("first|third", [0, 2]), ("chain$|other", [0, 1]), ("fourth", []),
])
def test_rows_are_chosen_by_description_or_scenario(pattern, chosen):
    rows = [row("start", None)._replace(what=what, scenario=scenario)
            for what, scenario in (("the first", "chain"), ("the second", "other"), ("the third", "chained"))]
    assert sabotage.choose(rows, pattern) == chosen


def test_every_row_has_its_place_in_the_tree():
    top = TESTS.parent
    names = [path.relative_to(top) for folder in ("common", "pvh", "efi") for path in sorted((top / folder).rglob("*.[ch]"))]
    sources = [read_source(name, top) for name in names if str(name) not in ("efi/arch/libc.c", "efi/arch/cpu.c")]
    assert len(places.find_changes(sabotage.BREAKS, sources)) == len(sabotage.BREAKS)
