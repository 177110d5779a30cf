"""Owns PowerPoint decks: title, text, tables and speaker notes of each slide.

python-pptx gives no text in nested groups by itself, so shapes are walked. A deck that calls itself
a proposal or quote is of kind `proposal`. Hidden slides are kept as hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Literal

import pptx
from pptx.exc import PythonPptxError

from indexer.errors import UnreadableFile
from indexer.models import RawArtifact, RawSegment, Reading, Role, SlideLocator
from indexer.readers.base import Source, Sources
from indexer.readers.office import MALFORMED, OLE, check_package, member_names, modified
from indexer.readers.transcripts import date_in_name, title_of

_SUFFIXES = (".pptx", ".pptm", ".ppsx")
_PROPOSAL = re.compile(r"\b(?:proposal|quote|quotation|investment|pricing|offer)\b", re.I)
Part = Literal["title", "body", "table", "notes"]


class PptxReader:
    """PowerPoint decks."""

    name = "PowerPoint (pptx)"
    version = 2

    def recognises(self, source: Source) -> bool:
        if source.content.startswith(OLE):
            return source.suffix in (*_SUFFIXES, ".ppt")
        return "ppt/presentation.xml" in member_names(source.content) or source.suffix in _SUFFIXES

    def read(self, source: Source, sources: Sources) -> Reading:
        check_package(source.content)
        try:
            deck = pptx.Presentation(BytesIO(source.content))
            found = [
                segment
                for number, slide in enumerate(deck.slides, 1)
                for segment in _slide(number, slide)
            ]
        except (PythonPptxError, *MALFORMED) as error:
            raise UnreadableFile("the presentation is damaged") from error
        if not found:
            raise UnreadableFile("no text on any slide (pictures only)")
        titles = [s.text for s in found if getattr(s.locator, "part", "") == "title"]
        offer = _PROPOSAL.search("\n".join([re.sub(r"[_-]", " ", source.name), *titles]))
        artifact = RawArtifact(
            path=source.path,
            kind="proposal" if offer else "slides",
            system="powerpoint",
            title=titles[0] if titles else title_of(source.path),
            date=date_in_name(source.path),
            segments=tuple(found),
            meta={"slides": str(len(deck.slides))} | modified(source.content),
        )
        return Reading(artifacts=(artifact,))


def _slide(number: int, slide: Any) -> Iterator[RawSegment]:
    hidden = slide.element.get("show") == "0"
    title = slide.shapes.title
    heading = _clean(title.text_frame.text) if title is not None else ""
    if heading:
        yield _segment(number, "title", heading, heading, hidden)
    for shape in _shapes(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            for part, text in _texts(shape):
                yield _segment(number, part, text, heading, hidden)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            if text := _clean(paragraph.text):
                yield _segment(number, "notes", text, heading, hidden)


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _texts(shape: Any) -> Iterator[tuple[Part, str]]:
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [_clean(cell.text) for cell in row.cells if not cell.is_spanned]
            if any(cells):
                yield "table", "\t".join(cells)
    elif getattr(shape, "has_chart", False):
        chart = shape.chart
        if chart.has_title and chart.chart_title.has_text_frame:
            yield "body", _clean(chart.chart_title.text_frame.text)
    elif getattr(shape, "has_text_frame", False):
        for paragraph in shape.text_frame.paragraphs:
            if text := _clean(paragraph.text):
                yield "body", text


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\v", " ")).strip()


def _segment(number: int, part: Part, text: str, heading: str, hidden: bool) -> RawSegment:
    where = {"title": "", "body": heading, "table": heading, "notes": "speaker notes"}[part]
    label = f"slide {number}" + (f", {where}" if where else "")
    shown: dict[Part, Role] = {"title": "heading", "table": "row"}
    role: Role = "hidden" if hidden else shown.get(part, "body")
    locator = SlideLocator(slide=number, part=part, label=label)
    return RawSegment(text=text, locator=locator, role=role)


reader = PptxReader()
