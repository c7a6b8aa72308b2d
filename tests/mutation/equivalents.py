# SPDX-License-Identifier: BSD-2-Clause
"""The list of mutants that do what the loader does: equivalent.txt."""

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


class Equivalents:
    def __init__(self, known):
        self.known = known

    def allow(self, mutant):
        return (mutant.source.path, mutant.function, *mutant.lines()) not in self.known


def read_equivalents(path, sources):
    """Each paragraph: "FILE FUNCTION", "- the line", "+ what it becomes", and why that is the same."""
    known, wrong = set(), []
    texts = {source.path: " ".join(source.text.split()) for source in sources}
    for number, lines in group(path.read_text(encoding="utf-8").splitlines()):
        if len(lines) < 4 or not lines[1].startswith("- ") or not lines[2].startswith("+ "):
            wrong.append(f"{path.name}:{number}: not FILE FUNCTION, - LINE, + LINE and a reason")
            continue
        source, _, function = lines[0].partition(" ")
        if lines[1][2:] not in texts.get(source, ""):
            wrong.append(f"{path.name}:{number}: {source} has no line \"{lines[1][2:]}\" any more")
        known.add((source, function, lines[1][2:], lines[2][2:]))
    if wrong:
        sys.exit("\n".join(wrong))
    return Equivalents(known)
