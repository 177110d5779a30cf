"""Reader for Intercom conversations: one artifact per conversation, its parts in order.

Format: the conversations API, one `conversation` or a `conversation.list` (or `conversations`), also
one on each line. The first message is `source` (in the older API `conversation_message`), the rest
`conversation_parts`; bodies are HTML, times seconds. Authors are `admin`, `user`, `lead`, `contact`
or `bot`: admins are the vendor's, users, leads and contacts the customer's, bots nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Reading, Side
from indexer.readers.base import Source, Sources
from indexer.readers.crm import plain
from indexer.readers.exported import Answers, answers, recognised, record, records
from indexer.readers.tickets import (
    Author,
    Message,
    Ticket,
    moment,
    paths,
    text_of,
    texts_of,
    ticket_artifact,
    with_files,
)

MARKS = (("conversation_parts",), ("conversation_message",), ("conversation", "source"))
SIDES: dict[str, Side] = {
    "admin": "vendor", "team": "vendor", "user": "customer", "lead": "customer",
    "contact": "customer",
}  # fmt: skip
SHOWN_EVENTS = {"close": "closed", "open": "opened again", "snoozed": "snoozed"}


@dataclass
class Directory:
    """Authors by type and id: a later part may give the id alone."""

    people: dict[tuple[str, str], Author] = field(default_factory=dict)

    def author(self, value: object, place: str) -> Author:
        row = record(value, f"author {place}")
        kind = text_of(row.get("type"), f"author type {place}")
        own = text_of(row.get("id"), f"author id {place}")
        email = text_of(row.get("email"), f"author email {place}").lower()
        name = text_of(row.get("name"), f"author name {place}") or email
        found = Author(name, own, email, SIDES.get(kind), kind)
        if name:
            self.people.setdefault((kind, own), found)
        return self.people.get((kind, own), found)


class IntercomReader:
    """Intercom conversations as JSON."""

    name = "Intercom JSON"
    version = 2

    def recognises(self, source: Source) -> bool:
        return recognised(source, MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        found = answers(source.content, _fits)
        rows = [row for answer in found.values for row in _conversations(answer)]
        if not rows:
            raise UnreadableFile("holds no conversations")
        directory = Directory()
        # Twice, so that an author named in one conversation has the name in all.
        for row in rows:
            _ticket(row, directory)
        tickets = [_ticket(row, directory) for row in rows]
        own = paths(source, (ticket.id for ticket in tickets))
        return Reading(
            artifacts=tuple(
                ticket_artifact(path, "intercom", ticket)
                for ticket, path in zip(tickets, own, strict=True)
            ),
            not_read=tuple(_not_read(source, found, rows)),
        )


def _is_conversation(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "conversation"
        and "id" in value
        and bool({"source", "conversation_message", "conversation_parts"} & set(value))
    )


def _fits(value: Any) -> bool:
    if not isinstance(value, dict) or _is_conversation(value):
        return _is_conversation(value)
    listed = value.get("conversations")
    return isinstance(listed, list) and bool(listed) and _is_conversation(listed[0])


def _conversations(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if _is_conversation(answer):
        return [answer]
    rows = records(answer.get("conversations"), "conversations")
    for number, row in enumerate(rows, 1):
        if not _is_conversation(row):
            raise UnreadableFile(f"entry {number} of conversations is not a conversation")
    return rows


def _ticket(row: dict[str, Any], directory: Directory) -> Ticket:
    own = text_of(row.get("id"), "conversation id")
    place = f"of conversation {own}"
    messages = [*_first(row, own, directory), *_parts(row, own, directory)]
    assignee = directory.author(row.get("assignee"), place)
    user = directory.author(row.get("user"), place)
    first = record(row.get("source") or row.get("conversation_message"), f"source {place}")
    subject = texts_of(row.get("title"), f"title {place}") or text_of(
        first.get("subject"), f"subject {place}"
    )
    return Ticket(
        id=own,
        # A subject can be HTML, as bodies are.
        title=_plain(subject),
        fields=tuple(_fields(row, place, _plain(subject), assignee)),
        messages=tuple(messages),
        people=(user, assignee),
        created=moment(row.get("created_at")),
    )


def _plain(html: str) -> str:
    return " ".join(plain(html).split())


def _fields(
    row: dict[str, Any], place: str, subject: str, assignee: Author
) -> Iterator[tuple[str, str]]:
    yield "subject", subject
    state = text_of(row.get("state"), f"state {place}")
    known = isinstance(row.get("open"), bool)
    yield "status", state or (("open" if row["open"] else "closed") if known else "")
    yield "priority", text_of(row.get("priority"), f"priority {place}").replace("_", " ")
    yield "assignee", assignee.name
    for name in ("created_at", "updated_at", "waiting_since"):
        at = moment(row.get(name))
        yield name, at.isoformat() if at else ""
    tags = record(row.get("tags"), f"tags {place}")
    yield "tags", texts_of(tags.get("tags"), f"tags {place}")
    custom = record(row.get("custom_attributes"), f"custom_attributes {place}")
    for label, value in custom.items():
        if isinstance(value, str | int | float):
            yield label, text_of(value, f"{label} {place}")


def _first(row: dict[str, Any], own: str, directory: Directory) -> Iterator[Message]:
    first = record(row.get("source") or row.get("conversation_message"), f"source of {own}")
    place = f"of conversation {own}"
    body = text_of(first.get("body"), f"body {place}")
    body = with_files(body, first.get("attachments"), f"files {place}")
    author = directory.author(first.get("author"), place)
    if body:
        own_id = text_of(first.get("id"), f"id {place}") or own
        yield Message(own_id, author, moment(row.get("created_at")), html=body, what="message")


def _parts(row: dict[str, Any], own: str, directory: Directory) -> Iterator[Message]:
    held = row.get("conversation_parts")
    what = f"conversation_parts of {own}"
    rows = held if isinstance(held, list) else record(held, what).get("conversation_parts")
    for part in records(rows, what):
        number = text_of(part.get("id"), f"id in {what}")
        place = f"of part {number} of conversation {own}"
        kind = text_of(part.get("part_type"), f"part_type {place}")
        author = directory.author(part.get("author"), place)
        at = moment(part.get("created_at"))
        body = text_of(part.get("body"), f"body {place}")
        body = with_files(body, part.get("attachments"), f"files {place}")
        if body:
            label = "internal note" if kind.startswith("note") else "message"
            yield Message(number, author, at, html=body, what=label)
        elif kind in SHOWN_EVENTS:
            yield Message(number, author, at, SHOWN_EVENTS[kind], what=kind, role="event")


def _not_read(source: Source, found: Answers, rows: list[dict[str, Any]]) -> Iterator[NotRead]:
    yield from found.not_read(source.path)
    if any(_next_page(answer.get("pages")) for answer in found.values):
        yield NotRead(path=source.path, why="further pages of the answer are missing")
    bare = sum("conversation_parts" not in row for row in rows)
    if bare:
        why = f"{bare} conversations are without their parts, as a list answer gives them"
        yield NotRead(path=source.path, why=why)
    for row in rows:
        held = row.get("conversation_parts")
        total = held.get("total_count") if isinstance(held, dict) else None
        there = len(held.get("conversation_parts") or ()) if isinstance(held, dict) else 0
        if isinstance(total, int) and total > there:
            own = text_of(row.get("id"), "conversation id")
            why = f"conversation {own} has {total} parts, the file holds {there}"
            yield NotRead(path=source.path, why=why)


def _next_page(pages: object) -> bool:
    return isinstance(pages, dict) and bool(pages.get("next"))


reader = IntercomReader()
