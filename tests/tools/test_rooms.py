# SPDX-License-Identifier: BSD-2-Clause
"""tests/lint/rooms.py: each thing that is wrong is found, where it is, and nothing else."""

import subprocess
import sys

import pytest
from conftest import TOOLS

LINT = TOOLS.parent / "tests" / "lint"
sys.path.insert(0, str(LINT))

import rooms  # noqa: E402

TABLE = """
# a comment
common/base   pure
common/bls    pure   common/base
pvh           pure   common/*    # and another
efi/efi.h
efi/firmware  calls  common/* pvh efi/efi.h
efi/boot             common/* pvh efi/efi.h efi/firmware
"""

# A tree with nothing wrong in it.
TREE = {
    "common/base/text.h": "#pragma once\n#include <stddef.h>\n",
    "common/base/text.c": '#include "common/base/text.h"\nint twice(int a)\n{\n    return 2 * a;\n}\n',
    "common/bls/entry.c": '#include "common/base/text.h"\n',
    "pvh/plan.h": '#include "common/base/text.h"\n',
    "pvh/trampoline.S": '#include "pvh/plan.h"\n#if 1\n    goto: ret\n#endif\n',
    "efi/efi.h": "#include <efi.h>\n",
    "efi/firmware/file.h": '#include "efi/efi.h"\n#ifdef X\nint file;\n#endif\n',
    "efi/firmware/file.c": '#include "efi/firmware/file.h"\nvoid f(void)\n{\n    BS->Stall(1);\n    file->Read(file);\n}\n',
    "efi/boot/boot.c": '#include "efi/firmware/file.h"\n/* BS->Stall(); goto */\n'
                       'const char *text(struct s *s)\n{\n    return s->small(s) ? "BS->Stall()" : s->Member;\n}\n',
}


def lines(count):
    return "    x();\n" * count


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        write(tmp_path, name, text)
    return tmp_path


def write(top, name, text):
    (top / name).parent.mkdir(parents=True, exist_ok=True)
    (top / name).write_text(text)


def findings(top):
    return [f"{path}:{line}: {sentence}" for path, line, sentence in
            sorted(set(rooms.check(top, rooms.read_table(TABLE))))]


def test_nothing_is_found_where_nothing_is_wrong(tree):
    assert findings(tree) == []


@pytest.mark.parametrize("name, text, found", [
    ("common/base/x.c", '\n#include "common/bls/entry.h"\n', ":2: common/bls/entry.h: common/base may not include common/bls;"),
    ("common/bls/x.h", '#  include "pvh/plan.h"\n', ":1: pvh/plan.h: common/bls may not include pvh;"),
    ("pvh/x.c", '#include "efi/efi.h"\n', ":1: efi/efi.h: pvh may not include efi/efi.h;"),
    ("pvh/x.S", '#include "efi/efi.h"\n', ":1: efi/efi.h: pvh may not include efi/efi.h;"),
    ("pvh/x.c", "#include <efi.h>\n", ":1: pvh knows nothing of EFI;"),
    ("common/base/x.h", "#include <efilib.h>\n", ":1: common/base knows nothing of EFI;"),
    ("efi/firmware/x.c", '#include "efi/boot/boot.h"\n', ":1: efi/boot/boot.h: efi/firmware may not include efi/boot;"),
    ("efi/boot/x.c", '#include "x.h"\n', ':1: "x.h" is in no room;'),
    ("efi/menu/x.c", "", ":1: is in no room;"),
    ("efi/boot/x.c", "void f(void)\n{\n    BS\n        ->Stall(1);\n}\n", ":3: BS->Stall: only efi/firmware"),
    ("efi/boot/x.c", "int x = (int)ST->Hdr.Revision;\n", ":1: ST->Hdr: only efi/firmware"),
    ("efi/boot/x.c", "void f(void)\n{\n    root->Open(root);\n}\n", ":3: root->Open: only efi/firmware"),
    ("pvh/x.c", "void f(void)\n{\n    goto out;\nout:\n    return;\n}\n", ":3: goto;"),
    ("pvh/x.c", "void f(void)\n{\n#ifdef X\n    x();\n#endif\n}\n", ":3: #if inside f();"),
    ("pvh/x.c", "\nvoid f(int a,\n       int b)\n{\n" + lines(42) + "}\n", ":2: f() has 46 lines, at most 45;"),
    ("pvh/x.c", "int x;\n\nbool(g)(void)\n{\n" + lines(50) + "}\n", ":3: g() has 53 lines"),
    ("pvh/x.h", "\n" * 501, ":501: has 501 lines, at most 500;"),
    ("tools/program", "\n" * 700, ":501: has 700 lines"),
])
def test_each_mistake_is_found_where_it_is(tree, name, text, found):
    write(tree, name, text)
    told = findings(tree)
    assert len(told) == 1
    assert told[0].startswith(name + found)


def test_the_longest_that_may_be(tree):
    write(tree, "pvh/x.c", "void f(void)\n{\n" + lines(42) + "}\n" + "\n" * 455)
    assert findings(tree) == []


def test_two_units_in_a_circle(tree):
    write(tree, "pvh/a.h", '#include "pvh/plan.h"\n')
    write(tree, "pvh/a.c", '#include "pvh/a.h"\n\n#include "pvh/b.h"\n')
    write(tree, "pvh/b.h", "")
    write(tree, "pvh/b.c", '#include "pvh/b.h"\n#include "pvh/a.h"\n')
    assert findings(tree) == ["pvh/a.c:3: a circle: pvh/a -> pvh/b -> pvh/a; move what both need into a third"]


def test_three_units_in_a_circle(tree):
    for here, there in ("ab", "bc", "ca"):
        write(tree, f"pvh/{here}.h", f'#include "pvh/{there}.h"\n')
    assert len(findings(tree)) == 1
    assert findings(tree)[0].startswith("pvh/a.h:1: a circle: pvh/a -> pvh/b -> pvh/c -> pvh/a;")


def test_a_folder_with_too_many_units(tree):
    for number in range(19):
        write(tree, f"pvh/u{number}.c", "")
        write(tree, f"pvh/u{number}.h", "")
    assert findings(tree)[0].startswith("pvh:1: has 21 units")


@pytest.mark.parametrize("line, sentence", [
    ("common/base pure", "twice"),
    ("efi/menu efi/nothing", "efi/nothing is no room"),
    ("efi/menu pur", "pur is no room"),
    ("efi/menu nothing/*", "is no room"),
    ("common/ui common/cli\ncommon/cli common/ui", "common/cli -> common/ui -> common/cli"),
])
def test_a_table_that_means_nothing(line, sentence):
    with pytest.raises(rooms.BadTable, match=sentence):
        rooms.read_table(TABLE + line + "\n")


def test_the_program_tells_and_fails(tree):
    write(tree, "pvh/x.c", "#include <efi.h>\n")
    done = subprocess.run([LINT / "rooms.py", tree], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stdout == "pvh/x.c:1: pvh knows nothing of EFI; do without <efi.h>, or move this to efi/\n"


def test_the_program_says_nothing_where_nothing_is_wrong(tree):
    done = subprocess.run([LINT / "rooms.py", tree], stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_source_that_cannot_be_read_is_told(tree):
    write(tree, "pvh/x.c", "void f(void)\n{\n    x((1);\n}\n")
    done = subprocess.run([LINT / "rooms.py", tree], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("pvh/x.c:4: a } too many")
