# SPDX-License-Identifier: BSD-2-Clause
"""Reads pictures of a machine's screen: pixels, and the text of a Linux console."""

import re
from dataclasses import dataclass

# What a guest prints as the last line of its screen, so that the glyphs of the font are known.
CHARACTERS = "".join(map(chr, range(33, 127)))
GLYPH_WIDTH, GLYPH_HEIGHT = 8, 16
LIT = 64


@dataclass(frozen=True)
class Picture:
    """The pixels of a PPM file."""

    width: int
    height: int
    pixels: bytes   # red, green and blue of each

    def line(self, number):
        """The bytes of a line of pixels."""
        return self.pixels[3 * self.width * number:3 * self.width * (number + 1)]

    def lit_lines(self):
        """The numbers of the lines that are not dark all along."""
        return [number for number in range(self.height) if max(self.line(number)) > LIT]


def picture(screen):
    """Parses what QEMU's screendump wrote."""
    magic, size, _, pixels = screen.split(b"\n", 3)
    assert magic == b"P6"
    width, height = map(int, size.split())
    assert len(pixels) == width * height * 3
    return Picture(width, height, pixels)


def drawn(width, height):
    """What the test kernel draws with pvhtest.draw."""
    lines = (bytes(value & 255 for column in range(width) for value in (column, line, column ^ line))
             for line in range(height))
    return Picture(width, height, b"".join(lines))


def _cells(shown, row):
    """The pixels of each character in a row of text: whether they are lit."""
    lines = [bytes(value > LIT for value in shown.line(row * GLYPH_HEIGHT + line)[1::3])
             for line in range(GLYPH_HEIGHT)]
    return [b"".join(line[left:left + GLYPH_WIDTH] for line in lines)
            for left in range(0, shown.width, GLYPH_WIDTH)]


def console_text(shown):
    """The rows of text before the line of CHARACTERS, which is the last one; ? for what is none."""
    blank = bytes(GLYPH_WIDTH * GLYPH_HEIGHT)
    rows = [_cells(shown, row) for row in range(shown.height // GLYPH_HEIGHT)]
    while rows and set(rows[-1]) == {blank}:
        rows.pop()
    assert rows, "the screen is empty"
    glyphs = dict(zip(rows[-1], CHARACTERS)) | {blank: " "}
    assert len(glyphs) == len(CHARACTERS) + 1, "the last line of the screen is another one"
    return ["".join(glyphs.get(cell, "\ufffd") for cell in cells).rstrip() for cells in rows[:-1]]


FRAMEBUFFER = re.compile(r"^pvhtest: info framebuffer (0x\w+) (\d+)x(\d+) (\d+) (\d+)$", re.M)


def framebuffer_size(text):
    """Width and height of the framebuffer that the test kernel was told of, or None."""
    found = FRAMEBUFFER.search(text)
    return (int(found[2]), int(found[3])) if found else None
