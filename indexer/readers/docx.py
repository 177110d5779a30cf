"""Owns Word documents (DOCX): body in reading order, tables, headers, notes, comments.

python-docx loses text inserted with track changes and misses tables in `paragraphs`, so the XML is
walked here. Deleted text never becomes text; it is kept in `meta`, as are the inserted words, which
are text, and who made the changes. Automatic clause numbers are no text either: they go to the
heading path and the label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from indexer.errors import UnreadableFile
from indexer.models import ClauseLocator, RawArtifact, RawSegment, Reading
from indexer.readers import transcript_text
from indexer.readers.base import Source, Sources
from indexer.readers.contracts import document_kind
from indexer.readers.docx_numbering import Numbering
from indexer.readers.docx_text import (
    blocks,
    cell_paragraphs,
    change_authors,
    deleted,
    hidden_text,
    inserted,
    rows,
    text_of,
)
from indexer.readers.office import MALFORMED, OLE, check_package, member_names, modified
from indexer.readers.transcripts import date_in_name, title_of

_SUFFIXES = (".docx", ".docm", ".dotx")
_EXTRA_PARTS = (("footnotes", "footnote"), ("endnotes", "endnote"))
CHANGES_LIMIT = 2000


class DocxReader:
    """Word documents."""

    name = "Word (docx)"
    version = 2

    def recognises(self, source: Source) -> bool:
        if source.content.startswith(OLE):
            return source.suffix in (*_SUFFIXES, ".doc")
        return "word/document.xml" in member_names(source.content) or source.suffix in _SUFFIXES

    def read(self, source: Source, sources: Sources) -> Reading:
        check_package(source.content)
        try:
            document = docx.Document(BytesIO(source.content))
            segments = (*_Body(document).segments(), *around(document))
            name = document.core_properties.title
        except (PackageNotFoundError, *MALFORMED) as error:
            raise UnreadableFile("the document is damaged") from error
        if not segments:
            raise UnreadableFile("no text in the document (pictures only?)")
        text = "\n".join(segment.text for segment in segments)
        spoken = transcript_text.parse(text, source.path)
        if spoken:
            return Reading(artifacts=spoken)
        artifact = RawArtifact(
            path=source.path,
            kind=document_kind(text, source.name),
            system="word",
            title=_title(segments) or name or title_of(source.path),
            date=date_in_name(source.path),
            segments=segments,
            meta=_changes(document) | modified(source.content),
        )
        return Reading(artifacts=(artifact,))


def _title(segments: tuple[RawSegment, ...]) -> str:
    return segments[0].text[:120] if segments[0].role == "heading" else ""


def _changes(document: Any) -> dict[str, str]:
    body = document.element.body
    found: dict[str, str] = {}
    if next(body.iter(qn("w:ins"), qn("w:moveTo")), None) is not None:
        found["has_insertions"] = "true"
    for name, texts in (
        ("inserted_text", inserted(body)),
        ("deleted_text", deleted(body)),
        ("changed_by", dict.fromkeys(change_authors(body))),
    ):
        if joined := " | ".join(text for text in texts if text.strip()):
            found[name] = joined[:CHANGES_LIMIT]
    return found


@dataclass
class _Body:
    """Walks the body with the state that locators need: heading path and counters."""

    document: Any
    path: list[tuple[int, str]] = field(default_factory=list)
    paragraph: int = 0

    def segments(self) -> Iterator[RawSegment]:
        numbering = Numbering(self.document)
        for block in blocks(self.document.element.body):
            if block.tag == qn("w:tbl"):
                for row in rows(block):
                    yield from self._row(row)
            else:
                yield from self._paragraph(block, numbering)

    def _paragraph(self, element: Any, numbering: Numbering) -> Iterator[RawSegment]:
        text = text_of(element)
        if hidden := hidden_text(element):
            yield RawSegment(text=hidden, locator=self._locator(""), role="hidden")
        number = numbering.next(element) if text else ""
        if not text:
            return
        level = self._level(element)
        if level is not None:
            title = f"{number} {text}".strip()
            self.path = [*(entry for entry in self.path if entry[0] < level), (level, title)]
            self.paragraph = 0
            yield RawSegment(text=text, locator=self._locator(number), role="heading")
        else:
            self.paragraph += 1
            yield RawSegment(text=text, locator=self._locator(number))

    def _row(self, cells: list[Any]) -> Iterator[RawSegment]:
        filled = [paragraphs for cell in cells if (paragraphs := cell_paragraphs(cell))]
        if not filled:
            return
        if len(filled) == 1:
            # A table of one cell is page layout: its paragraphs are cited one by one.
            for text in filled[0]:
                self.paragraph += 1
                yield RawSegment(text=text, locator=self._locator(""), role="row")
            return
        self.paragraph += 1
        text = "\t".join(" ".join(paragraphs) for paragraphs in filled)
        yield RawSegment(text=text, locator=self._locator(""), role="row")

    def _level(self, element: Any) -> int | None:
        """Heading level: 0 for the title, None for running text."""
        outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and int(outline.get(qn("w:val"), "9")) < 9:
            return int(outline.get(qn("w:val"))) + 1
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name = self._style_name(style.get(qn("w:val"))) if style is not None else ""
        if name == "title":
            return 0
        digits = name.removeprefix("heading ")
        return int(digits) if name.startswith("heading ") and digits.isdigit() else None

    def _style_name(self, style_id: str) -> str:
        for style in self.document.styles.element.iterchildren(qn("w:style")):
            if style.get(qn("w:styleId")) == style_id:
                name = style.find(qn("w:name"))
                return str(name.get(qn("w:val"), "")).lower() if name is not None else ""
        return ""

    def _locator(self, number: str) -> ClauseLocator:
        path = tuple(title for _, title in self.path)
        heading = path[-1] if path else ""
        if self.paragraph == 0:
            label = heading
        else:
            what = f"{number} (para {self.paragraph})" if number else f"para {self.paragraph}"
            label = f"{heading}, {what}" if heading else what
        return ClauseLocator(path=path, paragraph=self.paragraph, label=label)


def around(document: Any) -> Iterator[RawSegment]:
    """Headers and footers once each, then foot- and endnotes, then comments as hidden."""
    seen: set[str] = set()
    for section in document.sections:
        for what in ("header", "first_page_header", "footer", "first_page_footer"):
            part = getattr(section, what)
            if part.is_linked_to_previous:
                continue
            for block in blocks(part._element):
                text = text_of(block) if block.tag == qn("w:p") else _table_text(block)
                if text and text not in seen:
                    seen.add(text)
                    yield _extra(text, what.removeprefix("first_page_"))
    for relation in document.part.rels.values():
        for ending, what in _EXTRA_PARTS:
            if relation.reltype.endswith(f"/{ending}") and not relation.is_external:
                yield from _notes(relation.target_part.blob, what)
        if relation.reltype.endswith("/comments") and not relation.is_external:
            yield from _comments(relation.target_part.blob)


def _table_text(table: Any) -> str:
    return "\t".join(
        " ".join(paragraphs)
        for row in rows(table)
        for cell in row
        if (paragraphs := cell_paragraphs(cell))
    )


def _extra(text: str, label: str) -> RawSegment:
    return RawSegment(text=text, locator=ClauseLocator(label=label))


def _parts(blob: bytes, tag: str) -> Iterator[Any]:
    yield from parse_xml(blob).iterchildren(qn(tag))


def _notes(blob: bytes, what: str) -> Iterator[RawSegment]:
    for note in _parts(blob, f"w:{what}"):
        text = " ".join(part for block in note.iterchildren(qn("w:p")) if (part := text_of(block)))
        if text:
            yield _extra(text, f"{what} {note.get(qn('w:id'))}")


def _comments(blob: bytes) -> Iterator[RawSegment]:
    for note in _parts(blob, "w:comment"):
        text = "\n".join(part for block in note.iter(qn("w:p")) if (part := text_of(block)))
        author = note.get(qn("w:author")) or None
        if text:
            label = f"comment by {author or 'an unnamed reviewer'}"
            yield RawSegment(
                text=text,
                locator=ClauseLocator(label=label),
                role="hidden",
                speaker=author,
                at=_day(note.get(qn("w:date"), "")),
            )


def _day(stamp: str) -> date | None:
    """The day of a comment. Word writes local time and calls it UTC, so that no more is sure."""
    try:
        return datetime.fromisoformat(stamp).date()
    except ValueError:
        return None


reader = DocxReader()
