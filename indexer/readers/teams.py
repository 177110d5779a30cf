"""Reader for Microsoft Teams chats: one artifact per conversation, one message after the other.

Format: Microsoft Graph's `chatMessage`s (an answer with `value[]`, a list, `messages[]`), with replies
inside or beside; the account's data export `messages.json` (`conversations[]` with `MessageList[]`);
and pages of messages as HTML, see `teams_html`. No export says who is the customer. One-to-one chats
are private and read only where deal.yaml says `direct_messages: true`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.crm import words
from indexer.readers.exported import answers, recognised, record, records
from indexer.readers.teams_html import is_page, page_chat
from indexer.readers.tickets import (
    Author,
    Message,
    message_segments,
    moment,
    participants,
    paths,
    text_of,
)

MARKS = (("messageType", "createdDateTime", "body"), ("MessageList", "messagetype"))
ONE_TO_ONE = re.compile(r"19:[0-9a-f-]{36}_[0-9a-f-]{36}@unq\.gbl\.spaces|8:[^@]+", re.I)
PRIVATE = "a private one-to-one chat; set direct_messages in deal.yaml to read it"
_MENTION = re.compile(r"(?:@\s*)?<at\b[^>]{0,200}>(.{0,300}?)</at>", re.I | re.S)


@dataclass
class Chat:
    """A conversation; each message with the id of the one it answers, if any."""

    id: str
    title: str = ""
    messages: list[tuple[str, Message]] = field(default_factory=list)


class TeamsReader:
    """Teams messages as JSON and HTML."""

    name = "Microsoft Teams chat"
    version = 2

    def recognises(self, source: Source) -> bool:
        return recognised(source, MARKS, _fits) or is_page(source)

    def read(self, source: Source, sources: Sources) -> Reading:
        if is_page(source):
            title, messages = page_chat(source)
            only = Chat("", title, [("", each) for each in messages])
            return Reading(artifacts=(_artifact(source.path, only),))
        chats: dict[str, Chat] = {}
        found = answers(source.content, _fits)
        not_read = list(found.not_read(source.path))
        for document in found.values:
            if isinstance(document, dict) and isinstance(document.get("conversations"), list):
                _exported(document, chats)
            else:
                _listed(document, chats)
            if isinstance(document, dict) and document.get("@odata.nextLink"):
                why = "further pages of the answer are missing"
                not_read.append(NotRead(path=source.path, why=why))
        filled = [chat for chat in chats.values() if chat.messages]
        if not filled:
            raise UnreadableFile("holds no messages")
        artifacts = []
        own = paths(source, (chat.id for chat in filled))
        for chat, path in zip(filled, own, strict=True):
            if ONE_TO_ONE.fullmatch(chat.id) and not sources.read_private:
                not_read.append(NotRead(path=path, why=PRIVATE))
            else:
                artifacts.append(_artifact(path if len(filled) > 1 else source.path, chat))
        return Reading(artifacts=tuple(artifacts), not_read=tuple(not_read))


def _is_message(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("messageType"), str)
        and {"id", "createdDateTime", "body"} <= set(value)
        and isinstance(value["body"], dict | None)
    )


def _is_export(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("MessageList"), list)
        and "id" in value
        and all(isinstance(m, dict) and "messagetype" in m for m in value["MessageList"][:1])
    )


def _rows(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    if _is_message(document):
        return [document]
    return document.get("value", document.get("messages"))


def _fits(document: Any) -> bool:
    if isinstance(document, dict) and isinstance(document.get("conversations"), list):
        return any(_is_export(chat) for chat in document["conversations"][:20])
    rows = _rows(document)
    return isinstance(rows, list) and bool(rows) and _is_message(rows[0])


def _listed(document: Any, chats: dict[str, Chat]) -> None:
    """Graph messages; replies inside a message follow it."""
    named = ""
    if isinstance(document, dict):
        named = text_of(document.get("topic") or document.get("displayName"), "name of the chat")
    for row in records(_rows(document), "messages"):
        _take(row, chats, named, "")


def _take(row: dict[str, Any], chats: dict[str, Chat], named: str, parent: str) -> None:
    if not _is_message(row):
        raise UnreadableFile("an entry of messages is not a Teams message")
    channel = record(row.get("channelIdentity"), "channelIdentity")
    own = text_of(row.get("chatId") or channel.get("channelId"), "id of the chat")
    chat = chats.setdefault(own, Chat(own, named))
    number = text_of(row.get("id"), "message id")
    thread = text_of(row.get("replyToId"), f"replyToId of {number}") or parent
    chat.messages.append((thread, _message(row, number)))
    # A reply has no replies: what nests deeper is no answer of the API.
    if not parent:
        for reply in records(row.get("replies"), f"replies of {number}"):
            _take({"chatId": own} | reply, chats, named, number)


def _message(row: dict[str, Any], number: str) -> Message:
    author, at = _author(row, number), moment(row.get("createdDateTime"))
    if row.get("deletedDateTime"):
        return Message(number, author, at, "message deleted", what="", role="event")
    if row["messageType"] != "message":
        return Message(number, author, at, _event(row, number), what="", role="event")
    body = record(row.get("body"), f"body of {number}")
    content = text_of(body.get("content"), f"content of {number}")
    subject = text_of(row.get("subject"), f"subject of {number}")
    names = [
        text_of(each.get("name"), f"attachment of {number}")
        for each in records(row.get("attachments"), f"attachments of {number}")
    ]
    return written(number, author, at, content, body.get("contentType") != "text", subject, names)


def written(
    number: str,
    author: Author,
    at: datetime | date | None,
    content: str,
    html: bool,
    subject: str = "",
    files: list[str] | None = None,
) -> Message:
    """A message with its subject above and the names of its files below."""
    named = [f"[file: {name}]" for name in files or [] if name]
    if not html:
        text = "\n".join(filter(None, (subject, content, *named)))
        return Message(number, author, at, text, what="")
    extra = "".join(f"<p>{_escaped(each)}</p>" for each in named)
    head = f"<p>{_escaped(subject)}</p>" if subject else ""
    return Message(number, author, at, html=head + mentions(content) + extra, what="")


def mentions(html: str) -> str:
    """`<at id="0">Jo Roe</at>` as `@Jo Roe`."""
    return _MENTION.sub(lambda found: "@" + found[1].lstrip("@ "), html)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _author(row: dict[str, Any], number: str) -> Author:
    sender = record(row.get("from"), f"from of {number}")
    for kind in ("user", "application", "device", "conversation"):
        held = record(sender.get(kind), f"{kind} of {number}")
        own = text_of(held.get("id"), f"sender id of {number}")
        name = text_of(held.get("displayName"), f"sender of {number}")
        if own or name:
            email = text_of(held.get("email"), f"sender email of {number}").lower()
            return Author(name, own, email, role="" if kind == "user" else kind)
    return Author()


def _event(row: dict[str, Any], number: str) -> str:
    """`#microsoft.graph.membersAddedEventMessageDetail` in words, with the names it gives."""
    detail = record(row.get("eventDetail"), f"eventDetail of {number}")
    kind = text_of(detail.get("@odata.type"), f"event of {number}").rsplit(".", 1)[-1]
    what = words(kind.lstrip("#").removesuffix("EventMessageDetail")).lower() or "system event"
    named = text_of(
        detail.get("chatDisplayName") or detail.get("channelDisplayName"), f"event of {number}"
    )
    people = [
        text_of(each.get("displayName"), f"member in {number}")
        for each in records(detail.get("members"), f"members in {number}")
    ]
    about = ", ".join(filter(None, (named, *people)))
    return f"{what}: {about}" if about else what


def _exported(document: dict[str, Any], chats: dict[str, Chat]) -> None:
    """Conversations of an account's own data export."""
    for row in records(document["conversations"], "conversations"):
        if not _is_export(row):
            raise UnreadableFile("an entry of conversations has no list of messages")
        own = text_of(row.get("id"), "conversation id")
        about = row.get("threadProperties")
        topic = about.get("topic") if isinstance(about, dict) else None
        title = text_of(row.get("displayName") or topic, f"name of {own}")
        chat = chats.setdefault(own, Chat(own, title))
        # The export begins with the newest.
        for message in reversed(records(row["MessageList"], f"messages of {own}")):
            chat.messages.append(("", _export_message(message)))


def _export_message(row: dict[str, Any]) -> Message:
    number = text_of(row.get("id"), "message id")
    kind = text_of(row.get("messagetype"), f"messagetype of {number}")
    own = text_of(row.get("from"), f"from of {number}").rsplit("/", 1)[-1]
    author = Author(text_of(row.get("displayName"), f"sender of {number}"), own)
    at = moment(row.get("originalarrivaltime"))
    content = text_of(row.get("content"), f"content of {number}")
    about = row.get("properties")
    if isinstance(about, dict) and about.get("deletetime"):
        return Message(number, author, at, "message deleted", what="", role="event")
    if kind != "Text" and not kind.startswith("RichText"):
        return Message(number, author, at, words(kind.rsplit("/", 1)[-1]), what="", role="event")
    return written(number, author, at, content, kind != "Text")


def _artifact(path: str, chat: Chat) -> RawArtifact:
    segments: list[RawSegment] = []
    messages = chat.messages
    if all(message.at for _, message in messages):
        messages = sorted(messages, key=lambda pair: str(pair[1].at))
    for thread, message in messages:
        segments += message_segments(message, chat.title, thread or None)
    if not segments:
        raise UnreadableFile("holds no messages")
    meta = {"channel": chat.title, "conversation": chat.id}
    if ONE_TO_ONE.fullmatch(chat.id):
        meta["private"] = "true"
    return RawArtifact(
        path=path,
        kind="chat",
        system="teams",
        title=chat.title or "Teams chat",
        date=next((segment.at for segment in segments if segment.at), None),
        participants=participants(message.author for _, message in chat.messages),
        segments=tuple(segments),
        meta={name: value for name, value in meta.items() if value},
    )


reader = TeamsReader()
