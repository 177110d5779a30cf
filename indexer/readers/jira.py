"""Reader for Jira issues: one artifact per issue, its description and comments as messages.

Format: the REST search answer (`issues[]` with `key` and `fields`), one issue, or a list of them.
Text is ADF (API v3) or wiki markup (v2), see `jira_markup`. Names of custom fields come from the
`names` map. The CSV export is in `jira_csv`. A portal-only account (`accountType` customer) is the
customer's; who writes a comment that the portal does not show (`jsdPublic` false) is the vendor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.exported import answers, recognised, record, records
from indexer.readers.jira_csv import is_table, read_csv
from indexer.readers.jira_markup import adf_text, is_adf, wiki_text
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
    with_side,
)

MARKS = (("key", "fields"),)
KEY = re.compile(r"[A-Z][A-Z0-9_]{0,30}-\d{1,9}")
NAMED = ("status", "severity", "priority", "issuetype", "resolution", "project")
PEOPLE = ("reporter", "assignee", "creator")
DATES = ("created", "updated", "resolutiondate", "duedate")
LISTS = ("labels", "components", "fixVersions", "versions")


class JiraReader:
    """Jira issues as JSON and CSV."""

    name = "Jira JSON and CSV"
    version = 2

    def recognises(self, source: Source) -> bool:
        return recognised(source, MARKS, _fits) or is_table(source)

    def read(self, source: Source, sources: Sources) -> Reading:
        if is_table(source):
            return read_csv(source)
        found = answers(source.content, _fits)
        tickets: list[Ticket] = []
        not_read = list(found.not_read(source.path))
        for answer in found.values:
            names = record(answer.get("names"), "names")
            for issue in _issues(answer):
                tickets.append(_ticket(issue, names))
                not_read += _missing(source, issue)
        if not tickets:
            raise UnreadableFile("holds no issues")
        if any(map(_more, found.values)):
            why = "further pages of the answer are missing"
            not_read.append(NotRead(path=source.path, why=why))
        own = paths(source, (ticket.id for ticket in tickets))
        return Reading(
            artifacts=tuple(
                ticket_artifact(path, "jira", ticket)
                for ticket, path in zip(tickets, own, strict=True)
            ),
            not_read=tuple(not_read),
        )


def _is_issue(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("fields"), dict):
        return False
    key = value.get("key")
    known = {"summary", "issuetype", "status", "project", "created"} & set(value["fields"])
    return isinstance(key, str) and bool(KEY.fullmatch(key)) and len(known) >= 2


def _fits(value: Any) -> bool:
    if not isinstance(value, dict) or _is_issue(value):
        return _is_issue(value)
    listed = value.get("issues")
    return isinstance(listed, list) and bool(listed) and _is_issue(listed[0])


def _issues(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if _is_issue(answer):
        return [answer]
    rows = records(answer.get("issues"), "issues")
    for number, row in enumerate(rows, 1):
        if not _is_issue(row):
            raise UnreadableFile(f"entry {number} of issues is not an issue")
    return rows


def _ticket(issue: dict[str, Any], names: dict[str, Any]) -> Ticket:
    key, fields = str(issue["key"]), issue["fields"]
    people = {who: _person(fields.get(who), f"{who} of {key}") for who in PEOPLE}
    known = {author.id: author.name for author in people.values() if author.name}
    held = fields.get("comment")
    rows = held if isinstance(held, list) else record(held, f"comment of {key}").get("comments")
    comments = records(rows, f"comments of {key}")
    for comment in comments:
        author = _person(comment.get("author"), f"a comment's author in {key}")
        known.setdefault(author.id, author.name)
    created = moment(fields.get("created"))
    described = _text(fields.get("description"), f"description of {key}", known)
    described = with_files(described, fields.get("attachment"), f"attachments of {key}")
    author = people["reporter"] if people["reporter"].name else people["creator"]
    first = Message("description", author, created, described, what="description")
    return Ticket(
        id=key,
        title=text_of(fields.get("summary"), f"summary of {key}"),
        fields=tuple(_fields(key, fields, names, people, known)),
        messages=((first,) if described else ())
        + tuple(_comment(comment, key, known) for comment in comments),
        people=tuple(people.values()),
        created=created,
        changes=tuple(_changes(issue, key)),
    )


def _person(value: object, what: str) -> Author:
    row = record(value, what)
    kind = text_of(row.get("accountType"), f"account type of {what}")
    own = row.get("accountId") or row.get("name") or row.get("key")
    return Author(
        name=text_of(row.get("displayName"), f"name of {what}"),
        id=text_of(own, f"id of {what}"),
        email=text_of(row.get("emailAddress"), f"email of {what}").lower(),
        side="customer" if kind == "customer" else None,
    )


def _text(value: object, what: str, known: dict[str, str]) -> str:
    if isinstance(value, dict) and is_adf(value):
        return adf_text(value)
    return wiki_text(text_of(value, what), lambda own: known.get(own) or own)


def _fields(
    key: str,
    fields: dict[str, Any],
    names: dict[str, Any],
    people: dict[str, Author],
    known: dict[str, str],
) -> Iterator[tuple[str, str]]:
    yield "summary", text_of(fields.get("summary"), f"summary of {key}")
    for name in NAMED:
        yield name, _value(fields.get(name), f"{name} of {key}", known)
    for who in ("reporter", "assignee"):
        yield who, people[who].name
    for name in DATES:
        yield name, text_of(fields.get(name), f"{name} of {key}")
    for name in LISTS:
        yield name, texts_of(fields.get(name), f"{name} of {key}")
    yield "environment", _text(fields.get("environment"), f"environment of {key}", known)
    for name, value in fields.items():
        if name.startswith("customfield_") and not isinstance(value, bool):
            label = text_of(names.get(name), f"name of {name}")
            shown = _value(value, f"{name} of {key}", known)
            # Without its name only a sentence still says something.
            if label or len(shown.split()) >= 4:
                yield ("severity" if label.lower() == "severity" else label or name), shown


def _value(value: object, what: str, known: dict[str, str]) -> str:
    """An option, version, user or plain value by its name; empty for what has none."""
    if isinstance(value, dict):
        if is_adf(value):
            return adf_text(value)
        named = (value.get(k) for k in ("name", "value", "displayName"))
        return next((text_of(n, what) for n in named if isinstance(n, str | int | float)), "")
    if isinstance(value, list):
        shown = (_value(each, what, known) for each in value if not isinstance(each, list))
        return "; ".join(filter(None, shown))
    return _text(value, what, known)


def _comment(comment: dict[str, Any], key: str, known: dict[str, str]) -> Message:
    own = text_of(comment.get("id"), f"comment id in {key}")
    internal = comment.get("jsdPublic") is False
    author = _person(comment.get("author"), f"author of comment {own}")
    return Message(
        id=own,
        author=with_side(author, "vendor" if internal else None),
        at=moment(comment.get("created")),
        text=_text(comment.get("body"), f"body of comment {own}", known),
        what="internal note" if internal else "comment",
    )


def _changes(issue: dict[str, Any], key: str) -> Iterator[tuple[datetime | date | None, str]]:
    log = record(issue.get("changelog"), f"changelog of {key}")
    for history in records(log.get("histories"), f"histories of {key}"):
        for item in records(history.get("items"), f"changes of {key}"):
            name = text_of(item.get("field"), f"field in the changelog of {key}")
            # Both texts in full would stand a third time in the artifact.
            if name and name not in ("description", "Comment", "Attachment", "Rank"):
                before = text_of(item.get("fromString"), f"old {name} of {key}")
                after = text_of(item.get("toString"), f"new {name} of {key}")
                yield moment(history.get("created")), f"{name}: {before or '-'} -> {after or '-'}"


def _missing(source: Source, issue: dict[str, Any]) -> Iterator[NotRead]:
    held = issue["fields"].get("comment")
    total = held.get("total") if isinstance(held, dict) else None
    there = len(held.get("comments") or ()) if isinstance(held, dict) else 0
    if isinstance(total, int) and total > there:
        why = f"{issue['key']} has {total} comments, the file holds {there}"
        yield NotRead(path=source.path, why=why)


def _more(answer: dict[str, Any]) -> bool:
    if "issues" not in answer:
        return False
    if answer.get("isLast") is False or answer.get("nextPageToken"):
        return True
    total, start = answer.get("total"), answer.get("startAt") or 0
    if not isinstance(total, int) or not isinstance(start, int):
        return False
    return start + len(answer["issues"]) < total


reader = JiraReader()
