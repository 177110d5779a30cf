"""Owns Fathom's exports: the API's JSON and copied summaries in Markdown.

JSON (`/meetings`, a webhook, `/recordings/ID/transcript` and `/summary`; formats.md, section 6):
dates are ISO, times in the recording `HH:MM:SS`, `matched_calendar_invitee_email` says who speaks.
A summary's lines link to `fathom.video/…?timestamp=`. Copied transcripts are read as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, Reading
from indexer.readers import transcript_text
from indexer.readers.base import Source, Sources
from indexer.readers.exported import answers, begins_like_json, recognised, record, records
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
from indexer.readers.text import decode
from indexer.readers.transcripts import Piece, Voice

_MARKS = (
    ("transcript", "display_name"),
    ("recording_start_time", "calendar_invitees"),
    ("summary", "markdown_formatted"),
)
_STARTS = ("recording_start_time", "scheduled_start_time", "created_at")
_TIMED_LINK = re.compile(r"\]\(https://fathom\.video/[^()\s]{1,300}timestamp=\d")
_SUFFIXES = (".md", ".markdown", ".txt", ".text", "")


class FathomReader:
    """Fathom JSON, and summaries as Markdown."""

    name = "Fathom JSON"
    version = 1

    def recognises(self, source: Source) -> bool:
        if recognised(source, _MARKS, _fits):
            return True
        return source.suffix in _SUFFIXES and _is_summary(source)

    def read(self, source: Source, sources: Sources) -> Reading:
        if not begins_like_json(source.content):
            return _summary_file(source)
        found = answers(source.content, _fits)
        more = list(found.not_read(source.path))
        if any(value.get("next_cursor") for value in found.values):
            more.append(NotRead(path=source.path, why="further pages exist: `next_cursor` is set"))
        meetings = [_meeting(item) for value in found.values for item in _meetings(value)]
        return reading(source, "Fathom", meetings, more)


def _is_summary(source: Source) -> bool:
    """True for text most of whose lines link to moments of a recording, and which nobody speaks."""
    if b"fathom.video/" not in source.content or b"timestamp=" not in source.content:
        return False
    text = decode(source.content)
    lines = [line for line in text.splitlines() if line.strip(" \t-*#_")]
    said = [line for line in lines if not line.lstrip().startswith("#")]
    linked = sum(bool(_TIMED_LINK.search(line)) for line in said)
    return linked >= 2 and linked * 2 >= len(said) and not transcript_text.looks_like(text, "")


def _summary_file(source: Source) -> Reading:
    lines = tuple(markdown(decode(source.content).lstrip("\ufeff"), "the summary"))
    made = reading(source, "Fathom", [Meeting(summary=lines, elsewhere=True)])
    # The file itself is the summary, not a part of a call.
    own = tuple(one.model_copy(update={"path": source.path}) for one in made.artifacts)
    return Reading(artifacts=own, not_read=made.not_read)


def _fits(value: object) -> bool:
    return isinstance(value, dict) and any(map(_is_meeting, _candidates(value)))


def _candidates(value: Record) -> Sequence[Any]:
    """What may be meetings: of a page of the API, or one meeting."""
    listed = value.get("items")
    return listed if isinstance(listed, list) else [value]


def _is_meeting(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    if "recording_start_time" in item and "calendar_invitees" in item:
        return True
    summary = item.get("summary")
    if isinstance(summary, dict) and "markdown_formatted" in summary:
        return True
    entries = item.get("transcript")
    first = entries[0] if isinstance(entries, list) and entries else None
    speaker = first.get("speaker") if isinstance(first, dict) else None
    return isinstance(speaker, dict) and "display_name" in speaker


def _meetings(value: Record) -> Iterator[Record]:
    for number, item in enumerate(_candidates(value), 1):
        if not _is_meeting(item):
            raise UnreadableFile(f"entry {number} is no Fathom meeting")
        yield record(item, f"entry {number}")


def _meeting(item: Record) -> Meeting:
    people = tuple(_people(item))
    emails = {one.name: one.email for one in people if one.email}
    spoken = records(item.get("transcript"), "transcript entry")
    pieces = tuple(_piece(entry, number) for number, entry in enumerate(spoken, 1))
    for entry in spoken:
        speaker = record(entry.get("speaker"), "speaker")
        email = name(speaker.get("matched_calendar_invitee_email"), "speaker's e-mail")
        if email:
            emails[_speaker(speaker)] = email
    when = next((found for key in _STARTS if (found := instant(item.get(key), f"`{key}`"))), None)
    title = name(item.get("title"), "title") or name(item.get("meeting_title"), "meeting title")
    url = words(item.get("share_url"), "share URL") or words(item.get("url"), "URL")
    return Meeting(
        id=identifier(item.get("recording_id"), "`recording_id`"),
        title=title,
        date=when,
        participants=people,
        pieces=pieces,
        summary=tuple(_summary(item)),
        voices={speaker: Voice(email) for speaker, email in emails.items()},
        meta={"url": url} if url else {},
    )


def _speaker(speaker: Record) -> str:
    return name(speaker.get("display_name"), "speaker's name") or UNKNOWN


def _piece(entry: Record, number: int) -> Piece:
    where = f"transcript entry {number}"
    if "text" not in entry:
        raise UnreadableFile(f"{where} has no text")
    return Piece(
        text=words(entry["text"], f"the text of {where}"),
        start=offset(entry.get("timestamp"), f"the timestamp of {where}"),
        speaker=_speaker(record(entry.get("speaker"), f"the speaker of {where}")),
    )


def _people(item: Record) -> Iterator[Participant]:
    """Invitees under the name they speak by, the one who records first."""
    host = record(item.get("recorded_by"), "`recorded_by`")
    known: set[str] = set()
    for one in (host, *records(item.get("calendar_invitees"), "calendar invitee")):
        email = name(one.get("email"), "an invitee's e-mail")
        label = name(one.get("matched_speaker_display_name"), "an invitee's name")
        label = label or name(one.get("name"), "an invitee's name") or email
        if label and (email or label).lower() not in known:
            known.add((email or label).lower())
            role = "organizer" if one is host else "invitee"
            yield Participant(name=label, email=email or None, role=role)


def _summary(item: Record) -> Iterator[Piece]:
    """The machine's summary, then the action items with the name of who is to do them."""
    for key in ("default_summary", "summary"):
        text = record(item.get(key), f"`{key}`").get("markdown_formatted")
        yield from markdown(text, f"the text of `{key}`")
    for task in records(item.get("action_items"), "action item"):
        text = words(task.get("description"), "an action item's description")
        owner = name(record(task.get("assignee"), "assignee").get("name"), "assignee's name")
        at = offset(task.get("recording_timestamp"), "an action item's time")
        if text:
            yield Piece(f"{owner}: {text}" if owner else text, at)


reader = FathomReader()
