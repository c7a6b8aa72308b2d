# SPDX-License-Identifier: BSD-2-Clause
"""The small faults that can be made in assembly: an instruction left out, two in the other order, another bit or number."""

import re

from mutators import Mutant

INSTRUCTION = re.compile(r"^[ \t]+[a-z]\w*(?:[ \t][^\n]*)?$", re.MULTILINE)
BITS = re.compile(r"^#define[ \t]+\w+[ \t]+(\S[^\n]*?)(?:[ \t]*/\*.*)?$", re.MULTILINE)
IMMEDIATE = re.compile(r"\$(\d+)\b")
# Between two instructions that are next to each other: comments and labels, but no directive.
BETWEEN = re.compile(r"(?:\s|/\*.*?\*/|\w+:)*", re.DOTALL)

REGISTER = re.compile(r"%(?:[re]?([abcd])x|([abcd])[lh]|[re]?(si|di|sp|bp)l?|([c-gs]s))\b")


def registers_in(text):
    return {next(filter(None, found.groups())) for found in REGISTER.finditer(text)}


def moves_to(text):
    """The register that an instruction moves to, if that is all it does."""
    found = re.fullmatch(r"(?:mov|lea)[bwlq]?\s+(\S.*),\s*(%\w+)", text)
    return registers_in(found[2]) if found and not re.search(r"%cr\d", text) else None


def may_change_places(one, two):
    """Whether two moves do the same in either order: neither is to what the other is from or to."""
    to_one, to_two = moves_to(one), moves_to(two)
    return bool(to_one) and bool(to_two) and to_one.isdisjoint(registers_in(two)) and to_two.isdisjoint(registers_in(one))


def code_of(line):
    """(start, end) of the instruction in its line, without the comment."""
    text = re.sub(r"/\*.*", "", line[0]).rstrip()
    return line.start() + len(text) - len(text.lstrip()), line.start() + len(text)


def assembly_mutants(source):
    text = source.text
    places = [code_of(line) for line in INSTRUCTION.finditer(text)]
    for start, end in places:
        yield Mutant(source, "", None, start, end, "")
        for number in IMMEDIATE.finditer(text, start, end):
            yield Mutant(source, "", None, number.start(1), number.end(1), f"({number[1]} + 1)")
    for (start, end), (second_start, second_end) in zip(places, places[1:]):
        one, between, two = text[start:end], text[end:second_start], text[second_start:second_end]
        is_entered = ":" in re.sub(r"/\*.*?\*/", "", between, flags=re.DOTALL)
        if BETWEEN.fullmatch(between) and one != two and (is_entered or not may_change_places(one, two)):
            yield Mutant(source, "", None, start, second_end, two + between + one)
    for bits in BITS.finditer(text):
        yield Mutant(source, "", None, bits.start(1), bits.end(1), f"(({bits[1]}) ^ 1)")
        if "|" in bits[1]:
            yield Mutant(source, "", None, bits.start(1), bits.end(1), bits[1].replace("|", "&"))
