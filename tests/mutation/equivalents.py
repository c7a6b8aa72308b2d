# SPDX-License-Identifier: BSD-2-Clause
"""The list of mutants that do what the loader does: equivalent.txt."""

import collections
import sys


def group(lines):
    """Paragraphs of (number of the first line, lines)."""
    paragraph, first = [], 0
    for number, line in enumerate([*lines, ""], 1):
        if line.strip() and not line.startswith("#"):
            first = first if paragraph else number
            paragraph.append(line.rstrip())
        elif paragraph:
            yield first, paragraph
            paragraph = []


def key_of(mutant):
    where = f"{mutant.source.path} {mutant.function}".rstrip()
    return (where, *mutant.lines())


class Equivalents:
    def __init__(self, known):
        self.known = known

    def allow(self, mutant):
        return key_of(mutant) not in self.known


def read_equivalents(path, mutants):
    """Each paragraph: "FILE FUNCTION", "- the line", "+ what it becomes", and why that is the same. It is about one of
    these mutants, and no other; where a function has the same line again, each has its own paragraph."""
    known, wrong, first_at = collections.Counter(), [], {}
    there = collections.Counter(map(key_of, mutants))
    for number, lines in group(path.read_text(encoding="utf-8").splitlines()):
        key = (lines[0], *(line[2:] for line in lines[1:3]))
        if len(lines) < 4 or not lines[1].startswith("- ") or not lines[2].startswith("+"):
            wrong.append(f"{path.name}:{number}: not FILE FUNCTION, - LINE, + LINE and a reason")
        else:
            known[key] += 1
            first_at.setdefault(key, number)
    wrong += [f"{path.name}:{first_at[key]}: there are {there[key]} such mutants, not {count}"
              for key, count in known.items() if there[key] != count]
    if wrong:
        sys.exit("\n".join(wrong))
    return Equivalents(known)
