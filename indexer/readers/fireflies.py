"""Owns Fireflies transcripts as JSON: the GraphQL answer, its inner object, or a downloaded file.

`duration` is minutes, `date` milliseconds, sentence times seconds (number or string). The summary
is a machine's and becomes an artifact of its own. Key spellings of downloads vary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, RawArtifact, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.exported import answers, dicts, recognised
from indexer.readers.transcripts import (
    Piece,
    Voice,
    date_in_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

_TEXT = ("text", "sentence", "raw_text")
_START = ("start_time", "startTime", "time", "start")
_END = ("end_time", "endTime", "end")
_SPEAKER = ("speaker_name", "speakerName", "speaker", "name")
_MARKS = (
    ("sentences", "speaker_name"), ("sentences", "speakerName"), ("sentences", "speaker"),
    ("sentences", "meeting_attendees"), ("sentence", "speaker_name"), ("sentence", "startTime"),
    ("text", "start_time", "speaker_name"), ("text", "startTime", "speaker_name"),
    ("sentence", "speakerName"), ("sentence", "start_time"), ("sentence", "time"),
)  # fmt: skip
_SUMMARY = (
    "overview", "gist", "short_summary", "shorthand_bullet", "bullet_gist", "outline",
    "action_items",
)  # fmt: skip


class FirefliesReader:
    """Fireflies JSON."""

    name = "Fireflies JSON"
    version = 2

    def recognises(self, source: Source) -> bool:
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        given = answers(source.content, _fits)
        found = [_transcript(value) for value in given.values]
        artifacts: list[RawArtifact] = []
        not_read = list(given.not_read(source.path))
        for item in found:
            path = source.path if len(found) == 1 else f"{source.path}!/{item.get('id')}"
            made = _artifacts(source, path, item)
            artifacts.extend(made)
            if not any(artifact.path == path for artifact in made):
                not_read.append(NotRead(path=path, why="the transcript has no sentences"))
        if not artifacts:
            raise UnreadableFile("no transcript with sentences in the file")
        return Reading(artifacts=tuple(artifacts), not_read=tuple(not_read))


def _fits(value: object) -> bool:
    """True for a transcript, or for the bare list of sentences that a download can be."""
    if isinstance(value, dict):
        return "sentences" in value and (_are_sentences(value["sentences"]) or "id" in value)
    return _are_sentences(value)


def _are_sentences(value: object) -> bool:
    first = next(iter(dicts(value)), {})
    return bool(
        set(_TEXT) & set(first)
        and set(_START) & set(first)
        and (set(_SPEAKER) | {"speaker_id"}) & set(first)
    )


def _transcript(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"sentences": value}


def _artifacts(source: Source, path: str, item: Mapping[str, Any]) -> list[RawArtifact]:
    when = _when(item) or date_in_name(source.path)
    pieces = list(_pieces(item))
    attendees = _attendees(item)
    voices = {person.name: Voice(person.email) for person in attendees if person.email}
    known = {person.name for person in attendees}
    people = (*attendees, *(p for p in speakers(pieces) if p.name not in known))
    title = str(item.get("title") or title_of(source.path))
    meta = {"call_id": str(item["id"])} if item.get("id") else {}
    if item.get("transcript_url"):
        meta["url"] = str(item["transcript_url"])
    base = RawArtifact(
        path=path, kind="call", system="fireflies", title=title, date=when,
        participants=people, segments=segments(turns(pieces), when, voices), meta=meta,
    )  # fmt: skip
    made = [base] if base.segments else []
    lines = [Piece(line) for line in _summary(item)]
    if lines:
        update = {
            "path": f"{path}!/summary",
            "title": f"{title} (Fireflies summary)",
            "segments": segments(lines, when, role="summary"),
            "meta": meta | {"summary": "true"},
        }
        made.append(base.model_copy(update=update))
    return made


def _when(item: Mapping[str, Any]) -> datetime | None:
    text, number = item.get("dateString"), item.get("date")
    if isinstance(number, str) and number.isdigit():
        number = int(number)
    try:
        if text:
            return datetime.fromisoformat(str(text))
        if isinstance(number, int | float):
            return datetime.fromtimestamp(number / (1000 if number > 1e11 else 1), UTC)
        return datetime.fromisoformat(str(number)) if number else None
    except (ValueError, OverflowError, OSError):
        return None


def _first(item: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((item[key] for key in keys if item.get(key) not in (None, "")), None)


def _pieces(item: Mapping[str, Any]) -> Iterator[Piece]:
    listed = item.get("speakers")
    names = {
        str(one.get("id")): str(one["name"])
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and one.get("name")
    }
    sentences = item.get("sentences")
    for sentence in sentences if isinstance(sentences, list) else ():
        if not isinstance(sentence, dict):
            continue
        name = _first(sentence, _SPEAKER)
        if isinstance(name, dict):
            name = name.get("name") or name.get("display_name")
        if name is None and sentence.get("speaker_id") is not None:
            number = str(sentence["speaker_id"])
            name = names.get(number) or f"Speaker {number}"
        yield Piece(
            text=str(_first(sentence, _TEXT) or "").strip(),
            start=seconds(_first(sentence, _START)),
            end=seconds(_first(sentence, _END)),
            speaker=str(name) if name else None,
        )


def _attendees(item: Mapping[str, Any]) -> tuple[Participant, ...]:
    host = str(item.get("host_email") or item.get("organizer_email") or "").lower()
    found: dict[str, Participant] = {}
    listed = item.get("meeting_attendees")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            email = one.get("email") or None
            name = one.get("displayName") or one.get("name") or email
            if name:
                role = "organizer" if email and str(email).lower() == host else "attendee"
                found[str(email or name).lower()] = Participant(
                    name=str(name), email=str(email) if email else None, role=role
                )
    invited = item.get("participants")
    for email in invited if isinstance(invited, list) else ():
        if isinstance(email, str) and "@" in email:
            found.setdefault(email.lower(), Participant(name=email, email=email, role="invitee"))
    return tuple(found.values())


def _summary(item: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the machine summary; a name that heads action items is repeated before each."""
    summary = item.get("summary")
    for key in _SUMMARY if isinstance(summary, dict) else ():
        value = summary.get(key) if isinstance(summary, dict) else None
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        owner = ""
        for line in (str(entry).strip() for entry in lines):
            heading = re.fullmatch(r"\*\*(.+?)\*\*:?", line)
            if key == "action_items" and heading:
                owner = f"{heading[1]}: "
            elif line:
                yield owner + re.sub(r"\*\*(.+?)\*\*", r"\1", line.removeprefix("- "))


reader = FirefliesReader()
