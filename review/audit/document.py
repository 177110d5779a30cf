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
    """Every statement and question of a document, in order, at most MAX_STATEMENTS."""
    found: list[Statement] = []
    for artifact in artifacts:
        heading = ""
        for segment in artifact.segments:
            if segment.role in ("hidden", "event", "signature"):
                continue
            if segment.role == "heading" or _HEAD.match(segment.text):
                heading = _plain(_HEAD.sub("", segment.text))
                continue
            heading, cut = _cut(segment, heading)
            found += cut
    return found[:MAX_STATEMENTS]


def _cut(segment: RawSegment, heading: str) -> tuple[str, list[Statement]]:
    """The statements of a segment, and the heading that holds after it."""
    found = []
    for line in _lines(segment.text):
        if _HEAD.match(line):
            heading = _plain(_HEAD.sub("", line))
            continue
        text = _plain(line)
        if _RULE.match(text) or not text:
            continue
        if _LABEL_ONLY.match(text):
            heading = text.rstrip(":")
            continue
        for start, end in sentence_spans(text) or [(0, len(text))]:
            sentence = text[start:end].strip()
            if len(re.findall(r"\w+", sentence)) >= MIN_WORDS:
                place = segment.locator.label
                found.append(Statement(sentence, heading, place, sentence.endswith("?")))
    return heading, found


def _lines(text: str) -> Iterator[str]:
    """Lines that begin a point stand alone, others run on: a document wraps where it pleases."""
    run = ""
    for line in text.split("\n"):
        alone = _BULLET.match(line) or _HEAD.match(line) or "\t" in line or "|" in line
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
