"""Any other JSON: what somebody said in it becomes turns or messages, everything else fields and rows.

For systems that have no reader of their own (recorders, chats, CRMs, help desks, usage exports). A list
whose entries have words is taken as talk if they also have a speaker or a time in a recording; of several
such lists with the same words (a service gives utterances and single words) the first is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import (
    FieldLocator,
    MessageLocator,
    RawArtifact,
    RawSegment,
    Reading,
    RowLocator,
)
from indexer.readers.base import Source, Sources
from indexer.readers.crm import day, plain, when
from indexer.readers.crm import words as in_words
from indexer.readers.exported import begins_like_json, dicts, documents
from indexer.readers.jira_markup import adf_text, is_adf
from indexer.readers.transcripts import (
    LONGEST,
    Piece,
    date_in_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)
from indexer.readers.usage import machine_rows

SUFFIXES = (".json", ".jsonl", ".ndjson")
_PLAIN = ("", ".txt", ".log")
MAX_VALUES = 100_000
MAX_DEPTH = 60
LONG_WORDS = 12
"""A value of more words stands alone; shorter ones stand together in a row."""
_WORDS = (
    "text", "message", "content", "body", "sentence", "snippet", "utterance", "transcript", "comment",
)  # fmt: skip
_WHO = (
    "speaker", "speaker_name", "speakername", "speaker_label", "author", "author_name", "from",
    "from_name", "sender", "sender_name", "user", "username", "user_name", "participant", "name",
)  # fmt: skip
_NAMES = ("name", "display_name", "displayname", "real_name", "full_name", "fullname", "email")
_FROM = (
    "start", "start_time", "starttime", "start_ms", "startms", "begin", "offset", "time", "timestamp",
    "start_seconds", "at",
)  # fmt: skip
_UNTIL = ("end", "end_time", "endtime", "end_ms", "endms", "stop", "end_seconds")
_WHEN = (
    "timestamp", "created_at", "createdat", "sent_at", "sentat", "datetime", "date", "time", "ts",
    "created", "started_at", "startedat", "start_time", "starttime", "started", "updated_at",
    "createdtime", "created_time", "close_date", "closedate",
)  # fmt: skip
_TITLE = ("title", "subject", "topic", "name", "meeting_title", "channel")


@dataclass
class _Found:
    """What a walk through the file comes upon, in order."""

    talks: list[list[dict[str, Any]]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Entries of lists: the list's name and the entry's values by their paths."""


class JsonReader:
    """JSON of systems that are not known."""

    name = "Any other JSON"
    version = 1

    def recognises(self, source: Source) -> bool:
        if not begins_like_json(source.content):
            return False
        if source.suffix in SUFFIXES:
            return True
        if source.suffix not in _PLAIN:
            return False
        try:
            return any(
                isinstance(value, dict) or dicts(value) for value in documents(source.content)
            )
        except UnreadableFile:
            return False

    def read(self, source: Source, sources: Sources) -> Reading:
        values = documents(source.content)
        found = _Found()
        _walk("", values[0] if len(values) == 1 else values, found, 0)
        head = values[0] if len(values) == 1 and isinstance(values[0], dict) else {}
        talk = _artifact_of_talk(source, found, head)
        rest = _artifact_of_rows(source, found, head, bool(talk))
        artifacts = tuple(one for one in (talk, rest) if one is not None)
        if not artifacts:
            raise UnreadableFile("no words in the file")
        return Reading(artifacts=artifacts)


def _walk(path: str, value: Any, found: _Found, depth: int) -> None:
    if depth > MAX_DEPTH or len(found.fields) + len(found.rows) > MAX_VALUES:
        raise UnreadableFile(f"more than {MAX_VALUES} values, or nested deeper than {MAX_DEPTH}")
    if is_adf(value):
        texts = adf_text(value).split("\n\n")
        found.fields += [(path, text) for text in texts if text]
    elif isinstance(value, dict):
        for name, inner in value.items():
            _walk(f"{path}.{name}" if path else name, inner, found, depth + 1)
    elif entries := dicts(value):
        if _is_talk(entries):
            found.talks.append(entries)
            return
        for entry in entries:
            held = _Found()
            _walk("", entry, held, depth + 1)
            found.talks += held.talks
            found.rows.append((path or "entry", dict(held.fields)))
            found.rows += [(f"{path}.{name}" if path else name, row) for name, row in held.rows]
    elif text := plain(value):
        found.fields.append((path, text))


def _folded(entry: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in entry.items()}


def _first(entry: dict[str, Any], names: Sequence[str]) -> Any:
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def _is_talk(entries: Sequence[dict[str, Any]]) -> bool:
    """True if nine of ten entries have words and who said them, or when in a recording."""
    spoken = 0
    for entry in map(_folded, entries):
        timed = seconds(_first(entry, _FROM)) is not None and _first(entry, _UNTIL) is not None
        spoken += isinstance(_first(entry, _WORDS), str) and (bool(_speaker(entry)) or timed)
    return spoken * 10 >= len(entries) * 9


def _speaker(entry: dict[str, Any]) -> str | None:
    who = _first(entry, _WHO)
    if isinstance(who, dict):
        who = _first(_folded(who), _NAMES)
    if isinstance(who, int) and not isinstance(who, bool):
        return f"Speaker {who}"
    return str(who).strip() or None if isinstance(who, str) and len(who) <= 120 else None


def _text(entry: dict[str, Any]) -> str:
    text = _first(_folded(entry), _WORDS)
    return plain(text) if isinstance(text, str) else ""


def _squeezed(texts: Iterable[str]) -> str:
    return re.sub(r"\W+", "", " ".join(texts)).casefold()


def _artifact_of_talk(source: Source, found: _Found, head: dict[str, Any]) -> RawArtifact | None:
    talks: list[list[dict[str, Any]]] = []
    seen: set[str] = set()
    for entries in found.talks:
        squeezed = _squeezed(map(_text, entries))
        if squeezed and squeezed not in seen:
            seen.add(squeezed)
            talks.append(entries)
    if not talks:
        return None
    # The whole talk as one text says it again.
    found.fields = [(name, text) for name, text in found.fields if _squeezed([text]) not in seen]
    at = _moment(_folded(head)) or date_in_name(source.path)
    timed = any(_offset(_folded(entry), 1.0) is not None for entry in talks[0])
    pieces = list(_pieces(talks)) if timed else []
    messages = () if timed else tuple(_messages(talks))
    return RawArtifact(
        path=source.path,
        kind="call" if timed else "chat",
        system="json",
        title=_title(head) or title_of(source.path),
        date=at or next((one.at for one in messages if one.at), None),
        participants=speakers(pieces or [Piece(m.text, speaker=m.speaker) for m in messages]),
        segments=segments(turns(pieces), at) if timed else messages,
    )


def _title(head: dict[str, Any]) -> str:
    title = _first(_folded(head), _TITLE)
    return title.strip()[:120] if isinstance(title, str) else ""


def _moment(entry: dict[str, Any]) -> datetime | date | None:
    found = (when(entry[name]) for name in _WHEN if entry.get(name) not in (None, ""))
    return next((at for at in found if at is not None), None)


def _offset(entry: dict[str, Any], unit: float, names: Sequence[str] = _FROM) -> float | None:
    """Seconds from the start of a recording; None for a time of the day or none at all."""
    value = _first(entry, names)
    if isinstance(value, str) and not re.fullmatch(r"\d+(?:[.,]\d+)?", value):
        return seconds(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return seconds(number / unit)


def _pieces(talks: Iterable[Sequence[dict[str, Any]]]) -> Iterator[Piece]:
    for entries in talks:
        folded = [_folded(entry) for entry in entries]
        longest = max((_offset(entry, 1000.0) or 0 for entry in folded), default=0) * 1000
        unit = 1000.0 if longest > 86_400 or longest > LONGEST else 1.0
        for entry in folded:
            start, end = _offset(entry, unit), _offset(entry, unit, _UNTIL)
            yield Piece(_text(entry), start, end, _speaker(entry))


def _messages(talks: Iterable[Sequence[dict[str, Any]]]) -> Iterator[RawSegment]:
    number = 0
    for entries in talks:
        for entry in map(_folded, entries):
            number += 1
            if not (text := _text(entry)):
                continue
            at, who = _moment(entry), _speaker(entry)
            label = ", ".join(filter(None, (f"message {number}", day(at), who)))
            own = plain(_first(entry, ("id", "message_id", "ts"))) or str(number)
            time = at.isoformat() if at else None
            locator = MessageLocator(id=own, time=time, label=label)
            yield RawSegment(text=text, locator=locator, speaker=who, at=at)


def _artifact_of_rows(
    source: Source, found: _Found, head: dict[str, Any], beside: bool
) -> RawArtifact | None:
    at = _moment(_folded(head)) or date_in_name(source.path)
    parts = (*_field_segments(found.fields, at), *_row_segments(found.rows))
    if not parts:
        return None
    bulk = machine_rows([row for _, row in found.rows])
    return RawArtifact(
        path=f"{source.path}!/fields" if beside else source.path,
        kind="sheet",
        system="json",
        title=_title(head) or source.path.rsplit("/", 1)[-1],
        date=at,
        segments=parts,
        meta={"bulk": "true"} if bulk else {},
    )


def _field_segments(
    fields: Iterable[tuple[str, str]], at: datetime | date | None
) -> Iterator[RawSegment]:
    for name, text in fields:
        locator = FieldLocator(object="file", name=name, label=in_words(name))
        shown = f"{name}: {text}" if name else text
        yield RawSegment(text=shown, locator=locator, at=at, role="field")


def _row_segments(rows: Iterable[tuple[str, dict[str, str]]]) -> Iterator[RawSegment]:
    """The short values of an entry in one row, each long one by itself below it."""
    for number, (kind, values) in enumerate(rows, 1):
        at = _moment(_folded(dict(values)))
        label = f"{in_words(kind)} {number}"
        long = {n: v for n, v in values.items() if len(v.split()) > LONG_WORDS or "\n" in v}
        short = ", ".join(f"{name}: {text}" for name, text in values.items() if name not in long)
        if short:
            locator = RowLocator(row=number, label=label)
            yield RawSegment(text=short, locator=locator, at=at, role="row")
        for name, text in long.items():
            place = RowLocator(row=number, column=name, label=f"{label}, {in_words(name)}")
            yield RawSegment(text=f"{name}: {text}", locator=place, at=at, role="field")


reader = JsonReader()
