"""Owns transcripts saved as Word documents: Teams, Google Meet, Otter, Fireflies (DOCX).

Which lines are turns is known to `transcript_text` and `meet` (formats.md, section 6); this reader
gives them the lines a person sees. What stands unseen or beside the words (hidden runs, comments,
headers) is no speech: it follows under its own locator. Everything else is the Word reader's.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from indexer.errors import UnreadableFile
from indexer.models import ClauseLocator, RawSegment, Reading
from indexer.readers import transcript_text
from indexer.readers.base import Source, Sources
from indexer.readers.docx import around
from indexer.readers.docx_text import blocks, cell_paragraphs, hidden_text, rows, text_of
from indexer.readers.office import DAMAGED, MALFORMED, check_package

_BODY = "word/document.xml"
_TAG = re.compile(rb"<[^<>]*>")
_CLOCK = re.compile(rb"\d{1,2}:\d\d")
MAX_BODY = 30_000_000
"""Bytes of XML; a day of speech has a tenth of that."""


class DocxTranscriptReader:
    """Transcripts in Word documents."""

    name = "Transcripts in Word (docx)"
    version = 1

    def recognises(self, source: Source) -> bool:
        if not _CLOCK.search(_TAG.sub(b"", _body(source.content))):
            return False
        try:
            lines = _lines(_document(source.content))
        except UnreadableFile:
            # The Word reader says what is wrong with it.
            return False
        return transcript_text.looks_like("\n".join(lines), "")

    def read(self, source: Source, sources: Sources) -> Reading:
        document = _document(source.content)
        artifacts = transcript_text.parse("\n".join(_lines(document)), source.path)
        if not artifacts:
            raise UnreadableFile("no turns of speakers found")
        call = artifacts[0]
        beside = tuple(_beside(document))
        call = call.model_copy(update={"segments": (*call.segments, *beside)})
        return Reading(artifacts=(call, *artifacts[1:]))


def _body(content: bytes) -> bytes:
    """The document's XML up to a limit; empty if there is none. For recognising only."""
    if not content.startswith(b"PK"):
        return b""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package, package.open(_BODY) as part:
            found = part.read(MAX_BODY + 1)
    except (*DAMAGED, KeyError, RuntimeError):
        return b""
    return found if len(found) <= MAX_BODY else b""


def _document(content: bytes) -> Any:
    check_package(content)
    try:
        return docx.Document(BytesIO(content))
    except (PackageNotFoundError, *DAMAGED, *MALFORMED) as error:
        raise UnreadableFile("the document is damaged") from error


def _lines(document: Any) -> list[str]:
    """The lines of the body as a person sees them; a line break in a paragraph ends a line."""
    found: list[str] = []
    try:
        for block in blocks(document.element.body):
            if block.tag == qn("w:tbl"):
                for row in rows(block):
                    found.append("\t".join(" ".join(cell_paragraphs(cell)) for cell in row))
            else:
                found.extend(text_of(block).split("\n"))
    except (RecursionError, *MALFORMED) as error:
        raise UnreadableFile("the document is damaged") from error
    return [line.strip() for line in found]


def _beside(document: Any) -> Iterator[RawSegment]:
    """Runs that nobody sees, then headers, footers, notes and comments."""
    try:
        for paragraph in document.element.body.iter(qn("w:p")):
            if hidden := hidden_text(paragraph):
                yield RawSegment(text=hidden, locator=ClauseLocator(label="hidden"), role="hidden")
        yield from around(document)
    except (RecursionError, *MALFORMED) as error:
        raise UnreadableFile("the document is damaged") from error


reader = DocxTranscriptReader()
