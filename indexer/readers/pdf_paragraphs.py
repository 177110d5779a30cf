"""Owns the paragraphs of a PDF: which line goes on with the one before it.

A line goes on when it stands at the same left edge and its first word would not have fitted on the
line before; so does lower case under a long line that ends no sentence. Words are never altered: a hyphen at a line end stays unless the joined word occurs
elsewhere in the document, or neither half is a word of it. Headers and footers that repeat are
kept once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.readers.pdf_lines import Cell, Line

_NUMBERED = re.compile(r"^(?:\d{1,2}\.|\d{1,2}(?:\.\d{1,2})+\.?|\([a-z\d]{1,3}\)|[a-z]\))\s")
_HEADING = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|(?:ARTICLE|Article|SECTION|Section|EXHIBIT|Exhibit|Schedule"
    r"|SCHEDULE|Appendix|Annex)\s+[\dA-Z]+[.:]?)\s+[A-Z][^.;]{1,70}$"
)
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_BULLET = re.compile(r"^[•·▪●○■◦–*-]\s")
_ENDED = re.compile(r"[.;:!?][\"'”’)\]]*$|,? (?:and|or)$")
_OPEN_AND = re.compile(r"[^;,.] (?:and|or)$")
_LABELLED = re.compile(r"^(?:signed|by|name|title|date|signature)\s*:", re.I)
_COMPOUND = re.compile(
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|non|co|re|pre|sub|self|third|read|then|cross|multi"
)
"""First halves that keep their hyphen: "forty-five", "non-transferable"."""
_EDGE = 2.5
_SHORT = 30
"""A line with fewer characters ends by itself, not at a margin."""
_SHORT_IN_COLUMN = 15
_EDGE_LINES = 3
_LONG = 0.75
"""Part of the width that a line takes up if it broke off in mid-sentence."""


@dataclass(frozen=True)
class Paragraph:
    """Text of one paragraph, table row, heading, or repeated header or footer."""

    text: str
    page: int
    heading: bool = False
    row: bool = False
    margin: bool = False
    """A header or footer that repeats on other pages."""
    hidden: bool = False


@dataclass
class _Open:
    """A paragraph that may still grow."""

    lines: list[Line]
    margin: bool = False


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """All paragraphs in reading order."""
    repeated = _repeated(pages)
    body_size = _body_size(pages)
    known = Counter(
        word.strip('.,;:()"“”').lower()
        for page in pages
        for line in page
        for word in line.text.split()
    )
    groups: list[_Open] = []
    seen: set[str] = set()
    for lines in pages:
        margins = _Margins(lines)
        for place, line in enumerate(lines):
            key = _key(line)
            if key in repeated and _at_edge(place, lines):
                if key not in seen:
                    seen.add(key)
                    groups.append(_Open([line], margin=True))
                continue
            _add(groups, line, margins, body_size)
    return [_paragraph(group, body_size, known) for group in groups]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _at_edge(place: int, lines: Sequence[Line]) -> bool:
    return place < _EDGE_LINES or place >= len(lines) - _EDGE_LINES


def _repeated(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Lines near a page's edge that stand at the same height on at least two pages."""
    places: dict[str, list[tuple[int, float]]] = {}
    for number, lines in enumerate(pages):
        for place, line in enumerate(lines):
            if _at_edge(place, lines):
                places.setdefault(_key(line), []).append((number, line.bottom))
    return {
        key
        for key, found in places.items()
        if len({number for number, _ in found}) >= 2
        and max(height for _, height in found) - min(height for _, height in found) < 6
    }


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes = Counter(round(line.size, 1) for page in pages for line in page for _ in line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


class _Margins:
    """The right margin that a line of a page could reach: the page's, or its column's."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = [line for line in lines if len(line.cells) == 1]
        steps = Counter(
            round(upper.bottom - lower.bottom)
            for upper, lower in pairwise(self._lines)
            if 0.8 * lower.size < upper.bottom - lower.bottom < 2 * lower.size
        )
        self.leading = min((step for step, times in steps.items() if times > 1), default=0)
        """Distance of two lines of one paragraph; 0 if the page does not tell."""

    def right_of(self, line: Line) -> float:
        page = max((other.right for other in self._lines), default=0.0)
        if line.column:
            # A column of the page before may have no counterpart here: its own end must do.
            here = [one.right for one in self._lines if one.column == line.column]
            return max(here, default=line.right)
        aligned = [one for one in self._lines if abs(one.left - line.left) <= _EDGE]
        column = max((one.right for one in aligned), default=page)
        beyond = [one for one in self._lines if one.left > column]
        return column if len(aligned) >= 3 and len(beyond) >= 3 else page


def _add(groups: list[_Open], line: Line, margins: _Margins, body_size: float) -> None:
    before = next((group for group in reversed(groups) if not group.margin), None)
    if before is None:
        groups.append(_Open([line]))
    elif _cell_goes_on(before.lines[-1], line):
        before.lines[-1] = _with_cell(before.lines[-1], line)
    elif _goes_on(before.lines, line, margins, body_size):
        before.lines.append(line)
    else:
        groups.append(_Open([line]))


def _goes_on(lines: Sequence[Line], line: Line, margins: _Margins, body_size: float) -> bool:
    last = lines[-1]
    if last.hidden != line.hidden:
        return False
    if len(last.cells) > 1 or len(line.cells) > 1 or abs(last.size - line.size) > 0.1 * line.size:
        return False
    if _BULLET.match(line.text) or _LABELLED.match(line.text) or last.bold != line.bold:
        return False
    if len(last.text) < (_SHORT_IN_COLUMN if last.column else _SHORT) or _follows(
        lines[0].text, line.text
    ):
        return False
    # "(a) …; (b) …" within one sentence may break before a letter.
    listed = line.text.startswith("(") and re.search(r"\s\([a-z]\)\s", lines[0].text)
    if _NUMBERED.match(line.text) and _ENDED.search(last.text) and not listed:
        return False
    hanging = bool(_NUMBERED.match(lines[0].text) or _BULLET.match(lines[0].text))
    turned = last.column != line.column and bool(last.column and line.column)
    edge = turned or abs(last.left - line.left) <= _EDGE or (len(lines) == 1 and hanging)
    indented = len(lines) == 1 and 0 < last.left - line.left <= 4 * body_size
    right = margins.right_of(last)
    if not (edge or indented) or not (
        _full(last, line, right) or _open_sentence(last, line, right)
    ):
        return False
    if last.page != line.page or turned:
        return _mid_sentence(last, line)
    if margins.leading and last.bottom - line.bottom > margins.leading + 0.2 * line.size:
        return _mid_sentence(last, line)
    return -0.5 * line.size < last.bottom - line.top < 0.9 * line.size


def _follows(first: str, text: str) -> bool:
    """True if `text` begins with the number after the one that `first` begins with."""
    one, other = _NUMBER.match(first), _NUMBER.match(text)
    if not one or not other:
        return False
    head, _, tail = one[1].rpartition(".")
    return other[1] == f"{head}.{int(tail) + 1}".lstrip(".")


def _full(last: Line, line: Line, margin_right: float) -> bool:
    """True if the next line's first word would not have fitted behind this line."""
    cell = line.cells[0]
    width = (cell.right - cell.left) / max(len(cell.text), 1)
    word = len(cell.text.split(maxsplit=1)[0]) + 1
    return last.right + width * word >= margin_right - 0.5 * width


def _open_sentence(last: Line, line: Line, margin_right: float) -> bool:
    """True for a long line in mid-sentence: some programs break lines well before the margin."""
    return _mid_sentence(last, line) and (
        last.right - last.left >= _LONG * (margin_right - last.left)
    )


def _mid_sentence(last: Line, line: Line) -> bool:
    open_end = not _ENDED.search(last.text) or bool(_OPEN_AND.search(last.text))
    return open_end and line.text[:1].islower() and not _NUMBERED.match(line.text)


def _cell_goes_on(row: Line, line: Line) -> bool:
    """True for the rest of a table cell that wraps: alone under a cell that is not the first."""
    if len(row.cells) < 2 or len(line.cells) != 1 or row.page != line.page:
        return False
    near = row.bottom - line.top < 0.6 * line.size
    return near and any(abs(cell.left - line.left) <= _EDGE for cell in row.cells[1:])


def _with_cell(row: Line, line: Line) -> Line:
    def grown(cell: Cell) -> Cell:
        if abs(cell.left - line.left) > _EDGE:
            return cell
        text = f"{cell.text} {line.cells[0].text}"
        return replace(cell, text=text, right=max(cell.right, line.right))

    return replace(row, cells=tuple(grown(cell) for cell in row.cells), bottom=line.bottom)


def _paragraph(group: _Open, body_size: float, known: Counter[str]) -> Paragraph:
    first = group.lines[0]
    text = "".join(_joined(group.lines, known))
    short = len(text) <= 90 and len(group.lines) <= 2 and len(first.cells) == 1
    open_end = text.endswith((".", ":", ","))
    large = (first.size > 1.12 * body_size or first.bold) and not open_end
    heading = (
        not group.margin and not first.hidden and short and (large or bool(_HEADING.match(text)))
    )
    return Paragraph(
        text=text,
        page=first.page,
        heading=heading,
        row=len(first.cells) > 1 and not group.margin and not first.hidden,
        margin=group.margin,
        hidden=first.hidden,
    )


def _joined(lines: Sequence[Line], known: Counter[str]) -> Iterator[str]:
    """Line texts with a space between; a hyphen that only broke a word goes."""
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        text = line.text
        if following is None:
            yield text.replace("\u00ad", "")
        elif text.endswith("\u00ad"):
            yield text[:-1]
        elif re.search(r"\w-$", text) and following.text[:1].islower():
            head = text.split()[-1].lstrip('("“')[:-1]
            tail = following.text.split()[0].strip('.,;:()"“”')
            yield text[:-1] if _one_word(head.lower(), tail.lower(), known) else text
        else:
            yield f"{text} "


def _one_word(head: str, tail: str, known: Counter[str]) -> bool:
    """True if the hyphen between the two was only put there to break a word."""
    if known[head + tail]:
        return True
    # The tail stands at the beginning of its own line and so counts itself once.
    words = known[head] or known[tail] > 1 or known[f"{head}-{tail}"]
    return not words and not _COMPOUND.fullmatch(head)
