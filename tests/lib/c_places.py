# SPDX-License-Identifier: BSD-2-Clause
"""Finding places in C functions by their contents, and changing them: for tests that break a program on purpose.

A place is a callable with a source and one of its functions, which yields the (start, end) of all matches. The rows of
these tests say what is broken, `where` (a function; FILE:function where several have the name; or a constant), the
`place` in it (None for a constant), and what is `new` there: see changed().
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from c_source import Source

ASSIGNING = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")


@dataclass(frozen=True)
class Statement:
    """A simple statement without its semicolon, or the condition of a controlling one: tokens [first, end)."""

    keyword: str  # if, while, for, switch, or nothing
    first: int
    end: int


def skip_to(source, number, *texts):
    """The number of the next token with one of these texts outside of brackets."""
    while source.tokens[number].text not in texts:
        number = source.partners[number] + 1 if source.tokens[number].text in ("(", "[", "{") else number + 1
    return number


def statements(source, function):
    """All statements of a function, also nested ones. A label is part of the statement after it."""
    number = function.opening + 1
    while number < function.closing:
        text = source.tokens[number].text
        if text in ("{", "}", ";", "else", "do"):
            number += 1
        elif text in ("if", "while", "switch", "for") and source.tokens[number + 1].text == "(":
            first, end = number + 2, source.partners[number + 1]
            number = end + 1
            if text == "for":
                first = skip_to(source, first, ";") + 1
                end = skip_to(source, first, ";")
            yield Statement(text, first, end)
        elif text in ("case", "default"):
            number = skip_to(source, number, ":") + 1
        else:
            end = skip_to(source, number, ";")
            yield Statement("", number, end)
            number = end + 1


def texts(source, first, end):
    return [token.text for token in source.tokens[first:end]]


def calls_in(source, first, end, name):
    """The token numbers of the calls of this function."""
    return [number for number in range(first, end - 1)
            if source.tokens[number].text == name and source.tokens[number + 1].text == "("]


def assigned_in(source, first, end, name):
    """The token numbers of operators that assign to a variable, a member or one of its elements."""
    for number in range(first + 1, end):
        if source.tokens[number].text in ASSIGNING:
            left = number - 1
            while source.tokens[left].text == "]":
                left = source.partners[left] - 1
            if source.tokens[left].text == name:
                yield number


def span(source, first, end):
    return source.tokens[first].start, source.tokens[end - 1].end


def statement(calls=None, assigns=None, mentions=()):
    """A simple statement, without its semicolon."""

    def find(source, function):
        for one in statements(source, function):
            if not one.keyword and (calls is None or calls_in(source, one.first, one.end, calls)) and \
                    (assigns is None or list(assigned_in(source, one.first, one.end, assigns))) and \
                    set(mentions) <= set(texts(source, one.first, one.end)):
                yield span(source, one.first, one.end)
    return find


def condition(*mentions):
    """The condition of an if, a loop or a switch, by names in it."""

    def find(source, function):
        for one in statements(source, function):
            if one.keyword and set(mentions) <= set(texts(source, one.first, one.end)):
                yield span(source, one.first, one.end)
    return find


def returned(*mentions):
    """The value of a return statement, by names in it."""

    def find(source, function):
        for one in statements(source, function):
            words = texts(source, one.first, one.end)
            if words[0] == "return" and set(mentions) <= set(words[1:]):
                yield span(source, one.first + 1, one.end)
    return find


def call(name):
    """A call with its arguments."""

    def find(source, function):
        for number in calls_in(source, function.opening, function.closing, name):
            first = number
            while source.tokens[first - 1].text in ("->", "."):
                first -= 2
            yield span(source, first, source.partners[number + 1] + 1)
    return find


def argument(name, which):
    """An argument of a call; the first is 1."""

    def find(source, function):
        for number in calls_in(source, function.opening, function.closing, name):
            first, closing = number + 2, source.partners[number + 1]
            for _ in range(which - 1):
                first = skip_to(source, first, ",", ")") + 1
            if first < closing:
                yield span(source, first, skip_to(source, first, ",", ")"))
    return find


def value(name):
    """The value assigned to a variable or a member, in a statement or an initializer."""

    def find(source, function):
        for number in assigned_in(source, function.opening, function.closing, name):
            yield span(source, number + 1, skip_to(source, number + 1, ",", ";", ")", "}"))
    return find


def cleanup(variable):
    """The CLEANUP(...) of a variable."""

    def find(source, function):
        for one in statements(source, function):
            words = texts(source, one.first, one.end)
            if words[:2] == ["CLEANUP", "("] and variable in words:
                yield span(source, one.first, source.partners[one.first + 1] + 1)
    return find


def nth(number, place):
    """One of several places; the first is 1."""

    def find(source, function):
        return list(place(source, function))[number - 1:number]
    return find


def constant(source, name):
    """The values of a macro; a file may define it several times."""
    return [(start, end) for defined, start, end in source.defines() if defined == name]


class Unchanged(Exception):
    """The place to change was not found."""


def changed(source, where, new):
    """The source's text with this place changed.

    new is the new text, with {} for the old one; or a pair, whose first text must occur once in the place, whatever
    its spacing, and is replaced with the second.
    """
    start, end = where
    if isinstance(new, str):
        return source.text[:start] + new.replace("{}", source.text[start:end]) + source.text[end:]
    wanted = [token.text for token in Source("", new[0]).tokens]
    inside = [token for token in source.tokens if start <= token.start < end]
    found = [number for number in range(len(inside))
             if [token.text for token in inside[number:number + len(wanted)]] == wanted]
    if len(found) != 1:
        raise Unchanged(f"{source.text[start:end]!r} has {new[0]!r} {len(found)} times")
    first, last = inside[found[0]], inside[found[0] + len(wanted) - 1]
    return source.text[:first.start] + new[1] + source.text[last.end:]


class Change(NamedTuple):
    source: str
    line: int
    text: str


def spots(broken, sources):
    """(source, (start, end)) of all that a row may mean."""
    if broken.place is None:
        return [(source, spot) for source in sources for spot in constant(source, broken.where)]
    file, _, name = broken.where.rpartition(":")
    functions = [(source, function) for source in sources for function in source.functions
                 if function.name == name and file in ("", Path(source.path).stem)]
    if len(functions) != 1:
        raise Unchanged(f"{len(functions)} functions are called {broken.where}"
                        + "".join(f", {source.path}" for source, _ in functions))
    source, function = functions[0]
    return [(source, spot) for spot in broken.place(source, function)]


def find_change(broken, sources):
    found = spots(broken, sources)
    if len(found) != 1:
        lines = "".join(f", {source.path}:{source.line(spot[0])}" for source, spot in found)
        raise Unchanged(f"{broken.where} has {len(found)} such places{lines}")
    source, spot = found[0]
    return Change(source.path, source.line(spot[0]), changed(source, spot, broken.new))


def find_changes(breaks, sources):
    """What each row changes; the error names all rows that have lost their place."""
    changes, lost = [], []
    for broken in breaks:
        try:
            changes.append(find_change(broken, sources))
        except Unchanged as reason:
            lost.append(f"{broken.what}: {reason}")
    if lost:
        raise Unchanged("\n".join(lost))
    return changes
