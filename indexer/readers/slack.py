"""Reader for Slack workspace exports: one artifact per channel and day, one segment per message.

Format: `users.json`, `channels.json` and the like in one folder, beside them one folder per
conversation with `YYYY-MM-DD.json` files. Names come from users.json, else from the message itself.
Private direct messages are read only where deal.yaml says `direct_messages: true`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
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
from indexer.readers.exported import answers, dicts, recognised
from indexer.readers.slack_markup import blocks_text, plain_text
from indexer.readers.slack_people import (
    PROFILE_NAMES,
    USERS,
    Directory,
    is_directory,
    name_of,
    participant,
    people,
    rows_of,
    team_of,
)

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
USER = re.compile(r"\b[UW][A-Z0-9]{7,}\b")
MAX_ASKED = 400
"""Files of an export that are searched for names which users.json lacks."""
_MARKS = (("ts", "text"), ("ts", "blocks"))


class SlackReader:
    """Slack workspace exports, as a folder or a ZIP."""

    name = "Slack export"
    version = 3

    def recognises(self, source: Source) -> bool:
        if source.name in DIRECTORIES:
            # HubSpot has a users.json too; an export's begins with a list.
            return is_directory(source)
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        if source.name in DIRECTORIES:
            return Reading(people=people(source))
        directory = _directory(source, sources)
        private = _is_private(source.path, directory)
        if private and not sources.read_private:
            return Reading(not_read=(NotRead(path=source.path, why=PRIVATE),))
        given = answers(source.content, _fits)
        messages = [message for value in given.values for message in _messages(value)]
        _named_by_messages(directory, messages, source, sources)
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
        return Reading(artifacts=(artifact,), not_read=given.not_read(source.path))


def _fits(value: object) -> bool:
    """True for a day's list of messages, an answer of the API that holds one, or one message."""
    if isinstance(value, list):
        return bool(dicts(value)) and all(map(_is_message, dicts(value)[:1]))
    if not isinstance(value, dict):
        return False
    listed = value.get("messages")
    return _is_message(value) or (isinstance(listed, list) and _fits(listed))


def _is_message(value: Mapping[str, Any]) -> bool:
    ts = value.get("ts")
    written = "text" in value or isinstance(value.get("blocks"), list)
    return isinstance(ts, str) and bool(re.fullmatch(r"\d{9,11}(?:\.\d+)?", ts)) and written


def _messages(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return dicts(value)
    listed = value.get("messages")
    return dicts(listed) if isinstance(listed, list) else [value]


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
            if found is not None and is_directory(found):
                for row in rows_of(found):
                    directory.people.setdefault(str(row.get("id")), row)
        for name in ("dms.json", "mpims.json"):
            found = sources.get(folder + name)
            for row in rows_of(found) if found is not None else []:
                directory.private |= {str(row.get("id")), str(row.get("name"))}
    directory.team = team_of(list(directory.people.values()))
    return directory


def _named_by_messages(
    directory: Directory, messages: Sequence[Mapping[str, Any]], source: Source, sources: Sources
) -> None:
    """Names of people whom users.json lacks, as their own messages in the export give them."""
    directory.add_profiles(messages)
    text = " ".join(f"{message.get('user')} {message.get('text')}" for message in messages)
    if all(user in directory.people or user in directory.named for user in USER.findall(text)):
        return
    root = _export_folders(source.path)[1]
    for path in [path for path in sources.paths() if path.startswith(root)][:MAX_ASKED]:
        other = sources.get(path) if path != source.path else None
        if other and b'"user_profile"' in other.content and reader.recognises(other):
            with suppress(UnreadableFile):
                for value in answers(other.content, _fits).values:
                    directory.add_profiles(_messages(value))


def _conversation(path: str) -> str:
    return folder_of(path)[:-1].rsplit("/", 1)[-1]


def _is_private(path: str, directory: Directory) -> bool:
    name = _conversation(path)
    return name in directory.private or bool(re.fullmatch(r"D[A-Z0-9]{7,}|mpdm-.+", name))


def _channel(source: Source, messages: Sequence[Mapping[str, Any]]) -> str:
    named = next((m["channel_name"] for m in messages if m.get("channel_name")), None)
    if named:
        return str(named)
    folder = _conversation(source.path)
    if DAY.fullmatch(source.name) and folder:
        return folder
    return source.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _segments(
    messages: Sequence[dict[str, Any]], channel: str, directory: Directory
) -> Iterator[RawSegment]:
    for message in messages:
        if message.get("ts"):
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
        *(profile.get(name) for name in PROFILE_NAMES),
        message.get("username"),
        bot.get("name"),
        directory.named.get(user),
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
