#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check who includes whom against rooms.txt, who calls the firmware, and how long things are.

usage: rooms.py [TOP]    one line a finding: FILE:LINE: what is wrong, and what to do
"""

import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

LINT = Path(__file__).resolve().parent
sys.path.insert(0, str(LINT.parent / "lib"))

from c_source import BadSource, read_source

TABLE = "tests/lint/rooms.txt"
FOLDERS = ("common", "pvh", "efi", "tools/pvhinfo")
# Outside tests, whatever the language.
FILES = ("Makefile", "common", "pvh", "efi", "tools", "third_party", "iso")
MAX_FUNCTION, MAX_FILE, MAX_UNITS = 45, 500, 20
TABLES = ("BS", "RT", "ST")


class BadTable(Exception):
    """A line of rooms.txt that means nothing."""


@dataclass(frozen=True)
class Room:
    name: str
    includes: tuple
    pure: bool
    calls: bool


def read_table(text):
    """The rooms by name, with X/* written out."""
    rows = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if words and words[0] in rows:
            raise BadTable(f"{TABLE}:{number}: {words[0]} is there twice; keep one")
        if words:
            rows[words[0]] = number, words[1:]
    rooms = {}
    for name, (number, words) in rows.items():
        includes = []
        for word in words:
            below = [other for other in rows if word.endswith("/*") and other.startswith(word[:-1]) and other != name]
            if word not in rows and word not in ("pure", "calls") and not below:
                raise BadTable(f"{TABLE}:{number}: {word} is no room; give it a line, or leave it out")
            includes += below or [word]
        rooms[name] = Room(name, tuple(word for word in includes if word in rows), "pure" in words, "calls" in words)
    for circle in circles({name: dict.fromkeys(room.includes) for name, room in rooms.items()}):
        raise BadTable(f"{TABLE}:{rows[circle[0]][0]}: rooms in a circle: {' -> '.join(circle)}; one of them is above")
    return rooms


def room_of(path, rooms):
    """The room with the longest name that fits."""
    fitting = [name for name in rooms if path == name or path.startswith(name + "/")]
    return rooms[max(fitting, key=len)] if fitting else None


def unit_of(path):
    """A .c with its .h."""
    return re.sub(r"\.[chS]$", "", path)


def reachable(graph, start):
    seen, waiting = set(), [start]
    while waiting:
        for following in graph.get(waiting.pop(), ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


def shortest_circle(graph, start):
    came_from, waiting = {}, [start]
    for here in waiting:
        for following in sorted(graph.get(here, ())):
            if following not in came_from:
                came_from[following] = here
                waiting.append(following)
    circle = [start, came_from[start]]
    while circle[-1] != start:
        circle.append(came_from[circle[-1]])
    return circle[::-1]


def circles(graph):
    """One of the shortest from each that is in a circle, each circle once."""
    told = set()
    for start in sorted(graph):
        if start in reachable(graph, start):
            circle = shortest_circle(graph, start)
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield circle


def check_includes(source, rooms):
    room = room_of(source.path, rooms)
    if not room:
        yield 1, f"is in no room; put it into one, or give its folder a line in {TABLE}"
        return
    for offset, path, system in source.includes():
        line, other = source.line(offset), room_of(path, rooms)
        if system:
            if room.pure and re.match(r"efi\w*\.h$", path):
                yield line, f"{room.name} knows nothing of EFI; do without <{path}>, or move this to efi/"
        elif not other:
            yield line, f'"{path}" is in no room; name it from the top of the tree'
        elif other is not room and other.name not in room.includes:
            yield line, (f"{path}: {room.name} may not include {other.name}; move what is needed down, have it passed in, "
                         f"or change {TABLE}")


def check_calls(source, rooms):
    """BS->X, and object->Function(...): the project's own names are in small letters."""
    room, tokens = room_of(source.path, rooms), source.tokens
    if room and room.calls:
        return
    for number in range(1, len(tokens) - 2):
        before, arrow, member, after = tokens[number - 1:number + 3]
        if arrow.text == "->" and (before.text in TABLES or member.text[0].isupper() and after.text == "("):
            yield source.line(before.start), (f"{before.text}->{member.text}: only efi/firmware and efi/console call the "
                                              "firmware; write a function there")


def check_functions(source):
    for function in source.functions:
        first = source.tokens[function.first].start
        opening, closing = source.tokens[function.opening].start, source.tokens[function.closing].end
        line, length = source.line(first), source.line(closing) - source.line(first) + 1
        if length > MAX_FUNCTION:
            yield line, f"{function.name}() has {length} lines, at most {MAX_FUNCTION}; make functions of its steps"
        for directive in source.directives:
            if opening < directive.start < closing and re.match(r"\s*#\s*if", directive.text):
                yield source.line(directive.start), (f"#if inside {function.name}(); have two functions, or a constant "
                                                     "that an if asks")
    for token in source.tokens:
        if token.text == "goto" and token.kind == "word":
            yield source.line(token.start), "goto; return early, with CLEANUP for what has to be given back"


def check_circles(sources):
    graph, lines = defaultdict(dict), {}
    for source in sources:
        for offset, path, system in source.includes():
            here, there = unit_of(source.path), unit_of(path)
            if not system and here != there:
                graph[here][there] = True
                lines.setdefault((here, there), (source.path, source.line(offset)))
    for circle in circles(graph):
        path, line = lines[circle[0], circle[1]]
        yield path, line, f"a circle: {' -> '.join(circle)}; move what both need into a third"


def check_sizes(top):
    units = defaultdict(set)
    for name in FILES:
        place = top / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place] if place.exists() else []:
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            relative = path.relative_to(top)
            if path.suffix in (".c", ".h", ".S"):
                units[relative.parent].add(relative.stem)
            length = len(path.read_text(encoding="utf-8", errors="replace").splitlines())
            if length > MAX_FILE:
                yield str(relative), MAX_FILE + 1, f"has {length} lines, at most {MAX_FILE}; cut it in two by what it is for"
    for folder, names in units.items():
        if len(names) > MAX_UNITS:
            yield str(folder), 1, f"has {len(names)} units (a .c with its .h), at most {MAX_UNITS}; make two rooms of it"


def check(top, rooms):
    """(path, line, sentence) of all that is wrong below this folder."""
    paths = [path for folder in FOLDERS for pattern in ("*.[ch]", "*.S") for path in (top / folder).rglob(pattern)]
    sources = [read_source(path.relative_to(top), top) for path in sorted(paths)]
    for source in sources:
        if source.path.endswith(".S"):  # C's preprocessor knows its includes, and that is all
            found = check_includes(source, rooms)
        else:
            found = [*check_includes(source, rooms), *check_calls(source, rooms), *check_functions(source)]
        for line, sentence in found:
            yield source.path, line, sentence
    yield from check_circles(sources)
    yield from check_sizes(top)


def main(arguments):
    top = Path(*arguments)
    try:
        rooms = read_table((LINT / "rooms.txt").read_text(encoding="utf-8"))
        findings = sorted(set(check(top, rooms)))
    except (BadTable, BadSource) as wrong:
        sys.exit(str(wrong))
    for path, line, sentence in findings:
        print(f"{path}:{line}: {sentence}")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
