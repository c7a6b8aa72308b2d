# SPDX-License-Identifier: BSD-2-Clause
"""tests/mutation: what `make mutate` takes for a mutant, and what it leaves out."""

import sys
import types

import pytest
from conftest import TOOLS

TOP = TOOLS.parent
TESTS = TOP / "tests"
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "mutation")]

import mutate  # noqa: E402
from c_source import Source, read_source  # noqa: E402
from equivalents import key_of, read_equivalents  # noqa: E402
from mutate import RunningTests, Verdict, mutants_of, shuffled  # noqa: E402
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
    for (;;)
        list->last = values[3];
    assert(list->last > 0);
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
    ("list->last = values[3];", "list->last = values[0];"),
))
def test_small_faults(before, after):
    assert (before, after) in changes(EXAMPLE)


@pytest.mark.parametrize("before", ("uint64_t *values = (uint64_t *)&list->values;", "assert(list->last > 0);", "for (;;)",
                                    "{", "}"))
def test_what_no_mutant_changes(before):
    assert before not in [line for line, _ in changes(EXAMPLE)]


@pytest.mark.parametrize("text", (
    "static void f(void)\n{\n    TEXT_ON_STACK(text, SIZE_OF_LINE);\n}\n",
    "static uint64_t f(uint64_t a)\n{\n    return min_u64(a, b);\n}\n",
    "static void f(void)\n{\n    char text[6][LINE];\n}\n",
    "static void f(struct pair *pair)\n{\n    pair->left = a;\n    pair->right = b;\n}\n",
    "static void f(struct pair *pair)\n{\n    pair->left = read_le32(a);\n    pair->right = read_le32(b);\n}\n",
    "static bool f(char *a)\n{\n    return text_equals_ignoring_case(a, b);\n}\n",
    "static struct range f(struct range a)\n{\n    return range_intersect(a, b);\n}\n",
))
def test_what_means_the_same(text):
    assert [after for _, after in changes(text) if after not in ("return 0;", ";")] == []


def test_what_is_allocated_may_be_larger():
    after = [after for _, after in changes("static void f(void)\n{\n    a = arena_alloc(arena, length + 8, (unsigned)b);\n}\n")]
    assert "a = arena_alloc(arena, length + (8 - 1), (unsigned)b);" in after
    assert "a = arena_alloc(arena, length + (8 + 1), (unsigned)b);" not in after


def test_the_order_of_what_is_added():
    after = [after for _, after in changes("static bool f(void)\n{\n    return checked_add(a, b, &c);\n}\n")]
    assert "return checked_add(a, &c, b);" in after
    assert "return checked_add(b, a, &c);" not in after


@pytest.mark.parametrize("call, swapped, is_fault", (
    ("memcmp(a, b, size) == 0", "memcmp(b, a, size) == 0", False),
    ("memcmp(a, b, size) == 0", "memcmp(a, size, b) == 0", True),
    ("strcmp(a, b) != 0", "strcmp(b, a) != 0", False),
    ("strcmp(a, b) < 0", "strcmp(b, a) < 0", True),
))
def test_order_of_what_is_compared(call, swapped, is_fault):
    found = changes(f"static bool f(void)\n{{\n    return {call};\n}}\n")
    assert ((f"return {call};", f"return {swapped};") in found) == is_fault


@pytest.mark.parametrize("text", ("return UINTPTR_MAX - 1;", "return sizeof(CHAR16) * a;", "return EFI_PAGE_SIZE * a;",
                                  "return (a) * b;"))
def test_operators_with_something_on_their_left(text):
    found = changes(f"static int f(int a)\n{{\n    {text}\n}}\n")
    assert (text, text.replace(" * ", " / ").replace(" - ", " + ")) in found


@pytest.mark.parametrize("text", ("EFI_HANDLE *handle = find(a);", "char *text = find(a);", "use((EFI_HANDLE *)*a);"))
def test_operators_with_nothing_on_their_left(text):
    assert not any(" / " in after for _, after in changes(f"static int f(int a)\n{{\n    {text}\n}}\n"))


def test_a_seed_chooses_the_mutants():
    mutants = mutants_of([Source("example.c", EXAMPLE)])
    one, again, other = (shuffled(mutants, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert sorted(one, key=str) == sorted(other, key=str)
    fewer = [mutant for number, mutant in enumerate(mutants) if number % 3]
    assert shuffled(fewer, 1) == [mutant for mutant in one if mutant in fewer]


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
    ("movl $CR0_PE_ET, %eax /* clear PG */ 1: shrl $3, %ecx", "shrl $3, %ecx /* clear PG */ 1: movl $CR0_PE_ET, %eax"),
    ("shrl $3, %ecx", "shrl $(3 + 1), %ecx"),
    ("#define CR0_PE_ET 0x11 /* bits */", "#define CR0_PE_ET ((0x11) ^ 1) /* bits */"),
))
def test_faults_of_assembly(before, after):
    assert (before, after) in [mutant.lines() for mutant in mutants_of([Source("example.S", ASSEMBLY)])]


@pytest.mark.parametrize("one, two, is_fault", (
    ("movl %eax, %ds", "movl %eax, %es", False),
    ("movl $0, %ecx", "movl 4(%rbx), %esi", False),
    ("movl $0, %ecx", "movl %ecx, %esi", True),
    ("movl 0(%rbx), %edi", "movl $0, %ebx", True),
    ("movl %eax, %cr0", "movl $0, %ecx", True),
    ("movl $0, %esp", "movl 8(%ebp), %ebx", False),
    ("movl 4(%esp), %ebp", "movl $0, %esp", True),
    ("addl $1, %ecx", "movl $0, %edx", True),
))
def test_order_of_instructions(one, two, is_fault):
    found = [mutant.lines() for mutant in mutants_of([Source("example.S", f"        {one}\n        {two}\n")])]
    assert ((f"{one} {two}", f"{two} {one}") in found) == is_fault


@pytest.mark.parametrize("between, is_fault", (
    ("", False), ("/* on: */", False), ("1:", True), ("loop:\n/* again */", True), ("        .endm", False),
))
def test_what_is_next_to_each_other(between, is_fault):
    """Two moves of other registers are a fault where something jumps between them."""
    mutants = mutants_of([Source("example.S", f"        movl 0(%esi), %eax\n{between}\n        movl %edi, %ecx\n")])
    assert [mutant.new for mutant in mutants if mutant.new] == \
        ([f"movl %edi, %ecx\n{between}\n        movl 0(%esi), %eax"] if is_fault else [])


def test_labels_and_directives_stay():
    for before, after in [mutant.lines() for mutant in mutants_of([Source("example.S", ASSEMBLY)])]:
        assert before.count("1:") == after.count("1:") and ".code32" not in before + after


def test_known_equivalents_are_left_out(tmp_path):
    mutants = mutants_of([Source("example.c", EXAMPLE)])
    known = tmp_path / "equivalent.txt"
    known.write_text("# Why.\n\nexample.c find\n- return true;\n+ return false;\nNobody asks.\n", encoding="utf-8")
    equivalents = read_equivalents(known, mutants)
    left_out = [mutant.lines() for mutant in mutants if not equivalents.allow(mutant)]
    assert left_out == [("return true;", "return false;")]


@pytest.mark.parametrize("text, says", (
    ("example.c find\n- return true;\n+ return false;\n", "equivalent.txt:1: not FILE FUNCTION"),
    ("\nexample.c find\n- return gone;\n+ return 0;\nNobody asks.\n", "equivalent.txt:2: there are 0 such mutants"),
    ("example.c lost\n- return true;\n+ return false;\nNobody asks.\n", "there are 0 such mutants"),
    ("example.c find\n- return true;\n+ return 2;\nNobody asks.\n", "there are 0 such mutants"),
    ("other.c find\n- return true;\n+ return false;\nNobody asks.\n", "there are 0 such mutants"),
))
def test_a_list_that_has_rotted_is_told(tmp_path, text, says):
    known = tmp_path / "equivalent.txt"
    known.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        read_equivalents(known, mutants_of([Source("example.c", EXAMPLE)]))
    assert says in str(ended.value)


def test_one_reason_is_for_one_mutant(tmp_path):
    twice = "static void f(int a)\n{\n    if (a)\n        g(a);\n    else\n        g(a);\n}\n"
    known = tmp_path / "equivalent.txt"
    paragraph = "twice.c f\n- g(a);\n+ ;\nNobody asks.\n"
    mutants = mutants_of([Source("twice.c", twice)])
    known.write_text(paragraph, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"equivalent.txt:1: there are 2 such mutants, not 1"):
        read_equivalents(known, mutants)
    known.write_text(f"{paragraph}\n{paragraph}", encoding="utf-8")
    assert len(mutants) - sum(map(read_equivalents(known, mutants).allow, mutants)) == 2


def test_the_list_is_of_mutants_of_the_loader():
    sources = [read_source(path.relative_to(TOP), TOP) for room in ("common", "efi", "pvh")
               for path in (TOP / room).rglob("*.[cS]")]
    read_equivalents(TESTS / "mutation/equivalent.txt", mutants_of(sources))


def test_what_has_survived_is_found_again(tmp_path, capsys):
    """From the output of an earlier run, in which other numbers of lines are no matter."""
    mutants = mutants_of([Source("example.c", EXAMPLE)])
    for number, mutant in enumerate(mutants):
        mutate.print_outcome(mutate.Outcome(mutant, "" if number % 2 else "a test", note="why" if number % 3 else ""), number)
    printed = tmp_path / "printed"
    printed.write_text(capsys.readouterr().out.replace("example.c:", "example.c:7"), encoding="utf-8")
    assert mutate.read_survivors(printed) == {key_of(mutant) for number, mutant in enumerate(mutants) if number % 2}


LOOP = "while :; do :; done"
LATE = "FAILED: menu: ended by signal 26 (Virtual timer expired)"


@pytest.mark.parametrize("script, seconds, verdict", (
    ("exit 0", 9, Verdict.PASSED),
    ("exit 1", 9, Verdict.FAILED),
    ("echo FAILED: something; sleep 9", 9, Verdict.FAILED),
    ("echo 'FAILED: menu: ended by signal 11 (Segmentation fault)'; sleep 9", 9, Verdict.FAILED),
    (f"echo '{LATE}'; sleep 9", 9, Verdict.TIMED_OUT),
    ("kill -11 $$", 9, Verdict.FAILED),
    ("kill -9 $$", 9, Verdict.UNDECIDED),
    ("echo 'FAILED: menu: ended by signal 9 (Killed)'; sleep 9", 9, Verdict.UNDECIDED),
    ("sleep 9 & sleep 9", 0.2, Verdict.UNDECIDED),
    (LOOP, 0.2, Verdict.UNDECIDED),
    (LOOP, 60, Verdict.TIMED_OUT),
    (f"trap '' XCPU; {LOOP}", 60, Verdict.UNDECIDED),
    ("echo 'nothing failed'", 9, Verdict.PASSED),
))
def test_how_a_run_is_judged(monkeypatch, script, seconds, verdict):
    """A second of processor time is a limit; seconds on the clock decide nothing."""
    monkeypatch.setattr(mutate, "AFTER_LIMIT", 1)
    assert RunningTests().run(["sh", "-c", script], 0, 1, seconds)[0] == verdict


def test_processor_time_is_measured():
    """That of its children too, and not how long others kept it waiting."""
    tests = RunningTests()
    assert tests.run(["sleep", "1"], 0, 9, 9)[1] < 0.5
    assert tests.run(["sh", "-c", f"(ulimit -t 1; {LOOP}); true"], 0, 9, 60)[1] > 0.9


def test_what_runs_is_ended():
    tests = RunningTests()
    tests.end_all()
    assert tests.run(["sleep", "9"], 0, 9, 9)[0] == Verdict.UNDECIDED


class SlowTests:
    """Tests that all end so, and what they were allowed."""

    def __init__(self, verdict):
        self.verdict, self.unbroken, self.allowed = verdict, {"build/unit/gcc/a/test_a": 2.0}, []

    def run(self, command, processor, processor_time, on_clock):
        self.allowed.append((processor_time, on_clock))
        return self.verdict, 0


@pytest.mark.parametrize("verdict, by, is_late, has_note", (
    (Verdict.PASSED, "", False, False), (Verdict.FAILED, "a/test_a", False, False),
    (Verdict.TIMED_OUT, "a/test_a", True, False), (Verdict.UNDECIDED, "", False, True),
))
def test_what_kills_a_mutant(monkeypatch, tmp_path, verdict, by, is_late, has_note):
    monkeypatch.setattr(mutate, "BUILD", tmp_path)
    tests = SlowTests(verdict)
    commands = types.SimpleNamespace(link=lambda program, instead, output: True,
                                     has=lambda program, made: not program.endswith("test_without"))
    reach = types.SimpleNamespace(programs=lambda mutant: ["b/test_without", "a/test_a"])
    outcome = mutate.Worker(0, 0, commands, reach, tests).try_units("a mutant", "a.o", "a.o")
    assert (outcome.by, outcome.is_late, bool(outcome.note)) == (by, is_late, has_note)
    assert tests.allowed == [(16.0, 320.0)]     # three times as much, and ten seconds


def test_time_outs_are_counted_apart(capsys):
    mutant = mutants_of([Source("example.c", EXAMPLE)])[0]
    outcomes = [mutate.Outcome(mutant, "a/test_a"), mutate.Outcome(mutant, "a/test_b", is_late=True), mutate.Outcome(mutant),
                mutate.Outcome(mutant, "a/test_a")]
    assert mutate.summary(outcomes) == "3 of 4 mutants killed, 75.0 %; 1 of them only by a time-out, 50.0 % without"
    mutate.print_outcome(outcomes[1], 2)
    assert "killed by a time-out in a/test_b: example.c:" in capsys.readouterr().out


@pytest.mark.parametrize("words, is_gone_through", (
    ([], True), (["--count", "600"], True), (["--count", "601"], False), (["--seed", "1"], False), (["--only", "pvh/"], False),
))
def test_how_many_have_to_be_killed(monkeypatch, words, is_gone_through):
    monkeypatch.setattr(sys, "argv", ["mutate.py", *words])
    wanted = mutate.ENOUGH if is_gone_through else mutate.ENOUGH_ELSEWHERE
    assert mutate.enough(mutate.read_options()) == wanted


@pytest.mark.parametrize("words, says", (
    (["--count", "0"], "--count"), (["--count", "-5"], "--count"), (["--count", "many"], "--count"), (["--seed", "x"], "--seed"),
    (["--only", "no/such/file"], "no source's path contains 'no/such/file'"),
    (["--again", "no/such/file"], "no/such/file: no such file"),
))
def test_wrong_options(monkeypatch, capsys, words, says):
    monkeypatch.setattr(sys, "argv", ["mutate.py", *words])
    with pytest.raises(SystemExit):
        mutate.read_options()
    assert says in capsys.readouterr().err
