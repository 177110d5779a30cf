"""Owns PDF documents: paragraphs, clauses and table rows with their pages, form field values.

pypdfium2 gives characters with boxes; `pdf_lines` makes lines of them, `pdf_paragraphs` paragraphs.
A page without text beside pages with text is reported; a file without any text is a scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2

from indexer.errors import UnreadableFile
from indexer.models import (
    ClauseLocator,
    Locator,
    NotRead,
    PageLocator,
    RawArtifact,
    RawSegment,
    Reading,
    Role,
)
from indexer.readers import transcript_text
from indexer.readers.base import Source, Sources
from indexer.readers.contracts import document_kind
from indexer.readers.pdf_forms import field_values
from indexer.readers.pdf_lines import page_lines
from indexer.readers.pdf_paragraphs import Paragraph, paragraphs
from indexer.readers.transcripts import date_in_name, title_of

_NUMBER = re.compile(
    r"^(?P<number>(?:article|section|exhibit|schedule|appendix|annex)\s+[\dA-Z]+[.:]?"
    r"|\d{1,2}(?:\.\d{1,2})*\.?)\s+(?P<rest>\S.*)$",
    re.I | re.S,
)
_SCAN = "no text layer (a scan); run text recognition on it first"


class PdfReader:
    """PDF documents with a text layer."""

    name = "PDF with text"
    version = 1

    def recognises(self, source: Source) -> bool:
        return b"%PDF-" in source.content[:1024] or source.suffix == ".pdf"

    def read(self, source: Source, sources: Sources) -> Reading:
        if not source.content:
            raise UnreadableFile("empty file")
        document = _open(source.content)
        try:
            pages = [page_lines(document[number], number + 1) for number in range(len(document))]
            fields = field_values(document)
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile("the PDF is damaged") from error
        finally:
            document.close()
        if not any(pages) and not fields:
            raise UnreadableFile(_SCAN)
        body = list(_segments(paragraphs(pages)))
        text = "\n".join(segment.text for segment in body)
        spoken = transcript_text.parse(text, source.path)
        if spoken:
            return Reading(artifacts=spoken, not_read=_blank(source.path, pages))
        artifact = RawArtifact(
            path=source.path,
            kind=document_kind(text, source.name),
            system="pdf",
            title=_title(body) or title_of(source.path),
            date=date_in_name(source.path),
            segments=(*body, *_field_segments(fields)),
            meta={"pages": str(len(pages))},
        )
        return Reading(artifacts=(artifact,), not_read=_blank(source.path, pages))


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile("password protected") from error
        raise UnreadableFile("the PDF is damaged") from error


def _blank(path: str, pages: Sequence[Sequence[object]]) -> tuple[NotRead, ...]:
    empty = [str(number) for number, lines in enumerate(pages, 1) if not lines]
    if not empty:
        return ()
    return (NotRead(path=path, why=f"no text on page {', '.join(empty)} (a scan or a picture)"),)


def _title(body: Sequence[RawSegment]) -> str:
    headings = [segment.text for segment in body[:5] if segment.role == "heading"]
    return headings[0][:120] if headings else ""


@dataclass
class _Place:
    """Where in the document the walk is: the heading above, and the paragraph under it."""

    heading: str = ""
    paragraph: int = 0


def _segments(found: Sequence[Paragraph]) -> Iterator[RawSegment]:
    place = _Place()
    page = found[0].page if found else 1
    for paragraph in found:
        if paragraph.heading:
            place = _Place(paragraph.text)
        elif not paragraph.margin:
            place.paragraph += 1
        role: Role = "heading" if paragraph.heading else "row" if paragraph.row else "body"
        if paragraph.hidden:
            role = "hidden"
        yield RawSegment(
            text=paragraph.text,
            locator=_locator(paragraph, place),
            role=role,
            joiner_before="\f" if paragraph.page != page else "\n",
        )
        page = paragraph.page


def _locator(paragraph: Paragraph, place: _Place) -> Locator:
    label = f"p. {paragraph.page}"
    numbered = _NUMBER.match(paragraph.text)
    if paragraph.margin or not (place.heading or (numbered and not paragraph.row)):
        return PageLocator(page=paragraph.page, label=label)
    heading = place.heading
    shown = heading
    if numbered and not paragraph.row and not paragraph.heading:
        under = _NUMBER.match(heading)
        title = under["rest"] if under else heading
        shown = f"{numbered['number']} {title}".strip()
    return ClauseLocator(
        path=(heading,) if heading else (),
        paragraph=place.paragraph,
        page=paragraph.page,
        label=f"{label}, {shown[:80]}",
    )


def _field_segments(fields: Sequence[tuple[int, str, str]]) -> Iterator[RawSegment]:
    for page, name, value in fields:
        locator = PageLocator(page=page, label=f"p. {page}, form field {name}")
        yield RawSegment(text=f"{name}: {value}", locator=locator, role="field")


reader = PdfReader()
