# SPDX-License-Identifier: BSD-2-Clause
"""C source as tokens, for checks and changes independent of formatting. No parser, no preprocessor."""

import bisect
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

TOKEN = re.compile(r"""
    (?P<space>      \s+ | \\\n | //[^\n]* | /\*.*?\*/ )
  | (?P<directive>  (?<![^\n]) [ \t]*\#(?: /\*.*?\*/ | \\\n | [^\n] )* )
  | (?P<string>     (?:u8|[uUL])? "(?: \\. | [^"\\\n] )*" )
  | (?P<character>  [uUL]? '(?: \\. | [^'\\\n] )*' )
  | (?P<number>     \.?[0-9](?: [eEpP][+-] | [\w.] )* )
  | (?P<word>       [A-Za-z_]\w* )
  | (?P<mark>       \.\.\. | <<= | >>= | -> | \+\+ | -- | && | \|\| | [-+*/%&|^=!<>]= | << | >> | . )
""", re.VERBOSE | re.DOTALL)

CLOSING = {"(": ")", "[": "]", "{": "}"}
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
DEFINE = re.compile(r"\s*#\s*define\s+(\w+)\s+(\S.*)", re.DOTALL)


class BadSource(Exception):
    """Not C, or C that this simple tokenizer cannot handle."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Function:
    """A definition: the token numbers of its start, of its name and of the braces of its body."""

    name: str
    first: int
    named: int
    opening: int
    closing: int


@dataclass
class Source:
    path: str
    text: str
    tokens: list = field(default_factory=list)
    directives: list = field(default_factory=list)

    def __post_init__(self):
        for match in TOKEN.finditer(self.text):
            token = Token(match.lastgroup, match[0], match.start(), match.end())
            if token.kind == "directive":
                self.directives.append(token)
            elif token.kind != "space":
                self.tokens.append(token)

    @cached_property
    def line_starts(self):
        return [0] + [match.end() for match in re.finditer("\n", self.text)]

    def line(self, offset):
        return bisect.bisect_right(self.line_starts, offset)

    @cached_property
    def partners(self):
        """Maps the token number of each bracket to that of its counterpart."""
        partners, waiting = {}, []
        for number, token in enumerate(self.tokens):
            if token.kind != "mark":
                continue
            if token.text in CLOSING:
                waiting.append(number)
            elif token.text in CLOSING.values():
                if not waiting or CLOSING[self.tokens[waiting[-1]].text] != token.text:
                    raise BadSource(f"{self.path}:{self.line(token.start)}: a {token.text} too many")
                partners[number] = waiting.pop()
                partners[partners[number]] = number
        if waiting:
            token = self.tokens[waiting[-1]]
            raise BadSource(f"{self.path}:{self.line(token.start)}: a {token.text} without its end")
        return partners

    @cached_property
    def functions(self):
        found, first, number = [], 0, 0
        while number < len(self.tokens):
            text = self.tokens[number].text
            if text == "{":
                closing = self.partners[number]
                named = self._named_before(number)
                if named is not None:
                    found.append(Function(self.tokens[named].text, first, named, number, closing))
                    first = closing + 1
                number = closing
            elif text == ";":
                first = number + 1
            elif text in CLOSING:
                number = self.partners[number]
            number += 1
        return found

    def _named_before(self, opening):
        """The token number of the name in NAME(...) or (NAME)(...) before the brace of a function."""
        number = opening - 1
        while self.tokens[number].text == ")":
            name = self.partners[number] - 1
            if self.tokens[name].text == ")":
                name -= 1
            if self.tokens[name].text != "__attribute__":
                return name if self.tokens[name].kind == "word" else None
            number = name - 1
        return None

    def includes(self):
        """(offset, path, is in angle brackets) of each."""
        for directive in self.directives:
            match = INCLUDE.match(directive.text)
            if match:
                yield directive.start, match[1] or match[2], match[1] is None

    def defines(self):
        """(name, start, end) of each object-like macro's value."""
        for directive in self.directives:
            match = DEFINE.match(directive.text)
            if match:
                value = re.sub(r"/\*.*", "", match[2], flags=re.DOTALL).rstrip()
                yield match[1], directive.start + match.start(2), directive.start + match.start(2) + len(value)


def read_source(path, top="."):
    return Source(str(path), (Path(top) / path).read_text(encoding="utf-8"))
