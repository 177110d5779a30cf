"""Owns what the JSON exports of meeting recorders (Chorus, Fathom, tl;dv) share.

Strict shapes: a value of the wrong kind raises `UnreadableFile` and says where it stands, unknown
keys are left alone, a missing value is None. A reader turns its file into `Meeting`s; here they
become a call and, apart from it, the machine's summary. No vendor's keys are known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, RawArtifact, Reading
from indexer.readers.base import Source
from indexer.readers.exported import kind_of
from indexer.readers.transcripts import (
    LONGEST,
    Piece,
    Voice,
    date_in_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

Record = Mapping[str, Any]
"""An object of an export."""

UNKNOWN = "Unknown speaker"
MAX_NAME = 120
EARLIEST_S = 60.0
YEARS = range(1990, 2101)
_MILLISECONDS_FROM = 1e11
_EPOCH = re.compile(r"\d{9,14}(?:\.\d{1,6})?")
_SCRIPT_DATE = re.compile(r"\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")
"""How JavaScript writes a date: `Wed Apr 15 2026 15:00:00 GMT+0000 (…)`."""
_LINK = re.compile(r"\[([^\[\]]{1,1000})\]\(([^()\s]{1,1000})\)")
_LINK_TIME = re.compile(r"[?&#](?:timestamp|t)=(\d{1,6}(?:\.\d{1,9})?)(?!\d)")
_MARKS = re.compile(r"^(?:#{1,6} +|[-*+•] +|> ?)+")


@dataclass(frozen=True)
class Meeting:
    """One recorded meeting as an export tells it."""

    id: str = ""
    title: str = ""
    date: datetime | None = None
    participants: tuple[Participant, ...] = ()
    pieces: tuple[Piece, ...] = ()
    summary: tuple[Piece, ...] = ()
    voices: Mapping[str, Voice] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False
    """True if another file has the transcript, so that its absence here is no loss."""


def prose(value: object, where: str) -> str:
    """A text with its lines; empty for null. A NUL, which no file can hold, goes."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableFile(f"{where} is {kind_of(value)}, not a text")
    return value.replace("\x00", "")


def words(value: object, where: str) -> str:
    """A text on one line; empty for null."""
    return " ".join(prose(value, where).split())


def name(value: object, where: str) -> str:
    """A short text such as a name or title."""
    return words(value, where)[:MAX_NAME].strip()


def identifier(value: object, where: str) -> str:
    """An id, which may be a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return name(value, where)


def offset(value: object, where: str, unit: float = 1.0) -> float | None:
    """Seconds from the start of the recording, of a number or a clock; None for null."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        # The first words can lie a little before what counts as the start.
        near = -EARLIEST_S * unit <= value <= LONGEST * unit
        found = seconds(max(value, 0) / unit) if near else None
    else:
        found = seconds(value) if isinstance(value, str) else None
    if found is None:
        raise UnreadableFile(f"{where} is no time in a recording")
    return found


def instant(value: object, where: str) -> datetime | None:
    """A time of day as ISO text or epoch (seconds or milliseconds); None for null."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and not _EPOCH.fullmatch(value):
            script = _SCRIPT_DATE.match(value)
            found = (
                datetime.strptime(f"{script[1]} {script[2]}", "%b %d %Y %H:%M:%S %z")
                if script
                else datetime.fromisoformat(value.strip())
            )
        elif isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        else:
            number = float(value)
            found = datetime.fromtimestamp(
                number / 1000 if number > _MILLISECONDS_FROM else number, UTC
            )
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableFile(f"{where} is no date and time") from error
    if found.year not in YEARS:
        raise UnreadableFile(f"{where} is no date of a meeting")
    return found


def markdown(text: object, where: str) -> Iterator[Piece]:
    """The lines of a machine's Markdown without its marks; a link's time is the line's time."""
    for line in prose(text, where).splitlines():
        found = _LINK_TIME.search(line)
        plain = _LINK.sub(r"\1", _MARKS.sub("", line.strip()))
        plain = " ".join(plain.replace("**", "").split())
        if any(letter.isalnum() for letter in plain):
            yield Piece(plain, seconds(found[1]) if found else None)


def reading(
    source: Source, system: str, meetings: Sequence[Meeting], not_read: Sequence[NotRead] = ()
) -> Reading:
    """The artifacts of all meetings; one whose transcript is nowhere is reported."""
    artifacts: list[RawArtifact] = []
    silent = list(not_read)
    people: list[Participant] = []
    for meeting, path in zip(meetings, _paths(source.path, meetings), strict=True):
        made = tuple(_artifacts(meeting, path, source.path, system))
        artifacts.extend(made)
        people.extend(() if made else meeting.participants)
        if not any(one.path == path for one in made) and not meeting.elsewhere:
            what = f" {meeting.title!r}" if meeting.title else ""
            silent.append(NotRead(path=path, why=f"the meeting{what} comes without its transcript"))
    if not artifacts and not people and len(silent) <= 1:
        raise UnreadableFile("no words of a meeting in the file")
    return Reading(artifacts=tuple(artifacts), not_read=tuple(silent), people=tuple(people))


def _paths(path: str, meetings: Sequence[Meeting]) -> Iterator[str]:
    """A path for each meeting: the file's own for a single one, else by the meeting's id."""
    if len(meetings) == 1:
        yield path
        return
    taken: dict[str, int] = {}
    for number, meeting in enumerate(meetings, 1):
        own = meeting.id.replace("/", "_") or f"meeting {number}"
        taken[own] = taken.get(own, 0) + 1
        yield f"{path}!/{own}" + (f"~{taken[own]}" if taken[own] > 1 else "")


def _artifacts(meeting: Meeting, path: str, file: str, system: str) -> Iterator[RawArtifact]:
    when = meeting.date or date_in_name(file)
    title = meeting.title or title_of(file)
    known = {one.name for one in meeting.participants}
    spoke = tuple(one for one in speakers(meeting.pieces) if one.name not in known)
    meta = dict(meeting.meta) | ({"call_id": meeting.id} if meeting.id else {})
    base = RawArtifact(
        path=path,
        kind="call",
        system=system.lower(),
        title=title,
        date=when,
        participants=(*meeting.participants, *spoke),
        segments=segments(turns(meeting.pieces), when, dict(meeting.voices)),
        meta=meta,
    )
    if base.segments:
        yield base
    found = segments(meeting.summary, when, role="summary")
    if found:
        update = {"path": f"{path}!/summary", "title": f"{title} ({system} summary)"}
        extra = {"segments": found, "meta": meta | {"summary": "true"}}
        yield base.model_copy(update=update | extra)
