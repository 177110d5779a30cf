"""Owns Zoom's meeting chat as text, in its three shapes.

Cloud recording `00:12:11<TAB>Jo Roe:<TAB>text` (times from the start of the recording), saved on a
computer `10:02:33 From Jo Roe to Everyone:` with the text on the next lines, and the older
`10:02:33<TAB> From Jo Roe : text` (both wall-clock). Direct messages become an artifact of their
own, marked private.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, Participant, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.text import decode
from indexer.readers.transcripts import date_in_name, day, seconds, title_of

_CLOUD = re.compile(r"^(\d\d:\d\d:\d\d)\t([^\t]{1,80}?):\t(.*)$")
_SAVED = re.compile(r"^(\d\d:\d\d:\d\d)\s+From\s+(.{1,80}?)\s+to\s+(.{1,120}?):\s*(.*)$", re.I)
_OLDER = re.compile(r"^(\d\d:\d\d:\d\d)\s+From\s+(.{1,80}?)\s+:\s?(.*)$", re.I)
_REPLY = re.compile(r"^Replying to [\"“](.*?)[\"”]\s*(?:\n|$)", re.S)
_REACTION = re.compile(r"^(?:Reacted to [\"“].* with |Removed an? .* reaction from )", re.S)
_PRIVATE = re.compile(r"\((?:direct message|privately)\)|^me\b", re.I)


@dataclass(frozen=True)
class _Message:
    line: int
    time: str
    offset: bool
    sender: str
    to: str
    text: str


class ZoomChatReader:
    """Zoom chat files."""

    name = "Zoom chat (txt)"
    version = 1

    def recognises(self, source: Source) -> bool:
        if source.suffix not in (".txt", ".chat"):
            return False
        lines = decode(source.content[:6000]).lstrip("\ufeff").splitlines()
        filled = [line for line in lines if line.strip()]
        return bool(filled) and _head(filled[0], 1) is not None

    def read(self, source: Source, sources: Sources) -> Reading:
        lines = decode(source.content).lstrip("\ufeff").splitlines()
        messages = [message for message in _messages(lines) if not _REACTION.match(message.text)]
        if not messages:
            raise UnreadableFile("no message in the chat file")
        public = [message for message in messages if not _PRIVATE.search(message.to)]
        private = [message for message in messages if _PRIVATE.search(message.to)]
        artifacts = []
        if public:
            artifacts.append(_artifact(source.path, public, source.path, {}))
        if private:
            inner = f"{source.path}!/direct messages"
            artifacts.append(_artifact(inner, private, source.path, {"private": "true"}))
        return Reading(artifacts=tuple(artifacts))


def _head(line: str, number: int) -> _Message | None:
    if found := _CLOUD.match(line):
        return _Message(number, found[1], True, found[2].strip(), "Everyone", found[3])
    if found := _SAVED.match(line):
        return _Message(number, found[1], False, found[2].strip(), found[3].strip(), found[4])
    if found := _OLDER.match(line):
        sender, _, to = found[2].partition(" to ")
        return _Message(number, found[1], False, sender.strip(), to.strip(), found[3])
    return None


def _messages(lines: list[str]) -> Iterator[_Message]:
    current: _Message | None = None
    for number, line in enumerate(lines, 1):
        head = _head(line, number)
        if head is not None:
            if current is not None:
                yield replace(current, text=current.text.strip())
            current = head
        elif current is not None:
            current = replace(current, text=f"{current.text}\n{line.removeprefix(chr(9))}")
    if current is not None:
        yield replace(current, text=current.text.strip())


def _artifact(path: str, messages: list[_Message], file: str, meta: dict[str, str]) -> RawArtifact:
    when = date_in_name(file)
    found = [segment for message in messages for segment in _segments(message, when)]
    names = dict.fromkeys(message.sender for message in messages)
    return RawArtifact(
        path=path,
        kind="chat",
        system="zoom",
        title=title_of(file),
        date=when,
        participants=tuple(Participant(name=name, role="speaker") for name in names),
        segments=tuple(found),
        meta=meta,
    )


def _segments(message: _Message, when: datetime | date | None) -> Iterator[RawSegment]:
    label = ", ".join(
        part for part in (f"{day(when)} chat".strip(), message.time, message.sender) if part
    )
    locator = MessageLocator(id=f"line {message.line}", time=message.time, label=label)
    base = RawSegment(
        text=message.text, locator=locator, speaker=message.sender, at=_instant(message, when)
    )
    reply = _REPLY.match(message.text)
    if reply:
        yield base.model_copy(update={"text": reply[0].strip(), "role": "quoted", "speaker": None})
    text = message.text[reply.end() :].strip() if reply else message.text
    if text:
        yield base.model_copy(update={"text": text})


def _instant(message: _Message, when: datetime | date | None) -> datetime | date | None:
    offset = seconds(message.time)
    if message.offset and isinstance(when, datetime) and offset is not None:
        return when + timedelta(seconds=offset)
    return when


reader = ZoomChatReader()
