"""Owns free notes: Markdown, plain text and HTML, with line numbers and the heading above.

Bullets and paragraphs become segments; the text keeps its own inline marks (`**bold**`, `[x]`),
which is what a person reads in a text file. A pasted chat (`name: text`, `name 10:32`,
`[5/26 1:02 PM] name: text`) gets its speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.errors import UnreadableFile
from indexer.models import LinesLocator, Participant, RawArtifact, RawSegment, Reading, Role
from indexer.readers.base import Source, Sources
from indexer.readers.contracts import contract_like
from indexer.readers.pasted_chat import Line, pasted_chat
from indexer.readers.text import decode, html_lines, html_to_text
from indexer.readers.transcripts import date_in_name, title_of

_SUFFIXES = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".log")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)])\s+(\S.*)$")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$|^\s*```\S*\s*$")
_TABLE_RULE = re.compile(r"^(?=[^|]*\|)[\s:|-]{2,}$")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)*_]*$")
_WRAPPED = 60
"""Lines at least this long, all but the last of a paragraph, were broken by a program."""


@dataclass(frozen=True)
class _Block:
    first: int
    last: int
    text: str
    role: Role
    path: tuple[str, ...]


class NotesReader:
    """Notes in text files."""

    name = "Notes (md, txt, html)"
    version = 1

    def recognises(self, source: Source) -> bool:
        return source.suffix in _SUFFIXES or ("." not in source.name and _is_text(source.content))

    def read(self, source: Source, sources: Sources) -> Reading:
        text = decode(source.content).lstrip("\ufeff")
        hidden: tuple[RawSegment, ...] = ()
        if source.suffix in (".html", ".htm") or text[:200].lower().lstrip().startswith(
            "<!doctype"
        ):
            hidden = _unseen(text)
            text = html_to_text(text)
        if not text.strip():
            raise UnreadableFile("empty file")
        lines = text.splitlines()
        chat = pasted_chat(lines)
        if chat:
            segments = tuple(_chat_segment(line) for line in chat)
        else:
            segments = tuple(_segment(block) for block in _blocks(lines))
        if not segments:
            raise UnreadableFile("no text in the file")
        names = dict.fromkeys(line.speaker for line in chat if line.speaker)
        title = next((s.text for s in segments[:1] if s.role == "heading"), title_of(source.path))
        artifact = RawArtifact(
            path=source.path,
            kind="contract" if not chat and contract_like(text) else "note",
            system="files",
            title=title,
            date=date_in_name(source.path),
            participants=tuple(Participant(name=name, role="speaker") for name in names),
            segments=(*segments, *hidden),
        )
        return Reading(artifacts=(artifact,))


def _unseen(html: str) -> tuple[RawSegment, ...]:
    locator = LinesLocator(first=1, last=1, label="text the page does not show")
    texts = (line.text for line in html_lines(html) if line.hidden and line.text)
    return tuple(RawSegment(text=text, locator=locator, role="hidden") for text in texts)


def _is_text(content: bytes) -> bool:
    return b"\x00" not in content[:1000] and bool(content.strip())


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    path: list[tuple[int, str]] = []
    group: list[tuple[int, str]] = []
    for number, line in [*enumerate(lines, 1), (len(lines) + 1, "")]:
        heading = _HEADING.match(line)
        if heading or not line.strip() or _RULE.match(line) or _TABLE_RULE.match(line):
            yield from _group(group, tuple(title for _, title in path))
            group = []
        else:
            group.append((number, line))
        if heading:
            level = len(heading[1])
            path = [*(entry for entry in path if entry[0] < level), (level, heading[2])]
            titles = tuple(title for _, title in path)
            if heading[2]:
                yield _Block(number, number, heading[2], "heading", titles)


def _group(group: Sequence[tuple[int, str]], path: tuple[str, ...]) -> Iterator[_Block]:
    """Blocks of lines without a blank between: bullets, table rows, paragraphs, single lines."""
    block: list[tuple[int, str]] = []
    wrapped = len(group) > 1 and all(len(line) >= _WRAPPED for _, line in group[:-1])
    for number, line in group:
        if block and not _goes_on(block[-1][1], line, wrapped, bool(_BULLET.match(block[0][1]))):
            yield _block(block, path)
            block = []
        block.append((number, line))
    if block:
        yield _block(block, path)


def _goes_on(before: str, line: str, wrapped: bool, in_bullet: bool) -> bool:
    """True if `line` is the rest of the line before it, broken by an editor's margin."""
    if _BULLET.match(line) or line.lstrip().startswith("|"):
        return False
    if in_bullet and line.startswith((" ", "\t")):
        return True
    ended = bool(_SENTENCE_END.search(before.rstrip())) or before.endswith("  ")
    if wrapped:
        return not ended or not before.endswith("  ")
    return before.rstrip().endswith(",") and line.lstrip()[:1].islower()


def _block(block: Sequence[tuple[int, str]], path: tuple[str, ...]) -> _Block:
    first = block[0][1]
    bullet = _BULLET.match(first)
    numbered = bullet and first.lstrip()[:1].isdigit()
    texts = [line.strip() for _, line in block]
    if bullet and not numbered:
        texts[0] = bullet[1].strip()
    if first.lstrip().startswith("|"):
        cells = [cell.strip() for cell in first.strip().strip("|").split("|")]
        return _Block(block[0][0], block[-1][0], "\t".join(cells), "row", path)
    return _Block(block[0][0], block[-1][0], " ".join(texts), "body", path)


def _locator(first: int, last: int, path: tuple[str, ...]) -> LinesLocator:
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    label = f"{' > '.join(path)}, {lines}" if path else lines
    return LinesLocator(first=first, last=last, label=label)


def _segment(block: _Block) -> RawSegment:
    locator = _locator(block.first, block.last, block.path)
    return RawSegment(text=block.text, locator=locator, role=block.role)


def _chat_segment(line: Line) -> RawSegment:
    lines = f"line {line.first}" if line.first == line.last else f"lines {line.first}-{line.last}"
    label = ", ".join(part for part in (line.time, line.speaker, lines) if part)
    locator = LinesLocator(first=line.first, last=line.last, label=label)
    return RawSegment(text=line.text, locator=locator, speaker=line.speaker)


reader = NotesReader()
