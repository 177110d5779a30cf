"""Owns tl;dv's JSON: transcripts, and the meetings, notes and highlights that belong to them.

A transcript is `{"meetingId", "data": [{"speaker", "text", "startTime", "endTime"}]}` in seconds;
title, date (`happenedAt`, ISO or as JavaScript writes it) and people stand in the meeting, which is
often another file (formats.md, section 6). Notes and highlights are a machine's. Downloads as text
are read as plain transcripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.exported import Answers, answers, recognised, record, records
from indexer.readers.recorders import (
    UNKNOWN,
    Meeting,
    Record,
    identifier,
    instant,
    markdown,
    name,
    offset,
    reading,
    words,
)
from indexer.readers.transcripts import Piece

Part = Literal["meeting", "transcript", "highlights", "notes"]
Parts = Sequence[tuple[Part, Record, str]]
"""The API's answers, each with the id of its meeting."""

_MARKS = (
    ("meetingId", "data", "startTime"),
    ("happenedAt", "organizer"),
    ("happenedAt", "invitees"),
    ("markdownContent", "structuredNotes"),
    ("markdownContent", "meetingId"),
)
_INNER = ("meeting", "transcript", "highlights", "notes", "data")
LONGEST_S = 86_400.0
"""No meeting lasts a day: greater times are milliseconds, which the API does not rule out."""


class TldvReader:
    """tl;dv transcripts, meetings, notes and highlights."""

    name = "tl;dv JSON"
    version = 1

    def recognises(self, source: Source) -> bool:
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        given = answers(source.content, _fits)
        found = list(_parts(given))
        if not found:
            raise UnreadableFile("no meeting or transcript of tl;dv in the file")
        meetings = list(_meetings(found))
        others = _elsewhere(meetings, source, sources)
        meetings = [_completed(one, others) for one in meetings]
        missing = (*given.not_read(source.path), *_missing_pages(source, given))
        return reading(source, "tl;dv", meetings, missing)


def _part(item: object) -> Part | None:
    """Which of the API's answers this is."""
    if not isinstance(item, dict):
        return None
    if "markdownContent" in item and ("structuredNotes" in item or "meetingId" in item):
        return "notes"
    entries = item.get("data")
    first = entries[0] if isinstance(entries, list) and entries else None
    if "meetingId" in item and isinstance(first, dict) and "text" in first and "startTime" in first:
        return "transcript" if "speaker" in first else "highlights"
    if "happenedAt" in item and "id" in item and ("organizer" in item or "invitees" in item):
        return "meeting"
    return None


def _fits(value: object) -> bool:
    """True for one of the API's answers, a page of them, or what belongs to one meeting."""
    if not isinstance(value, dict):
        return False
    listed = value.get("results")
    if isinstance(listed, list):
        return any(_part(each) for each in listed)
    inner = (value.get(key) for key in _INNER)
    return bool(_part(value)) or sum(_part(each) is not None for each in inner) > 0


def _parts(given: Answers) -> Iterator[tuple[Part, Record, str]]:
    """Each answer with its meeting's id."""
    for value in given.values:
        listed = value.get("results")
        for item in listed if isinstance(listed, list) else [value]:
            inner: list[Any] = [item]
            if isinstance(item, dict):
                inner.extend(item[key] for key in _INNER if key in item)
            known = [(part, one) for one in inner if (part := _part(one)) is not None]
            own = next((_id(part, one) for part, one in known if _id(part, one)), "")
            for part, one in known:
                yield part, one, _id(part, one) or own


def _id(part: Part, item: Record) -> str:
    return identifier(item.get("id" if part == "meeting" else "meetingId"), "the meeting's id")


def _missing_pages(source: Source, given: Answers) -> Iterator[NotRead]:
    paged = [value for value in given.values if "results" in value]
    pages = max((p for value in paged if isinstance(p := value.get("pages"), int)), default=0)
    if pages > len(paged):
        yield NotRead(path=source.path, why=f"one page of {pages}: the others may be missing")


def _meetings(parts: Parts) -> Iterator[Meeting]:
    """One meeting for each id, made of all its parts."""
    found: dict[str, Meeting] = {}
    for part, item, own in parts:
        meeting = found.get(own, Meeting(id=own))
        if part == "meeting":
            meeting = _described(meeting, item)
        elif part == "transcript":
            meeting = replace(meeting, pieces=(*meeting.pieces, *_pieces(item)))
        elif part == "highlights":
            meeting = replace(meeting, summary=(*meeting.summary, *_highlights(item)))
        else:
            lines = markdown(item.get("markdownContent"), "`markdownContent`")
            meeting = replace(meeting, summary=(*meeting.summary, *lines))
        found[own] = meeting
    yield from found.values()


def _described(meeting: Meeting, item: Record) -> Meeting:
    host = record(item.get("organizer"), "`organizer`")
    people: dict[str, Participant] = {}
    for one in (host, *records(item.get("invitees"), "invitee")):
        email = name(one.get("email"), "an invitee's e-mail")
        label = name(one.get("name"), "an invitee's name") or email
        role = "organizer" if one is host else "invitee"
        if label:
            person = Participant(name=label, email=email or None, role=role)
            people.setdefault((email or label).lower(), person)
    url = words(item.get("url"), "`url`")
    return replace(
        meeting,
        title=name(item.get("name"), "the meeting's name"),
        date=instant(item.get("happenedAt"), "`happenedAt`"),
        participants=tuple(people.values()),
        meta={"url": url} if url else {},
    )


def _elsewhere(meetings: Sequence[Meeting], source: Source, sources: Sources) -> Parts:
    """What other files tell of these meetings; each of those files is opened once."""
    marks = [f'"{one.id}"'.encode() for one in meetings if one.id and not _whole(one)]
    found: list[tuple[Part, Record, str]] = []
    for path in sources.paths() if marks else ():
        other = sources.get(path) if path != source.path else None
        if other is None or not any(mark in other.content for mark in marks):
            continue
        if reader.recognises(other):
            try:
                found.extend(_parts(answers(other.content, _fits)))
            except UnreadableFile:
                # The damaged file is reported when its own turn comes.
                continue
    return found


def _whole(meeting: Meeting) -> bool:
    return meeting.date is not None and bool(meeting.pieces)


def _completed(meeting: Meeting, others: Parts) -> Meeting:
    """The meeting with title, date and people of another file, or marked if that has its words."""
    for part, item, own in others:
        if own and own == meeting.id and part == "meeting" and meeting.date is None:
            # A wrong shape there is reported when that file's own turn comes.
            with suppress(UnreadableFile):
                meeting = _described(meeting, item)
        elif own and own == meeting.id and part == "transcript":
            meeting = replace(meeting, elsewhere=True)
    return meeting


def _unit(entries: Sequence[Record]) -> float:
    """1 for seconds, 1000 for milliseconds."""
    times = [entry.get("startTime") for entry in entries]
    numbers = [one for one in times if isinstance(one, int | float) and not isinstance(one, bool)]
    return 1000.0 if max(numbers, default=0) > LONGEST_S else 1.0


def _pieces(item: Record) -> Iterator[Piece]:
    entries = records(item.get("data"), "transcript entry")
    unit = _unit(entries)
    for number, entry in enumerate(entries, 1):
        where = f"transcript entry {number}"
        if "text" not in entry:
            raise UnreadableFile(f"{where} has no text")
        yield Piece(
            text=words(entry["text"], f"the text of {where}"),
            start=offset(entry.get("startTime"), f"`startTime` of {where}", unit),
            end=offset(entry.get("endTime"), f"`endTime` of {where}", unit),
            speaker=name(entry.get("speaker"), f"the speaker of {where}") or UNKNOWN,
        )


def _highlights(item: Record) -> Iterator[Piece]:
    entries = records(item.get("data"), "highlight")
    unit = _unit(entries)
    for entry in entries:
        text = words(entry.get("text"), "a highlight's text")
        if text:
            yield Piece(text, offset(entry.get("startTime"), "a highlight's `startTime`", unit))


reader = TldvReader()
