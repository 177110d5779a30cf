"""Owns pages set in two columns: they are read column by column, not straight across.

A page has columns if a blank strip runs down between prose on both sides. Tables stay rows: their
cells are short, or their rows begin together on both sides. Titles across the page part it in bands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from indexer.readers.pdf_lines import Cell, Line

MIN_ROWS = 8
"""Lines side by side from which on a page can be in columns."""
_MIN_BAND = 3
_WORDS = 4
"""Words that half of a column's lines have at least; cells of tables have fewer."""
_EDGE = 3.0
_APART = 1.4
"""A step this much larger than the usual one parts two paragraphs or rows."""


@dataclass(frozen=True)
class _Sides:
    left: Line | None
    right: Line | None


def in_columns(lines: Sequence[Line]) -> tuple[Line, ...]:
    """`lines` in reading order; a line across two columns becomes two lines."""
    gutter = _gutter(lines)
    if gutter is None:
        return tuple(lines)
    out: list[Line] = []
    band: list[tuple[Line, _Sides]] = []
    bands = 0
    for line in lines:
        sides = _sides(line, gutter)
        if sides is None:
            bands += 1
            out += [*_read(band, bands), line]
            band = []
        else:
            band.append((line, sides))
    return (*out, *_read(band, bands + 1))


def _read(band: list[tuple[Line, _Sides]], number: int) -> list[Line]:
    """A band's left column, then its right one; lines that stand apart above and below stay whole."""
    first, last = _core(band)
    core = [sides for _, sides in band[first:last]]
    if sum(1 for sides in core if sides.left and sides.right) < _MIN_BAND:
        return [line for line, _ in band]
    left = [replace(s.left, column=2 * number - 1) for s in core if s.left]
    right = [replace(s.right, column=2 * number) for s in core if s.right]
    above, below = [line for line, _ in band[:first]], [line for line, _ in band[last:]]
    return [*above, *left, *right, *below]


def _core(band: list[tuple[Line, _Sides]]) -> tuple[int, int]:
    """Where in the band the columns begin and end: headers and footers have a wide gap."""
    first, last = 0, len(band)
    while last - first > 1 and _far(band[first][0], band[first + 1][0]):
        first += 1
    while last - first > 1 and _far(band[last - 2][0], band[last - 1][0]):
        last -= 1
    return first, last


def _far(upper: Line, lower: Line) -> bool:
    return upper.bottom - lower.top > 1.5 * max(upper.size, lower.size)


def _gutter(lines: Sequence[Line]) -> float | None:
    """The middle of the blank strip between two columns of prose; None if there is none."""
    gaps = [gap for line in lines if not line.hidden and (gap := _widest(line)) is not None]
    if len(gaps) < MIN_ROWS:
        return None
    middle = median((left + right) / 2 for left, right in gaps)
    both = [s for line in lines if (s := _sides(line, middle)) and s.left and s.right]
    crossing = sum(1 for line in lines if _sides(line, middle) is None)
    if len(both) < MIN_ROWS or crossing > len(both):
        return None
    left = [sides.left for sides in both if sides.left]
    right = [sides.right for sides in both if sides.right]
    if not _prose(left) or not _prose(right) or _rows_together(lines, middle):
        return None
    return middle


def _widest(line: Line) -> tuple[float, float] | None:
    gaps = [(one.right, other.left) for one, other in pairwise(line.cells)]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def _sides(line: Line, gutter: float) -> _Sides | None:
    """The line's parts left and right of the gutter; None if its words stand across it."""
    if any(cell.left < gutter < cell.right for cell in line.cells):
        return None
    left = tuple(cell for cell in line.cells if cell.right <= gutter)
    right = tuple(cell for cell in line.cells if cell.left >= gutter)
    return _Sides(_part(line, left), _part(line, right))


def _part(line: Line, cells: tuple[Cell, ...]) -> Line | None:
    return replace(line, cells=cells) if cells else None


def _prose(side: Sequence[Line]) -> bool:
    """True for lines of running text: several words, one left edge, most of them full."""
    words = median(len(line.text.split()) for line in side)
    edge, times = Counter(round(line.left / _EDGE) for line in side).most_common(1)[0]
    widest = max(line.right for line in side) - edge * _EDGE
    full = sum(1 for line in side if line.right - edge * _EDGE >= 0.75 * widest)
    return words >= _WORDS and times >= 0.6 * len(side) and full >= 0.5 * len(side)


def _rows_together(lines: Sequence[Line], gutter: float) -> bool:
    """True if the gaps between paragraphs stand at the same heights on both sides, as in a table."""
    parts = [sides for line in lines if (sides := _sides(line, gutter))]
    left = _breaks([sides.left for sides in parts if sides.left])
    right = _breaks([sides.right for sides in parts if sides.right])
    fewer, more = sorted((left, right), key=len)
    same = sum(1 for height in fewer if any(abs(height - other) < 2 for other in more))
    return len(fewer) >= 2 and same >= 0.6 * len(more)


def _breaks(side: Sequence[Line]) -> list[float]:
    """Heights of the lines that begin after more than the usual step."""
    tops = sorted((line.top for line in side), reverse=True)
    steps = [upper - lower for upper, lower in pairwise(tops)]
    usual = median(steps) if steps else 0.0
    return [lower for lower, step in zip(tops[1:], steps, strict=True) if step > _APART * usual]
