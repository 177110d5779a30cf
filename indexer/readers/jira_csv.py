"""Jira's CSV export: one row an issue, repeated headers for repeated values.

Format: `Summary, Issue key, Issue id, Issue Type, Status, …, Comment, Comment`. A comment's cell is
`date;author;text`, where the author may be an account id; dates are written as the site has them,
`12/Mar/26 9:41 AM` by default. Custom fields stand as `Custom field (Severity)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from indexer.errors import UnreadableFile
from indexer.models import Reading
from indexer.readers.base import Source
from indexer.readers.fields import fold
from indexer.readers.jira_markup import wiki_text
from indexer.readers.tabular import Row, delimiter_of, read_table
from indexer.readers.text import decode
from indexer.readers.tickets import Author, Message, Ticket, moment, paths, ticket_artifact

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{1,2})[/ -]([A-Za-z]{3})[a-z]*[/ -](\d{4}|\d{2})\b")
_COMMENT = re.compile(r"([^;\n]{6,40});([^;\n]{0,200});(.*)", re.S)
_REPEATED = re.compile(r" \(\d+\)$")
_NOISE = re.compile(
    r"issue id|parent id|.* id|watchers.*|votes|project (?:key|type|lead|url|description)|work ratio"
    r"|last viewed|status category changed|security level|.*(?:rank|development|σ.*)|creator|summary"
    r"|issue key|description|comment|attachment",
    re.I,
)


def is_table(source: Source) -> bool:
    """True for the header of Jira's export."""
    if source.content[:4] in (b"PK\x03\x04", b"%PDF"):
        return False
    first = decode(source.content[:32_768]).lstrip("\ufeff \n").split("\n", 1)[0]
    names = {fold(name.strip(' "')) for name in first.split(delimiter_of(first))}
    return {"issuekey", "summary"} <= names and bool(names & {"issuetype", "status", "issueid"})


def read_csv(source: Source) -> Reading:
    """The table's issues."""
    table = read_table(source.content)
    tickets = [_ticket(row) for row in table.rows]
    if not tickets:
        raise UnreadableFile("the table has a header but no issues")
    own = paths(source, (ticket.id for ticket in tickets))
    return Reading(
        artifacts=tuple(
            ticket_artifact(path, "jira", ticket) for ticket, path in zip(tickets, own, strict=True)
        )
    )


def site_time(text: str) -> datetime | date | None:
    """`12/Mar/26 9:41 AM` as a date: the export does not say of which time zone the hour is."""
    match = _DATE.match(text.strip())
    if match is None:
        return moment(text)
    month = match[2].lower()
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    try:
        return date(year, MONTHS.index(month) + 1, int(match[1])) if month in MONTHS else None
    except ValueError:
        return None


def _ticket(row: Row) -> Ticket:
    key = row.get("issue key")
    if not key:
        raise UnreadableFile(f"row {row.number} has no issue key")
    created = site_time(row.get("created"))
    reporter = Author(name=row.get("reporter"), id=row.get("reporter id"))
    assignee = Author(name=row.get("assignee"), id=row.get("assignee id"))
    names = {who.id: who.name for who in (reporter, assignee) if who.id}
    described = wiki_text(row.get("description"), lambda own: names.get(own, own))
    first = Message("description", reporter, created, described, what="description")
    return Ticket(
        id=key,
        title=row.get("summary"),
        fields=tuple(_fields(row)),
        messages=((first,) if described else ()) + tuple(_comments(row, names)),
        people=(reporter, assignee),
        created=created,
    )


def _fields(row: Row) -> Iterator[tuple[str, str]]:
    yield "summary", row.get("summary")
    for header, value in row.cells.items():
        name = _REPEATED.sub("", header)
        custom = re.fullmatch(r"Custom field \((.+)\)", name)
        name = custom[1] if custom else name
        if not _NOISE.fullmatch(name):
            known = name.lower() in ("status", "priority", "severity")
            yield (name.lower() if known else name), value


def _comments(row: Row, names: dict[str, str]) -> Iterator[Message]:
    cells = [text for header, text in row.cells.items() if _REPEATED.sub("", header) == "Comment"]
    for number, cell in enumerate(cells, 1):
        match = _COMMENT.fullmatch(cell)
        at = site_time(match[1]) if match else None
        # A comment of older exports is the bare text, which may hold semicolons too.
        own, text = (match[2], match[3]) if match and at else ("", cell)
        author = Author(name=names.get(own, own), id=own)
        shown = wiki_text(text, lambda own: names.get(own, own))
        yield Message(f"comment {number}", author, at, shown)
