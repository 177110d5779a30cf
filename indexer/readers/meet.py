"""Owns the text of Google Meet transcripts, wherever it stands (text, Markdown, a document).

`<title> (2026-02-17 16:04 GMT+1) - Transcript`, attendees, then `Name: text` under block marks such
as `00:05:00`. No utterance has a time of its own: a turn gets the range of its block. What stands
before or after (minutes, a machine's notes) becomes a second artifact. Newer documents begin the
transcript with `Feb 17, 2026` and `<title> - Transcript`, without a time of day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from indexer.models import LinesLocator, Participant, RawArtifact, RawSegment
from indexer.readers.transcripts import (
    Piece,
    day,
    formal_name,
    plausible_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

_TITLE = re.compile(
    r"^[#*\s]{0,20}(?P<title>.{1,300}?) \((?P<day>\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d) (?P<time>\d\d:\d\d)"
    r" ?(?P<zone>GMT(?:[+-]\d{1,2}(?::?\d\d)?)?|UTC|[A-Z]{2,5})\)\s*[-–]\s*Transcript[*\s]*$",
    re.M,
)
_NEWER_DAY = re.compile(r"^[#*\s]{0,20}([A-Z][a-z]{2} \d{1,2}, \d{4})[*\s]*$")
_NEWER_TITLE = re.compile(r"^[#*\s]{0,20}(\S.{0,200}?)\s+[-–] Transcript[*\s]*$")
_MARK = re.compile(r"^[#*\s]{0,20}(\d\d:\d\d:\d\d)[*\s]*$")
_ENDED = re.compile(r"^[#*\s]{0,20}(?:Meeting|Transcription) ended after (\d\d:\d\d:\d\d)")
_SPOKEN = re.compile(r"^\**([^:*]{1,60}):\**\s+(\S.*)$")
_DISCLAIMER = re.compile(r"This editable transcript was computer generated")
_NO_PERSON = re.compile(r"['’]s Presentation$|notetaker|note taker|\bmeeting room\b", re.I)


@dataclass(frozen=True)
class _Parts:
    """Line ranges of the file: the transcript's words, and everything around it."""

    words: list[str]
    around: list[tuple[int, str]]
    attendees: list[str]
    length: float | None


def looks_like(text: str) -> bool:
    """True if a Meet transcript stands in the text."""
    if _TITLE.search(text):
        return True
    return bool(
        re.search(r"^[#*\s]{0,20}(?:Meeting|Transcription) ended after \d\d:", text, re.M)
    ) and (bool(_DISCLAIMER.search(text)) or "ttendees" in text)


def parse(text: str, path: str) -> tuple[RawArtifact, ...]:
    """The transcript, and what stands around it."""
    lines = text.lstrip("\ufeff").replace("\u00a0", " ").splitlines()
    first, name, when = _opening(lines)
    name = name or title_of(path)
    parts = _cut(lines, first)
    pieces = list(_pieces(parts))
    invited = tuple(Participant(name=one, role="attendee") for one in parts.attendees)
    spoke = tuple(one for one in speakers(pieces) if one.name not in parts.attendees)
    base = RawArtifact(
        path=path,
        kind="call",
        system="google meet",
        title=name,
        date=when,
        participants=(*invited, *spoke),
        segments=segments(turns(pieces), when),
    )
    made = [base] if base.segments else []
    notes = _notes(parts, when)
    if notes:
        update = {"path": f"{path}!/notes", "kind": "note", "title": f"{name} (notes)"}
        made.append(base.model_copy(update=update | {"segments": notes}))
    return tuple(made)


def _opening(lines: Sequence[str]) -> tuple[int, str, datetime | date | None]:
    """The line of the title, the title and when the meeting was; zero and nothing without one."""
    for number, line in enumerate(lines):
        if title := _TITLE.match(line):
            return number, title["title"].strip(), _when(title)
    above = ""
    for number, line in enumerate(lines):
        newer, dated = _NEWER_TITLE.match(line), _NEWER_DAY.match(above)
        if newer and dated:
            try:
                return number, newer[1], datetime.strptime(dated[1], "%b %d, %Y").date()
            except ValueError:
                continue
        above = line if line.strip() else above
    return 0, "", None


def _when(title: re.Match[str]) -> datetime:
    """The meeting's start; without an offset the time stays without a zone."""
    stamp = f"{title['day'].replace('/', '-')} {title['time']}"
    when = datetime.strptime(stamp, "%Y-%m-%d %H:%M")
    offset = re.fullmatch(r"GMT([+-])(\d{1,2})(?::?(\d\d))?", title["zone"])
    if offset:
        delta = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return when.replace(tzinfo=timezone(delta if offset[1] == "+" else -delta))
    if title["zone"] in ("GMT", "UTC"):
        return when.replace(tzinfo=timezone(timedelta()))
    return when


def _cut(lines: Sequence[str], first: int) -> _Parts:
    ends = [i for i, line in enumerate(lines) if i > first and _ENDED.match(line)]
    last = ends[0] if ends else len(lines)
    attendees: list[str] = []
    words: list[str] = []
    expected = False
    for line in lines[first + 1 : last]:
        bare = line.strip("#* \t")
        if bare in ("Attendees", "Invited"):
            expected = True
        elif expected and bare:
            names = (name.strip() for name in bare.split(","))
            attendees.extend(name for name in names if name and not _NO_PERSON.search(name))
            expected = False
        elif bare and bare != "Transcript" and not _DISCLAIMER.search(bare) and bare != "```":
            words.append(line)
    ended = _ENDED.match(lines[last]) if ends else None
    around = [*enumerate(lines[:first], 1), *enumerate(lines[last + 1 :], last + 2)]
    kept = [(number, line) for number, line in around if line.strip() not in ("", "```")]
    notes = [(number, line) for number, line in kept if not _DISCLAIMER.search(line)]
    return _Parts(words, notes, attendees, seconds(ended[1]) if ended else None)


def _pieces(parts: _Parts) -> Iterator[Piece]:
    marks = [seconds(found[1]) for line in parts.words if (found := _MARK.match(line))]
    start: float | None = None
    ends: list[float | None] = []
    if marks:
        # Words before the first mark, unless that mark is the start, belong to the block at zero.
        start = 0.0
        ends = [*(marks[1:] if marks[0] == 0.0 else marks), parts.length]
    end = ends.pop(0) if ends else None
    speaker: str | None = None
    begun = False
    for line in parts.words:
        mark = _MARK.match(line)
        if mark:
            if begun or seconds(mark[1]) != 0.0:
                start, end = seconds(mark[1]), ends.pop(0) if ends else None
            begun = True
            continue
        named = _SPOKEN.match(line)
        if named and _is_speaker(named[1].strip(), parts.attendees):
            speaker, line = named[1].strip(), named[2]
        yield Piece(re.sub(r"\s+", " ", line).strip(), start, end, speaker)


def _is_speaker(name: str, attendees: Sequence[str]) -> bool:
    return name in attendees or (plausible_name(name) and (not attendees or formal_name(name)))


def _notes(parts: _Parts, when: datetime | date | None) -> tuple[RawSegment, ...]:
    """Lines around the transcript; Gemini's notes are a machine's, others a person's."""
    machine = any("gemini" in line.lower() for _, line in parts.around)
    label = f"{day(when)} meeting notes".strip()
    return tuple(
        RawSegment(
            text=line.strip().lstrip("#").strip(),
            locator=LinesLocator(first=number, last=number, label=f"{label}, line {number}"),
            at=when,
            role="summary" if machine else "heading" if line.startswith("#") else "body",
        )
        for number, line in parts.around
        if line.strip("#*-_ \t")
    )
