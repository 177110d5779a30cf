"""Talk in lists and tables of any system: entries that have words, and who said them or when.

A recorder's entry has a time in the recording, a chat's or a help desk's a time of the day. No system's
keys are known here, only the names that many use for the same things, whatever their case and separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from indexer.models import MessageLocator, RawArtifact, RawSegment
from indexer.readers.crm import day, plain, when
from indexer.readers.transcripts import (
    Piece,
    date_in_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

Entry = Mapping[str, Any]

DAY_S = 86_400
OPENING_S = 1800
"""A recording's first words come no later; clocks of the day do."""
BESIDE = 0.25
"""Up to so many words beside what was said: more, and it is a table in which one column is prose."""
_WORDS = ("text", "message", "content", "body", "sentence", "snippet", "utterance", "transcript",
          "messagetext", "comment", "words")  # fmt: skip
_WHO = ("speaker", "speakername", "speakerlabel", "author", "authorname", "from", "fromname",
        "sender", "sendername", "user", "username", "participant", "participantname", "creator", "createdby", "postedby")  # fmt: skip
_NAMES = ("name", "displayname", "realname", "fullname", "username", "email")
_FROM = (
    "start",
    "starttime",
    "startms",
    "startseconds",
    "begin",
    "offset",
    "time",
    "timestamp",
    "at",
)
_UNTIL = ("end", "endtime", "endms", "endseconds", "stop")
_WHEN = ("timestamp", "createdat", "sentat", "datetime", "date", "time", "ts", "created", "startedat",
         "starttime", "started", "updatedat", "createdtime", "closedate", "senton", "posted", "createddate", "createat", "postedat")  # fmt: skip
_OWN_ID = ("id", "messageid", "ts")
_PLACE = ("team", "channel", "room", "space", "topicid", "threadid")
"""Where a message stands: no words beside it."""


def folded(entry: Entry) -> dict[str, Any]:
    """An entry by the bare letters of its names: `Start Time` and `start_time` are one."""
    return {re.sub(r"[\W_]", "", name.lower()): value for name, value in entry.items()}


def first(entry: Entry, names: Sequence[str]) -> Any:
    """The first filled value of a folded entry under one of `names`."""
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def is_talk(entries: Sequence[Entry]) -> bool:
    """True if nine of ten entries have words and who said them, or from when to when, and little else."""
    spoken = said = beside = 0
    for entry in map(folded, entries):
        words = first(entry, _WORDS)
        timed = _offset(entry, 1.0) is not None and first(entry, _UNTIL) is not None
        if isinstance(words, str) and (_speaker(entry) or timed):
            spoken += 1
            said += len(words.split())
            known = {*_WORDS, *_WHO, *_FROM, *_UNTIL, *_WHEN, *_OWN_ID, *_PLACE}
            beside += sum(_prose(value) for name, value in entry.items() if name not in known)
    return (
        bool(spoken) and spoken * 10 >= len(entries) * 9 and beside <= said * BESIDE + len(entries)
    )


def _prose(value: object) -> int:
    """Words of a text that is no single name, number or id."""
    count = len(value.split()) if isinstance(value, str) else 0
    return count if count > 1 else 0


def _speaker(entry: Entry) -> str | None:
    who = first(entry, _WHO)
    if isinstance(who, dict):
        who = first(folded(who), _NAMES)
    if isinstance(who, int) and not isinstance(who, bool):
        return f"Speaker {who}"
    return who.strip() or None if isinstance(who, str) and len(who) <= 120 else None


def text_of_talk(entry: Entry) -> str:
    """The words of an entry."""
    text = first(folded(entry), _WORDS)
    return plain(text) if isinstance(text, str) else ""


def moment(entry: Entry) -> datetime | date | None:
    """When a folded entry was, as a time of the day."""
    found = (when(entry[name]) for name in _WHEN if entry.get(name) not in (None, ""))
    return next((at for at in found if at is not None), None)


def _offset(entry: Entry, unit: float, names: Sequence[str] = _FROM) -> float | None:
    """Seconds from the start of a recording; None for a time of the day or none at all."""
    value = first(entry, names)
    if isinstance(value, str) and not re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        return seconds(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return seconds(float(value) / unit)


def artifact_of_talk(
    path: str, system: str, title: str, at: datetime | date | None, entries: Sequence[Entry]
) -> RawArtifact | None:
    """The entries as a call's turns or as messages; None if they hold no words."""
    rows = [folded(entry) for entry in entries]
    at = at or date_in_name(path)
    starts = [start for row in rows if (start := _offset(row, 1.0)) is not None]
    timed = bool(starts) and (starts[0] < OPENING_S or any(first(row, _UNTIL) for row in rows))
    pieces = list(_pieces(rows)) if timed else []
    found = segments(turns(pieces), at) if timed else tuple(_messages(rows))
    if not found:
        return None
    return RawArtifact(
        path=path,
        kind="call" if timed else "chat",
        system=system,
        title=title or title_of(path),
        date=at or next((segment.at for segment in found if segment.at), None),
        participants=speakers(pieces or [Piece(s.text, speaker=s.speaker) for s in found]),
        segments=found,
    )


def _pieces(rows: Sequence[Entry]) -> Iterator[Piece]:
    # Nobody talks for a day: greater times are milliseconds.
    raw = [first(row, _FROM) for row in rows]
    longest = max((float(value) for value in raw if isinstance(value, int | float)), default=0.0)
    unit = 1000.0 if longest > DAY_S or any("startms" in row for row in rows) else 1.0
    for row in rows:
        yield Piece(
            text_of_talk(row), _offset(row, unit), _offset(row, unit, _UNTIL), _speaker(row)
        )


def _messages(rows: Iterable[Entry]) -> Iterator[RawSegment]:
    for number, row in enumerate(rows, 1):
        if text := text_of_talk(row):
            at, who = moment(row), _speaker(row)
            label = ", ".join(filter(None, (f"message {number}", day(at), who)))
            own = plain(first(row, _OWN_ID)) or str(number)
            locator = MessageLocator(id=own, time=at.isoformat() if at else None, label=label)
            yield RawSegment(text=text, locator=locator, speaker=who, at=at)
