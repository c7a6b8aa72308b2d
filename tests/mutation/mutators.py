# SPDX-License-Identifier: BSD-2-Clause
"""The small faults that can be made in C functions: one operator, constant, condition, argument or statement at a time.

They are made of tokens, not of types: some do not compile, and those are no mutants.
"""

import re
from typing import NamedTuple

from c_places import ASSIGNING, skip_to, span, statements, texts

OTHER_OPERATORS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("/",), "&": ("|",),
    "|": ("&",), "^": ("|",), "<<": (">>",), ">>": ("<<",), "++": ("--",), "--": ("++",), "+=": ("-=", "="),
    "-=": ("+=", "="), "*=": ("=",), "|=": ("&=", "="), "&=": ("|=", "="), "^=": ("|=",), "<<=": (">>=",),
    ">>=": ("<<=",), "!": ("",), "~": ("",),
}
MAY_BE_UNARY = ("+", "-", "*", "&")
OTHER_WORDS = {"true": "false", "false": "true"}
TYPE = re.compile(r"void|char|short|int|long|unsigned|signed|bool|BOOLEAN|VOID|U?INT(?:8|16|32|64|N)|CHAR(?:8|16)|\w+_t")
QUALIFIERS = {"const", "static", "struct", "enum", "union", "CLEANUP"}
NOT_OPERANDS = {"return", "case", "sizeof", "else", "do"}
JUMPS = {"return", "break", "continue", "case", "default"}

# What the loader is built without, and sizes of buffers, where a byte more is no fault that a test could find.
NOTHING_TO_FIND = {"assert", "_Static_assert", "TEXT_ON_STACK"}

# Their arguments, or the last two of them, mean the same in any order.
SYMMETRIC = {"min_u64", "max_u64", "arena_alloc", "arena_alloc_bulk", "partition_id_equals", "range_intersect",
             "range_overlaps", "text_equals_ignoring_case"}

# The first two of theirs.
SYMMETRIC_FIRST = {"checked_add", "checked_mul"}

# What they give may be a byte or an element larger than it has to be.
ALLOCATING = {"arena_alloc", "arena_alloc_bulk"}

# The first two of theirs, where it is asked whether they are equal.
COMPARING = {"memcmp", "strcmp", "strncmp"}

# Calls that change nothing, whose order does not matter.
WITHOUT_EFFECT = {"align_down", "align_up", "max_u64", "min_u64", "read_le16", "read_le32", "read_le64", "strlen", "sizeof"}


class Mutant(NamedTuple):
    source: object
    function: str
    opening: int    # the offset of the function's brace, or None
    start: int
    end: int
    new: str

    def text(self, entry=""):
        """The source with the change; `entry` is put first into the function."""
        text = self.source.text[:self.start] + self.new + self.source.text[self.end:]
        if self.opening is None:
            return text
        return text[:self.opening + 1] + entry + text[self.opening + 1:]

    def line(self):
        return self.source.line(self.start)

    def lines(self):
        """The lines that it changes, before and after, without the spaces around them."""
        text, last = self.source.text, self.source.text.find("\n", self.end)
        first = text.rfind("\n", 0, self.start) + 1
        last = len(text) if last < 0 else last
        after = text[first:self.start] + self.new + text[self.end:last]
        return " ".join(text[first:last].split()), " ".join(after.split())


def is_type(word):
    return bool(TYPE.fullmatch(word))


def is_operand_before(source, number):
    """Whether an operator here has something on its left."""
    before, earlier = source.tokens[number - 1], source.tokens[number - 2]
    if before.kind == "word":
        begins = earlier.text in (";", "{", "}", "(", ",") or earlier.text in QUALIFIERS
        is_efi_type = before.text.startswith("EFI_") and begins     # EFI_HANDLE *handle
        return before.text not in NOT_OPERANDS and not is_type(before.text) and not is_efi_type and \
            earlier.text not in ("struct", "enum", "union")
    if before.text == ")":
        opening = source.partners[number - 1]
        inside = source.tokens[opening + 1:number - 1]
        is_cast = source.tokens[opening - 1].text != "sizeof" and bool(inside) and \
            (inside[-1].text == "*" or is_type(inside[-1].text) or inside[-1].text.startswith("EFI_")) and \
            all(token.kind == "word" or token.text == "*" for token in inside)
        return not is_cast
    return before.kind in ("number", "string", "character") or before.text in ("]", "++", "--")


def worth_changing(source, function):
    """The token numbers of a function but for those where nothing could be found."""
    number = function.opening + 1
    while number < function.closing:
        if source.tokens[number].text in NOTHING_TO_FIND:
            number = source.partners[number + 1]
        else:
            yield number
        number += 1


def operators(source, function):
    for number in worth_changing(source, function):
        token = source.tokens[number]
        if token.text in MAY_BE_UNARY and not is_operand_before(source, number):
            continue
        for new in OTHER_OPERATORS.get(token.text, ()) if token.kind == "mark" else ():
            yield token.start, token.end, new


def dimensions(source, function):
    """The token numbers of the sizes of arrays: what is larger than needed does the same."""
    return {number for one in statements(source, function) if is_declaration(source, one)
            for number in range(one.first, skip_to(source, one.first, "=", ";"))
            if source.tokens[number].text not in ("(", ")") and source.tokens[number - 1].text == "["}


def labels(source, function):
    return {label for number in range(function.opening, function.closing) if source.tokens[number].text == "case"
            for label in range(number, skip_to(source, number, ":"))}


def allocated_sizes(source, function):
    """The token numbers in the arguments of calls that allocate."""
    return {inside for number in range(function.opening, function.closing)
            if source.tokens[number].text in ALLOCATING and source.tokens[number + 1].text == "("
            for inside in range(number + 2, source.partners[number + 1])}


def constants(source, function):
    left_out = dimensions(source, function) | labels(source, function)
    may_be_larger = allocated_sizes(source, function)
    for number in worth_changing(source, function):
        token = source.tokens[number]
        is_call = source.tokens[number + 1].text == "("
        if number in left_out:
            continue
        if token.kind == "number":
            if number not in may_be_larger:
                yield token.start, token.end, f"({token.text} + 1)"
            if token.text not in ("0", "1"):
                yield token.start, token.end, f"({token.text} - 1)"
            if token.text != "0":
                yield token.start, token.end, "0"
        elif token.text in OTHER_WORDS:
            yield token.start, token.end, OTHER_WORDS[token.text]
        elif token.kind == "word" and token.text.isupper() and len(token.text) > 2 and not is_call and \
                not is_type(token.text):
            yield token.start, token.end, f"({token.text} + 1)"


def is_declaration(source, statement):
    words = source.tokens[statement.first:statement.end]
    if not words or words[0].text in JUMPS:
        return False
    if words[0].text in QUALIFIERS or words[0].text in NOTHING_TO_FIND:
        return True
    return words[0].kind == "word" and len(words) > 1 and (is_type(words[0].text) or words[1].kind == "word")


def is_plain(source, statement):
    """A call or an assignment, which may be left out as far as the compiler is concerned."""
    return not statement.keyword and statement.first < statement.end and \
        source.tokens[statement.first].text not in JUMPS and not is_declaration(source, statement)


def conditions(source, function):
    for one in statements(source, function):
        if one.keyword == "if":
            yield *span(source, one.first, one.end), "true"
        if one.keyword in ("if", "while", "for") and one.first < one.end:
            yield *span(source, one.first, one.end), "false"


def dropped(source, function):
    for one in statements(source, function):
        if is_plain(source, one) or source.tokens[one.first].text in ("break", "continue"):
            yield *span(source, one.first, one.end), ""


def results(source, function):
    for one in statements(source, function):
        words = texts(source, one.first, one.end)
        if words[:1] == ["return"] and len(words) > 1 and words[1:] not in (["0"], ["NULL"], ["true"], ["false"]):
            yield *span(source, one.first + 1, one.end), "0"


def names_in(source, statement):
    return {token.text for token in source.tokens[statement.first:statement.end] if token.kind == "word"}


def has_call(source, statement):
    return any(one.kind == "word" and two.text == "(" and one.text not in WITHOUT_EFFECT
               for one, two in zip(source.tokens[statement.first:], source.tokens[statement.first + 1:statement.end]))


def target_of(source, statement):
    """What an assignment assigns to."""
    words = texts(source, statement.first, statement.end)
    return words[:next((i for i, word in enumerate(words) if word in ASSIGNING), 1)]


def has_part(words, part):
    return any(words[i:i + len(part)] == part for i in range(len(words) - len(part) + 1))


def may_depend(source, one, two):
    """Whether the order of two statements may matter: one assigns to what the other has; or they call, and both name
    something."""
    if has_call(source, one) or has_call(source, two):
        return not names_in(source, one).isdisjoint(names_in(source, two))
    return has_part(texts(source, one.first, one.end), target_of(source, two)) or \
        has_part(texts(source, two.first, two.end), target_of(source, one))


def swapped_statements(source, function):
    found = list(statements(source, function))
    for one, two in zip(found, found[1:]):
        if is_plain(source, one) and is_plain(source, two) and two.first == one.end + 1 and \
                may_depend(source, one, two):
            start, end = span(source, one.first, one.end)
            second_start, second_end = span(source, two.first, two.end)
            between = source.text[end:second_start]
            yield start, second_end, source.text[second_start:second_end] + between + source.text[start:end]


def swapped_arguments(source, function):
    for number in worth_changing(source, function):
        name, opening = source.tokens[number], source.tokens[number + 1]
        if name.kind != "word" or opening.text != "(" or name.text in ("if", "while", "for", "switch", "sizeof", "return"):
            continue
        closing, first = source.partners[number + 1], number + 2
        places = []
        while first < closing:
            end = skip_to(source, first, ",", ")")
            places.append(span(source, first, end))
            first = end + 1
        pairs = list(zip(places, places[1:]))
        if name.text in SYMMETRIC:
            pairs = pairs[:-1]
        if name.text in SYMMETRIC_FIRST:
            pairs = pairs[1:]
        if name.text in COMPARING and source.tokens[closing + 1].text in ("==", "!="):
            pairs = pairs[1:]
        for (start, end), (second_start, second_end) in pairs:
            one, two = source.text[start:end], source.text[second_start:second_end]
            if one != two:
                yield start, second_end, two + source.text[end:second_start] + one


MUTATORS = (operators, constants, conditions, dropped, results, swapped_statements, swapped_arguments)


def all_mutants(sources):
    """Every mutant of every function, in the order of the sources."""
    for source in sources:
        for function in source.functions:
            for mutator in MUTATORS:
                for start, end, new in mutator(source, function):
                    yield Mutant(source, function.name, source.tokens[function.opening].start, start, end, new)
