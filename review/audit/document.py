"""Cuts a handoff document into the statements it makes: sentences and `label: value` lines, headings kept beside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indexer.models import RawArtifact, RawSegment
from indexer.sentences import sentence_spans

MIN_WORDS = 3
MAX_STATEMENTS = 400
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦]|\d{1,2}[.)]|\[[ xX]?\])\s+")
_RULE = re.compile(r"^[\s|:_=*-]+$")
_HEAD = re.compile(r"^\s*#{1,6}\s+")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)")
_ROW = re.compile(r"\t|\|")
_SUBJECT = re.compile(r"^(?:Subject:\s*)?(?:(?:re|fwd?|aw|wg):\s*)*", re.I)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon)|hallo|liebe[rs]?|best|kind|many thanks|thanks|viele grüße)\b[^.!?]{0,40}[,!]?$",
    re.I,
)
_UNREAD = ("hidden", "event", "signature", "quoted")
_COLUMNS = frozenset(
    "name role title side position contact email phone owner who what when where why how item term field topic area category "
    "value amount detail details description note notes comment comments remark remarks status state priority severity date due "
    "source type answer question action task risk impact rolle wert datum thema bemerkung zuständig".split()
)
"""What the columns of a table of a handoff are called; a row of such words states nothing."""
_LABEL_ONLY = re.compile(r"^[^.!?]{1,60}:$")


class Statement(NamedTuple):
    """A statement as the document words it, the heading above it, and where it stands."""

    text: str
    heading: str
    place: str
    asks: bool
    """True for a question: it states nothing, but names what is open."""

    @property
    def whole(self) -> str:
        """The statement with its heading, for finding what it is about."""
        return f"{self.heading}: {self.text}" if self.heading else self.text


def statements_of(artifacts: Sequence[RawArtifact]) -> list[Statement]:
    """Every statement and question of a document, in order, at most MAX_STATEMENTS.

    What a mail quotes of others is only read where it holds more words than the mail itself: a forwarded document.
    """
    found: list[Statement] = []
    for artifact in artifacts:
        unread = _UNREAD if _words(artifact, "body") >= _words(artifact, "quoted") else _UNREAD[:-1]
        heading, in_table = "", False
        for segment in artifact.segments:
            if segment.role in unread:
                continue
            if segment.role == "heading" or _HEAD.match(segment.text):
                heading, in_table = _heading(segment.text), False
                continue
            heading, in_table, cut = _cut(segment, heading, in_table)
            found += cut
    return found[:MAX_STATEMENTS]


def _words(artifact: RawArtifact, role: str) -> int:
    return sum(len(s.text.split()) for s in artifact.segments if s.role == role)


def _heading(line: str) -> str:
    return _SUBJECT.sub("", _plain(_HEAD.sub("", line))).rstrip(":")


def _cut(segment: RawSegment, heading: str, in_table: bool) -> tuple[str, bool, list[Statement]]:
    """The statements of a segment, the heading that holds after it, and whether it ended in a table."""
    found = []
    for line in _lines(segment.text):
        text, begins = _plain(line), not in_table
        in_table = bool(_ROW.search(line.strip().strip("|")))
        if _RULE.match(text) or not text:
            in_table = not begins
            continue
        if _titles(line, text) or _HEAD.match(line):
            heading = _heading(line)
            continue
        if in_table and begins and _names_columns(line):
            continue
        for start, end in sentence_spans(text) or [(0, len(text))]:
            sentence = text[start:end].strip()
            if len(re.findall(r"\w+", sentence)) >= MIN_WORDS and not _GREETING.match(sentence):
                place = segment.locator.label
                found.append(Statement(sentence, heading, place, sentence.endswith("?")))
    return heading, in_table, found


def _titles(line: str, text: str) -> bool:
    """True for a line that only says what the next ones are about."""
    if _LABEL_ONLY.match(text):
        return True
    short = len(re.findall(r"\w+", text)) < MIN_WORDS and text[:1].isupper()
    return short and text[-1].isalnum() and not _BULLET.match(line) and not _ROW.search(line)


def _names_columns(row: str) -> bool:
    """True for a table's first row if most of its cells are usual names of columns."""
    cells = [c.strip().rstrip(":").casefold() for c in _ROW.split(row.strip().strip("|"))]
    return 2 * sum(c in _COLUMNS for c in cells) >= len(cells)


def _lines(text: str) -> Iterator[str]:
    """Lines that begin a point stand alone, others run on: a document wraps where it pleases."""
    run = ""
    for line in text.split("\n"):
        alone = _BULLET.match(line) or _HEAD.match(line) or _ROW.search(line)
        if run and (alone or not line.strip() or run.rstrip().endswith((".", "!", "?", ":"))):
            yield run
            run = ""
        run = f"{run} {line.strip()}".strip() if run and not alone else line
        if _HEAD.match(run):
            yield run
            run = ""
    if run.strip():
        yield run


def _plain(line: str) -> str:
    """The words of a line without the marks of Markdown; cells of a row joined by a colon or comma."""
    text = _MARKS.sub("", _BULLET.sub("", line)).strip().strip("|").strip()
    cells = [c.strip() for c in re.split(r"\t|\s\|\s|\|", text) if c.strip()]
    if len(cells) > 1:
        text = f"{cells[0]}: {', '.join(cells[1:])}"
    return " ".join(text.split())
