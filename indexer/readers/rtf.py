"""Owns Rich Text documents (RTF), as WordPad, TextEdit and older Word save them.

Format: see `rtf_text`, which makes text of the file. A paragraph or table row is one segment. Deleted
words never become text, they are kept in `meta`; hidden words are kept as hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.errors import UnreadableFile
from indexer.models import ClauseLocator, RawArtifact, RawSegment, Reading, Role
from indexer.readers import transcript_text
from indexer.readers.base import Source, Sources
from indexer.readers.contracts import document_kind
from indexer.readers.rtf_text import START, RichText, State, rtf_text
from indexer.readers.transcripts import date_in_name, title_of

DELETED_LIMIT = 2000
_ASIDES: tuple[tuple[State, str, Role], ...] = (
    ("margin", "header or footer", "body"),
    ("footnote", "footnote", "body"),
    ("comment", "comment", "hidden"),
    ("hidden", "text the document does not show", "hidden"),
)


class RtfReader:
    """Rich Text documents."""

    name = "Rich Text (rtf)"
    version = 1

    def recognises(self, source: Source) -> bool:
        return source.content[:64].lstrip().startswith(START) or source.suffix == ".rtf"

    def read(self, source: Source, sources: Sources) -> Reading:
        if not source.content.strip():
            raise UnreadableFile("empty file")
        found = rtf_text(source.content)
        segments = tuple(_segments(found))
        if not segments:
            raise UnreadableFile("no text in the document (pictures only?)")
        text = "\n".join(segment.text for segment in segments)
        if spoken := transcript_text.parse(text, source.path):
            return Reading(artifacts=spoken)
        artifact = RawArtifact(
            path=source.path,
            kind=document_kind(text, source.name),
            system="rtf",
            title=title_of(source.path),
            date=date_in_name(source.path),
            segments=segments,
            meta=_meta(found),
        )
        return Reading(artifacts=(artifact,))


def _segments(found: RichText) -> Iterator[RawSegment]:
    number = 0
    for line in found.visible.split("\n"):
        role: Role = "row" if line.rstrip().endswith("|") else "body"
        text = _row(line) if role == "row" else " ".join(line.replace("\u00ad", "").split())
        if text:
            number += 1
            locator = ClauseLocator(paragraph=number, label=f"para {number}")
            yield RawSegment(text=text, locator=locator, role=role)
    for state, label, role in _ASIDES:
        for line in dict.fromkeys(found.parts.get(state, "").split("\n")):
            if text := " ".join(line.split()):
                yield RawSegment(text=text, locator=ClauseLocator(label=label), role=role)


def _row(line: str) -> str:
    """A table row: striprtf ends each cell with a bar."""
    cells = (" ".join(cell.split()) for cell in line.split("|"))
    return "\t".join(cell for cell in cells if cell)


def _meta(found: RichText) -> dict[str, str]:
    meta = {"has_insertions": "true"} if found.revised else {}
    if gone := " ".join(found.parts.get("deleted", "").split()):
        meta["deleted_text"] = gone[:DELETED_LIMIT]
    return meta


reader = RtfReader()
