"""Owns Google Chat as Takeout exports it: a folder a conversation with `messages.json` and, of a space, `group_info.json`.

A message: `{"creator": {"name", "email", "user_type"}, "created_date": "Tuesday, March 3, 2026 at 9:02:11 AM UTC", "text",
"topic_id", "message_id"}`, with `attached_files`, `quoted_message_metadata` or `message_state: "DELETED"` where there are any.
Folders named `DM …` hold private conversations, read only where deal.yaml says `direct_messages: true`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, NotRead, Participant, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources, folder_of
from indexer.readers.exported import answers, dicts, recognised, record, records
from indexer.readers.recorders import identifier, name, words
from indexer.readers.transcripts import day

PRIVATE = "a private conversation; set direct_messages in deal.yaml to read it"
_CLOCKS = ("%A, %B %d, %Y at %I:%M:%S %p", "%A, %d %B %Y at %H:%M:%S", "%A %d %B %Y at %H:%M:%S")
_MARKS = (("messages", "creator", "created_date"),)


class GoogleChatReader:
    """Conversations of Google Chat."""

    name = "Google Chat (Takeout)"
    version = 1

    def recognises(self, source: Source) -> bool:
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        folder = folder_of(source.path).rstrip("/").rpartition("/")[2]
        private = folder.upper().startswith("DM ")
        if private and not sources.read_private:
            return Reading(not_read=(NotRead(path=source.path, why=PRIVATE),))
        given = answers(source.content, _fits)
        rows = [row for value in given.values for row in records(value["messages"], "messages")]
        found = [
            segment for number, row in enumerate(rows, 1) for segment in _segments(row, number)
        ]
        if not found:
            raise UnreadableFile("no message with words in the file")
        space, members = _space(source, sources)
        people = dict.fromkeys([*filter(None, map(_person, rows)), *members])
        title = space or folder or "Google Chat"
        artifact = RawArtifact(
            path=source.path, kind="chat", system="google_chat", title=title,
            date=next((s.at for s in found if s.at), None), participants=tuple(people),
            segments=tuple(found),
            meta={"channel": title} | ({"private": "true"} if private else {}),
        )  # fmt: skip
        return Reading(artifacts=(artifact,), not_read=given.not_read(source.path))


def _fits(value: object) -> bool:
    """True for a conversation."""
    rows = dicts(value.get("messages"))[:20] if isinstance(value, dict) else []
    return any("creator" in row and "created_date" in row for row in rows)


def _space(source: Source, sources: Sources) -> tuple[str, list[Participant]]:
    """The space's name and members, from the file beside the messages."""
    beside = sources.get(f"{folder_of(source.path)}group_info.json")
    if beside is None:
        return "", []
    found = answers(beside.content, lambda v: isinstance(v, dict) and "members" in v).values
    info = found[0] if found else {}
    members = [_participant(row, "member") for row in records(info.get("members"), "members")]
    return name(info.get("name"), "the space's name"), [m for m in members if m]


def _participant(row: dict[str, Any], role: str) -> Participant | None:
    called, email = name(row.get("name"), "a name"), name(row.get("email"), "an address").lower()
    if not called and not email:
        return None
    return Participant(name=called or email, email=email or None, role=role)


def _person(row: dict[str, Any]) -> Participant | None:
    creator = record(row.get("creator"), "creator")
    return None if creator.get("user_type") == "Bot" else _participant(creator, "speaker")


def _segments(row: dict[str, Any], number: int) -> Iterator[RawSegment]:
    """A message; what it quotes stands before it, as a quote."""
    if row.get("message_state") == "DELETED":
        return
    creator = record(row.get("creator"), "creator")
    who, at = name(creator.get("name"), "a name"), _at(row.get("created_date"))
    own = identifier(row.get("message_id"), "message_id") or str(number)
    label = ", ".join(filter(None, (f"message {number}", day(at), who)))
    locator = MessageLocator(id=own, time=at.isoformat() if at else None, label=label)
    quoted = record(row.get("quoted_message_metadata"), "a quoted message")
    if said := words(quoted.get("text"), "a quoted message"):
        yield RawSegment(text=said, locator=locator, at=at, role="quoted")
    bot = creator.get("user_type") == "Bot"
    files = [name(f.get("original_name"), "a file") for f in dicts(row.get("attached_files"))]
    text = words(row.get("text"), "text") or ", ".join(filter(None, files))
    if text:
        yield RawSegment(
            text=text, locator=locator, speaker=who or None, at=at,
            speaker_id=name(creator.get("email"), "an address").lower() or None,
            role="event" if bot else "body",
        )  # fmt: skip


def _at(value: object) -> datetime | None:
    """The instant as Takeout writes it in American or British English; None in another language."""
    text = " ".join(str(value or "").split()).removesuffix(" UTC")
    for form in _CLOCKS:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None


reader = GoogleChatReader()
