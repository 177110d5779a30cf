"""Owns free notes: Markdown, plain text and HTML, with line numbers and the heading above.

Bullets and paragraphs become segments; Markdown is read as a page shows it, numbers of nested clauses
are in the heading path. A pasted chat (`name: text`, `name 10:32`, `[5/26 1:02 PM] name: text`) gets
its speakers. What a mail saved without its head quotes is marked as quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from indexer.errors import UnreadableFile
from indexer.models import LinesLocator, Participant, RawArtifact, RawSegment, Reading, Role
from indexer.readers.base import Source, Sources
from indexer.readers.contracts import contract_like
from indexer.readers.mail_patterns import HTML_QUOTES
from indexer.readers.markdown_text import plain_line, plain_lines
from indexer.readers.pasted_chat import Line, pasted_chat
from indexer.readers.text import decode, html_lines
from indexer.readers.transcripts import date_in_name, title_of

_MARKDOWN = (".md", ".markdown")
_PAGES = (".html", ".htm", ".xhtml")
_SUFFIXES = (*_MARKDOWN, *_PAGES, ".txt", ".text", ".log")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)])\s+(\S.*)$")
_NUMBER = re.compile(r"^(\s*)(\d{1,3}|[a-z])[.)]\s")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$|^\s*```\S*\s*$")
_PAGE_HEADINGS = {f"h{level}": f"h{level}" for level in range(1, 7)}
_TABLE_RULE = re.compile(r"^(?=[^|]*\|)[\s:|-]{2,}$")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)*_]*$")
_MARGIN = 90
_WRAPPED = 60
"""Lines at least this long, all but the last of a paragraph, were broken by a program."""


@dataclass(frozen=True)
class _Block:
    first: int
    last: int
    text: str
    role: Role
    path: tuple[str, ...]
    """Headings above, then the number of a nested clause, such as `3.2.a`."""


class NotesReader:
    """Notes in text files."""

    name = "Notes (md, txt, html)"
    version = 3

    def recognises(self, source: Source) -> bool:
        return source.suffix in _SUFFIXES or ("." not in source.name and _is_text(source.content))

    def read(self, source: Source, sources: Sources) -> Reading:
        text = decode(source.content).lstrip("\ufeff")
        hidden: tuple[RawSegment, ...] = ()
        page = _Page("", frozenset(), {})
        start = text[:200].lower().lstrip()
        if source.suffix in _PAGES or start.startswith(("<!doctype html", "<html")):
            hidden = _unseen(text)
            page = _page(text)
            text = page.text
        if not text.strip():
            raise UnreadableFile("empty file")
        lines = text.splitlines()
        if source.suffix in _MARKDOWN:
            lines = plain_lines(lines)
        chat = pasted_chat(lines)
        if chat:
            segments = tuple(_chat_segment(line) for line in chat)
        else:
            lines = [f"{page.headings.get(n, '')}{line}" for n, line in enumerate(lines, 1)]
            blocks = _plain(_blocks(lines)) if source.suffix in _MARKDOWN else _blocks(lines)
            segments = tuple(_segment(block, page.quoted) for block in blocks)
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


@dataclass(frozen=True)
class _Page:
    """What an HTML page shows; lines are counted from 1."""

    text: str
    quoted: frozenset[int]
    """Lines that it marks as quoted from a mail."""
    headings: dict[int, str]
    """Of the lines that are headings, the mark that Markdown would put before them."""


def _page(html: str) -> _Page:
    shown: list[str] = []
    quoted: set[int] = set()
    headings: dict[int, str] = {}
    tail = False
    for line in html_lines(html, HTML_QUOTES | _PAGE_HEADINGS):
        if not line.hidden:
            shown.append(line.text)
            tail = tail or "tail" in line.marks
            if tail or "quote" in line.marks:
                quoted.add(len(shown))
            if (level := min(line.marks & _PAGE_HEADINGS.keys(), default="")) and line.text.strip():
                headings[len(shown)] = "#" * int(level[1]) + " "
    return _Page("\n".join(shown), frozenset(quoted), headings)


def _plain(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Blocks of Markdown without its marks; those that hold nothing else are left out."""
    for block in blocks:
        path = tuple(plain_line(title) for title in block.path)
        if text := "\t".join(plain_line(cell) for cell in block.text.split("\t")):
            yield replace(block, text=text, path=path)


def _unseen(html: str) -> tuple[RawSegment, ...]:
    locator = LinesLocator(first=1, last=1, label="text the page does not show")
    texts = (line.text for line in html_lines(html) if line.hidden and line.text)
    return tuple(RawSegment(text=text, locator=locator, role="hidden") for text in texts)


def _is_text(content: bytes) -> bool:
    return b"\x00" not in content[:1000] and bool(content.strip())


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    path: list[tuple[int, str]] = []
    group: list[tuple[int, str]] = []
    clauses = _Clauses()
    broken = _is_hard_wrapped(lines)
    for number, line in [*enumerate(lines, 1), (len(lines) + 1, "")]:
        heading = _HEADING.match(line)
        if heading or not line.strip() or _RULE.match(line) or _TABLE_RULE.match(line):
            yield from _group(group, tuple(title for _, title in path), clauses, broken)
            group = []
        else:
            group.append((number, line))
        if heading:
            level, clauses = len(heading[1]), _Clauses()
            path = [*(entry for entry in path if entry[0] < level), (level, heading[2])]
            titles = tuple(title for _, title in path)
            if heading[2]:
                yield _Block(number, number, heading[2], "heading", titles)


@dataclass
class _Clauses:
    """The numbers of the clauses that a line stands in, by how far they are indented."""

    above: list[tuple[int, str]] = field(default_factory=list)

    def path(self, line: str) -> tuple[str, ...]:
        """The whole number of a clause inside others; nothing for any other line."""
        found = _NUMBER.match(line)
        if found is None:
            return ()
        indent = len(found[1].expandtabs(4))
        self.above = [entry for entry in self.above if entry[0] < indent]
        self.above.append((indent, found[2]))
        return (".".join(number for _, number in self.above),) if len(self.above) > 1 else ()


def _group(
    group: Sequence[tuple[int, str]], path: tuple[str, ...], clauses: _Clauses, broken: bool
) -> Iterator[_Block]:
    """Blocks of lines without a blank between: bullets, table rows, paragraphs, single lines."""
    block: list[tuple[int, str]] = []
    wrapped = broken or _is_wrapped([line.rstrip() for _, line in group])
    for number, line in group:
        if block and not _goes_on(block[-1][1], line, wrapped, bool(_BULLET.match(block[0][1]))):
            yield _block(block, path + clauses.path(block[0][1]))
            block = []
        block.append((number, line))
    if block:
        yield _block(block, path + clauses.path(block[0][1]))


def _is_hard_wrapped(lines: Sequence[str]) -> bool:
    """True for a file whose lines a program broke at a margin: most are nearly as long as it."""
    filled = [len(line.rstrip()) for line in lines if line.strip()]
    near = sum(_WRAPPED <= length <= _MARGIN for length in filled)
    beyond = sum(length > _MARGIN for length in filled)
    return near >= 20 and near * 2 >= len(filled) and beyond * 20 <= len(filled)


def _is_wrapped(lines: Sequence[str]) -> bool:
    """True if a program broke the lines: each is long, or had no room for the next one's first word."""
    if len(lines) < 2:
        return False
    width = max(map(len, lines))
    full = (len(a) + 1 + len(b.split()[0]) > width or _BULLET.match(b) for a, b in pairwise(lines))
    return all(len(line) >= _WRAPPED for line in lines[:-1]) or (width >= _WRAPPED and all(full))


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


def _segment(block: _Block, quoted: frozenset[int]) -> RawSegment:
    locator = _locator(block.first, block.last, block.path)
    role = "quoted" if block.first in quoted else block.role
    return RawSegment(text=block.text, locator=locator, role=role)


def _chat_segment(line: Line) -> RawSegment:
    lines = f"line {line.first}" if line.first == line.last else f"lines {line.first}-{line.last}"
    label = ", ".join(part for part in (line.time, line.speaker, lines) if part)
    locator = LinesLocator(first=line.first, last=line.last, label=label)
    return RawSegment(text=line.text, locator=locator, speaker=line.speaker)


reader = NotesReader()
