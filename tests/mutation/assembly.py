# SPDX-License-Identifier: BSD-2-Clause
"""The small faults that can be made in assembly: an instruction left out, two in the other order, another bit or number."""

import re

from mutators import Mutant

INSTRUCTION = re.compile(r"^[ \t]+[a-z]\w*(?:[ \t][^\n]*)?$", re.MULTILINE)
BITS = re.compile(r"^#define[ \t]+\w+[ \t]+(\S[^\n]*?)(?:[ \t]*/\*.*)?$", re.MULTILINE)
IMMEDIATE = re.compile(r"\$(\d+)\b")


def code_of(line):
    """(start, end) of the instruction in its line, without the comment."""
    text = re.sub(r"/\*.*", "", line[0]).rstrip()
    return line.start() + len(text) - len(text.lstrip()), line.start() + len(text)


def assembly_mutants(source):
    text = source.text
    lines = list(INSTRUCTION.finditer(text))
    places = [code_of(line) for line in lines]
    for start, end in places:
        yield Mutant(source, "", None, start, end, "")
        for number in IMMEDIATE.finditer(text, start, end):
            yield Mutant(source, "", None, number.start(1), number.end(1), f"({number[1]} + 1)")
    for one, two, (start, end), (second_start, second_end) in zip(lines, lines[1:], places, places[1:]):
        if two.start() == one.end() + 1 and text[start:end] != text[second_start:second_end]:
            between = text[end:second_start]
            yield Mutant(source, "", None, start, second_end, text[second_start:second_end] + between + text[start:end])
    for bits in BITS.finditer(text):
        yield Mutant(source, "", None, bits.start(1), bits.end(1), f"(({bits[1]}) ^ 1)")
        if "|" in bits[1]:
            yield Mutant(source, "", None, bits.start(1), bits.end(1), bits[1].replace("|", "&"))
