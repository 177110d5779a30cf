"""Zendesk tables: a view's or Explore's CSV of tickets, a warehouse's copy of the comments.

Format: a view exports one row a ticket and no comments, with headers such as `Id, Requester, Subject,
Status, Priority, Assignee, Created at`; the warehouse's columns are `id, ticket_id, body, public,
user_id, created`. Headers are compared whatever their case and separators.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Reading
from indexer.readers.base import Source
from indexer.readers.day_order import day_order
from indexer.readers.fields import fold
from indexer.readers.tabular import Row, Table, delimiter_of, read_table
from indexer.readers.text import decode
from indexer.readers.tickets import (
    Author,
    Message,
    Ticket,
    moment,
    participants,
    paths,
    ticket_artifact,
)
from indexer.readers.zendesk_people import Directory

IDS = ("ticketid", "id", "ticketnumber")
DIALECT = frozenset({
    "requester", "requesterid", "requestername", "requesteremail", "submitter", "submitterid",
    "submittername", "satisfactionscore", "ticketform", "assigneename", "solvedat", "initiallyassignedat",
    "requesterorganization", "ticketorganizationname", "ticketstatus", "ticketpriority",
})  # fmt: skip
COMMENTS = frozenset({"id", "ticketid", "body", "public", "userid"})
NOISE = frozenset({"id", "ticketid", "ticketnumber", "summation column", "summationcolumn"})


def is_table(source: Source) -> bool:
    """True for the header of a ticket or a comment table."""
    return bool(_kind(source.content))


def _kind(content: bytes) -> str:
    if content[:4] in (b"PK\x03\x04", b"%PDF") or not content.strip():
        return ""
    first = decode(content[:8192]).lstrip("\ufeff \n").split("\n", 1)[0]
    if len(first) > 6000:
        return ""
    names = {fold(name.strip(' "')) for name in first.split(delimiter_of(first))}
    if names >= COMMENTS:
        return "comments"
    if not names & set(IDS) or not names & {"subject", "ticketsubject"}:
        return ""
    if not names & {"status", "ticketstatus"} or not names & {"priority", "group", "assignee",
                                                              "ticketpriority"}:  # fmt: skip
        return ""
    return "tickets" if names & DIALECT else ""


def read_csv(source: Source, directory: Directory) -> Reading:
    """The table's tickets; a comment table gives the tickets that its rows name."""
    table = read_table(source.content)
    if _kind(source.content) == "comments":
        tickets = list(_commented(table, directory))
        why = ""
    else:
        tickets = list(_listed(table))
        why = "a CSV export of tickets has no comments; export them as JSON"
    if not tickets:
        raise UnreadableFile("the table has a header but no tickets")
    own = paths(source, (ticket.id for ticket in tickets))
    return Reading(
        artifacts=tuple(
            ticket_artifact(path, "zendesk", ticket)
            for ticket, path in zip(tickets, own, strict=True)
        ),
        not_read=(NotRead(path=source.path, why=why),) if why else (),
        people=participants(directory.people.values()),
    )


def _listed(table: Table) -> Iterator[Ticket]:
    columns = ("created", "createdat", "ticketcreateddate", "ticketcreated")
    order = day_order(
        [{"created": row.get(*columns)} for row in table.rows], table.header
    ).day_first
    for row in table.rows:
        own = row.get(*IDS)
        if not own:
            raise UnreadableFile(f"row {row.number} has no ticket id")
        requester = Author(
            name=row.get("requester", "requestername"),
            email=row.get("requesteremail").lower(),
            side="customer",
            role="requester",
        )
        assignee = Author(name=row.get("assignee", "assigneename"), side="vendor", role="assignee")
        same = assignee.name == requester.name
        description = row.get("description", "ticketdescription")
        created = moment(row.get(*columns), order)
        yield Ticket(
            id=own,
            title=row.get("subject", "ticketsubject"),
            fields=tuple(_fields(row)),
            messages=(Message(own, requester, created, description),) if description else (),
            people=() if same else (requester, assignee),
            created=created,
        )


def _fields(row: Row) -> Iterator[tuple[str, str]]:
    for header, value in row.cells.items():
        name = fold(header).removeprefix("ticket") or fold(header)
        if fold(header) in NOISE or name == "description":
            continue
        known = name if name in ("status", "priority", "severity", "subject") else header
        yield known, value


def _commented(table: Table, directory: Directory) -> Iterator[Ticket]:
    by_ticket: dict[str, list[Message]] = {}
    for row in table.rows:
        own = row.get("ticketid")
        if not own:
            raise UnreadableFile(f"row {row.number} has no ticket id")
        author = directory.people.get(row.get("userid"), Author(id=row.get("userid")))
        private = row.get("public").lower() in ("false", "0", "no")
        what = "internal note" if private else "comment"
        at = moment(row.get("created", "createdat"))
        message = Message(row.get("id"), author, at, row.get("body"), what=what)
        by_ticket.setdefault(own, []).append(message)
    for own, found in by_ticket.items():
        # A warehouse keeps no order; days without a time stay as they stand.
        messages = tuple(sorted(found, key=lambda message: str(message.at)))
        yield Ticket(own, "", (), messages, created=messages[0].at)
