# SPDX-License-Identifier: BSD-2-Clause
"""Finds the texts for people in C sources: every string that reads like words."""

import collections
import re

# A place and a text as it stands in the source, with its conversions (%u, {x1}).
Message = collections.namedtuple("Message", "file line text")

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<directive>\#[ \t]*(?:include[^\n]*|error[^\n]*|define\s+\w+))
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<character>'(?:[^'\\\n]|\\.)*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<joint>\\\n|\s+)
  | (?P<other>.)
""", re.VERBOSE | re.DOTALL)

DEFINE = re.compile(r'^#define\s+(\w+)\s+"((?:[^"\\\n]|\\.)*)"\s*(?:/\*.*)?$', re.MULTILINE)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)", re.DOTALL)
PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

# %u, %-4u, %.*s, 0x%llx; {d0}, as the table of errors has them.
CONVERSION = re.compile(r"(?:0x)?(?<!%)%[-0-9.*]*(?:ll|z)?[a-z]|\{(?:[a-z]\d|[Ntw])\}")
PERCENT = "%%"

# What is in these calls no user ever sees.
NOT_FOR_PEOPLE = ("static_assert", "_Static_assert", "__asm__", "volatile", "__attribute__")

# A key or an option with a hyphen in it is one word, a path is none.
WORD = re.compile(r"(?<![\w/\\.-])[A-Za-z][A-Za-z']+(?:-\w+)*(?![\w/\\])")


def string_macros(sources):
    """The macros that stand for one string, by name."""
    return {name: unescape(value) for text in sources for name, value in DEFINE.findall(text)}


def unescape(literal):
    """The inside of a string literal as the program has it."""
    def character(match):
        code = match.group(1)
        if code[0] == "x":
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8))
        return PLAIN_ESCAPES.get(code, code)
    return ESCAPE.sub(character, literal)


def strings(source, macros):
    """Every string of a source with its line: neighbours joined, as the compiler does."""
    joined, start, calls, before = None, 0, [], ""
    for token in TOKEN.finditer(source + ";"):
        kind, text = token.lastgroup, token.group()
        if kind in ("comment", "joint"):
            continue
        part = unescape(text[1:-1]) if kind == "string" else None
        if kind == "name" and text.isupper() and (joined is not None or text in macros):
            part = macros.get(text, "%s")  # what the build says, as a version
        if part is not None:
            start = start if joined is not None else token.start()
            joined = (joined or "") + part
            before = ""
            continue
        if kind == "name" and text in ("L", "u8"):
            continue
        if joined is not None and not any(call in NOT_FOR_PEOPLE for call in calls):
            yield source.count("\n", 0, start) + 1, joined
        joined = None
        if text == "(":
            calls.append(before)
        elif text == ")" and calls:
            calls.pop()
        before = text if kind == "name" else ""


def is_prose(text):
    """Whether a text has two words, besides what is filled in."""
    return len(WORD.findall(CONVERSION.sub(" ", text))) >= 2


def is_name(text):
    """Whether a text is a word of a table's: something to read, and nothing to fill in."""
    return bool(WORD.search(text)) and not CONVERSION.search(text)


def messages(paths, name_tables=()):
    """The texts for people in these files; in those of NAME_TABLES single words count too."""
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    macros = string_macros(sources.values())
    return [Message(path.name, line, text)
            for path, source in sources.items()
            for line, text in strings(source, macros)
            if is_prose(text) or (path.name in name_tables and is_name(text))]


def pattern(text):
    """A regular expression for a text, white space folded, with anything where it fills something in."""
    # Pages explain the firmware's answers in one place, not behind each message.
    folded = " ".join(text.removesuffix(": {w}").split())
    pieces = [re.escape(piece.replace(PERCENT, "%")) for piece in CONVERSION.split(folded)]
    # A text is no part of a longer word.
    before = r"(?<!\w)" if re.match(r"\w", pieces[0]) else ""
    behind = r"(?!\w)" if re.search(r"\w$", pieces[-1]) else ""
    return before + ".{0,60}?".join(pieces) + behind
