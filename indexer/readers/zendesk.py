"""Reader for Zendesk Support tickets: one artifact per ticket, its comments in order.

Format: answers of the ticketing API (`ticket`, `tickets`, `comments`, `audits`, side-loaded `users`,
`organizations`, `ticket_fields`), of the incremental exports (`tickets` with `end_time` or
`after_cursor`), and the account's full JSON export, one ticket with its comments on each line. The
view's CSV and a warehouse's copy of the comments are in `zendesk_csv`. Agents are the vendor's,
end users the customer's; a comment that is not public is an internal note.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, Reading
from indexer.readers.base import Source, Sources, siblings
from indexer.readers.exported import answers, recognised, record, records
from indexer.readers.tickets import (
    Message,
    Ticket,
    moment,
    participants,
    paths,
    text_of,
    texts_of,
    ticket_artifact,
    with_files,
)
from indexer.readers.zendesk_csv import is_table, read_csv
from indexer.readers.zendesk_people import Directory, fits_user

MARKS = (
    ("requester_id",), ("submitter_id",), ("raw_subject",), ("requester", "subject"),
    ("requester", "description"), ("author_id", "public"), ("author", "public"),
    ("ticket_id", "events"), ("role", "email"), ("role", "verified"), ("role", "time_zone"),
)  # fmt: skip
TICKET_KEYS = frozenset({
    "requester_id", "submitter_id", "assignee_id", "raw_subject", "via", "custom_fields",
    "organization_id", "group_id", "satisfaction_rating", "requester", "submitter", "is_public",
    "assignee", "organization", "comments",
})  # fmt: skip
SHOWN = ("subject", "status", "severity", "priority", "type")
DATES = ("created_at", "updated_at", "due_at", "solved_at")


class ZendeskReader:
    """Zendesk tickets, comments, audits and users as JSON; tickets and comments as CSV."""

    name = "Zendesk JSON and CSV"
    version = 1

    def recognises(self, source: Source) -> bool:
        return recognised(source, MARKS, _fits) or is_table(source)

    def read(self, source: Source, sources: Sources) -> Reading:
        directory = Directory()
        for other in siblings(source, sources):
            if recognised(other, MARKS, _fits):
                # A damaged one is reported when its own turn comes.
                with suppress(UnreadableFile):
                    for value in answers(other.content, _fits).values:
                        directory.add(_answer(value))
        if is_table(source):
            return read_csv(source, directory)
        found = answers(source.content, _fits)
        given = [_answer(value) for value in found.values]
        for answer in given:
            directory.add(answer)
        tickets = [ticket for answer in given for ticket in _tickets(answer, directory)]
        people = participants(directory.people.values())
        if not tickets and not any(answer.get("users") for answer in given):
            raise UnreadableFile("holds no tickets and no comments")
        return Reading(
            artifacts=tuple(_artifacts(source, tickets)),
            not_read=(*found.not_read(source.path), *_not_read(source, given, directory)),
            people=people,
        )


def _artifacts(source: Source, tickets: list[Ticket]) -> Iterator[RawArtifact]:
    for ticket, path in zip(tickets, paths(source, (t.id for t in tickets)), strict=True):
        yield ticket_artifact(path, "zendesk", ticket)


def _is_ticket(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), int | str)
        and isinstance(value.get("status", 0), str | None)
        and bool({"requester_id", "requester", "submitter_id", "raw_subject"} & set(value))
        and bool({"subject", "description"} & set(value))
        and len(TICKET_KEYS & set(value)) >= 2
    )


def _is_comment(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool({"body", "html_body", "plain_body"} & set(value))
        and bool({"author_id", "author"} & set(value))
        and "public" in value
    )


def _is_audit(value: Any) -> bool:
    return isinstance(value, dict) and {"ticket_id", "events", "author_id"} <= set(value)


def _fits(document: Any) -> bool:
    if isinstance(document, list):
        return bool(document) and _is_ticket(document[0])
    if not isinstance(document, dict):
        return False
    if _is_ticket(document) or _is_ticket(document.get("ticket")):
        return True
    kinds = (
        ("tickets", _is_ticket),
        ("comments", _is_comment),
        ("audits", _is_audit),
        ("users", fits_user),
    )
    for name, test in kinds:
        rows = document.get(name)
        if isinstance(rows, list) and rows and test(rows[0]):
            return True
    return _is_audit(document.get("audit"))


def _answer(value: Any) -> dict[str, Any]:
    """An answer of the API; a bare ticket, or a list of them, as if the API had wrapped it."""
    if isinstance(value, list):
        return {"tickets": value}
    return {"tickets": [value]} if _is_ticket(value) else dict(value)


def _tickets(answer: dict[str, Any], directory: Directory) -> Iterator[Ticket]:
    rows = records(answer.get("tickets"), "tickets")
    if answer.get("ticket") is not None:
        rows = [record(answer["ticket"], "ticket"), *rows]
    for number, row in enumerate(rows, 1):
        if not _is_ticket(row):
            raise UnreadableFile(f"entry {number} of tickets is not a ticket")
    loose: dict[str, list[dict[str, Any]]] = {}
    only = text_of(rows[0].get("id"), "id") if len(rows) == 1 else ""
    for comment in records(answer.get("comments"), "comments"):
        own = text_of(comment.get("ticket_id"), "ticket_id") or only
        loose.setdefault(own, []).append(comment)
    for row in rows:
        own = text_of(row.get("id"), "id")
        comments = records(row.get("comments"), f"comments of ticket {own}")
        yield _ticket(own, row, [*comments, *loose.pop(own, [])], directory)
    for own, comments in loose.items():
        messages = tuple(_message(each, {}, directory) for each in comments)
        yield Ticket(own or "comments", "", (), messages, created=messages[0].at)
    yield from _audited(answer, directory)


def _ticket(
    own: str, row: dict[str, Any], comments: list[dict[str, Any]], directory: Directory
) -> Ticket:
    messages = [_message(each, row, directory) for each in comments]
    description = text_of(row.get("description"), f"description of ticket {own}")
    # The description is the first comment, and the only one where the comments are not there.
    if description and not messages:
        author = directory.author(row, "requester", row)
        messages = [Message(own, author, moment(row.get("created_at")), description)]
    return Ticket(
        id=own,
        title=text_of(row.get("subject"), f"subject of ticket {own}"),
        fields=tuple(_fields(own, row, directory)),
        messages=tuple(messages),
        people=tuple(directory.author(row, who, row) for who in ("requester", "assignee")),
        created=moment(row.get("created_at")),
    )


def _fields(own: str, row: dict[str, Any], directory: Directory) -> Iterator[tuple[str, str]]:
    place = f"of ticket {own}"
    for name in SHOWN:
        yield name, text_of(row.get(name), f"{name} {place}")
    for who in ("requester", "assignee"):
        author = directory.author(row, who, row)
        yield who, author.name or author.id
    yield "organization", directory.organization(row)
    for name in DATES:
        yield name, text_of(row.get(name), f"{name} {place}")
    yield "tags", texts_of(row.get("tags"), f"tags {place}")
    for custom in records(row.get("custom_fields"), f"custom_fields {place}"):
        label = directory.fields.get(text_of(custom.get("id"), "custom field id"))
        if label and isinstance(custom.get("value"), str | int | float | list):
            yield label, texts_of(custom["value"], f"{label} {place}")


def _message(row: dict[str, Any], ticket: dict[str, Any], directory: Directory) -> Message:
    own = text_of(row.get("id"), "comment id")
    place = f"of comment {own}"
    text = text_of(row.get("plain_body"), f"plain_body {place}")
    html, files = text_of(row.get("html_body"), f"html_body {place}"), row.get("attachments")
    return Message(
        id=own,
        author=directory.author(row, "author", ticket),
        at=moment(row.get("created_at")),
        text=with_files(text_of(row.get("body"), f"body {place}") or text, files, f"files {place}"),
        html=with_files(html, files, f"files {place}") if html else "",
        what="internal note" if row.get("public") is False else "comment",
    )


def _audited(answer: dict[str, Any], directory: Directory) -> Iterator[Ticket]:
    """Audits of tickets: comments and what was changed from what to what."""
    audits = records(answer.get("audits"), "audits")
    if answer.get("audit") is not None:
        audits = [record(answer["audit"], "audit"), *audits]
    by_ticket: dict[str, list[dict[str, Any]]] = {}
    for audit in audits:
        by_ticket.setdefault(text_of(audit.get("ticket_id"), "ticket_id"), []).append(audit)
    for own, rows in by_ticket.items():
        messages, changes = [], []
        for audit in rows:
            at = moment(audit.get("created_at"))
            for event in records(audit.get("events"), f"events of ticket {own}"):
                if event.get("type") == "Comment":
                    # An event has the audit's time, and its author unless it names one.
                    messages.append(_message(audit | event, {}, directory))
                elif event.get("type") == "Change":
                    before = texts_of(event.get("previous_value"), "previous_value")
                    after = texts_of(event.get("value"), "value")
                    name = text_of(event.get("field_name"), "field_name")
                    changes.append((at, f"{name}: {before or '-'} -> {after or '-'}"))
        created = moment(rows[0].get("created_at"))
        if messages or changes:
            yield Ticket(own, "", (), tuple(messages), (), created, tuple(changes))


def _not_read(
    source: Source, given: list[dict[str, Any]], directory: Directory
) -> Iterator[NotRead]:
    for answer in given:
        meta = answer.get("meta")
        more = isinstance(meta, dict) and meta.get("has_more") is True
        # An incremental export names a next page even at its end, where it says so.
        if more or (answer.get("next_page") and answer.get("end_of_stream") is not True):
            yield NotRead(path=source.path, why="further pages of the answer are missing")
            break
    if directory.unnamed:
        ids = ", ".join(sorted(directory.unnamed)[:10])
        yield NotRead(path=source.path, why=f"no users file names the authors {ids}")


reader = ZendeskReader()
