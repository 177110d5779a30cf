"""What the ticket and chat readers share: checked texts, messages as segments, tickets as artifacts.

Owns no format; how JSON is wrapped and checked is in `exported`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, Participant, RawArtifact, RawSegment, Role, Side
from indexer.readers.base import Source
from indexer.readers.crm import day, field_segment, when
from indexer.readers.exported import items, kind_of, records
from indexer.readers.mail_text import Paragraph, html_paragraphs, plain_paragraphs

MAX_TEXT = 2_000_000
"""Characters of one body."""


@dataclass(frozen=True)
class Author:
    """Who wrote a message, as the export tells it."""

    name: str = ""
    id: str = ""
    email: str = ""
    side: Side | None = None
    role: str = ""


@dataclass(frozen=True)
class Message:
    """A comment, a note or a chat message; `html` is used before `text`."""

    id: str
    author: Author
    at: datetime | date | None
    text: str = ""
    html: str = ""
    what: str = "comment"
    """In words, for the label: `comment`, `internal note`."""
    role: Role = "body"


@dataclass(frozen=True)
class Ticket:
    """One ticket, its fields in the order in which they are shown."""

    id: str
    title: str
    fields: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]
    people: tuple[Author, ...] = ()
    created: datetime | date | None = None
    changes: tuple[tuple[datetime | date | None, str], ...] = ()


def text_of(value: object, what: str) -> str:
    """`value` as text; numbers are written out, null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        return str(int(value) if whole else value)
    if not isinstance(value, str):
        raise UnreadableFile(f"{what} is {kind_of(value)}, not a text")
    return clean(value, what)


def clean(text: str, what: str) -> str:
    """Without the NUL that JSON can escape and no text file can hold."""
    if len(text) > MAX_TEXT:
        raise UnreadableFile(f"{what} has more than {MAX_TEXT} characters")
    text = text.replace("\x00", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def texts_of(value: object, what: str) -> str:
    """A list of words, or of objects with a name, on one line."""
    if not isinstance(value, list):
        return text_of(value, what)
    names = [each.get("name") if isinstance(each, dict) else each for each in items(value, what)]
    return "; ".join(filter(None, (text_of(name, what) for name in names)))


def moment(value: object, day_first: bool | None = None) -> datetime | date | None:
    """A time as `crm.when` reads it."""
    return when(value, day_first)


def paragraphs_of(message: Message, title: str) -> list[Paragraph]:
    """The message's paragraphs with their roles: quoted mail, signatures and unseen text apart."""
    if message.html:
        found = html_paragraphs(message.html, message.author.name, title)
    else:
        found = plain_paragraphs(message.text, message.author.name, title)
    return [each for each in found if each.text.strip()]


def message_segments(
    message: Message, place: str, thread: str | None, title: str = ""
) -> Iterator[RawSegment]:
    """A message as segments, one a paragraph; what it quotes is not its author's."""
    author = message.author
    when_and_who = filter(None, (day(message.at), author.name))
    label = ", ".join(filter(None, (place, " ".join((message.what, *when_and_who)).strip())))
    paragraphs = paragraphs_of(message, title)
    for number, paragraph in enumerate(paragraphs, 1):
        own = paragraph.author is None and paragraph.role != "quoted"
        name, address = paragraph.author or ("", "")
        yield RawSegment(
            text=paragraph.text,
            locator=MessageLocator(
                id=message.id,
                time=message.at.isoformat() if message.at else None,
                thread=thread,
                paragraph=number if len(paragraphs) > 1 else None,
                label=label,
            ),
            speaker=(author.name or author.id if own else name) or None,
            speaker_id=(author.email or author.id if own else address) or None,
            side=author.side if own else None,
            at=message.at,
            role=message.role if paragraph.role == "body" else paragraph.role,
        )


def with_files(text: str, rows: object, what: str) -> str:
    """A message's text with the names of its attachments below; they are links, not contents."""
    found = records(rows, what) if isinstance(rows, list) else []
    keys = ("file_name", "filename", "name")
    names = [next((text_of(r[k], what) for k in keys if r.get(k)), "") for r in found]
    return "\n\n".join(filter(None, (text, *(f"[file: {name}]" for name in names if name))))


def participants(authors: Iterable[Author]) -> tuple[Participant, ...]:
    """Each author once, under their e-mail address or id; one without a name is left out."""
    found: dict[str, Participant] = {}
    for author in authors:
        key = author.email or author.id or author.name
        if key and author.name and key not in found:
            found[key] = Participant(
                name=author.name,
                email=author.email or None,
                system_id=author.id or None,
                side=author.side,
                role=author.role or None,
            )
    return tuple(found.values())


def ticket_artifact(path: str, system: str, ticket: Ticket) -> RawArtifact:
    """A ticket as an artifact: its fields, its messages in the order of the export, its changes."""
    segments = [
        field_segment("ticket", name, value, ticket.created)
        for name, value in ticket.fields
        if value
    ]
    for message in ticket.messages:
        segments += message_segments(message, f"ticket {ticket.id}", ticket.id, ticket.title)
    for at, change in ticket.changes:
        stamp = f"{at:%Y-%m-%d} " if at else ""
        segment = field_segment("ticket", "change", change, at)
        segments.append(segment.model_copy(update={"text": stamp + change, "role": "row"}))
    if not segments:
        raise UnreadableFile(f"ticket {ticket.id} is empty")
    spoken = (message.author for message in ticket.messages)
    return RawArtifact(
        path=path,
        kind="ticket",
        system=system,
        title=" ".join(filter(None, ("ticket", ticket.id, ticket.title))),
        date=ticket.created,
        participants=participants((*ticket.people, *spoken)),
        segments=tuple(segments),
        meta={"record_type": "ticket", "record_id": ticket.id} | _shown(ticket),
    )


def _shown(ticket: Ticket) -> dict[str, str]:
    wanted = ("status", "severity", "priority", "organization")
    return {name.lower(): text for name, text in ticket.fields if name.lower() in wanted and text}


def paths(source: Source, ids: Iterable[str]) -> Iterator[str]:
    """`file!/id` for each id; a repeated one gets `~2`."""
    used: dict[str, int] = {}
    for own in ids:
        own = re.sub(r"\s+", " ", own).replace("/", "_") or "unnamed"
        used[own] = used.get(own, 0) + 1
        yield f"{source.path}!/{own}" + (f"~{used[own]}" if used[own] > 1 else "")


def with_side(author: Author, side: Side | None) -> Author:
    """The author with a side, if the export has given none yet."""
    return replace(author, side=author.side or side)
