"""Owns PDF documents: paragraphs, clauses and table rows with their pages, form field values.

pypdfium2 gives characters with boxes; `pdf_lines` makes lines of them, `pdf_columns` puts them in
reading order, `pdf_paragraphs` makes paragraphs. Pages without text are read by `pdf_ocr` where that
can be had; otherwise they are reported, and a file without any text is a scan.
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
from indexer.readers.pdf_columns import in_columns
from indexer.readers.pdf_forms import field_values
from indexer.readers.pdf_lines import page_lines
from indexer.readers.pdf_ocr import Scanned, read_scanned
from indexer.readers.pdf_paragraphs import Paragraph, paragraphs
from indexer.readers.transcripts import date_in_name, title_of

_NUMBER = re.compile(
    r"^(?P<number>(?:article|section|exhibit|schedule|appendix|annex)\s+[\dA-Z]+[.:]?"
    r"|\d{1,2}(?:\.\d{1,2})*\.?)\s+(?P<rest>\S.*)$",
    re.I | re.S,
)
_SCAN = "no text layer (a scan); {why}"


MAX_PAGES = 3_000


class PdfReader:
    """PDF documents with a text layer."""

    name = "PDF"
    version = 3

    def recognises(self, source: Source) -> bool:
        return b"%PDF-" in source.content[:1024] or source.suffix == ".pdf"

    def read(self, source: Source, sources: Sources) -> Reading:
        if not source.content:
            raise UnreadableFile("empty file")
        document = _open(source.content)
        if len(document) > MAX_PAGES:
            raise UnreadableFile(f"holds more than {MAX_PAGES:,} pages; split it")
        try:
            pages = [
                in_columns(page_lines(document[number], number + 1))
                for number in range(len(document))
            ]
            fields = field_values(document)
            empty = [number for number, lines in enumerate(pages, 1) if not lines]
            scanned = read_scanned(document, empty)
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile("the PDF is damaged") from error
        finally:
            document.close()
        if not any(pages) and not fields and not scanned.pages:
            why = next(iter(scanned.unread.values()), "it has no pages")
            raise UnreadableFile(_SCAN.format(why=why))
        body = _in_order([*_segments(paragraphs(pages)), *_scanned_segments(scanned)])
        text = "\n".join(segment.text for segment in body)
        spoken = transcript_text.parse(text, source.path)
        if spoken:
            return Reading(artifacts=spoken, not_read=_unread(source.path, scanned))
        artifact = RawArtifact(
            path=source.path,
            kind=document_kind(text, source.name),
            system="pdf",
            title=_title(body) or title_of(source.path),
            date=date_in_name(source.path),
            segments=(*body, *_field_segments(fields)),
            meta={"pages": str(len(pages))} | _ocr_meta(scanned),
        )
        return Reading(artifacts=(artifact,), not_read=_unread(source.path, scanned))


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile("password protected") from error
        raise UnreadableFile("the PDF is damaged") from error


def _unread(path: str, scanned: Scanned) -> tuple[NotRead, ...]:
    """The pages that gave no text, by number, with the reason."""
    reasons = dict.fromkeys(scanned.unread.values())
    return tuple(
        NotRead(
            path=path, why=f"no text on page {_numbers(scanned, why)} (a scan or a picture); {why}"
        )
        for why in reasons
    )


def _numbers(scanned: Scanned, why: str) -> str:
    return ", ".join(str(number) for number, given in scanned.unread.items() if given == why)


def _ocr_meta(scanned: Scanned) -> dict[str, str]:
    if not scanned.pages:
        return {}
    return {"ocr": "true", "ocr_pages": ", ".join(str(number) for number in scanned.pages)}


def _scanned_segments(scanned: Scanned) -> Iterator[RawSegment]:
    for number, texts in scanned.pages.items():
        for text in texts:
            locator = PageLocator(
                page=number, label=f"p. {number}, read from a picture of the page"
            )
            yield RawSegment(text=text, locator=locator)


def _in_order(found: Sequence[RawSegment]) -> list[RawSegment]:
    """Segments page by page, with a form feed where a page begins."""
    ordered = sorted(found, key=_page)
    before = [ordered[0], *ordered] if ordered else []
    return [
        one.model_copy(update={"joiner_before": "\n" if _page(one) == _page(last) else "\f"})
        for last, one in zip(before, ordered, strict=False)
    ]


def _page(segment: RawSegment) -> int:
    locator = segment.locator
    return (locator.page or 0) if isinstance(locator, PageLocator | ClauseLocator) else 0


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
        )


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
