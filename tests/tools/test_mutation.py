# SPDX-License-Identifier: BSD-2-Clause
"""tests/mutation: what `make mutate` takes for a mutant, and what it leaves out."""

import sys

import pytest
from conftest import TOOLS

TOP = TOOLS.parent
TESTS = TOP / "tests"
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "mutation")]

from c_source import Source, read_source  # noqa: E402
from equivalents import read_equivalents  # noqa: E402
from mutate import shuffled  # noqa: E402
from mutators import all_mutants  # noqa: E402

EXAMPLE = """
static bool find(struct list *list, uint64_t wanted, size_t *ret_index)
{
    uint64_t *values = (uint64_t *)&list->values;

    for (size_t i = 0; i < list->count; i++) {
        if (values[i] == wanted && !list->hidden) {
            *ret_index = i;
            note(list, i);
            return true;
        }
    }
    return add(list, wanted) > LIMIT;
}
"""


def changes(text):
    return [mutant.lines() for mutant in all_mutants([Source("example.c", text)])]


@pytest.mark.parametrize("before, after", (
    ("for (size_t i = 0; i < list->count; i++) {", "for (size_t i = 0; i <= list->count; i++) {"),
    ("for (size_t i = 0; i < list->count; i++) {", "for (size_t i = 0; i < list->count; i--) {"),
    ("for (size_t i = 0; i < list->count; i++) {", "for (size_t i = (0 + 1); i < list->count; i++) {"),
    ("for (size_t i = 0; i < list->count; i++) {", "for (size_t i = 0; false; i++) {"),
    ("if (values[i] == wanted && !list->hidden) {", "if (values[i] == wanted || !list->hidden) {"),
    ("if (values[i] == wanted && !list->hidden) {", "if (values[i] == wanted && list->hidden) {"),
    ("if (values[i] == wanted && !list->hidden) {", "if (true) {"),
    ("*ret_index = i;", ";"),
    ("note(list, i);", ";"),
    ("note(list, i);", "note(i, list);"),
    ("*ret_index = i; note(list, i);", "note(list, i); *ret_index = i;"),
    ("return true;", "return false;"),
    ("return add(list, wanted) > LIMIT;", "return add(list, wanted) > (LIMIT + 1);"),
    ("return add(list, wanted) > LIMIT;", "return 0;"),
))
def test_small_faults(before, after):
    assert (before, after) in changes(EXAMPLE)


@pytest.mark.parametrize("before", ("uint64_t *values = (uint64_t *)&list->values;", "{", "}"))
def test_what_no_mutant_changes(before):
    assert before not in [line for line, _ in changes(EXAMPLE)]


@pytest.mark.parametrize("text", (
    "static void f(void)\n{\n    TEXT_ON_STACK(text, SIZE_OF_LINE);\n}\n",
    "static uint64_t f(uint64_t a)\n{\n    return min_u64(a, b);\n}\n",
    "static void f(void)\n{\n    char text[6][LINE];\n}\n",
    "static void f(struct pair *pair)\n{\n    pair->left = a;\n    pair->right = b;\n}\n",
))
def test_what_means_the_same(text):
    assert [after for _, after in changes(text) if after not in ("return 0;", ";")] == []


def test_a_seed_chooses_the_mutants():
    sources = [Source("example.c", EXAMPLE)]
    one, again, other = (shuffled(sources, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert sorted(one, key=str) == sorted(other, key=str)


ASSEMBLY = """
#define CR0_PE_ET 0x11 /* bits */

        cli
        movl    $CR0_PE_ET, %eax        /* clear PG */
1:
        shrl    $3, %ecx
        .code32
        lretq
"""


@pytest.mark.parametrize("before, after", (
    ("cli", ""),
    ("movl $CR0_PE_ET, %eax /* clear PG */", "/* clear PG */"),
    ("cli movl $CR0_PE_ET, %eax /* clear PG */", "movl $CR0_PE_ET, %eax cli /* clear PG */"),
    ("shrl $3, %ecx", "shrl $(3 + 1), %ecx"),
    ("#define CR0_PE_ET 0x11 /* bits */", "#define CR0_PE_ET ((0x11) ^ 1) /* bits */"),
))
def test_faults_of_assembly(before, after):
    assert (before, after) in [mutant.lines() for mutant in shuffled([Source("example.S", ASSEMBLY)], 0)]


def test_labels_and_directives_stay():
    for before, after in [mutant.lines() for mutant in shuffled([Source("example.S", ASSEMBLY)], 0)]:
        assert before.count("1:") == after.count("1:") == 0 and ".code32" not in before + after


def test_known_equivalents_are_left_out(tmp_path):
    source = Source("example.c", EXAMPLE)
    known = tmp_path / "equivalent.txt"
    known.write_text("# Why.\n\nexample.c find\n- return true;\n+ return false;\nNobody asks.\n", encoding="utf-8")
    equivalents = read_equivalents(known, [source])
    left_out = [mutant.lines() for mutant in all_mutants([source]) if not equivalents.allow(mutant)]
    assert left_out == [("return true;", "return false;")]


@pytest.mark.parametrize("text, says", (
    ("example.c find\n- return true;\n+ return false;\n", "equivalent.txt:1: not FILE FUNCTION"),
    ("\nexample.c find\n- return gone;\n+ return 0;\nNobody asks.\n", 'equivalent.txt:2: example.c has no line "return gone;"'),
    ("other.c find\n- return true;\n+ return 0;\nNobody asks.\n", "other.c has no line"),
))
def test_a_list_that_has_rotted_is_told(tmp_path, text, says):
    known = tmp_path / "equivalent.txt"
    known.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        read_equivalents(known, [Source("example.c", EXAMPLE)])
    assert says in str(ended.value)


def test_the_list_is_of_what_is_there():
    sources = [read_source(path.relative_to(TOP), TOP) for room in ("common", "efi", "pvh") for path in (TOP / room).rglob("*.c")]
    read_equivalents(TESTS / "mutation/equivalent.txt", sources)
