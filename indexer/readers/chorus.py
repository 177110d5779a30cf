"""Owns Chorus (ZoomInfo) JSON: conversations with their utterances, and lists of engagements.

`/api/v1/conversations/ID` is JSON:API, its `recording.utterances[]` have `snippet`, `snippet_time`
and `snippet_length` in seconds; `/v3/engagements` is a flat list with summaries and no words
(formats.md, section 5). `speaker_type` rep or customer (also `cust`) says the side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, Reading, Side
from indexer.readers.base import Source, Sources
from indexer.readers.exported import answers, items, recognised, record, records
from indexer.readers.recorders import (
    UNKNOWN,
    Meeting,
    Record,
    identifier,
    instant,
    name,
    offset,
    prose,
    reading,
    words,
)
from indexer.readers.text import html_to_text
from indexer.readers.transcripts import Piece, Voice

_MARKS = (
    ("utterances", "snippet", "snippet_time"),
    ("attributes", "recording", "utterances"),
    ("engagement_id",),
    ("attributes", "conversation", "participants"),
)
_SIDES: dict[str, Side] = {"rep": "vendor", "customer": "customer", "cust": "customer"}
_ANY_OF = ("recording", "participants", "summary", "action_items", "utterances")
_SPOKEN_TYPES = ("", "meeting", "dialer")


class ChorusReader:
    """Chorus conversations and engagements."""

    name = "Chorus JSON"
    version = 1

    def recognises(self, source: Source) -> bool:
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        found = answers(source.content, _fits)
        more = list(found.not_read(source.path))
        if any(isinstance(one, dict) and one.get("continuation_key") for one in found.values):
            why = "further pages exist: `continuation_key` is set"
            more.append(NotRead(path=source.path, why=why))
        meetings = [_meeting(item) for value in found.values for item in _calls(value)]
        return reading(source, "Chorus", [_placed(one, source, sources) for one in meetings], more)


def _fits(value: object) -> bool:
    return any(map(_is_call, _candidates(value)))


def _candidates(value: object) -> Sequence[Any]:
    """What may be calls: of a list of engagements, a JSON:API answer, or one call."""
    if isinstance(value, dict):
        listed = value.get("engagements", value.get("data"))
        return listed if isinstance(listed, list) else [value]
    return ()


def _is_call(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    inner = item.get("attributes")
    if isinstance(inner, dict):
        return item.get("type") in ("conversation", "recording") and any(
            k in inner for k in _ANY_OF
        )
    return "engagement_id" in item


def _calls(value: object) -> Iterator[Record]:
    """The fields of each call: JSON:API attributes with their id, or a flat engagement."""
    for number, item in enumerate(_candidates(value), 1):
        if not _is_call(item):
            raise UnreadableFile(f"entry {number} is no Chorus conversation or engagement")
        if "engagement_id" in item:
            yield item
        else:
            yield {**item["attributes"], "engagement_id": item.get("id")}


def _placed(meeting: Meeting, source: Source, sources: Sources) -> Meeting:
    """The meeting, marked if another file holds its words."""
    if meeting.pieces or not meeting.id:
        return meeting
    mark = f'"{meeting.id}"'.encode()
    for path in sources.paths():
        other = sources.get(path) if path != source.path else None
        if other and b'"snippet_time"' in other.content and mark in other.content:
            return replace(meeting, elsewhere=True)
    return meeting


def _meeting(item: Record) -> Meeting:
    recording = record(item.get("recording"), "`recording`")
    entries = recording.get("utterances", item.get("utterances"))
    spoken = _ordered(records(entries, "utterance"))
    room = _Room.of(item, recording)
    pieces = tuple(_piece(entry, room) for entry in spoken)
    title = next((found for key in ("name", "subject", "generated_subject")
                  if (found := name(item.get(key), f"`{key}`"))), "")  # fmt: skip
    url = words(item.get("url"), "`url`")
    private = {"private": "true"} if item.get("private") is True else {}
    kind = name(item.get("engagement_type"), "`engagement_type`")
    return Meeting(
        id=identifier(item.get("engagement_id"), "the id"),
        title=title,
        date=_when(item, recording, spoken),
        participants=tuple(room.people.values()),
        pieces=pieces,
        summary=tuple(_summary(item)),
        voices=room.voices(spoken),
        meta=private | ({"url": url} if url else {}),
        elsewhere=kind not in _SPOKEN_TYPES,
    )


def _ordered(entries: Sequence[Record]) -> Sequence[Record]:
    """By `index`, as the service counts them; in the file's order if one has none."""
    numbers = [entry.get("index") for entry in entries]
    if any(not isinstance(number, int) or isinstance(number, bool) for number in numbers):
        return entries
    return sorted(entries, key=lambda entry: int(entry["index"]))


def _when(item: Record, recording: Record, spoken: Sequence[Record]) -> datetime | None:
    """When the recording began; the first utterance's own time less its offset says it too."""
    found = instant(recording.get("start_time"), "the recording's `start_time`")
    if found is None and spoken:
        at = instant(spoken[0].get("date_time"), "an utterance's `date_time`")
        after = offset(spoken[0].get("snippet_time"), "an utterance's `snippet_time`")
        found = at - timedelta(seconds=after) if at and after is not None else at
    return found or instant(item.get("date_time"), "`date_time`")


@dataclass(frozen=True)
class _Room:
    """Who took part, by the ids that utterances use."""

    people: Mapping[str, Participant]
    names: Mapping[str, str]

    @staticmethod
    def of(item: Record, recording: Record) -> _Room:
        people: dict[str, Participant] = {}
        names: dict[str, str] = {}
        for cluster in records(recording.get("clusters"), "cluster"):
            label = name(cluster.get("speaker_name"), "a cluster's name")
            names[identifier(cluster.get("id"), "a cluster's id")] = label
        for one in records(item.get("participants"), "participant"):
            email = name(one.get("email"), "a participant's e-mail")
            label = name(one.get("name"), "a participant's name") or email
            side = _SIDES.get(name(one.get("type"), "a participant's type"))
            title = name(one.get("title"), "a participant's title")
            person = Participant(
                name=label, email=email or None, title=title or None, side=side, role="attendee"
            )
            if label:
                people.setdefault(label, person)
            for key in ("person_id", "user_id"):
                names[identifier(one.get(key), f"a participant's `{key}`")] = label
        names.pop("", None)
        return _Room(people, names)

    def speaker(self, entry: Record) -> str:
        label = name(entry.get("speaker_name"), "a speaker's name")
        number = identifier(entry.get("speaker_id"), "a speaker's id")
        return label or self.names.get(number, "") or UNKNOWN

    def voices(self, spoken: Sequence[Record]) -> dict[str, Voice]:
        found: dict[str, Voice] = {}
        for entry in spoken:
            label = self.speaker(entry)
            known = self.people.get(label)
            side = _SIDES.get(name(entry.get("speaker_type"), "a speaker's type"))
            number = identifier(entry.get("speaker_id"), "a speaker's id")
            own = Voice((known.email if known else None) or number or None,
                        side or (known.side if known else None))  # fmt: skip
            if label != UNKNOWN and (label not in found or found[label].side is None):
                found[label] = own
        return found


def _piece(entry: Record, room: _Room) -> Piece:
    where = f"utterance {identifier(entry.get('id'), 'an utterance id')}".strip()
    if "snippet" not in entry:
        raise UnreadableFile(f"{where} has no `snippet`")
    start = offset(entry.get("snippet_time"), f"`snippet_time` of {where}")
    length = offset(entry.get("snippet_length"), f"`snippet_length` of {where}")
    return Piece(
        text=words(entry["snippet"], f"`snippet` of {where}"),
        start=start,
        end=start + length if start is not None and length is not None else None,
        speaker=room.speaker(entry),
    )


def _summary(item: Record) -> Iterator[Piece]:
    for key in ("summary", "meeting_summary", "recap", "action_items"):
        value = item.get(key)
        texts = [value] if isinstance(value, str) else items(value, f"`{key}`")
        for text in texts:
            for line in html_to_text(prose(text, f"a line of `{key}`")).splitlines():
                if line.strip():
                    yield Piece(" ".join(line.split()).removeprefix("- "))


reader = ChorusReader()
