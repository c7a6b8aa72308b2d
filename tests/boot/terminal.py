# SPDX-License-Identifier: BSD-2-Clause
"""A serial terminal: interprets bytes as changes of its screen.

It has 24 lines of 80 columns, like most; OVMF assumes 25. It knows the sequences that OVMF and
U-Boot send and fails for all others, so that no screen is misinterpreted.
"""

import codecs
import re
import unicodedata

SEQUENCE = re.compile(r"\x1b(?:\[[?=]?([0-9;]*)([@-~])|\(B|[78=>])")
UNFINISHED = re.compile(r"\x1b(?:\[[?=]?[0-9;]*|\()?\Z")
BLACK, GRAY = 0, 7


class Terminal:
    """Turns bytes into a screen."""

    def __init__(self, columns=80, lines=24):
        self._columns, self._lines = columns, lines
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self.drawn = 0              # number of characters written, to detect flicker
        self.cleared = 0            # how often the whole screen was cleared
        self.scrolled = 0           # lines
        self.row = self.column = 0
        self._foreground, self._background = GRAY, BLACK
        self._clear()

    def _clear(self):
        self.cells = [[" "] * self._columns for _ in range(self._lines)]
        self.reversed = [[False] * self._columns for _ in range(self._lines)]

    def feed(self, data):
        """Process received bytes."""
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        position = 0
        while position < len(text):
            sequence = SEQUENCE.match(text, position)
            if sequence:
                self._obey(sequence)
                position = sequence.end()
            elif UNFINISHED.match(text, position):
                self._pending = text[position:]
                return
            else:
                self._write(text[position])
                position += 1

    def _obey(self, sequence):
        parameters, final = sequence.groups()
        numbers = [int(number or 0) for number in (parameters or "").split(";")]
        if final == "H" or final == "f":
            row, column = (numbers + [1])[:2]
            self.row = min(max(row, 1), self._lines) - 1
            self.column = min(max(column, 1), self._columns) - 1
        elif final == "J" and numbers[0] == 2:
            self._clear()
            self.cleared += 1
        elif final == "m":
            self._colour(numbers)
        elif final in ("C", "D"):
            distance = max(numbers[0], 1) * (1 if final == "C" else -1)
            self.column = min(max(self.column + distance, 0), self._columns - 1)
        elif final is not None and final not in "hlnr":     # questions are not answered, as by a printer
            raise ValueError(f"the terminal does not know {sequence[0]!r}")

    def _colour(self, numbers):
        for number in numbers:
            if number == 0:
                self._foreground, self._background = GRAY, BLACK
            elif 30 <= number <= 37:
                self._foreground = number - 30
            elif 40 <= number <= 47:
                self._background = number - 40

    def _write(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self._line_feed()
        elif character == "\b":
            self.column = max(self.column - 1, 0)
        elif character >= " ":
            self._put(character)

    def _line_feed(self):
        self.row += 1
        if self.row == self._lines:
            self.row -= 1
            self.scrolled += 1
            self.cells = self.cells[1:] + [[" "] * self._columns]
            self.reversed = self.reversed[1:] + [[False] * self._columns]

    def _put(self, character):
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self._columns:
            self.column = 0
            self._line_feed()
        for place, part in enumerate((character, "")[:width]):
            self.cells[self.row][self.column + place] = part
            self.reversed[self.row][self.column + place] = self._foreground == BLACK
        self.drawn += 1
        self.column += width

    @property
    def lines(self):
        """The screen's lines, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self.cells]

    @property
    def text(self):
        """The whole screen."""
        return "\n".join(self.lines)

    @property
    def bar(self):
        """The text in reverse video."""
        return "".join(character for row, flags in zip(self.cells, self.reversed)
                       for character, flag in zip(row, flags) if flag)
