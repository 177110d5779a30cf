"""Reader for Slack workspace exports: one artifact per channel and day, one segment per message.

Format: `users.json`, `channels.json` and the like in one folder, beside them one folder per
conversation with `YYYY-MM-DD.json` files. Names come from users.json, else from the message itself.
Private direct messages are read only where deal.yaml says `direct_messages: true`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import (
    MessageLocator,
    NotRead,
    Participant,
    RawArtifact,
    RawSegment,
    Reading,
    Role,
    Side,
)
from indexer.readers.base import Source, Sources, folder_of
from indexer.readers.slack_markup import blocks_text, plain_text
from indexer.readers.slack_people import (
    USERS,
    Directory,
    name_of,
    participant,
    people,
    rows_of,
    team_of,
)
from indexer.readers.text import parse_json

DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
DIRECTORIES = frozenset({
    "users.json", "org_users.json", "channels.json", "groups.json", "dms.json", "mpims.json",
    "integration_logs.json", "canvases.json", "file_conversations.json", "lists.json",
})  # fmt: skip
EVENTS = re.compile(
    r"(?:channel|group)_(?:join|leave|topic|purpose|name|archive|unarchive|convert_to_private)"
    r"|bot_(?:add|remove|enable|disable)|reminder_add|(?:un)?pinned_item|tombstone"
    r"|(?:channel|group)_posting_permissions|sh_room_\w+|huddle_thread|app_conversation_\w+"
)
PRIVATE = "private direct messages; set direct_messages in deal.yaml to read them"


class SlackReader:
    """Slack workspace exports, as a folder or a ZIP."""

    name = "Slack export"
    version = 2

    def recognises(self, source: Source) -> bool:
        head = source.content[:20_000]
        if source.name in DIRECTORIES:
            # HubSpot has a users.json too; an export's begins with a list.
            return head.lstrip()[:1] == b"[" and (b'"id"' in head or source.name not in USERS)
        if source.suffix != ".json" or head.lstrip()[:1] != b"[":
            return False
        return b'"ts"' in head and (b'"text"' in head or b'"blocks"' in head)

    def read(self, source: Source, sources: Sources) -> Reading:
        if source.name in DIRECTORIES:
            return Reading(people=people(source))
        directory = _directory(source, sources)
        private = _is_private(source.path, directory)
        if private and not sources.read_private:
            return Reading(not_read=(NotRead(path=source.path, why=PRIVATE),))
        messages = parse_json(source.content)
        channel = _channel(source, messages)
        segments = tuple(_segments(messages, channel, directory))
        if not segments:
            raise UnreadableFile("holds no messages")
        day = source.name.removesuffix(".json") if DAY.fullmatch(source.name) else ""
        artifact = RawArtifact(
            path=source.path,
            kind="chat",
            system="slack",
            title=f"#{channel} {day}".strip(),
            date=segments[0].at,
            participants=tuple(_speakers(segments)),
            segments=segments,
            meta={"channel": channel} | ({"private": "true"} if private else {}),
        )
        return Reading(artifacts=(artifact,))


def _export_folders(path: str) -> list[str]:
    """Where the directory files can lie: the channel's folder, the one above, its parent."""
    own = folder_of(path)
    above = folder_of(own[:-1]) if own else ""
    return [own, above, folder_of(above[:-1]) if above else ""]


def _directory(source: Source, sources: Sources) -> Directory:
    directory = Directory()
    for folder in dict.fromkeys(_export_folders(source.path)):
        for name in USERS:
            found = sources.get(folder + name)
            if found is not None and found.content.lstrip()[:1] == b"[":
                for row in rows_of(found):
                    directory.people.setdefault(str(row.get("id")), row)
        for name in ("dms.json", "mpims.json"):
            found = sources.get(folder + name)
            for row in rows_of(found) if found is not None else []:
                directory.private |= {str(row.get("id")), str(row.get("name"))}
    directory.team = team_of(list(directory.people.values()))
    return directory


def _conversation(path: str) -> str:
    return folder_of(path)[:-1].rsplit("/", 1)[-1]


def _is_private(path: str, directory: Directory) -> bool:
    name = _conversation(path)
    return name in directory.private or bool(re.fullmatch(r"D[A-Z0-9]{7,}|mpdm-.+", name))


def _channel(source: Source, messages: Any) -> str:
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("channel_name"):
            return str(message["channel_name"])
    folder = _conversation(source.path)
    return folder if DAY.fullmatch(source.name) and folder else source.name.removesuffix(".json")


def _segments(messages: Any, channel: str, directory: Directory) -> Iterator[RawSegment]:
    if not isinstance(messages, list):
        raise UnreadableFile("not a list of Slack messages")
    for message in messages:
        if isinstance(message, dict) and message.get("ts"):
            yield from _message(message, channel, directory)


def _message(message: dict[str, Any], channel: str, directory: Directory) -> Iterator[RawSegment]:
    ts = str(message["ts"])
    at = _time(ts)
    name, speaker_id, side = _speaker(message, directory)
    stamp = f", {at.day} {at:%b %Y %H:%M}" if at else ""
    thread = message.get("thread_ts")
    locator = MessageLocator(
        id=ts,
        time=at.isoformat() if at else None,
        thread=str(thread) if thread else None,
        label=f"#{channel}{stamp}, {name}",
    )
    text = _text(message, directory)
    event = EVENTS.fullmatch(str(message.get("subtype") or ""))
    parts: list[tuple[str, Role]] = [(text, "event" if event else "body")]
    # What an app attaches is its own message; what a person's link unfolds to is not theirs.
    role: Role = "body" if message.get("bot_id") else "quoted"
    parts += [(each, role) for each in _previews(message, directory)]
    for number, (shown, part_role) in enumerate(parts):
        if shown:
            own = part_role != "quoted"
            yield RawSegment(
                text=shown,
                locator=locator.model_copy(update={"paragraph": number or None}),
                speaker=name if own else None,
                speaker_id=speaker_id if own else None,
                side=side if own else None,
                at=at,
                role=part_role,
            )


def _time(ts: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,11}(?:\.\d+)?", ts):
        return None
    # Whole seconds apart from the fraction: a float can't hold both exactly.
    seconds, _, fraction = ts.partition(".")
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at.replace(microsecond=int((fraction + "000000")[:6]))


def _speaker(message: dict[str, Any], directory: Directory) -> tuple[str, str | None, Side | None]:
    """Name, e-mail or id, and side of a message's author."""
    user = str(message.get("user") or "")
    known = directory.people.get(user)
    if known is not None and name_of(known):
        person = participant(known, name_of(known), directory.team)
        side = None if known.get("is_bot") or message.get("bot_id") else person.side
        return person.name, person.email or user, side
    raw = message.get("user_profile")
    profile = raw if isinstance(raw, dict) else {}
    raw = message.get("bot_profile")
    bot = raw if isinstance(raw, dict) else {}
    shown = (
        profile.get("real_name"),
        profile.get("display_name"),
        message.get("username"),
        bot.get("name"),
        user,
        message.get("bot_id"),
    )
    name = next((str(each) for each in shown if each), "unknown")
    return name, user or str(message.get("bot_id") or "") or None, None


def _text(message: dict[str, Any], directory: Directory) -> str:
    text = plain_text(str(message.get("text") or ""), directory.name)
    if not text:
        text = blocks_text(message.get("blocks"), directory.name)
    files = message.get("files") or ([message["file"]] if message.get("file") else [])
    names = [
        str(each.get("title") or each.get("name"))
        for each in files
        if isinstance(each, dict) and (each.get("title") or each.get("name"))
    ]
    # Older exports already name the file in the text.
    missing = [f"[file: {name}]" for name in names if name not in text]
    return "\n".join(filter(None, (text, *missing)))


def _previews(message: dict[str, Any], directory: Directory) -> Iterator[str]:
    """Link previews and the bodies of app messages."""

    def shown(each: dict[str, Any], name: str) -> str:
        return plain_text(str(each.get(name) or ""), directory.name)

    for each in message.get("attachments") or []:
        if not isinstance(each, dict):
            continue
        lines = [shown(each, name) for name in ("pretext", "title", "text")]
        if not any(lines[1:]):
            lines = [shown(each, "fallback") or lines[0]]
        yield "\n".join(filter(None, lines))


def _speakers(segments: tuple[RawSegment, ...]) -> Iterator[Participant]:
    seen = set()
    for segment in segments:
        if segment.speaker and segment.speaker_id not in seen:
            seen.add(segment.speaker_id)
            mail = segment.speaker_id if segment.speaker_id and "@" in segment.speaker_id else None
            yield Participant(
                name=segment.speaker,
                email=mail,
                system_id=None if mail else segment.speaker_id,
                side=segment.side,
            )


reader = SlackReader()
