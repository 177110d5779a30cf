"""Owns the lines of a PDF page: characters with boxes become rows of cells.

PDFium breaks lines itself; pieces on one baseline are put together again (table cells that wrap are
written apart from their row). A gap much wider than a space separates two cells.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

LINE_END_HYPHENS = "\x02\ufffe"
"""What PDFium writes for a hyphen at the end of a line."""
WHITE = 245
TINY = 1.5
"""Characters lower than this (points) can't be read."""
_MARKER = re.compile(r"[•·▪●○■◦–*-]|\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|\([a-z]{1,3}\)")
CELL_GAP = 1.1
"""A gap of this many font sizes separates cells; justified text stays below."""

NUMBERED_LINES = 10
"""From so many lines holding 1, 2, 3… on, they are line numbers."""


@dataclass(frozen=True)
class Cell:
    """Words without a wide gap, and where they stand (points, y upwards)."""

    text: str
    left: float
    right: float


@dataclass(frozen=True)
class Line:
    """One row of a page."""

    cells: tuple[Cell, ...]
    bottom: float
    top: float
    size: float
    bold: bool
    page: int
    hidden: bool
    """White on white or too small to see."""
    column: int = 0
    """Which column of its page it stands in, numbered down the page; 0 for none."""

    @property
    def text(self) -> str:
        return "\t".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        return self.cells[0].left

    @property
    def right(self) -> float:
        return self.cells[-1].right


@dataclass(frozen=True)
class _Char:
    sign: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    white: bool


def page_lines(page: Any, number: int) -> tuple[Line, ...]:
    """The lines of page `number`, in PDFium's order."""
    textpage = page.get_textpage()
    try:
        written = list(_runs(textpage))
    finally:
        textpage.close()
    seen = _Seen(page)
    runs = [part for run in written for part in _split(run, seen)]
    rows: list[list[list[_Char]]] = []
    for run in runs:
        for row in rows[-4:]:
            if _alike(row[0], run, seen) and not any(_overlap(part, run) for part in row):
                row.append(run)
                break
        else:
            rows.append([run])
    return tuple(_without_line_numbers([_line(row, number, seen) for row in rows]))


class _Seen:
    """Tells whether a character can be seen; the page is painted only if white ones are there."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._image: Any = None

    def hides(self, char: _Char) -> bool:
        if char.top - char.bottom < TINY:
            return True
        return char.white and self._white_around(char)

    def _white_around(self, char: _Char) -> bool:
        if self._page.get_rotation():
            return False
        if self._image is None:
            self._image = self._page.render(scale=1).to_numpy()
        height = self._image.shape[0]
        rows = slice(max(int(height - char.top), 0), int(height - char.bottom) + 1)
        columns = slice(max(int(char.left), 0), int(char.right) + 1)
        box = self._image[rows, columns]
        return box.size == 0 or int(box.min()) >= WHITE


def _split(run: list[_Char], seen: _Seen) -> Iterator[list[_Char]]:
    """Parts of a line that can be seen, and parts that can't."""
    part: list[_Char] = []
    for char in run:
        words = _words(part)
        if words and not char.sign.isspace() and seen.hides(char) != seen.hides(words[-1]):
            yield part
            part = []
        part.append(char)
    if _words(part):
        yield part


def _without_line_numbers(lines: list[Line]) -> list[Line]:
    """Leaves out the column of line numbers that court and legal papers have at the margin."""
    kept: list[Line] = []
    run: list[Line] = []
    for line in lines:
        if line.text.isdigit() and int(line.text) == len(run) + 1:
            run.append(line)
            continue
        kept.extend(run if len(run) < NUMBERED_LINES else [])
        run = []
        kept.append(line)
    return [*kept, *(run if len(run) < NUMBERED_LINES else [])]


def _runs(textpage: Any) -> Iterator[list[_Char]]:
    """Characters of each line as PDFium breaks them; boxes of blanks are not to be trusted."""
    run: list[_Char] = []
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        sign = chr(pdfium.FPDFText_GetUnicode(textpage, index) or 32)
        if sign in "\r\n":
            if any(not char.sign.isspace() for char in run):
                yield run
            run = []
            continue
        run.append(_char(textpage, index, sign))
        if sign in LINE_END_HYPHENS:
            # PDFium goes on with the next line here as if there were no break.
            yield run
            run = []
    if any(not char.sign.isspace() for char in run):
        yield run


def _char(textpage: Any, index: int, sign: str) -> _Char:
    sign = "-" if sign in LINE_END_HYPHENS else " " if sign == "\u00a0" else sign
    box = [ctypes.c_double() for _ in range(4)]
    pdfium.FPDFText_GetCharBox(textpage, index, *(ctypes.byref(side) for side in box))
    left, right, bottom, top = (side.value for side in box)
    size = float(pdfium.FPDFText_GetFontSize(textpage, index)) or 1.0
    loose = pdfium.FS_RECTF()
    if pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(loose)):
        bottom, top = loose.bottom, loose.top
        if size <= 1.5:
            # The size of a scaled font is in its matrix; the loose box has the real height.
            size = max(top - bottom, 1.0)
    bold = pdfium.FPDFText_GetFontWeight(textpage, index) >= 600
    return _Char(sign, left, right, bottom, top, size, bold, _is_white(textpage, index))


def _is_white(textpage: Any, index: int) -> bool:
    colour = [ctypes.c_uint() for _ in range(4)]
    known = pdfium.FPDFText_GetFillColor(textpage, index, *(ctypes.byref(c) for c in colour))
    return bool(known) and all(part.value >= WHITE for part in colour[:3])


def _words(run: list[_Char]) -> list[_Char]:
    return [char for char in run if not char.sign.isspace()]


def _alike(one: list[_Char], other: list[_Char], seen: _Seen) -> bool:
    hidden = seen.hides(_words(one)[0])
    return _same_row(one, other) and hidden == seen.hides(_words(other)[0])


def _same_row(one: list[_Char], other: list[_Char]) -> bool:
    first, second = _words(one)[0], _words(other)[0]
    overlap = min(first.top, second.top) - max(first.bottom, second.bottom)
    return overlap > 0.6 * min(first.top - first.bottom, second.top - second.bottom)


def _overlap(one: list[_Char], other: list[_Char]) -> bool:
    a, b = _words(one), _words(other)
    return a[0].left < b[-1].right and b[0].left < a[-1].right


def _line(row: list[list[_Char]], page: int, seen: _Seen) -> Line:
    row.sort(key=lambda run: _words(run)[0].left)
    cells = [cell for run in row for cell in _cells(run)]
    if len(cells) == 2 and _MARKER.fullmatch(cells[0].text):
        joined = f"{cells[0].text} {cells[1].text}"
        cells = [Cell(joined, cells[0].left, cells[1].right)]
    words = [char for run in row for char in _words(run)]
    if _justified(cells):
        text = " ".join(cell.text for cell in cells)
        cells = [Cell(text, cells[0].left, cells[-1].right)]
    return Line(
        cells=tuple(cells),
        bottom=min(char.bottom for char in words),
        top=max(char.top for char in words),
        size=sorted(char.size for char in words)[len(words) // 2],
        bold=sum(char.bold for char in words) * 2 > len(words),
        page=page,
        hidden=seen.hides(words[0]),
    )


def _justified(cells: list[Cell]) -> bool:
    """True for a stretched line of text: many single words with equal gaps."""
    gaps = [right.left - left.right for left, right in pairwise(cells)]
    single = all(cell.text.strip(".,;:").replace("-", "").isalpha() for cell in cells)
    return len(cells) >= 4 and single and max(gaps) - min(gaps) < 2


def _cells(run: list[_Char]) -> Iterator[Cell]:
    part: list[_Char] = []
    for char in run:
        words = _words(part)
        if words and not char.sign.isspace() and char.left - words[-1].right > CELL_GAP * char.size:
            yield _cell(part)
            part = []
        part.append(char)
    if _words(part):
        yield _cell(part)


def _cell(part: list[_Char]) -> Cell:
    words = _words(part)
    text = " ".join("".join(char.sign for char in part).split())
    return Cell(text, min(char.left for char in words), max(char.right for char in words))
