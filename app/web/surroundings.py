"""Owns what stands around a citation: the part of its source that a person would look at, the words marked.

A call is turns, a mail its paragraphs, a chat its thread, a sheet a grid, a CRM record its fields, a document
its paragraphs under their headings. Knows the record, knows no markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from indexer.models import (
    Artifact,
    ClauseLocator,
    FieldLocator,
    MessageLocator,
    MomentLocator,
    PageLocator,
    RowLocator,
    Segment,
    SlideLocator,
)

Layout = Literal["turns", "thread", "mail", "grid", "record", "slides", "document"]
REACH = {"turns": 5, "thread": 8, "mail": 30, "grid": 6, "record": 60, "slides": 12, "document": 7}
"""How many segments on either side are shown before the whole source is opened."""
_CELLS = re.compile(r"\t|, (?=[^,:\n]{1,40}: )")
_NAMED = re.compile(r"([^:\n]{1,48}): ")


@dataclass(frozen=True)
class Piece:
    """Words, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Cell:
    """A value with the name of its column or field; either may be empty."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def marked(self) -> bool:
        return any(p.marked for p in self.pieces)


@dataclass(frozen=True)
class Line:
    """A segment as it is shown."""

    segment: Segment
    pieces: tuple[Piece, ...]
    cells: tuple[Cell, ...] = ()
    time: str = ""
    same_speaker: bool = False

    @property
    def marked(self) -> bool:
        return any(p.marked for p in self.pieces)


@dataclass(frozen=True)
class Surroundings:
    """A citation's part of its source."""

    artifact: Artifact
    layout: Layout
    lines: tuple[Line, ...]
    start: int
    end: int
    first: bool
    """True if the part begins where the source begins."""
    last: bool
    columns: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    """Headings above the words."""
    page: int | None = None
    near: float = 0.0
    """How far down its page the words stand, 0 to 1, by the order of the text."""

    @property
    def quote(self) -> str:
        return self.artifact.text[self.start : self.end]

    @property
    def said(self) -> Segment | None:
        """The segment that the words begin in."""
        return next((line.segment for line in self.lines if line.marked), None)


def layout_of(artifact: Artifact, segment: Segment) -> Layout:
    """How a source is shown, by what its citations point at."""
    match segment.locator:
        case MomentLocator():
            return "turns"
        case MessageLocator():
            return "thread" if artifact.kind == "chat" else "mail"
        case RowLocator():
            return "grid"
        case FieldLocator():
            return "record"
        case SlideLocator():
            return "slides"
        case _:
            return "document"


def pieces_of(text: str, at: int, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """`text`, which begins at offset `at` of its artifact, cut where marked words begin and end."""
    inside = [(max(s - at, 0), min(e - at, len(text))) for s, e in marks]
    edges = sorted({0, len(text), *(edge for s, e in inside if s < e for edge in (s, e))})
    return tuple(
        Piece(text[a:b], any(s <= a and b <= e for s, e in inside)) for a, b in pairwise(edges)
    )


def cells_of(text: str, at: int, marks: Sequence[tuple[int, int]]) -> Iterator[Cell]:
    """The cells of a row, or the one field of a record line; `name: value` becomes both."""
    start = 0
    for cut in (*_CELLS.finditer(text), None):
        stop = cut.start() if cut else len(text)
        named = _NAMED.match(text, start, stop)
        begin = named.end() if named else start
        name = named[1] if named else ""
        marked = marks if any(s < at + stop and at + start < e for s, e in marks) else ()
        pieces = pieces_of(text[begin:stop], at + begin, marked)
        if marked and named and not any(p.marked for p in pieces):
            pieces = (Piece(text[begin:stop], True),)
        yield Cell(name, pieces)
        start = cut.end() if cut else stop


def clock(segment: Segment) -> str:
    """When it was said, as a recording or a chat shows it."""
    locator = segment.locator
    if isinstance(locator, MomentLocator) and locator.seconds is not None:
        minutes, seconds = divmod(int(locator.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
    at = segment.at
    return f"{at:%H:%M}" if isinstance(locator, MessageLocator) and hasattr(at, "hour") else ""


def surroundings(
    artifact: Artifact, segments: Sequence[Segment], start: int, end: int, whole: bool = False
) -> Surroundings | None:
    """The part of `artifact` around the offsets `start` to `end`; `whole` for all of it.

    None if the artifact has no segments.
    """
    if not segments:
        return None
    hits = [i for i, s in enumerate(segments) if s.start < end and start < s.end]
    first, last = (hits[0], hits[-1]) if hits else (0, 0)
    layout = layout_of(artifact, segments[first])
    if whole:
        low, high = 0, len(segments)
    else:
        low, high = _reach(layout, segments, first, last)
    marks = [(start, end)] if hits else []
    lines = tuple(_lines(layout, segments[low:high], marks))
    columns = dict.fromkeys(c.name for line in lines for c in line.cells if c.name)
    locator = segments[first].locator
    return Surroundings(
        artifact=artifact, layout=layout, lines=lines, start=start, end=end, first=low == 0, last=high == len(segments),
        columns=tuple(columns) if layout == "grid" else (),
        path=locator.path if isinstance(locator, ClauseLocator) else (),
        page=locator.page if isinstance(locator, PageLocator | ClauseLocator) else None,
        near=_near(artifact.text, start),
    )  # fmt: skip


def _reach(layout: Layout, segments: Sequence[Segment], first: int, last: int) -> tuple[int, int]:
    """The run of segments shown: some on either side, of the same thread, sheet or slide where there is one."""
    home = _home(segments[first])
    low, high = first, last + 1
    while low > 0 and first - low < REACH[layout] and _home(segments[low - 1]) == home:
        low -= 1
    while high < len(segments) and high - last <= REACH[layout] and _home(segments[high]) == home:
        high += 1
    return low, high


def _home(segment: Segment) -> object:
    """What neighbours must share to be shown together."""
    match segment.locator:
        case MessageLocator(thread=thread) if thread:
            return thread
        case RowLocator(sheet=sheet):
            return sheet
        case SlideLocator(slide=slide):
            return slide
        case _:
            return None


def _lines(
    layout: Layout, segments: Sequence[Segment], marks: Sequence[tuple[int, int]]
) -> Iterator[Line]:
    before: Segment | None = None
    for segment in segments:
        cells: tuple[Cell, ...] = ()
        if layout in ("grid", "record"):
            cells = tuple(cells_of(segment.text, segment.start, marks))
        same = before is not None and layout == "turns" and before.speaker == segment.speaker
        pieces = pieces_of(segment.text, segment.start, marks)
        yield Line(segment, pieces, cells, clock(segment), same)
        before = segment


def _near(text: str, start: int) -> float:
    begin = text.rfind("\f", 0, start) + 1
    stop = text.find("\f", start)
    length = (stop if stop >= 0 else len(text)) - begin
    return (start - begin) / max(length, 1)
